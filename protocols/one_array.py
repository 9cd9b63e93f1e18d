"""Shares that are one array of words in each party: additive sharing, and the clear values of `ideal`.

For suites only. What is linear in the value is the same operation on the one array that a party holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from mpc.algebra import bits
from mpc.algebra.ring import Ring, Words
from protocols.shares import Array, Join, Move, Shape


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OneArray:
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

    def __add__(self, other: OneArray) -> OneArray:
        return self._like(self.ring.add(self.words, other.words))

    def __sub__(self, other: OneArray) -> OneArray:
        return self._like(self.ring.sub(self.words, other.words))

    def __neg__(self) -> OneArray:
        return self._like(self.ring.neg(self.words))

    def scale(self, public: Words | int) -> OneArray:
        """[public * x], elementwise; public ring elements or one integer."""
        return self._like(self.ring.mul(self.words, self._element(public)))

    def matmul_public(self, public: Words, *, public_left: bool = False) -> OneArray:
        """[x @ public], or [public @ x]."""
        left, right = (public, self.words) if public_left else (self.words, public)
        return self._like(self.ring.matmul(left, right))

    def __getitem__(self, index: Any) -> OneArray:
        return self._like(np.asarray(self.words[index]))

    def reshape(self, shape: Shape) -> OneArray:
        """The same elements in another shape, C order."""
        return self._like(self.words.reshape(shape))

    def transpose(self, axes: Sequence[int] | None = None) -> OneArray:
        """Axes permuted as numpy does."""
        return self._like(self.words.transpose(axes))

    def broadcast_to(self, shape: Shape) -> OneArray:
        """Elements repeated as numpy broadcasts."""
        return self._like(np.broadcast_to(self.words, shape))

    def sum(self, axis: int | tuple[int, ...] | None = None) -> OneArray:
        """[sum of x over an axis]."""
        return self._like(self.ring.sum(self.words, axis))

    def map_structure(self, move: Move) -> OneArray:
        """[move(x)]."""
        return self._like(np.asarray(move(self.words)))

    def join(self, join: Join, *others: OneArray) -> OneArray:
        """[join([x, *others])]."""
        return self._like(np.asarray(join([self.words, *(other.words for other in others)])))

    def _element(self, public: Words | int) -> Words:
        if isinstance(public, int):
            return np.array(public % (1 << self.ring.bits), np.uint64)
        return public

    def _like(self, words: Words) -> OneArray:
        return OneArray(np.ascontiguousarray(words).reshape(words.shape), self.ring)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OneArrayBits:
    """<x>: packed words of shape (*lead, words_for(size)) for bits of an array of `shape`."""

    words: Words
    shape: Shape

    def __repr__(self) -> str:
        return f"<{'x'.join(map(str, self.shape)) or 'scalar'}, {self.planes} bits>"

    @property
    def size(self) -> int:
        """How many values there are (each of `planes` bits)."""
        return prod(self.shape)

    @property
    def lead(self) -> Shape:
        """The axes of bit planes."""
        return self.words.shape[:-1]

    @property
    def planes(self) -> int:
        """How many bit planes the words hold."""
        return prod(self.lead)

    def __xor__(self, other: OneArrayBits) -> OneArrayBits:
        return OneArrayBits(bits.bit_xor(self.words, other.words), self.shape)

    def and_public(self, public: Words) -> OneArrayBits:
        """<x & public>, public packed words."""
        return OneArrayBits(bits.bit_and(self.words, public), self.shape)

    def plane(self, index: Any) -> OneArrayBits:
        """Some of the planes, by any index of the leading axes."""
        return OneArrayBits(self.words[index], self.shape)

    def reshape(self, shape: Shape) -> OneArrayBits:
        """The same values in another shape, C order."""
        return OneArrayBits(self.words, shape)

    def map_structure(self, move: Move) -> OneArrayBits:
        """<move(x)>, plane by plane."""
        return self.join(lambda arrays: move(arrays[0]))

    def join(self, join: Join, *others: OneArrayBits) -> OneArrayBits:
        """<join([x, *others])>, plane by plane."""
        values = [share.unpacked() for share in (self, *others)]
        moved = [np.asarray(join(list(planes))) for planes in zip(*values, strict=True)]
        shape = moved[0].shape if moved else np.shape(join([np.zeros(x.shape, np.uint8) for x in (self, *others)]))
        words = np.array([bits.pack(plane) for plane in moved], np.uint64)
        return OneArrayBits(words.reshape(*self.lead, bits.words_for(prod(shape))), shape)

    def join_planes(self, join: Join, *others: OneArrayBits) -> OneArrayBits:
        """The planes of join([x, *others])."""
        return OneArrayBits(join([self.words, *(other.words for other in others)]), self.shape)

    def copy(self) -> OneArrayBits:
        """The same bits in memory of their own."""
        return OneArrayBits(self.words.copy(), self.shape)

    def put(self, index: Any, planes: OneArrayBits) -> None:
        """Set planes in place."""
        self.words[index] = planes.words

    def xor_into(self, index: int, planes: OneArrayBits) -> None:
        """XOR into what stands at one place of the first axis, in place."""
        bits.bit_xor(self.words[index], planes.words, out=self.words[index])

    def unpacked(self) -> list[Array]:
        """Each plane as an array of 0 and 1 in the shape of x."""
        rows = self.words.reshape(self.planes, self.words.shape[-1])
        return [bits.unpack(row, self.size).reshape(self.shape) for row in rows]
