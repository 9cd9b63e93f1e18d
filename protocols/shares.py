"""Shares that are one array of words in each party, and their local algebra.

`ArithmeticShare` stands for [x] in Z_2^k where each party holds one ring element of every x; `BooleanShare` for <x>,
bits packed 64 to a word. What is linear is local: no method here communicates. Suites whose parties hold one array
(additive sharing, and the clear values of `ideal`) use these two classes; what a public constant becomes differs
between them and is the suite's `constant`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from mpc.algebra import bits
from mpc.algebra.ring import Ring, Words

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ArithmeticShare:
    """[x]: this party's ring elements, in the shape of x. Never change `words` in place."""

    words: Words
    ring: Ring

    def __repr__(self) -> str:
        return f"[{'x'.join(map(str, self.shape)) or 'scalar'} mod 2^{self.ring.bits}]"

    @property
    def shape(self) -> Shape:
        """The shape of x."""
        return self.words.shape

    @property
    def size(self) -> int:
        """How many elements x has."""
        return self.words.size

    def __add__(self, other: ArithmeticShare) -> ArithmeticShare:
        return self._like(self.ring.add(self.words, other.words))

    def __sub__(self, other: ArithmeticShare) -> ArithmeticShare:
        return self._like(self.ring.sub(self.words, other.words))

    def __neg__(self) -> ArithmeticShare:
        return self._like(self.ring.neg(self.words))

    def scale(self, public: Words | int) -> ArithmeticShare:
        """[public * x], elementwise; public ring elements or one integer."""
        return self._like(self.ring.mul(self.words, self._element(public)))

    def matmul_public(self, public: Words, *, public_left: bool = False) -> ArithmeticShare:
        """[x @ public], or [public @ x]."""
        left, right = (public, self.words) if public_left else (self.words, public)
        return self._like(self.ring.matmul(left, right))

    def __getitem__(self, index: Any) -> ArithmeticShare:
        return self._like(self.words[index])

    def reshape(self, shape: Shape) -> ArithmeticShare:
        """The same elements in another shape, C order."""
        return self._like(self.words.reshape(shape))

    def transpose(self, axes: Sequence[int] | None = None) -> ArithmeticShare:
        """Axes permuted as numpy does."""
        return self._like(self.words.transpose(axes))

    def broadcast_to(self, shape: Shape) -> ArithmeticShare:
        """Elements repeated as numpy broadcasts."""
        return self._like(np.broadcast_to(self.words, shape))

    def sum(self, axis: int | tuple[int, ...] | None = None) -> ArithmeticShare:
        """[sum of x over an axis]."""
        return self._like(self.ring.sum(self.words, axis))

    def _element(self, public: Words | int) -> Words:
        if isinstance(public, int):
            return np.array(public % (1 << self.ring.bits), np.uint64)
        return public

    def _like(self, words: Words) -> ArithmeticShare:
        return ArithmeticShare(np.ascontiguousarray(words).reshape(words.shape), self.ring)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BooleanShare:
    """<x>: packed words of shape (..., words_for(size)) for bits of an array of `shape`; leading axes are bit planes,
    least significant first."""

    words: Words
    shape: Shape

    def __repr__(self) -> str:
        return f"<{'x'.join(map(str, self.shape)) or 'scalar'}, {self.planes} bits>"

    @property
    def size(self) -> int:
        """How many values there are (each of `planes` bits)."""
        return prod(self.shape)

    @property
    def planes(self) -> int:
        """How many bit planes the words hold."""
        return prod(self.words.shape[:-1])

    def __xor__(self, other: BooleanShare) -> BooleanShare:
        return BooleanShare(bits.bit_xor(self.words, other.words), self.shape)

    def and_public(self, public: Words) -> BooleanShare:
        """<x & public>, public packed words."""
        return BooleanShare(bits.bit_and(self.words, public), self.shape)

    def plane(self, index: Any) -> BooleanShare:
        """Some of the planes: an index or a slice of the first axis."""
        return BooleanShare(np.ascontiguousarray(self.words[index]), self.shape)

    def reshape(self, shape: Shape) -> BooleanShare:
        """The same values in another shape, C order."""
        return BooleanShare(self.words, shape)

    def rearrange(self, index: Words) -> BooleanShare:
        """For one plane: the values at these positions of the flattened array, in the shape of `index`."""
        flat = bits.unpack(self.words, self.size)
        return BooleanShare(bits.pack(flat[index.astype(np.intp)]), index.shape)


def concatenate(shares: Sequence[ArithmeticShare], axis: int = 0) -> ArithmeticShare:
    """Join along an existing axis."""
    return ArithmeticShare(np.concatenate([s.words for s in shares], axis), shares[0].ring)


def stack(shares: Sequence[ArithmeticShare], axis: int = 0) -> ArithmeticShare:
    """Join along a new axis."""
    return ArithmeticShare(np.stack([s.words for s in shares], axis), shares[0].ring)


def concatenate_bits(shares: Sequence[BooleanShare]) -> BooleanShare:
    """Join one-plane shares, flattened, one after another."""
    flat = np.concatenate([bits.unpack(s.words, s.size) for s in shares])
    return BooleanShare(bits.pack(flat), (flat.size,))
