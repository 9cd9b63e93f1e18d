"""The members that compute nothing: arrays without content, on which every operation gives the right shape.

A plan runs protocols on these: every message has its size and every piece of material its kind, in microseconds and
without memory. An array without content is a view of one zero with steps of zero; it cannot be written. Functions that
move elements are asked for the shape that they give on elements of no bytes at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mpc.algebra.elements import OneWord
from mpc.algebra.interface import Algebra, Axes, Masks, Moving, Pair, PrefixOp, Shape, Z2k
from mpc.algebra.sums import summed_axes
from mpc.algebra.words import Stream, Words
from mpc.errors import LocalError

_ZERO = bytes(8)
_NOTHING = np.dtype("V0")


@lru_cache(1 << 14)
def blank(shape: Shape, dtype: type[np.generic] = np.uint64) -> npt.NDArray[Any]:
    """An array of this shape whose elements are one and the same zero, read-only."""
    return np.ndarray(shape, dtype, _ZERO, 0, (0,) * len(shape))


def _together(name: str, *values: Words) -> Words:
    shapes = {x.shape for x in values}
    if len(shapes) == 1:
        return blank(*shapes)
    try:
        return blank(np.broadcast_shapes(*shapes))
    except ValueError:
        raise _unfit(name, *(x.shape for x in values)) from None


def _unfit(name: str, *shapes: Shape) -> LocalError:
    return LocalError(
        "wrong-shape", f"{name} cannot combine arrays of shapes {' and '.join(map(str, shapes))}",
        "give them shapes that fit by numpy's rules",
    )  # fmt: skip


@lru_cache(1 << 12)
def _product_shape(x: Shape, y: Shape) -> Shape:
    if not x or not y or x[-1] != y[0 if len(y) == 1 else -2]:
        raise _unfit("matmul", x, y)
    try:
        batch = np.broadcast_shapes(x[:-2], y[:-2])
    except ValueError:
        raise _unfit("matmul", x, y) from None
    return (*batch, *x[-2:-1], *(y[-1:] if len(y) > 1 else ()))


def _summed(shape: Shape, axis: Axes) -> Shape:
    try:
        axes = summed_axes(len(shape), axis)
    except ValueError as error:
        raise LocalError("wrong-shape", f"cannot sum: {error}", "name an axis that the array has") from None
    return tuple(length for i, length in enumerate(shape) if i not in axes)


class _Outline(np.ndarray[Any, Any]):
    """Elements of no bytes. numpy would still join such arrays element by element, so that is done on their shapes."""

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """numpy's dispatch."""
        if func is np.concatenate and kwargs.get("out") is None and kwargs.get("dtype") is None:
            arrays, axis = args[0], args[1] if len(args) > 1 else kwargs.get("axis", 0)
            shape = _joined_shape([np.shape(array) for array in arrays], axis)
            if shape is not None:
                return _outline(shape)
        return super().__array_function__(func, types, args, kwargs)


def _outline(shape: Shape) -> _Outline:
    return _Outline(shape, _NOTHING, b"", 0, (0,) * len(shape))


def _joined_shape(shapes: Sequence[Shape], axis: Any) -> Shape | None:
    """What numpy.concatenate makes of these shapes; None for what it refuses or takes otherwise."""
    first = shapes[0] if shapes else ()
    if not isinstance(axis, int) or not -len(first) <= axis < len(first):
        return None
    axis %= len(first)
    around = first[:axis], first[axis + 1 :]
    if any(len(s) != len(first) or (s[:axis], s[axis + 1 :]) != around for s in shapes):
        return None
    return *around[0], sum(s[axis] for s in shapes), *around[1]


def _moved_shape(move: Moving, shapes: Sequence[Shape]) -> Shape:
    return np.shape(move(*map(_outline, shapes)))


