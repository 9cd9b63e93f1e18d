"""Random numbers with their bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.ot.groups import weighed
from protocols.preprocessing.kind import Kind, Opening, own_draws
from protocols.preprocessing.kinds.dabit import DaBit
from protocols.preprocessing.random_bits import RandomBits, in_ring, moved, own
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Transfers, bits_moved


@dataclass(frozen=True, slots=True)
class EdaBit(Kind):
    """`count` random ring elements r, as bit planes <r_i> of shape (ring.bits, words) and as [r] of shape (count,).

    Escudero, Ghosh, Keller, Rachuri, Scholl, CRYPTO 2020.
    """

    count: int
    name: ClassVar[str] = "edabit"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """<r_0 .. r_{k-1}>, [r]."""
        return Part((self.ring.bits, bits.words_for(self.count)), "xor"), self.of_ring((self.count,))

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """r = sum of 2^i r_i."""
        return (self.ring.from_planes(drawn[0], self.count),)

    @property
    def elements(self) -> int:
        """One an element."""
        return self.count

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """Random planes of each party, whose XOR is moved to the ring, bit i counting 2^i."""
        drawn = [own_draws(ctx, kind)[0] for kind in kinds]
        wanted = [
            RandomBits(r, weighed(kind.ring.bits), 1, kind.count, kind.ring.words)
            for kind, r in zip(kinds, drawn, strict=True)
        ]
        sums = await in_ring(ctx, tools, wanted)
        return [(r, own(kind.ring, x[0])) for kind, r, x in zip(kinds, drawn, sums, strict=True)]

    def transfers(self, n: int) -> Transfers:
        """Bit i becomes a sum modulo 2^(k - i)."""
        k = self.ring.bits
        return bits_moved(self.count, [k - i for i in range(k)])

    def spare(self) -> DaBit:
        """A daBit for each of its bits."""
        return DaBit(self.ring, 64 * prod(self.parts()[0].shape))

    def masks(self, piece: Material, spare: Material, t: Words) -> list[Opening]:
        """e = r_i ^ f for all bits."""
        return [Opening(bits.bit_xor(piece[0].reshape(-1), spare[0]))]

    def residue(self, piece: Material, spare: Material, t: Words, opened: Sequence[Words], first: bool) -> Opening:
        """r less the weighed sum of what the spare and e make its bits."""
        ring = self.ring
        weights = ring.from_ints([[1 << i] for i in range(ring.bits)])
        flat = moved(ring, opened[0], spare[1], first)
        each = ring.moved(lambda x: x.reshape(ring.bits, -1)[:, : self.count], flat)
        return Opening(ring.sub(piece[1], ring.sum(ring.mul(each, weights), 0)), ring)
