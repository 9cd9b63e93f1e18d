"""Random bits, shared both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.ot.groups import Group
from protocols.preprocessing.kind import Kind, Opening, own_draws
from protocols.preprocessing.random_bits import RandomBits, in_ring, moved, own
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Transfers, bits_moved


@dataclass(frozen=True, slots=True)
class DaBit(Kind):
    """`count` random bits, packed as <b> of shape (words,) and in the ring as [b] of shape (count,)."""

    count: int
    name: ClassVar[str] = "dabit"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """<b>, [b]."""
        return Part((bits.words_for(self.count),), "xor"), self.of_ring((self.count,))

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """[b], one element a bit."""
        return (self.ring.from_bits(bits.unpack(drawn[0], self.count)),)

    @property
    def elements(self) -> int:
        """One a bit."""
        return self.count

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """Random bits of each party, whose XOR is moved to the ring."""
        drawn = [own_draws(ctx, kind)[0] for kind in kinds]
        wanted = [
            RandomBits(b[None], (Group(kind.ring.bits),), 1, kind.count, kind.ring.words)
            for kind, b in zip(kinds, drawn, strict=True)
        ]
        sums = await in_ring(ctx, tools, wanted)
        return [(b, own(kind.ring, x[0])) for kind, b, x in zip(kinds, drawn, sums, strict=True)]

    def transfers(self, n: int) -> Transfers:
        """Each bit becomes a sum modulo 2^k."""
        return bits_moved(self.count, [self.ring.bits])

    def spare(self) -> DaBit:
        """As many others."""
        return self

    def masks(self, piece: Material, spare: Material, t: Words) -> list[Opening]:
        """e = b ^ f."""
        return [Opening(bits.bit_xor(piece[0], spare[0]))]

    def residue(self, piece: Material, spare: Material, t: Words, opened: Sequence[Words], first: bool) -> Opening:
        """b less what the spare and e make it."""
        return Opening(self.ring.sub(piece[1], moved(self.ring, opened[0], spare[1], first)), self.ring)
