"""Shares that are one array of words in each party: additive sharing, and the clear values of `ideal`.

For suites only. What is linear in the value is the same operation on the one array that a party holds. All arithmetic
goes through the algebras that a share carries, so that the same code runs on shapes alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, cast

from mpc.algebra.interface import Bits, Z2k
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.linear import Linear
from protocols.shares import Join, Move, Shape


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OneArray(Linear):
    """[x]: this party's elements of Z_2^k, in the shape of x. Never change `words` in place."""

    words: Words
    ring: Z2k

    @property
    def shape(self) -> Shape:
        """The shape of x."""
        return self.ring.shape(self.words)

    def like(self, words: Words) -> OneArray:
        """A share of the same ring that is these elements."""
        return OneArray(words, self.ring)

    def each(self, function: Callable[..., Words], *others: OneArray) -> OneArray:
        """The function of the one array."""
        return self.like(function(self.words, *(other.words for other in others)))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OneArrayBits:
    """<x>: packed words of shape (*lead, words_for(size)) for bits of an array of `shape`."""

    words: Words
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
        return self.words.shape[:-1]

    @property
    def planes(self) -> int:
        """How many bit planes the words hold."""
        return prod(self.lead)

    def like(self, words: Words) -> OneArrayBits:
        """A share of bits of the same array that is these words."""
        return OneArrayBits(words, self.shape, self.algebra)

    def __xor__(self, other: OneArrayBits) -> OneArrayBits:
        return self.like(self.algebra.add(self.words, other.words))

    def and_public(self, public: Words) -> OneArrayBits:
        """<x & public>, public packed words."""
        return self.like(self.algebra.mul(self.words, public))

    def plane(self, index: Any) -> OneArrayBits:
        """Some of the planes, by any index of the leading axes."""
        return self.like(self.algebra.part(self.words, index))

    def reshape(self, shape: Shape) -> OneArrayBits:
        """The same values in another shape, C order."""
        return OneArrayBits(self.words, shape, self.algebra)

    def map_structure(self, move: Move) -> OneArrayBits:
        """<move(x)>, plane by plane."""
        return self.join(lambda arrays: move(arrays[0]))

    def join(self, join: Join, *others: OneArrayBits) -> OneArrayBits:
        """<join([x, *others])>, plane by plane."""
        shares = (self, *others)
        shapes, words = [share.shape for share in shares], [share.words for share in shares]
        return OneArrayBits(*self.algebra.moved_bits(lambda *planes: join(list(planes)), shapes, *words), self.algebra)

    def join_planes(self, join: Join, *others: OneArrayBits) -> OneArrayBits:
        """The planes of join([x, *others])."""
        arrays = [self.words, *(other.words for other in others)]
        return self.like(self.algebra.moved(lambda *planes: join(list(planes)), *arrays))

    def copy(self) -> OneArrayBits:
        """The same bits in memory of their own."""
        fresh = self.like(self.algebra.empty(self.words.shape))
        fresh.put(..., self)
        return fresh

    def put(self, index: Any, planes: OneArrayBits) -> None:
        """Set planes in place."""
        self.algebra.put(self.words, index, planes.words)

    def xored_at(self, index: int, planes: OneArrayBits) -> OneArrayBits:
        """The same but for one place of the first axis, to which the planes are added: in place."""
        self.algebra.xor(self.words[index], planes.words, out=self.words[index])
        return self


def check_ring(ctx: Context, suite: str) -> None:
    """LocalError `unfit-session` unless the session's ring is Z_2^k."""
    if not hasattr(ctx.ring, "shift_right"):
        raise LocalError(
            "unfit-session",
            f"the suite {suite} computes modulo 2^k, k up to 128, not in {ctx.ring}",
            "use mpc.algebra.wide_ring.ring_of_bits",
        )


def ring_of(ctx: Context) -> Z2k:
    """The session's ring, for suites of Z_2^k, which are started on no other."""
    return cast(Z2k, ctx.ring)
