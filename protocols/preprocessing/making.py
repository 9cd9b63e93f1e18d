"""Every kind of material, made by the parties themselves: random shares of what is drawn, products for what follows.

Semi-honest, any number of parties; what up to n - 1 of them see together says nothing of the others' shares. All
pieces of one kind are made together. A kind's own `derive` on a party's shares is the local part of a product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import prod
from typing import Any

import numpy as np

from mpc import bits
from mpc.bits import words_for
from mpc.context import Context
from mpc.correlations import (
    AndTriple,
    Correlation,
    DaBit,
    EdaBit,
    InputMask,
    Material,
    MatrixTriple,
    OneOfMany,
    RandomValue,
    Shape,
    SquarePair,
    Triple,
    TruncationPair,
    broadcast,
    draw,
)
from mpc.ring import U64, Ring, Words
from protocols.preprocessing.pairs import Pairs
from protocols.preprocessing.products import CHUNK_WORDS, bits_to_ring, cross_products
from protocols.preprocessing.tables import make_tables

_BIT = Ring(1)


async def make_material(ctx: Context, ends: Pairs, kinds: Sequence[Correlation]) -> list[Material]:
    """This party's share of a piece of each kind, in order. All parties call it with the same kinds."""
    made: list[Material] = [()] * len(kinds)
    order = sorted(range(len(kinds)), key=lambda i: kinds[i].name)
    for _, group in groupby(order, key=lambda i: kinds[i].name):
        places = list(group)
        make = _MAKERS[type(kinds[places[0]])]
        for place, material in zip(places, await make(ctx, ends, [kinds[i] for i in places]), strict=True):
            made[place] = material
    return made


def _drawn(ctx: Context, kind: Correlation) -> list[Words]:
    stream = ctx.prg(kind.name)
    return [draw(stream, part, kind.ring) for part in kind.parts()[: kind.drawn]]


# products


@dataclass(frozen=True, slots=True)
class _Product:
    """A product of shared arrays as `cross_products` takes it, and how its result becomes an array of the kind."""

    ring: Ring
    a: Words = field(repr=False)
    b: Words = field(repr=False)
    shaped: Callable[[Words], Words]

    @property
    def size(self) -> int:
        """Words of messages."""
        return self.ring.bits * self.b.size


async def _products(ctx: Context, ends: Pairs, kinds: Sequence[Any]) -> list[Material]:
    """Triples of any sort: random a and b, and c of all products of shares."""
    drawn = [_drawn(ctx, kind) for kind in kinds]
    products = [_as_product(kind, a, b) for kind, (a, b) in zip(kinds, drawn, strict=True)]
    crossed = await _batched(ctx, ends, products)
    made: list[Material] = []
    for kind, (a, b), product, cross in zip(kinds, drawn, products, crossed, strict=True):
        (local,) = kind.derive(a, b)
        shaped = product.shaped(cross)
        c = bits.bit_xor(local, shaped) if isinstance(kind, AndTriple) else kind.ring.add(local, shaped)
        made.append((a, b, c))
    return made


async def _batched(ctx: Context, ends: Pairs, products: Sequence[_Product]) -> list[Words]:
    """`cross_products` of each; small ones of like form go through it together."""
    results: list[Words] = [np.zeros(0, U64)] * len(products)

    def form(i: int) -> tuple[int, ...]:
        return products[i].ring.bits, *products[i].b.shape[1:]

    for _, group in groupby(sorted(range(len(products)), key=form), key=form):
        for places in _runs(list(group), [product.size for product in products]):
            parts = [products[i] for i in places]
            a, b = (parts[0].a, parts[0].b) if len(parts) == 1 else _joined(parts)
            crossed = await cross_products(ctx, ends, parts[0].ring, a, b)
            ends_of = np.cumsum([len(part.a) for part in parts])[:-1]
            for i, part in zip(places, np.split(crossed, ends_of), strict=True):
                results[i] = part
    return results


def _joined(parts: Sequence[_Product]) -> tuple[Words, Words]:
    return np.concatenate([part.a for part in parts]), np.concatenate([part.b for part in parts])


def _runs(places: list[int], sizes: Sequence[int]) -> list[list[int]]:
    """Consecutive places of not much more than CHUNK_WORDS together."""
    runs: list[list[int]] = []
    room = 0
    for place in places:
        if room <= 0:
            runs.append([])
            room = CHUNK_WORDS
        runs[-1].append(place)
        room -= sizes[place]
    return runs


