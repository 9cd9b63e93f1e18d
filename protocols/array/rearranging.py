"""Functions of numpy that only move elements, whatever their arguments: all local.

Such a function is shown the places of the elements instead of the elements, numbered from 1 on through all arrays that
it takes; what it answers says which element goes where, and where it writes 0, a zero stands. So each of them does
exactly what numpy does, in every version of numpy, on secrets and public arrays of every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.arithmetic import subtract, sum_
from protocols.array.facts import axes_of
from protocols.array.folding import axis_number
from protocols.array.implementations import FUNCTIONS, implements
from protocols.array.lines import user_line
from protocols.array.logic import logical_xor
from protocols.array.missing import kind_change, missing
from protocols.array.public import is_integral, public
from protocols.array.recording import rearranged, record
from protocols.array.secret import SecretArray
from protocols.array.shadows import in_floats
from protocols.array.shape import alike, choose, concatenate, moving, transpose

Places = npt.NDArray[np.int64]

REARRANGE = moving("rearrange", lambda a, places: a.reshape(-1)[places])

_PERMUTING = ("swapaxes", "moveaxis", "rollaxis", "matrix_transpose")
_EVERY_ELEMENT_ONCE = ("roll", "rot90", "fliplr", "flipud", "atleast_1d", "atleast_2d", "atleast_3d")
_OF_ONE = (
    "tile", "repeat", "compress", "delete", "diagonal", "diag", "diagflat", "triu", "tril", "split", "array_split",
    "hsplit", "vsplit", "dsplit", "unstack", "resize",
)  # fmt: skip
_OF_A_LIST = ("column_stack", "dstack", "block")
_PAD_MODES = ("constant", "edge", "reflect", "symmetric", "wrap", "empty")


def by_places(parts: Sequence[Any], move: Callable[..., Any], *, once: bool = False) -> Any:
    """What `move`, which only moves elements, makes of secrets and public arrays; lists and tuples of results stay so.

    Bits stay bits where all parts are truth values. `once` says that every element of one part has one place in the
    result. Raises LocalError `shape-mismatch` where numpy refuses.
    """
    values = alike(*parts)
    ends = np.cumsum([value.size for value in values])
    numbers = [
        np.arange(end - value.size + 1, end + 1).reshape(value.shape)
        for end, value in zip(ends.tolist(), values, strict=True)
    ]
    placed = _tried(move, *numbers)
    whole = values[0] if len(values) == 1 else concatenate([value.reshape(-1) for value in values])
    if isinstance(placed, list | tuple):
        return type(placed)([_put(whole, places, once) for places in placed])
    return _put(whole, np.asarray(placed), once)


def _tried(move: Callable[..., Any], *numbers: Places) -> Any:
    try:
        return move(*numbers)
    except (ValueError, IndexError, TypeError) as error:
        shapes = " and ".join(str(n.shape) for n in numbers)
        raise LocalError(
            "shape-mismatch", f"{error} (of shapes {shapes})", "check shapes, axes and counts", line=user_line()
        ) from None


def _put(x: SecretArray, places: Places, once: bool) -> SecretArray:
    if places.all():
        return (rearranged if once else record)(REARRANGE, x, places=places - 1)
    zero: npt.NDArray[Any] = np.zeros(1, np.bool_ if x.kind == "bit" else np.int64)
    return record(REARRANGE, concatenate([zero, x.reshape(-1)]), places=places)


def _implement(name: str, make: Callable[[Any], Callable[..., Any]], place: Any = np) -> None:
    """Enter numpy's function of this name, where this version of numpy has it, with the arguments that it takes."""
    function = getattr(place, name, None)
    if function is not None:
        implementation = in_floats(function)(make(function))
        implementation.__signature__ = signature(function)  # type: ignore[attr-defined]
        FUNCTIONS[function] = implementation


def _of_one(function: Any, once: bool = False) -> Callable[..., Any]:
    def moved(*given: Any, **kwargs: Any) -> Any:
        places = [i for i, value in enumerate(given) if isinstance(value, SecretArray)]
        if len(places) != 1 or any(isinstance(value, SecretArray) for value in kwargs.values()):
            raise missing(
                f"np.{function.__name__} by secret places or counts", "make them public, or np.take(x, places)"
            )
        before, after = given[: places[0]], given[places[0] + 1 :]
        return by_places([given[places[0]]], lambda x: function(*before, x, *after, **kwargs), once=once)

    return moved


def _permuting(function: Any) -> Callable[..., Any]:
    def moved(x: SecretArray, *args: Any, **kwargs: Any) -> SecretArray:
        """Shown an array of shape (0, 1, 2, ...), the function's result has the order of axes as its shape."""
        return transpose(x, _tried(lambda a: function(a, *args, **kwargs).shape, np.empty(range(x.ndim), int)))

    return moved


