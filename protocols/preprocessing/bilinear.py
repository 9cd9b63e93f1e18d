"""Triples of any bilinear product: random a and b, and c of all products of the parties' shares.

Making one is what triples and matrix triples have in common; checking one, by sacrifice, they share with AND triples.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import groupby
from math import prod

import numpy as np

from mpc.algebra import bits
from mpc.algebra.interface import Moving, Z2k
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.correlation import Correlation, Material, draw
from protocols.preprocessing.joining import joined, runs
from protocols.preprocessing.kind import Opening
from protocols.preprocessing.tools import Rows, Tools


@dataclass(frozen=True, slots=True)
class Layout:
    """How a product is that of choices (q, s) and rows (q, s, l), summed over s.

    `swapped`: the right operand gives the choices. `plain`: each of its elements does so once. `each`: how many rows of
    choices have the same rows. The functions move elements, which they see whole.
    """

    swapped: bool
    plain: bool
    length: int
    each: int
    choices: Moving
    operand: Moving
    rows: Moving
    result: Moving


@dataclass(frozen=True, slots=True)
class _Product:
    """A product as `cross_products` takes it."""

    ring: Z2k
    a: Words | None = field(repr=False)
    b: Rows

    @property
    def size(self) -> int:
        """Words of messages."""
        return self.ring.bits * self.ring.words * prod(self.b.shape)

    @property
    def form(self) -> tuple[int, ...]:
        """What products that go together have in common."""
        return self.ring.bits, *self.b.shape[1:], self.b.each, self.a is None


async def make_triples(
    ctx: Context, tools: Tools, kinds: Sequence[Correlation], layouts: Sequence[Layout]
) -> list[Material]:
    """A triple of each kind, whose product is laid out as said. A kind's own `derive` is the local part of it."""
    operands, products = [], []
    for kind, layout in zip(kinds, layouts, strict=True):
        stream, parts = ctx.prg(kind.name), kind.parts()
        chooser, other = (parts[1], parts[0]) if layout.swapped else (parts[0], parts[1])
        b, a = draw(stream, other, kind.ring), None
        if not (layout.plain and tools.may_be_random(ctx, kind.ring, layout.length)):
            a = draw(stream, chooser, kind.ring)
        operands.append((a, b))
        rows = Rows(kind.ring.moved(layout.rows, b), layout.each)
        products.append(_Product(kind.ring, None if a is None else kind.ring.moved(layout.choices, a), rows))
    made: list[Material] = []
    crossed = await _batched(ctx, tools, products)
    for kind, layout, (a, b), (drawn, cross) in zip(kinds, layouts, operands, crossed, strict=True):
        a = kind.ring.moved(layout.operand, drawn) if a is None else a
        left, right = (b, a) if layout.swapped else (a, b)
        (local,) = kind.derive(left, right)
        made.append((left, right, kind.ring.add(local, kind.ring.moved(layout.result, cross))))
    return made


async def _batched(ctx: Context, tools: Tools, products: Sequence[_Product]) -> list[tuple[Words, Words]]:
    """`cross_products` of each; those of like form go through it together."""
    results: list[tuple[Words, Words]] = [(np.zeros(0, U64), np.zeros(0, U64))] * len(products)
    forms, sizes = [product.form for product in products], [product.size for product in products]
    for _, group in groupby(sorted(range(len(products)), key=forms.__getitem__), key=forms.__getitem__):
        for places in runs(list(group), sizes):
            parts = [products[i] for i in places]
            a = None if parts[0].a is None else joined([part.a for part in parts if part.a is not None])
            b = Rows(joined([part.b.values for part in parts]), parts[0].b.each)
            both = await tools.cross_products(ctx, parts[0].ring, a, b)
            ends_of = np.cumsum([part.b.shape[0] for part in parts])[:-1]
            split = (np.split(array, ends_of) for array in both)
            for i, a_part, c_part in zip(places, *split, strict=True):
                results[i] = a_part, c_part
    return results


# sacrifice: Damgard, Pastro, Smart, Zakarias, CRYPTO 2012. A piece (a, b, c), its spare (f, g, h), a public t:
# rho = t a - f and sigma = b - g are opened, and t c - h - sigma f - rho g - rho sigma is zero.


def ring_masks(ring: Z2k, piece: Material, spare: Material, t: Words) -> list[Opening]:
    """rho and sigma."""
    rho = ring.sub(ring.mul(piece[0], t), spare[0])
    return [Opening(rho, ring), Opening(ring.sub(piece[1], spare[1]), ring)]


def ring_residue(
    kind: Correlation, piece: Material, spare: Material, t: Words, opened: Sequence[Words], first: bool
) -> Opening:
    """A share of what must be zero."""
    ring = kind.ring
    return Opening(reduce(ring.sub, _terms(kind, spare, opened, first), ring.mul(piece[2], t)), ring)


def bit_masks(piece: Material, spare: Material) -> list[Opening]:
    """The same of packed bits, where t is 1."""
    return [Opening(bits.bit_xor(x, y)) for x, y in zip(piece[:2], spare[:2], strict=True)]


def bit_residue(kind: Correlation, piece: Material, spare: Material, opened: Sequence[Words], first: bool) -> Opening:
    """A share of what must be zero."""
    return Opening(reduce(bits.bit_xor, _terms(kind, spare, opened, first), piece[2]))


def _terms(kind: Correlation, spare: Material, opened: Sequence[Words], first: bool) -> Iterator[Words]:
    """h, f sigma, rho g, and at one party rho sigma."""
    rho, sigma = opened
    yield spare[2]
    yield from kind.derive(spare[0], sigma)
    yield from kind.derive(rho, spare[1])
    if first:
        yield from kind.derive(rho, sigma)
