"""Masks for what one party puts in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from mpc.algebra.ring import Words
from mpc.algebra.shapes import Shape
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.preprocessing.kind import Kind, own_draws
from protocols.preprocessing.tools import Tools


@dataclass(frozen=True, slots=True)
class InputMask(Kind):
    """[r] for random r that `owner` knows whole."""

    shape: Shape
    owner: int
    name: ClassVar[str] = "input_mask"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """[r], and r itself at the owner."""
        return self.of_ring(self.shape), self.of_ring(self.shape, "clear", self.owner)

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """r."""
        return (drawn[0],)

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """The owner shares a seed with every other party, whose share is its stream: nothing is sent."""
        made: list[Material] = []
        for kind in kinds:
            if ctx.me != kind.owner:
                share = kind.ring.draw(ctx.pairwise_prg(kind.owner, kind.name), kind.shape)
                made.append((share, kind.ring.zeros((0,))))
                continue
            share = r = own_draws(ctx, kind)[0]
            for j in ctx.others:
                r = kind.ring.add(r, kind.ring.draw(ctx.pairwise_prg(j, kind.name), kind.shape))
            made.append((share, r))
        return made