def _of_a_list(function: Any) -> Callable[..., Any]:
    def moved(arrays: Any) -> Any:
        parts = list(_leaves(arrays))

        def move(*numbers: Places) -> Any:
            return function(_in_place_of_leaves(arrays, iter(numbers)))

        return by_places(parts, move)

    return moved


def _leaves(arrays: Any) -> Any:
    if isinstance(arrays, list | tuple):
        for part in arrays:
            yield from _leaves(part)
    else:
        yield arrays


def _in_place_of_leaves(arrays: Any, numbers: Any) -> Any:
    if isinstance(arrays, list | tuple):
        return type(arrays)([_in_place_of_leaves(part, numbers) for part in arrays])
    return next(numbers)


for _name in _EVERY_ELEMENT_ONCE:
    _implement(_name, lambda function: _of_one(function, once=True))
for _name in ("fftshift", "ifftshift"):
    _implement(_name, lambda function: _of_one(function, once=True), np.fft)
for _name in _OF_ONE:
    _implement(_name, _of_one)
for _name in _PERMUTING:
    _implement(_name, _permuting)
if hasattr(np.linalg, "matrix_transpose"):
    _implement("matrix_transpose", _permuting, np.linalg)
for _name in _OF_A_LIST:
    _implement(_name, _of_a_list)


@implements(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x: SecretArray, window_shape: Any, axis: Any = None) -> SecretArray:
    """All windows of this shape, in new last axes."""
    slide = np.lib.stride_tricks.sliding_window_view
    windows: SecretArray = by_places([x], lambda places: slide(places, window_shape, axis))
    return windows


@implements(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> SecretArray:
    """Values after those of arr, of both in one dimension for None."""
    joined: SecretArray = by_places([arr, values], lambda x, y: np.append(x, y, axis))
    return joined


@implements(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> SecretArray:
    """Values, secret or public, put in before public places of arr, whose kind they must be of."""
    _refuse_fractions(arr, values)
    joined: SecretArray = by_places([arr, values], lambda x, y: np.insert(x, obj, y, axis))
    return joined


@implements(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: Any = "xy") -> Any:
    """A grid's coordinates, one array for each of the vectors."""
    return by_places(xi, lambda *x: np.meshgrid(*x, sparse=sparse, indexing=indexing))


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Any) -> tuple[Any, ...]:
    """All of them in the shape that they have together; public arrays stay public."""
    shape = _tried(lambda *arrays: np.broadcast(*arrays).shape, *(np.empty(np.shape(value), int) for value in args))
    return tuple(np.broadcast_to(value, shape) for value in args)


@implements(np.pad)
def pad(array: SecretArray, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> SecretArray:
    """Elements put around: public constants, or those of the array in the modes edge, reflect, symmetric and wrap."""
    if mode not in _PAD_MODES:
        raise missing(f"np.pad in mode {mode!r}", f"one of {', '.join(_PAD_MODES)}")
    _refuse_fractions(array, constant_values)
    if mode not in ("constant", "empty"):
        padded: SecretArray = by_places([array], lambda places: np.pad(places, pad_width, mode))  # type: ignore[call-overload]
        return padded
    padded = by_places([array], lambda places: np.pad(places, pad_width))
    around = np.pad(
        np.zeros(array.shape, np.asarray(constant_values).dtype), pad_width, constant_values=constant_values
    )
    inside = np.pad(np.ones(array.shape, np.bool_), pad_width)
    return padded if not np.any(around) else choose(inside, padded, around)


def _refuse_fractions(x: Any, values: Any) -> None:
    """LocalError `kind-change` for fractions that would be put into an array of whole numbers: numpy cuts them off."""
    whole = x.kind != "fixed" if isinstance(x, SecretArray) else np.asarray(x).dtype.kind in "biu"
    fractions = values.kind == "fixed" if isinstance(values, SecretArray) else not is_integral(public(values))
    if whole and fractions:
        raise kind_change("int", "fixed")


@implements(np.trace)
def trace(x: SecretArray, offset: int = 0, axis1: int = 0, axis2: int = 1) -> SecretArray:
    """The sum of a diagonal."""
    return sum_(x.diagonal(offset, axis1, axis2), -1)


@implements(np.diff)
def diff(x: SecretArray, n: int = 1, axis: int = -1) -> SecretArray:
    """The n-th differences along an axis; of bits, where they change."""
    (place,) = axes_of(x, axis_number(axis))
    along = (slice(None),) * place
    for _ in range(n):
        before, after = x[(*along, slice(None, -1))], x[(*along, slice(1, None))]
        x = logical_xor(after, before) if x.kind == "bit" else subtract(after, before)
    return x


@implements(np.ediff1d)
def ediff1d(ary: SecretArray, to_end: Any = None, to_begin: Any = None) -> SecretArray:
    """The differences of the flattened array, between public or secret ends."""
    parts = [to_begin, diff(ary.reshape(-1)), to_end]
    kept: list[Any] = [part if isinstance(part, SecretArray) else public(part) for part in parts if part is not None]
    return concatenate([np.reshape(part, -1) for part in kept])