def _as_product(kind: Triple | MatrixTriple | AndTriple, a: Words, b: Words) -> _Product:
    if isinstance(kind, MatrixTriple):
        return _matrix_product(kind, a, b)
    if isinstance(kind, Triple):
        return _elementwise(kind.ring, a, b)
    left, right = (_unpacked(x) for x in (a, b))
    product = _elementwise(_BIT, left, right)
    shape = broadcast(a.shape, b.shape)

    def packed(result: Words) -> Words:
        return bits.pack(product.shaped(result).astype(np.uint8)).reshape(shape)

    return _Product(_BIT, product.a, product.b, packed)


def _unpacked(packed: Words) -> Words:
    """The bits of packed words as words, with one axis more."""
    return bits.unpack(packed.reshape(-1), 64 * packed.size).astype(U64).reshape(*packed.shape, 64)


def _elementwise(ring: Ring, a: Words, b: Words) -> _Product:
    """One choice for each element of the operand that is repeated along leading axes, if one is."""
    shape = broadcast(a.shape, b.shape)
    if a.size > b.size:
        a, b = b, a
    repeats = _repeats(a.shape, shape) if b.size == prod(shape) else 1
    if repeats == 1:
        a, b = np.broadcast_to(a, shape), np.broadcast_to(b, shape)
    rows = np.ascontiguousarray(b.reshape(repeats, -1).T)

    def shaped(result: Words) -> Words:
        return np.ascontiguousarray(result.T).reshape(shape)

    return _Product(ring, np.ascontiguousarray(a).reshape(-1, 1), rows[:, None, :], shaped)


def _repeats(shape: Shape, full: Shape) -> int:
    """How often an array of this shape is repeated along leading axes to fill the full one; 1 if other axes too."""
    aligned = (1,) * (len(full) - len(shape)) + shape
    leading = 0
    while leading < len(full) and aligned[leading] == 1:
        leading += 1
    return max(1, prod(full[:leading])) if aligned[leading:] == full[leading:] else 1


def _matrix_product(kind: MatrixTriple, a: Words, b: Words) -> _Product:
    """Choices for the smaller of the matrices' outer sides: C = A B, or its transpose B' A'."""
    batch = broadcast(a.shape[:-2], b.shape[:-2])
    rows, columns = a.shape[-2], b.shape[-1]
    turned = rows > columns
    if turned:
        a, b, rows, columns = np.swapaxes(b, -1, -2), np.swapaxes(a, -1, -2), columns, rows
    inner, count = a.shape[-1], prod(batch) * rows
    left = np.broadcast_to(a, (*batch, rows, inner)).reshape(count, inner)
    right = np.broadcast_to(b[..., None, :, :], (*batch, rows, inner, columns))
    right = right.reshape(count, inner, columns)

    def shaped(result: Words) -> Words:
        product = result.reshape(*batch, rows, columns)
        return np.ascontiguousarray(np.swapaxes(product, -1, -2) if turned else product)

    return _Product(kind.ring, np.ascontiguousarray(left), right, shaped)


async def _squares(ctx: Context, ends: Pairs, kinds: Sequence[SquarePair]) -> list[Material]:
    """(sum of a_i)^2 = sum of a_i^2 + 2 sum of a_i a_j over i < j: half as many products, and those of k - 1 bits."""
    pairs = {(i, j) for j in ctx.everyone for i in range(j)}
    drawn = [_drawn(ctx, kind)[0] for kind in kinds]
    made: list[Material] = [()] * len(kinds)
    for size in sorted({kind.ring.bits for kind in kinds}):
        ring, places = Ring(size), [i for i, kind in enumerate(kinds) if kind.ring.bits == size]
        flat = np.concatenate([drawn[i].reshape(-1) for i in places])
        c = ring.mul(flat, flat)
        if size > 1:
            half = Ring(size - 1)
            a = half.reduce(flat)
            crossed = await cross_products(ctx, ends, half, a[:, None], a[:, None, None], pairs)
            c = ring.add(c, ring.shift_left(crossed.reshape(-1), 1))
        ends_of = np.cumsum([drawn[i].size for i in places])[:-1]
        for i, part in zip(places, np.split(c, ends_of), strict=True):
            made[i] = drawn[i], np.ascontiguousarray(part).reshape(kinds[i].shape)
    return made


# bits


@dataclass(frozen=True, slots=True)
class _Bits:
    """Random bits of a kind: how many planes for each of `count` elements, and modulo what each is wanted."""

    planes: Words = field(repr=False)
    widths: tuple[int, ...]
    count: int


