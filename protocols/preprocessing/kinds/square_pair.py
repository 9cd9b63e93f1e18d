"""Pairs for squares: half of what a product takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.algebra.shapes import Shape
from mpc.algebra.wide_ring import ring_of_bits
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.preprocessing.kind import Kind, Opening, own_draws
from protocols.preprocessing.tools import Rows, Tools
from protocols.preprocessing.transfers import Products, Transfers


@dataclass(frozen=True, slots=True)
class SquarePair(Kind):
    """[a], [c] with c = a * a."""

    shape: Shape
    name: ClassVar[str] = "square_pair"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """a, c."""
        return self.of_ring(self.shape), self.of_ring(self.shape)

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """c = a * a."""
        return (self.ring.mul(drawn[0], drawn[0]),)

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """(sum of a_i)^2 = sum of a_i^2 + 2 sum of a_i a_j over i < j: half the products, and those of k - 1 bits."""
        pairs = {(i, j) for j in ctx.everyone for i in range(j)}
        drawn = [own_draws(ctx, kind)[0] for kind in kinds]
        made: list[Material] = [()] * len(kinds)
        for size in sorted({kind.ring.bits for kind in kinds}):
            ring, places = ring_of_bits(size), [i for i, kind in enumerate(kinds) if kind.ring.bits == size]
            flat = ring.moved(
                lambda *parts: np.concatenate([p.reshape(-1) for p in parts]), *(drawn[i] for i in places)
            )
            c = ring.mul(flat, flat)
            if size > 1:
                half = _half(ring)
                a = half.reduce(flat)
                _, crossed = await tools.cross_products(ctx, half, a[:, None], Rows(a[:, None, None]), pairs)
                c = ring.add(c, ring.shift_left(crossed[:, 0], 1))
            ends_of = np.cumsum([prod(kinds[i].shape) for i in places])[:-1]
            for i, part in zip(places, np.split(c, ends_of), strict=True):
                made[i] = drawn[i], np.ascontiguousarray(part).reshape(drawn[i].shape)
        return made

    def transfers(self, n: int) -> Transfers:
        """A choice for each bit but the highest, from every party to those after it."""
        return self.products.transfers()

    @property
    def products(self) -> Products:
        """Modulo half of the ring's size, where anything is left of it."""
        bits = _half(self.ring).bits if self.ring.bits > 1 else 0
        return Products(bits, prod(self.shape) if bits else 0, 1, 1, between="rising")

    def spare(self) -> SquarePair:
        """Another one."""
        return self

    def masks(self, piece: Material, spare: Material, t: Words) -> list[Opening]:
        """rho = t a - f."""
        return [Opening(self.ring.sub(self.ring.mul(piece[0], t), spare[0]), self.ring)]

    def residue(self, piece: Material, spare: Material, t: Words, opened: Sequence[Words], first: bool) -> Opening:
        """t^2 c - h - rho (t a + f)."""
        ring, (rho,) = self.ring, opened
        squares = ring.sub(ring.mul(piece[1], ring.mul(t, t)), spare[1])
        return Opening(ring.sub(squares, ring.mul(rho, ring.add(ring.mul(piece[0], t), spare[0]))), ring)


def _half(ring: Z2k) -> Z2k:
    """The ring of a bit less, in which products are made that count twice; elements keep their words."""
    return ring_of_bits(max(ring.bits - 1, 64 * (ring.words - 1) + 1))
