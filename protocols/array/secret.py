"""SecretArray: the user's handle on one node of an expression that nobody has computed yet.

Operators and numpy functions record nodes; nothing is sent before `mpc.reveal`. What is known of a secret is public:
its shape, its kind, its range, the line of the user's program that made it. Kinds: `fixed` (reals with fractional
bits), `int` (exact integers), `bit` (truth values). `scale` is how many fractional bits the encoding carries just now:
a product of two fixed-point values carries twice as many until something needs it shorter.

Nodes never change. `x += y` and `x[0] = y` let the handle x stand for another node: who holds the same handle sees it,
slices taken before don't.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from operator import getitem
from typing import Any, NoReturn

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.declared import declared_error, declared_range
from protocols.array.implementations import FUNCTIONS, IN_FLOATS, UFUNC_METHODS, UFUNCS, called, refusal, result_of
from protocols.array.lines import user_line
from protocols.array.missing import NoLength, cannot_set, kind_change, missing, missing_attribute, no_content, no_truth
from protocols.array.node import Kind, Node, Operation, Shape
from protocols.ranges import Range

Forms = dict[int | str, dict[Range, "SecretArray"]]
"""Other encodings of a value that something needed: by scale, or "ring" for a bit as a number, then by the range under
which the value was asked for."""


Moved = tuple["SecretArray", tuple[tuple[Operation, dict[str, Any]], ...]]
"""What the elements of a value were before all of them were moved about, and how: another form of the value is the same
form of that one, which is made once, moved likewise."""


_SLOTS = frozenset(("forms", "moved", "node", "shadow", "together"))
_set = object.__setattr__


def _method(function: Callable[..., Any], says: str) -> Callable[..., SecretArray]:
    """The method that is numpy's `function` with the array in the first place."""

    def method(self: SecretArray, *args: Any, **kwargs: Any) -> Any:
        return self.__array_function__(function, (), (self, *args), kwargs)

    method.__name__, method.__doc__ = function.__name__, says
    return method


class SecretArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array that no party knows. Combine it like a numpy array; learn it only with `await mpc.reveal(ctx, x)`.

    `together` is what is known of its elements together (`protocols/array/peaks.py`), None if nothing is; `shadow` the
    same value in floating point, in simulations that have one (`protocols/array/shadows.py`).
    """

    __slots__ = tuple(_SLOTS)
    __hash__ = object.__hash__
    __array_priority__ = 1000

    def __init__(
        self, node: Node, forms: Forms | None = None, moved: Moved | None = None, together: Any = None
    ) -> None:
        self.node = node
        self.forms: Forms = {} if forms is None else forms
        self.moved = moved
        self.together = together
        self.shadow: Any = None

    def within(self, lo: float, hi: float, *, error: float | None = None) -> SecretArray:
        """The same value with a range that you vouch for: every element lies in [lo, hi], in the value's own unit.

        Ranges that follow from the inputs are safe but wide; a declared one takes their place for all checks and
        circuits of what is computed from the result. `error` likewise takes the place of the bound of the error that
        was proven, in the value's own unit. If they are false, results may be wrong without a warning.
        """
        bound = self.range.error if error is None else declared_error(error, self.scale)
        return self.in_range(declared_range(lo, hi, self.scale).off_by(bound), vouched=True)

    def in_range(self, range_: Range, *, vouched: bool = False) -> SecretArray:
        """An alias of which another range is known, or `vouched` for: one value, computed once, and one of each of its
        forms."""
        return self._again(self.node.with_range(range_, vouched=vouched))

    def narrowed(self, lo: int, hi: int) -> SecretArray:
        """An alias whose range is known to be [lo, hi], in units of the last place; its error is bounded as before."""
        return self.in_range(Range(lo, hi, self.range.error))

    def copy(self, order: Any = None) -> SecretArray:
        """A handle of its own on the same value: changing one in place leaves the other as it was."""
        return self._again(self.node)

    def _again(self, node: Node) -> SecretArray:
        """Another handle on the same value."""
        handle = SecretArray(node, self.forms, self.moved, self.together)
        handle.shadow = self.shadow
        return handle

    # what is public of it

    @property
    def context(self) -> Context:
        """The call that the value belongs to."""
        return self.node.value.home

    @property
    def shape(self) -> Shape:
        """The shape."""
        return self.node.shape

    @property
    def kind(self) -> Kind:
        """`fixed`, `int` or `bit`."""
        return self.node.kind

    @property
    def scale(self) -> int:
        """How many fractional bits the encoding carries just now."""
        return self.node.scale

    @property
    def range(self) -> Range:
        """The public range of every element, in units of the last place."""
        return self.node.range

    @property
    def line(self) -> str:
        """The line of the program that wrote it."""
        return self.node.line

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
    def error(self) -> float:
        """A proven bound: no element differs by more from what exact arithmetic on the parties' numbers gives, in the
        value's own unit. Infinity where nothing is known. Of a value that was chosen by secret conditions, from the
        element that they chose."""
        return self.range.error_of_reals(self.scale)

    @property
    def T(self) -> SecretArray:
        """The transpose."""
        return self.transpose()

    @property
    def mT(self) -> SecretArray:
        """The matrices of the last two axes transposed."""
        return self.swapaxes(-1, -2)

    @property
    def flat(self) -> SecretArray:
        """All elements in one dimension."""
        return self.reshape(-1)

    @property
    def real(self) -> SecretArray:
        """The same value: secrets are real."""
        return self.copy()

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of what a reveal gives: float64 for `fixed`, bool for `bit`, int64 for `int`, or object where the range has
        integers that int64 does not hold."""
        whole = object if self.range.is_long else np.int64
        return np.dtype({"fixed": np.float64, "int": whole, "bit": np.bool_}[self.kind])

    def __repr__(self) -> str:
        lo, hi = self.bounds
        shape = "x".join(map(str, self.shape)) or "scalar"
        return f"<secret {self.kind} {shape} in [{lo:g}, {hi:g}] from {self.line}>"

    def __len__(self) -> int:
        if not self.shape:
            raise NoLength(
                "no-length", "a secret scalar has no length and no elements", "x.reshape(-1) has one", line=user_line()
            )
        return self.shape[0]

    def __iter__(self) -> Iterator[SecretArray]:
        return (self[i] for i in range(len(self)))

    # numpy's dispatch

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        implementation = UFUNCS.get(ufunc)
        if implementation is not None and not kwargs and method == "__call__":
            return result_of(ufunc, implementation, inputs, kwargs)
        if implementation is not None and method in UFUNC_METHODS:
            implementation, inputs = UFUNC_METHODS[method], (ufunc, *inputs)
        elif implementation is None or method != "__call__":
            raise refusal(ufunc, "" if method == "__call__" else f".{method}")
        (out, *others) = kwargs.pop("out", None) or (None,)
        if others:
            raise refusal(ufunc, " into several arrays")
        if out is not None and not isinstance(out, SecretArray):
            raise LocalError(
                "unsupported-operation",
                f"np.{ufunc.__name__} into a public array: it would become known",
                "write x = x + y instead of x += y where x is public, and leave out=",
                line=user_line(),
            )
        result = called(ufunc, implementation, inputs, kwargs)
        return result if out is None else out.become(result)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        implementation = FUNCTIONS.get(function)
        if implementation is None:
            raise refusal(function)
        return called(function, implementation, args, kwargs)

    def __getattr__(self, name: str) -> NoReturn:
        """What numpy's arrays have and secrets have not; names with an underscore are others' questions, not users'."""
        if name.startswith("_") or name in SecretArray.__slots__:
            raise AttributeError(name)
        raise missing_attribute(name, [known for known in dir(SecretArray) if not known.startswith("_")])

    def __setattr__(self, name: str, value: Any) -> None:
        """A secret has no attributes of a program's own, and those of numpy's that may be set there it computes."""
        if name not in _SLOTS:
            raise cannot_set(name, hasattr(type(self), name))
        _set(self, name, value)

    def __await__(self) -> NoReturn:
        raise missing(
            "`await` of a secret", "await mpc.reveal(ctx, x), and everybody learns it; its expression needs none"
        )

    def __getitem__(self, index: Any) -> SecretArray:
        element: SecretArray = FUNCTIONS[SecretArray.__getitem__](self, index)
        return element

    def __setitem__(self, index: Any, value: Any) -> None:
        self.become(FUNCTIONS[SecretArray.__setitem__](self, index, value))

    def become(self, other: SecretArray) -> SecretArray:
        """Stand for another node from here on: this is how a secret is changed in place.

        Raises LocalError `shape-mismatch` or `kind-change` where the other is of another shape or kind.
        """
        if other.shape != self.shape:
            raise LocalError(
                "shape-mismatch",
                f"a secret of shape {self.shape} changed in place to shape {other.shape}",
                "write x = x + y instead of x += y where the shape grows",
                line=user_line(),
            )
        if other.kind != self.kind:
            raise kind_change(self.kind, other.kind)
        self.node, self.forms = other.node, other.forms
        self.moved, self.together, self.shadow = other.moved, other.together, other.shadow
        return self

    def reshape(self, *shape: Any, **kwargs: Any) -> SecretArray:
        """The same elements in another shape, C order."""
        changed: SecretArray = self._by(np.reshape, shape[0] if len(shape) == 1 else shape, **kwargs)
        return changed

    def transpose(self, *axes: Any) -> SecretArray:
        """Axes permuted as numpy does."""
        changed: SecretArray = self._by(np.transpose, axes[0] if len(axes) == 1 else axes or None)
        return changed

    def _by(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        return self.__array_function__(function, (), (self, *args), kwargs)

    ravel = _method(np.ravel, "One dimension.")
    flatten = _method(np.ravel, "One dimension.")
    squeeze = _method(np.squeeze, "Without axes of length one.")
    swapaxes = _method(np.swapaxes, "Two axes changed for each other.")
    repeat = _method(np.repeat, "Every element several times.")
    take = _method(np.take, "Elements along an axis, by public or secret places.")
    diagonal = _method(np.diagonal, "A diagonal.")
    trace = _method(np.trace, "The sum of a diagonal.")
    choose = _method(np.choose, "Of several arrays the element from the one that this array names.")
    sum = _method(np.sum, "The sum over axes. Local.")
    prod = _method(np.prod, "The product over axes.")
    cumsum = _method(np.cumsum, "The sums of all beginnings. Local.")
    cumprod = _method(np.cumprod, "The products of all beginnings.")
    mean = _method(np.mean, "The mean over axes.")
    var = _method(np.var, "The variance over axes.")
    std = _method(np.std, "The standard deviation over axes.")
    min = _method(np.min, "The smallest element over axes.")
    max = _method(np.max, "The largest element over axes.")
    argmin = _method(np.argmin, "The place of the smallest element.")
    argmax = _method(np.argmax, "The place of the largest element.")
    any = _method(np.any, "Whether any bit is set, over axes.")
    all = _method(np.all, "Whether all bits are set, over axes.")
    argsort = _method(np.argsort, "The places that would sort it.")
    argpartition = _method(np.argpartition, "The places that would partition it.")
    searchsorted = _method(np.searchsorted, "Where values belong in this sorted vector.")
    round = _method(np.round, "The whole numbers next to it.")
    conj = _method(np.real, "The same value: secrets are real.")
    conjugate = conj
    dot = _method(np.dot, "The dot product as in numpy.dot.")
    clip = _method(np.clip, "Every element moved into [lo, hi].")

    def compress(self, condition: Any, axis: Any = None) -> SecretArray:
        """The elements along an axis where a public condition holds."""
        return FUNCTIONS[np.compress](condition, self, axis)  # type: ignore[no-any-return]

    def astype(
        self, dtype: Any, order: Any = None, casting: Any = None, subok: bool = True, copy: bool = True
    ) -> SecretArray:
        """The value as reals, as whole numbers (towards zero), or as bits (whether it is not zero)."""
        return FUNCTIONS[SecretArray.astype](self, dtype)  # type: ignore[no-any-return]

    def item(self, *place: Any) -> SecretArray:
        """One element, still secret: that at a public place, counted flat or by axes, or the only one."""
        return self[place] if len(place) > 1 else self.flat[place[0]] if place else self.reshape(())

    def sort(self, axis: int = -1, kind: Any = None, *, stable: Any = None) -> None:
        """Sort in place along an axis."""
        self.become(FUNCTIONS[np.sort](self, axis))

    def partition(self, kth: Any, axis: int = -1, kind: Any = None) -> None:
        """Partition in place along an axis."""
        self.become(FUNCTIONS[np.partition](self, kth, axis))

    def fill(self, value: Any) -> None:
        """Write a value to every place."""
        self[...] = value

    def __round__(self, decimals: int = 0) -> SecretArray:
        return self.round(decimals)

    def __floor__(self) -> SecretArray:
        return UFUNCS[np.floor](self)  # type: ignore[no-any-return]

    def __ceil__(self) -> SecretArray:
        return UFUNCS[np.ceil](self)  # type: ignore[no-any-return]

    def __trunc__(self) -> SecretArray:
        return UFUNCS[np.trunc](self)  # type: ignore[no-any-return]

    # what a secret has not

    def __contains__(self, item: Any) -> bool:
        return bool(self)

    def __bool__(self) -> NoReturn:
        raise no_truth()

    def __float__(self) -> NoReturn:
        raise no_content("float()")

    def __int__(self) -> NoReturn:
        raise no_content("int()")

    def __index__(self) -> NoReturn:
        raise no_content("use as an index")

    def __complex__(self) -> NoReturn:
        raise no_content("complex()")

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise no_content("turning it into a numpy array")

    def __format__(self, spec: str) -> str:
        if spec:
            raise no_content(f"the format {spec!r}")
        return repr(self)

    def __delitem__(self, index: Any) -> NoReturn:
        raise missing("del x[...]", "x = np.delete(x, index)")


def need_secret(x: Any, call: str) -> SecretArray:
    """x, the first argument of mpc.CALL. LocalError `not-secret` for whatever else stands there."""
    if not isinstance(x, SecretArray):
        remedy = "numpy and scipy have it for what is public; secrets come from mpc.secret"
        raise LocalError(
            "not-secret",
            f"mpc.{call} takes a secret, and a value of type {type(x).__name__} is none",
            remedy,
            line=user_line(),
        )
    return x


IN_FLOATS[SecretArray.__getitem__] = getitem