@dataclass(frozen=True, slots=True)
class ShapesOfRing:
    """Stands for the ring `of` where only shapes count."""

    of: Algebra

    @property
    def bits(self) -> int:
        """Those of the ring."""
        return self.of.bits

    @property
    def words(self) -> int:
        """Those of an element of the ring."""
        return self.of.words

    def shape(self, x: Words) -> Shape:
        """The shape of the value."""
        return x.shape if self.words == 1 else x.shape[:-1]

    def zeros(self, shape: Shape | int) -> Words:
        """A value of this shape."""
        sizes = (shape,) if isinstance(shape, int) else shape
        return blank(sizes if self.words == 1 else (*sizes, self.words))

    def draw(self, prg: Stream, shape: Shape) -> Words:
        """A value of this shape; nothing is drawn."""
        return self.zeros(shape)

    def reduce(self, x: Words) -> Words:
        """A value of the shape of x."""
        return blank(x.shape)

    neg = reduce

    def add(self, x: Words, y: Words) -> Words:
        """A value of both shapes, broadcast."""
        return _together("add", x, y)

    def sub(self, x: Words, y: Words) -> Words:
        """A value of both shapes, broadcast."""
        return _together("sub", x, y)

    def mul(self, x: Words, y: Words) -> Words:
        """A value of both shapes, broadcast."""
        return _together("mul", x, y)

    def recombine(self, c: Words, d: Words, b: Words, e: Words, a: Words, *, with_de: bool) -> Words:
        """A value of all shapes, broadcast."""
        return _together("recombine", c, d, b, e, a)

    def masked_product(self, x: Pair, y: Pair, masks: Masks) -> Words:
        """A value of all shapes, broadcast; nothing is drawn."""
        return _together("mul", *x, *y)

    def matmul(self, x: Words, y: Words) -> Words:
        """A value of the shape of the product."""
        return self.zeros(_product_shape(self.shape(x), self.shape(y)))

    def sum(self, x: Words, axis: Axes = None) -> Words:
        """A value without these axes."""
        return self.zeros(_summed(self.shape(x), axis))

    def moved(self, move: Moving, *values: Words) -> Words:
        """A value of the shape that `move` gives."""
        return self.zeros(_moved_shape(move, [self.shape(x) for x in values]))

    def shift_right(self, x: Words, s: int, *, plus: int = 0) -> Words:
        """A value of the shape of x."""
        return blank(x.shape)

    def shift_left(self, x: Words, s: int) -> Words:
        """A value of the shape of x."""
        return blank(x.shape)

    def low(self, x: Words, bits: int) -> Words:
        """A value of the shape of x."""
        return blank(x.shape)

    def smaller(self, bits: int) -> ShapesOfRing:
        """Stands for the ring of so many bits."""
        return ShapesOfRing(cast(Z2k, self.of).smaller(bits))

    def to_smaller(self, x: Words, bits: int) -> Words:
        """A value of the shape of x."""
        return self.smaller(bits).zeros(self.shape(x))

    def planes(self, x: Words, count: int) -> Words:
        """Words for as many planes."""
        return blank((count, -(-prod(self.shape(x)) // 64)))

    def from_planes(self, planes: Words, count: int) -> Words:
        """As many elements."""
        return self.zeros((count,))

    def from_ints(self, values: object) -> Words:
        """A value of the shape of the integers."""
        return self.zeros(np.shape(np.asarray(values)))

    def from_bits(self, x: npt.NDArray[np.uint8]) -> Words:
        """A value of the shape of the bits."""
        return self.zeros(x.shape)

    def from_signed(self, x: npt.NDArray[Any]) -> Words:
        """A value of the shape of the integers."""
        return self.zeros(x.shape)

    def to_signed(self, x: Words) -> npt.NDArray[Any]:
        """Zeros without memory."""
        return blank(self.shape(x), np.int64)


@dataclass(frozen=True, slots=True)
class ShapesOfBits(OneWord):
    """Stands for packed bits where only shapes count."""

    def zeros(self, shape: Shape) -> Words:
        """Words of this shape."""
        return blank(shape)

    empty = zeros

    def draw(self, prg: Stream, shape: Shape) -> Words:
        """Words of this shape; nothing is drawn."""
        return blank(shape)

    def reduce(self, x: Words) -> Words:
        """Words of the shape of x."""
        return blank(x.shape)

    neg = not_ = reduce

    def add(self, x: Words, y: Words) -> Words:
        """Words of both shapes, broadcast."""
        return _together("xor", x, y)

    sub = mul = or_ = add

    def xor(self, x: Words, y: Words, out: Words | None = None) -> Words:
        """Words of both shapes, broadcast, or of that of `out`."""
        return _together("xor", x, y) if out is None else out

    and_not = same = xor

    def xored_at(self, x: Words, index: int, y: Words) -> Words:
        """Words of the shape of x."""
        return blank(x.shape)

    def recombine(self, c: Words, d: Words, b: Words, e: Words, a: Words, *, with_de: bool) -> Words:
        """Words of all shapes, broadcast."""
        return _together("recombine", c, d, b, e, a)

    def masked_product(self, x: Pair, y: Pair, masks: Masks) -> Words:
        """Words of all shapes, broadcast; nothing is drawn."""
        return _together("mul", *x, *y)

    def sum(self, x: Words, axis: Axes = None) -> Words:
        """Words without these axes."""
        return blank(_summed(x.shape, axis))

    def moved(self, move: Moving, *values: Words) -> Words:
        """Words of the shape that `move` gives."""
        return blank(_moved_shape(move, [x.shape for x in values]))

    def moved_bits(self, move: Moving, shapes: Sequence[Shape], *values: Words) -> tuple[Words, Shape]:
        """Words for as many bits as `move` gives, and their shape."""
        shape = _moved_shape(move, shapes)
        return blank((*values[0].shape[:-1], -(-prod(shape) // 64))), shape

    def part(self, x: Words, index: Any) -> Words:
        """Words of the shape of x[index]."""
        return blank(_moved_shape(lambda a: a[index], [x.shape]))

    def put(self, x: Words, index: Any, value: Words) -> None:
        """Nothing to do."""

    def pack(self, bits: npt.NDArray[Any]) -> Words:
        """Words for as many bits."""
        return blank((-(-prod(bits.shape) // 64),))

    def unpack(self, words: Words, count: int) -> npt.NDArray[np.uint8]:
        """Zeros without memory."""
        return blank((count,), np.uint8)

    def planes(self, x: Words, bits: int) -> Words:
        """Words for as many planes."""
        return blank((bits, -(-x.size // 64)))

    def from_planes(self, planes: Words, count: int) -> Words:
        """As many words."""
        return blank((count,))

    def prefix_planes(self, planes: Words, op: PrefixOp, *, from_last: bool = False) -> Words:
        """Planes of the same shape."""
        return blank(planes.shape)

    def one_hot(self, places: Words, *, first: int = 0) -> Words:
        """A table for places of these bits."""
        return blank(((1 << len(places)) - first, *places.shape[1:]))

    def compared(self, table: Words, places: Words, *, whole: bool = False, from_below: bool = False) -> Words:
        """Two planes, or two for each bit of the places."""
        return blank((*((len(places),) if from_below else ()), 2, *table.shape[1:]))

    def look_up(self, table: Words, places: Words) -> Words:
        """An entry."""
        return blank(table.shape[1:])

    def turned(self, table: Words, places: Words) -> Words:
        """A table of the same shape."""
        return blank(table.shape)

    def many_and(self, opened: Words, a: Words, products: Words, *, whole: bool) -> Words:
        """Words of the shape of a row."""
        return blank(a.shape[1:])


SHAPES_OF_BITS = ShapesOfBits()