async def _in_ring(ctx: Context, ends: Pairs, wanted: Sequence[_Bits]) -> list[Words]:
    """The bits of each as additive shares, (planes, count); those of equal widths are moved together."""
    results: list[Words] = [np.zeros(0, U64)] * len(wanted)
    for widths in sorted({w.widths for w in wanted}):
        places = [i for i, w in enumerate(wanted) if w.widths == widths]
        for run in _runs(places, [64 * w.planes.size for w in wanted]):
            shares = await bits_to_ring(ctx, ends, np.concatenate([wanted[i].planes for i in run], axis=1), widths)
            start = 0
            for i in run:
                results[i] = shares[:, start : start + wanted[i].count]
                start += 64 * wanted[i].planes.shape[1]
    return results


def _weighted(ring: Ring, shares: Words, first: int = 0) -> Words:
    """The sum of 2^(i - first) times plane i, for the planes from `first` on."""
    weights = np.arange(len(shares) - first, dtype=U64)[:, None]
    return ring.reduce(np.left_shift(shares[first:], weights).sum(axis=0, dtype=U64))


async def _dabits(ctx: Context, ends: Pairs, kinds: Sequence[DaBit]) -> list[Material]:
    drawn = [_drawn(ctx, kind)[0] for kind in kinds]
    wanted = [_Bits(b[None], (kind.ring.bits,), kind.count) for kind, b in zip(kinds, drawn, strict=True)]
    shares = await _in_ring(ctx, ends, wanted)
    return [(b, np.ascontiguousarray(x[0])) for b, x in zip(drawn, shares, strict=True)]


async def _edabits(ctx: Context, ends: Pairs, kinds: Sequence[EdaBit]) -> list[Material]:
    """Of bit i only the shares modulo 2^(k - i) matter."""
    drawn = [_drawn(ctx, kind)[0] for kind in kinds]
    wanted = [
        _Bits(r, tuple(kind.ring.bits - i for i in range(kind.ring.bits)), kind.count)
        for kind, r in zip(kinds, drawn, strict=True)
    ]
    shares = await _in_ring(ctx, ends, wanted)
    return [(r, _weighted(kind.ring, x)) for kind, r, x in zip(kinds, drawn, shares, strict=True)]


async def _truncation_pairs(ctx: Context, ends: Pairs, kinds: Sequence[TruncationPair]) -> list[Material]:
    """r, its middle and its top bit are sums of the same bits with other weights."""
    wanted = []
    for kind in kinds:
        count, k = prod(kind.shape), kind.ring.bits
        planes = ctx.prg(kind.name).words((k, words_for(count)))
        wanted.append(_Bits(planes, _widths_of_truncation(k, kind.shift), count))
    made: list[Material] = []
    for kind, x in zip(kinds, await _in_ring(ctx, ends, wanted), strict=True):
        below_top = x[:-1] if kind.shift < kind.ring.bits - 1 else x[:0]
        middle = _weighted(kind.ring, below_top, kind.shift) if len(below_top) else kind.ring.zeros(x.shape[1])
        parts = _weighted(kind.ring, x), middle, x[-1]
        made.append(tuple(np.ascontiguousarray(part).reshape(kind.shape) for part in parts))
    return made


def _widths_of_truncation(k: int, shift: int) -> tuple[int, ...]:
    """Bit i counts 2^i in r, and from `shift` on 2^(i - shift) in the middle; the top bit counts 1 by itself."""
    return (*(k - i if i < shift else k - i + shift for i in range(k - 1)), k)


# what needs no transfers


async def _input_masks(ctx: Context, ends: Pairs, kinds: Sequence[InputMask]) -> list[Material]:
    """The owner shares a seed with every other party, whose share is its stream."""
    made: list[Material] = []
    for kind in kinds:
        if ctx.me != kind.owner:
            share = kind.ring.reduce(ctx.pairwise_prg(kind.owner, kind.name).words(kind.shape))
            made.append((share, kind.ring.zeros((0,))))
            continue
        share = r = _drawn(ctx, kind)[0]
        for j in ctx.others:
            r = kind.ring.add(r, kind.ring.reduce(ctx.pairwise_prg(j, kind.name).words(kind.shape)))
        made.append((share, r))
    return made


async def _random_values(ctx: Context, ends: Pairs, kinds: Sequence[RandomValue]) -> list[Material]:
    return [tuple(_drawn(ctx, kind)) for kind in kinds]


_MAKERS: dict[type[Correlation], Callable[[Context, Pairs, Sequence[Any]], Any]] = {
    Triple: _products,
    MatrixTriple: _products,
    AndTriple: _products,
    SquarePair: _squares,
    DaBit: _dabits,
    EdaBit: _edabits,
    TruncationPair: _truncation_pairs,
    InputMask: _input_masks,
    RandomValue: _random_values,
    OneOfMany: make_tables,
}
