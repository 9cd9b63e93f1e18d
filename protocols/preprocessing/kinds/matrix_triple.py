"""Triples for products of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.ring import Words
from mpc.algebra.shapes import Shape, broadcast, matmul_shape
from mpc.context import Context
from mpc.correlation import Material, Part
from protocols.preprocessing.bilinear import Layout, make_triples, ring_masks, ring_residue
from protocols.preprocessing.kind import Kind, Opening
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Products, Transfers


@dataclass(frozen=True, slots=True)
class MatrixTriple(Kind):
    """[A], [B], [C] with C = A @ B, shapes as in numpy.matmul."""

    left: Shape
    right: Shape
    name: ClassVar[str] = "matrix_triple"
    drawn: ClassVar[int] = 2

    def parts(self) -> tuple[Part, ...]:
        """A, B, C."""
        return self.of_ring(self.left), self.of_ring(self.right), self.of_ring(matmul_shape(self.left, self.right))

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """C = A @ B."""
        return (self.ring.matmul(*drawn),)

    @property
    def elements(self) -> int:
        """One for each matrix product."""
        return prod(self.batch)

    @property
    def batch(self) -> Shape:
        """The leading axes of the products."""
        return broadcast(self.left[:-2], self.right[:-2])

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """As of numbers, with a row of one matrix for each bit of the other."""
        return await make_triples(ctx, tools, kinds, [_layout(kind) for kind in kinds])

    def transfers(self, n: int) -> Transfers:
        """A choice for each bit of the matrix with the shorter outer side; a message is a row of the other."""
        chooser = self.right if self.left[-2] > self.right[-1] else self.left
        plain = prod(chooser[:-2]) == prod(self.batch)
        return self.products.transfers(chosen=n > 2 or not plain)

    @property
    def products(self) -> Products:
        """Of the matrix with the shorter outer side, whose rows have the other matrix in common."""
        shorter, longer = sorted((self.left[-2], self.right[-1]))
        return Products(self.ring.bits, prod(self.batch) * shorter, self.left[-1], longer, shorter)

    def spare(self) -> MatrixTriple:
        """Another one."""
        return self

    def masks(self, piece: Material, spare: Material, t: Words) -> list[Opening]:
        """rho = t A - F and sigma = B - G."""
        return ring_masks(self.ring, piece, spare, t)

    def residue(self, piece: Material, spare: Material, t: Words, opened: Sequence[Words], first: bool) -> Opening:
        """t C - H - F sigma - rho G - rho sigma."""
        return ring_residue(self, piece, spare, t, opened, first)


def _layout(kind: MatrixTriple) -> Layout:
    """Choices for the smaller of the matrices' outer sides: C = A B, or its transpose B' A'."""
    batch = kind.batch
    rows, inner, columns = kind.left[-2], kind.left[-1], kind.right[-1]
    batches = prod(batch)
    turned, chooser = rows > columns, kind.left
    if turned:
        rows, columns, chooser = columns, rows, kind.right

    def as_left(x: Words) -> Words:
        return np.swapaxes(x, -1, -2) if turned else x

    def choices(a: Words) -> Words:
        return np.broadcast_to(as_left(a), (*batch, rows, inner)).reshape(batches * rows, inner)

    def operand(a: Words) -> Words:
        return as_left(a.reshape(*chooser[:-2], rows, inner))

    def other(b: Words) -> Words:
        return np.broadcast_to(as_left(b), (*batch, inner, columns)).reshape(batches, inner, columns)

    def result(c: Words) -> Words:
        return as_left(c.reshape(*batch, rows, columns))

    return Layout(turned, prod(chooser[:-2]) == batches, columns, rows, choices, operand, other, result)
