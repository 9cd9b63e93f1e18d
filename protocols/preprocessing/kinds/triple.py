"""Triples for products, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

from mpc.algebra.ring import Words
from mpc.algebra.shapes import Shape, broadcast
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.preprocessing.bilinear import Layout, make_triples, ring_masks, ring_residue
from protocols.preprocessing.elementwise import Elementwise
from protocols.preprocessing.kind import Kind, Opening
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Products, Transfers


@dataclass(frozen=True, slots=True)
class Triple(Kind):
    """[a], [b], [c] with c = a * b elementwise, a of shape `left` and b of shape `right`, broadcast like numpy."""

    left: Shape
    right: Shape
    name: ClassVar[str] = "triple"
    drawn: ClassVar[int] = 2

    def parts(self) -> tuple[Part, ...]:
        """a, b, c."""
        return self.of_ring(self.left), self.of_ring(self.right), self.of_ring(broadcast(self.left, self.right))

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """c = a * b."""
        return (self.ring.mul(*drawn),)

    @property
    def elements(self) -> int:
        """One for each product."""
        return prod(broadcast(self.left, self.right))

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """Gilboa, CRYPTO 1999: the product of each two parties' shares, bit by bit of the one that repeats."""
        return await make_triples(ctx, tools, kinds, [_layout(kind) for kind in kinds])

    def transfers(self, n: int) -> Transfers:
        """A choice for each bit of one operand; of two parties it may be whatever the transfers chose."""
        return self.products.transfers(chosen=n > 2 or not Elementwise(self.left, self.right).plain)

    @property
    def products(self) -> Products:
        """One for each choice, with the row that it meets."""
        form = Elementwise(self.left, self.right)
        return Products(self.ring.bits, form.choices, 1, form.repeats)

    def spare(self) -> Triple:
        """Another one."""
        return self

    def masks(self, piece: Material, spare: Material, t: Words) -> list[Opening]:
        """rho = t a - f and sigma = b - g."""
        return ring_masks(self.ring, piece, spare, t)

    def residue(self, piece: Material, spare: Material, t: Words, opened: Sequence[Words], first: bool) -> Opening:
        """t c - h - sigma f - rho g - rho sigma."""
        return ring_residue(self, piece, spare, t, opened, first)


def _layout(kind: Triple) -> Layout:
    form = Elementwise(kind.left, kind.right)
    return Layout(
        form.swapped, form.plain, form.repeats, 1,
        choices=lambda a: form.few(a)[:, None],
        operand=form.of_few,
        rows=lambda b: form.many(b).T[:, None, :],
        result=lambda c: c.T.reshape(form.shape),
    )  # fmt: skip
