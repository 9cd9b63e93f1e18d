"""SecretArray: one node of an expression that nobody has computed yet.

Operators and numpy functions record nodes; nothing is sent before `mpc.reveal`. What is known of a node is public:
its shape, its kind, its range, the line of the user's program that made it. Kinds: `fixed` (reals with fractional
bits), `int` (exact integers), `bit` (truth values). `scale` is how many fractional bits the encoding carries just now:
a product of two fixed-point values carries twice as many until something needs it shorter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from inspect import signature
from math import prod
from typing import Any, Literal, NoReturn, TypeVar

import numpy as np
import trio

from mpc import context as _context
from mpc.context import Context
from mpc.errors import LocalError
from protocols.ranges import Range

Kind = Literal["fixed", "int", "bit"]
Shape = tuple[int, ...]

F = TypeVar("F", bound=Callable[..., Any])

UFUNCS: dict[np.ufunc, Callable[..., SecretArray]] = {}
FUNCTIONS: dict[Callable[..., Any], Callable[..., SecretArray]] = {}

_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(_context.__file__)))
_HOUSE = tuple(
    os.path.join(folder, "")
    for folder in (
        *(os.path.join(_ROOT, package) for package in ("mpc", "protocols", "party_runner")),
        os.path.dirname(os.path.abspath(np.__file__)),
        os.path.dirname(os.path.abspath(trio.__file__)),
    )
)


def implements(*functions: Any) -> Callable[[F], F]:
    """Register what these numpy functions and ufuncs do with secrets."""

    def register(implementation: F) -> F:
        for function in functions:
            (UFUNCS if isinstance(function, np.ufunc) else FUNCTIONS)[function] = implementation
        return implementation

    return register


class SecretArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that no party knows. Combine it like a numpy array; learn it only with `await mpc.reveal(ctx, x)`."""

    __slots__ = (
        "args", "call", "context", "depth", "derived", "kind", "line", "name", "range", "run", "scale", "shape",
        "talks", "value",
    )  # fmt: skip
    __hash__ = object.__hash__
    __array_priority__ = 1000

    def __init__(
        self,
        context: Context,
        name: str,
        args: tuple[SecretArray, ...],
        run: Callable[..., Any],
        *,
        shape: Shape,
        kind: Kind,
        scale: int,
        range_: Range,
        talks: bool = False,
    ) -> None:
        self.context = context
        self.name = name
        self.args = args
        self.run = run
        self.shape = shape
        self.kind: Kind = kind
        self.scale = scale
        self.range = range_
        self.talks = talks
        self.line = user_line()
        self.call = context.child(f"{name} {kind} {shape}", line=self.line)
        self.value: Any = None
        self.depth = 0
        self.derived: dict[Any, SecretArray] = {}

    def within(self, lo: float, hi: float) -> SecretArray:
        """The same value with a range that you vouch for: every element lies in [lo, hi], in the value's own unit.

        Ranges that follow from the inputs are safe but wide; a declared one takes their place for all checks and
        circuits from here on. If it is false, results may be wrong without a warning.
        """
        declared = declared_range(lo, hi, self.scale)
        args, run, talks = self.args, self.run, self.talks
        if self.value is not None:
            args, run, talks = (self,), _same, False
        return SecretArray(
            self.context, self.name, args, run, shape=self.shape, kind=self.kind, scale=self.scale, range_=declared,
            talks=talks,
        )  # fmt: skip

    # what is public of it

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return prod(self.shape)

    @property
    def bounds(self) -> tuple[float, float]:
        """The public range of every element."""
        return self.range.reals(self.scale)

    @property
    def T(self) -> SecretArray:
        """The transpose."""
        return self.transpose()

    def __repr__(self) -> str:
        lo, hi = self.bounds
        shape = "x".join(map(str, self.shape)) or "scalar"
        return f"<secret {self.kind} {shape} in [{lo:g}, {hi:g}] from {self.line}>"

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a secret scalar")
        return self.shape[0]

    def __iter__(self) -> Iterator[SecretArray]:
        return (self[i] for i in range(len(self)))

    # numpy's dispatch

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            raise LocalError(
                "unsupported-operation",
                f"np.{ufunc.__name__} into an array that exists: no array is changed in place to a secret",
                "write x = x + y instead of x += y, and leave out=",
                line=user_line(),
            )
        implementation = UFUNCS.get(ufunc)
        if implementation is None or method != "__call__" or kwargs:
            how = "" if method == "__call__" else f".{method}"
            raise _unsupported(f"np.{ufunc.__name__}{how}" + (f" with {', '.join(kwargs)}" if kwargs else ""))
        return implementation(*inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        implementation = FUNCTIONS.get(function)
        if implementation is None:
            raise _unsupported(f"np.{function.__name__}")
        try:
            signature(implementation).bind(*args, **kwargs)
        except TypeError:
            raise _unsupported(f"np.{function.__name__} with these arguments") from None
        return implementation(*args, **kwargs)

    def __getitem__(self, index: Any) -> SecretArray:
        return FUNCTIONS[SecretArray.__getitem__](self, index)

    def reshape(self, *shape: Any) -> SecretArray:
        """The same elements in another shape, C order."""
        return FUNCTIONS[np.reshape](self, shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: Any) -> SecretArray:
        """Axes permuted as numpy does."""
        return FUNCTIONS[np.transpose](self, axes[0] if len(axes) == 1 else axes or None)

    def ravel(self) -> SecretArray:
        """One dimension."""
        return self.reshape(-1)

    def sum(self, axis: Any = None, keepdims: bool = False) -> SecretArray:
        """The sum over axes. Local."""
        return FUNCTIONS[np.sum](self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> SecretArray:
        """The mean over axes."""
        return FUNCTIONS[np.mean](self, axis=axis, keepdims=keepdims)

    def var(self, axis: Any = None, keepdims: bool = False) -> SecretArray:
        """The population variance over axes."""
        return FUNCTIONS[np.var](self, axis=axis, keepdims=keepdims)

    def min(self, axis: Any = None) -> SecretArray:
        """The smallest element over one axis or all."""
        return FUNCTIONS[np.min](self, axis=axis)

    def max(self, axis: Any = None) -> SecretArray:
        """The largest element over one axis or all."""
        return FUNCTIONS[np.max](self, axis=axis)

    def dot(self, other: Any) -> SecretArray:
        """The dot product as in numpy.dot."""
        return FUNCTIONS[np.dot](self, other)

    def clip(self, lo: Any, hi: Any) -> SecretArray:
        """Every element moved into [lo, hi]."""
        return FUNCTIONS[np.clip](self, lo, hi)

    # what a secret has not

    def __bool__(self) -> NoReturn:
        raise LocalError(
            "secret-truth",
            "a secret has no truth value: `if`, `while`, `and`, `or`, `not`, chained comparisons would have to know it",
            "choose between values with np.where(condition, a, b); combine conditions with &, | and ~; "
            "or `await mpc.reveal(ctx, condition)` first, and everybody learns it",
            line=user_line(),
        )

    def __float__(self) -> NoReturn:
        raise _no_content("float()")

    def __int__(self) -> NoReturn:
        raise _no_content("int()")

    def __index__(self) -> NoReturn:
        raise _no_content("use as an index")

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _no_content("turning it into a numpy array")


def _same(ctx: Context, share: Any) -> Any:
    return share


def declared_range(lo: float, hi: float, scale: int) -> Range:
    """The range of reals that a program declares. LocalError `bad-range` if there is none between finite bounds."""
    if not -np.inf < lo <= hi < np.inf:
        raise LocalError(
            "bad-range", f"[{lo}, {hi}] is no range of numbers", "give two finite bounds, (lo, hi)", line=user_line()
        )
    return Range.of_reals(lo, hi, scale)


def user_line() -> str:
    """File and line of the user's program that is running: the innermost frame outside this library."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_HOUSE):
        frame = frame.f_back
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


def _unsupported(what: str) -> LocalError:
    return LocalError(
        "unsupported-operation",
        f"{what} is not defined on secrets",
        "see the list of operations in docs/writing_protocols.md, or reveal the value first",
        line=user_line(),
    )


def _no_content(what: str) -> LocalError:
    return LocalError(
        "secret-content",
        f"{what} would need the value of a secret, which no party knows",
        "use numpy functions on the secret itself, or `await mpc.reveal(ctx, x)`, and everybody learns it",
        line=user_line(),
    )
