"""Packed bits as an algebra: arrays of words of 64 bits, added by XOR and multiplied by AND.

The functions of `bits` and `bit_tables` as one value that stands beside a ring, so that code written against it runs on
shapes alone as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra import bit_tables, bits
from mpc.algebra.elements import OneWord, moved_elements
from mpc.algebra.interface import Axes, Masks, Moving, Pair, Shape
from mpc.algebra.masked import formula_of_product, masked_product
from mpc.algebra.sums import summed_axes
from mpc.algebra.words import U64, Stream, Words
from mpc.errors import LocalError
from native import lib


@dataclass(frozen=True, slots=True)
class PackedBits(OneWord):
    """`mpc.algebra.interface.Bits` on arrays with content; an element is a word of 64 bits."""

    def zeros(self, shape: Shape) -> Words:
        """Words of zeros."""
        return np.zeros(shape, U64)

    def empty(self, shape: Shape) -> Words:
        """Words of any content."""
        return np.empty(shape, U64)

    def draw(self, prg: Stream, shape: Shape) -> Words:
        """Uniformly random words."""
        return prg.words(shape)

    def reduce(self, x: Words) -> Words:
        """x itself: every word is 64 bits."""
        return x

    def add(self, x: Words, y: Words) -> Words:
        """x ^ y."""
        return bits.bit_xor(x, y)

    sub = add

    def neg(self, x: Words) -> Words:
        """x itself, which is its own negative."""
        return x

    def mul(self, x: Words, y: Words) -> Words:
        """x & y."""
        return bits.bit_and(x, y)

    def masked_product(self, x: Pair, y: Pair, masks: Masks) -> Words:
        """x_0 & (y_0 ^ y_1) ^ x_1 & y_0 ^ after ^ before, broadcasting; in one pass if all have one shape."""
        out = masked_product(lib.parley_replicated_and, x, y, masks)
        return formula_of_product(self, x, y, masks) if out is None else out

    def sum(self, x: Words, axis: Axes = None) -> Words:
        """The XOR of all words, or along axes as in numpy."""
        try:
            axes = summed_axes(x.ndim, axis)
        except ValueError as error:
            raise LocalError("wrong-shape", f"cannot sum: {error}", "name an axis that the array has") from None
        return np.asarray(np.bitwise_xor.reduce(x, axis=axes), order="C") if axes else x.copy()

    recombine = staticmethod(bits.recombine)

    def moved(self, move: Moving, *values: Words) -> Words:
        """move(x, ...) in C order, for a function of numpy that only moves words."""
        return moved_elements(1, move, values)

    def moved_bits(self, move: Moving, shapes: Sequence[Shape], *values: Words) -> tuple[Words, Shape]:
        """move(x, ...) plane by plane; each x an array of 0 and 1 of its shape."""
        lead = values[0].shape[:-1]
        rows = zip(*(v.reshape(prod(lead), v.shape[-1]) for v in values), strict=True)
        moved = [np.asarray(move(*map(self._spread, planes, shapes))) for planes in rows]
        shape = moved[0].shape if moved else np.shape(move(*(np.zeros(shape, np.uint8) for shape in shapes)))
        packed = np.array([bits.pack(plane) for plane in moved], U64)
        return packed.reshape(*lead, bits.words_for(prod(shape))), shape

    def xored_at(self, x: Words, index: int, y: Words) -> Words:
        """x with x[index] ^ y at one place of its first axis, in memory of its own."""
        out = np.empty(x.shape, U64)
        out[:index], out[index + 1 :] = x[:index], x[index + 1 :]
        bits.bit_xor(x[index], y, out=out[index])
        return out

    def part(self, x: Words, index: Any) -> Words:
        """x[index]: a view where numpy gives one."""
        selected: Words = x[index]
        return selected

    def put(self, x: Words, index: Any, value: Words) -> None:
        """x[index] = value, in place."""
        x[index] = value

    def unpack(self, words: Words, count: int) -> npt.NDArray[np.uint8]:
        """The first `count` bits of a flat array of words."""
        return bits.unpack(words, count)

    def _spread(self, words: Words, shape: Shape) -> npt.NDArray[np.uint8]:
        return bits.unpack(words, prod(shape)).reshape(shape)

    xor = staticmethod(bits.bit_xor)
    or_ = staticmethod(bits.bit_or)
    not_ = staticmethod(bits.bit_not)
    and_not = staticmethod(bits.bit_and_not)
    same = staticmethod(bits.bit_same)
    pack = staticmethod(bits.pack)
    planes = staticmethod(bits.planes)
    from_planes = staticmethod(bits.from_planes)
    prefix_planes = staticmethod(bits.prefix_planes)
    one_hot = staticmethod(bit_tables.one_hot)
    look_up = staticmethod(bit_tables.look_up)
    turned = staticmethod(bit_tables.turned)
    compared = staticmethod(bit_tables.compared)
    many_and = staticmethod(bit_tables.many_and)


PACKED = PackedBits()
