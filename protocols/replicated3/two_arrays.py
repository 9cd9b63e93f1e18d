"""Shares that are two arrays: of x = x_0 + x_1 + x_2, party i holds x_i and x_{i+1}, indices modulo 3.

Any two parties hold all of x, one alone holds two arrays that say nothing of it. Araki, Furukawa, Lindell, Nof, Ohara,
CCS 2016, in its replicated form. What is linear in x is done to both arrays. All arithmetic goes through the algebras
that a share carries, so that the same code runs on shapes alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

from mpc.algebra.interface import Bits, Z2k
from mpc.algebra.words import Words
from protocols.linear import Linear
from protocols.shares import Join, Move, Shape


@dataclass(slots=True, eq=False, repr=False)
class TwoArrays(Linear):
    """[x]: x_i and x_{i+1} at party i, elements of Z_2^k in the shape of x. Never changed, nor in place.

    `zero`: which of both are zeros whatever x is, as of a constant, which is all in x_0: nothing is to be added then.
    """

    first: Words
    second: Words
    ring: Z2k
    zero: tuple[bool, bool] = (False, False)

    @property
    def shape(self) -> Shape:
        """The shape of x."""
        return self.ring.shape(self.first)

    def like(self, first: Words, second: Words) -> TwoArrays:
        """A share of the same ring that is these elements."""
        return TwoArrays(first, second, self.ring)

    def __add__(self, other: TwoArrays) -> TwoArrays:
        return self._with(self.ring.add, other)

    def __sub__(self, other: TwoArrays) -> TwoArrays:
        return self._with(self.ring.sub, other)

    def _with(self, combined: Callable[[Words, Words], Words], other: TwoArrays) -> TwoArrays:
        arrays = zip((self.first, self.second), (other.first, other.second), other.zero, strict=True)
        first, second = (x if zero and _within(y, x) else combined(x, y) for x, y, zero in arrays)
        return self.like(first, second)

    def each(self, function: Callable[..., Words], *others: TwoArrays) -> TwoArrays:
        """The function of the first arrays and that of the second ones."""
        first = function(self.first, *(other.first for other in others))
        return self.like(first, function(self.second, *(other.second for other in others)))


def _within(y: Words, x: Words) -> bool:
    """Whether y broadcasts to the shape of x."""
    return y.ndim <= x.ndim and x.shape[x.ndim - y.ndim :] == y.shape


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TwoArrayBits:
    """<x> with x = x_0 ^ x_1 ^ x_2: packed words of shape (*lead, words_for(size)) for bits of an array of `shape`."""

    first: Words
    second: Words
    shape: Shape
    algebra: Bits

    def __repr__(self) -> str:
        return f"<{'x'.join(map(str, self.shape)) or 'scalar'}, {self.planes} bits>"

    @property
    def size(self) -> int:
        """How many values there are (each of `planes` bits)."""
        return prod(self.shape)

    @property
    def lead(self) -> Shape:
        """The axes of bit planes."""
        return self.first.shape[:-1]

    @property
    def planes(self) -> int:
        """How many bit planes the words hold."""
        return prod(self.lead)

    def like(self, first: Words, second: Words) -> TwoArrayBits:
        """A share of bits of the same array that is these words."""
        return TwoArrayBits(first, second, self.shape, self.algebra)

    def each(self, function: Callable[..., Words], *others: TwoArrayBits) -> TwoArrayBits:
        """The function of the first words and that of the second ones."""
        first = function(self.first, *(other.first for other in others))
        return self.like(first, function(self.second, *(other.second for other in others)))

    def __xor__(self, other: TwoArrayBits) -> TwoArrayBits:
        return self.each(self.algebra.add, other)

    def and_public(self, public: Words) -> TwoArrayBits:
        """<x & public>, public packed words."""
        return self.each(lambda words: self.algebra.mul(words, public))

    def plane(self, index: Any) -> TwoArrayBits:
        """Some of the planes, by any index of the leading axes."""
        return self.each(lambda words: self.algebra.part(words, index))

    def reshape(self, shape: Shape) -> TwoArrayBits:
        """The same values in another shape, C order."""
        return TwoArrayBits(self.first, self.second, shape, self.algebra)

    def map_structure(self, move: Move) -> TwoArrayBits:
        """<move(x)>, plane by plane."""
        return self.join(lambda arrays: move(arrays[0]))

    def join(self, join: Join, *others: TwoArrayBits) -> TwoArrayBits:
        """<join([x, *others])>, plane by plane."""
        shares = (self, *others)
        shapes = [share.shape for share in shares]

        def joined(*words: Words) -> tuple[Words, Shape]:
            return self.algebra.moved_bits(lambda *planes: join(list(planes)), shapes, *words)

        first, shape = joined(*(share.first for share in shares))
        return TwoArrayBits(first, joined(*(share.second for share in shares))[0], shape, self.algebra)

    def join_planes(self, join: Join, *others: TwoArrayBits) -> TwoArrayBits:
        """The planes of join([x, *others])."""
        return self.each(lambda *words: self.algebra.moved(lambda *planes: join(list(planes)), *words), *others)

    def copy(self) -> TwoArrayBits:
        """The same bits in memory of their own."""
        fresh = self.each(lambda words: self.algebra.empty(words.shape))
        fresh.put(..., self)
        return fresh

    def put(self, index: Any, planes: TwoArrayBits) -> None:
        """Set planes in place."""
        self.algebra.put(self.first, index, planes.first)
        self.algebra.put(self.second, index, planes.second)

    def xored_at(self, index: int, planes: TwoArrayBits) -> TwoArrayBits:
        """The same but for one place of the first axis, to which the planes are added: in memory of its own."""
        return self.each(lambda own, other: self.algebra.xored_at(own, index, other), planes)
