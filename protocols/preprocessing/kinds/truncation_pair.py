"""Random numbers with their upper parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.algebra.shapes import Shape
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.ot.groups import Group
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.random_bits import RandomBits, in_ring, own
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Transfers, bits_moved


@dataclass(frozen=True, slots=True)
class TruncationPair(Kind):
    """[r], [floor((r mod 2^(k-1)) / 2^shift)], [msb(r)] for random r."""

    shape: Shape
    shift: int
    name: ClassVar[str] = "truncation_pair"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """r, its middle bits, its top bit."""
        return self.of_ring(self.shape), self.of_ring(self.shape), self.of_ring(self.shape)

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The middle bits and the top bit of r."""
        (r,) = drawn
        below_top = self.ring.low(r, self.ring.bits - 1)
        return self.ring.shift_right(below_top, self.shift), self.ring.shift_right(r, self.ring.bits - 1)

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """r, its middle and top bit are made of three sums: the bits below the shift, those of the middle, the top."""
        wanted = []
        for kind in kinds:
            count, k = prod(kind.shape), kind.ring.bits
            planes = ctx.prg(kind.name).words((k, words_for(count)))
            wanted.append(RandomBits(planes, _groups(k, kind.shift), 3, count, kind.ring.words))
        made: list[Material] = []
        for kind, x in zip(kinds, await in_ring(ctx, tools, wanted), strict=True):
            ring = kind.ring
            low, middle, top = (own(ring, part, kind.shape) for part in x)
            r = ring.add(ring.add(low, ring.shift_left(top, ring.bits - 1)), ring.shift_left(middle, kind.shift))
            made.append((r, middle, top))
        return made

    def transfers(self, n: int) -> Transfers:
        """Bit i counts 2^i in r, 2^(i - shift) in the middle, and the top bit counts 1 by itself."""
        return bits_moved(prod(self.shape), [group.width for group in _groups(self.ring.bits, self.shift)])


def _groups(k: int, shift: int) -> tuple[Group, ...]:
    """Bit i counts 2^i, but from `shift` on 2^(i - shift) in the middle, and the top bit 1."""
    low = [Group(k - i, i, 0) for i in range(min(shift, k - 1))]
    middle = [Group(k - i + shift, i - shift, 1) for i in range(shift, k - 1)]
    return *low, *middle, Group(k, 0, 2)
