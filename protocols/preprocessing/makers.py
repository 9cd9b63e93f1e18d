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

from mpc.algebra import bits
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Ring, Words
from mpc.context import Context
from mpc.correlation import (
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
from protocols.ot.pads import Group, weighed
from protocols.preprocessing.one_of_many import make_tables
from protocols.preprocessing.pairs import Pairs
from protocols.preprocessing.products import Rows, bits_to_ring, cross_ands, cross_products, may_be_random

JOINED_WORDS = 1 << 24
"""Small pieces go through products together up to about this many words of messages."""


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
class _Layout:
    """How a kind's product is that of choices (q, s) and rows (q, s, l), summed over s.

    `swapped`: the right operand gives the choices. `plain`: each of its elements does so once.
    """

    swapped: bool
    plain: bool
    length: int
    choices: Callable[[Words], Words]
    operand: Callable[[Words], Words]
    rows: Callable[[Words], Rows]
    result: Callable[[Words], Words]


@dataclass(frozen=True, slots=True)
class _Product:
    """A product as `cross_products` takes it."""

    ring: Z2k
    a: Words | None = field(repr=False)
    b: Rows

    @property
    def size(self) -> int:
        """Words of messages."""
        return self.ring.bits * prod(self.b.shape)


async def _triples(ctx: Context, ends: Pairs, kinds: Sequence[Triple] | Sequence[MatrixTriple]) -> list[Material]:
    """Random a and b, and c of all products of shares."""
    layouts = [_matrix_layout(kind) if isinstance(kind, MatrixTriple) else _word_layout(kind) for kind in kinds]
    operands, products = [], []
    for kind, layout in zip(kinds, layouts, strict=True):
        stream, parts = ctx.prg(kind.name), kind.parts()
        chooser, other = (parts[1], parts[0]) if layout.swapped else (parts[0], parts[1])
        b, a = draw(stream, other, kind.ring), None
        if not (layout.plain and may_be_random(ctx, kind.ring, layout.length)):
            a = draw(stream, chooser, kind.ring)
        operands.append((a, b))
        products.append(_Product(kind.ring, None if a is None else layout.choices(a), layout.rows(b)))
    made: list[Material] = []
    crossed = await _batched(ctx, ends, products)
    for kind, layout, (a, b), (drawn, cross) in zip(kinds, layouts, operands, crossed, strict=True):
        a = layout.operand(drawn) if a is None else a
        left, right = (b, a) if layout.swapped else (a, b)
        (local,) = kind.derive(left, right)
        made.append((left, right, kind.ring.add(local, layout.result(cross))))
    return made


async def _batched(ctx: Context, ends: Pairs, products: Sequence[_Product]) -> list[tuple[Words, Words]]:
    """`cross_products` of each; those of like form go through it together."""
    results: list[tuple[Words, Words]] = [(np.zeros(0, U64), np.zeros(0, U64))] * len(products)

    def form(i: int) -> tuple[int, ...]:
        product = products[i]
        return product.ring.bits, *product.b.shape[1:], product.b.each, product.a is None

    for _, group in groupby(sorted(range(len(products)), key=form), key=form):
        for places in _runs(list(group), [product.size for product in products]):
            parts = [products[i] for i in places]
            a = None if parts[0].a is None else _joined([part.a for part in parts if part.a is not None])
            b = Rows(_joined([part.b.values for part in parts]), parts[0].b.each)
            both = await cross_products(ctx, ends, parts[0].ring, a, b)
            ends_of = np.cumsum([part.b.shape[0] for part in parts])[:-1]
            split = (np.split(array, ends_of) for array in both)
            for i, a_part, c_part in zip(places, *split, strict=True):
                results[i] = a_part, c_part
    return results


def _joined(parts: Sequence[Words], axis: int = 0) -> Words:
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=axis)


def _runs(places: list[int], sizes: Sequence[int]) -> list[list[int]]:
    """Consecutive places of not much more than JOINED_WORDS together."""
    runs: list[list[int]] = []
    room = 0
    for place in places:
        if room <= 0:
            runs.append([])
            room = JOINED_WORDS
        runs[-1].append(place)
        room -= sizes[place]
    return runs


class _Elementwise:
    """A product of broadcast operands as `repeats` rows with one operand, `few`, each times a row of the other, `many`.

    One choice for each element of an operand that is repeated along leading axes; `plain` if no other repeats.
    """

    def __init__(self, left: Shape, right: Shape) -> None:
        self.shape = broadcast(left, right)
        self.swapped = prod(left) > prod(right)
        self._few, self._many = (right, left) if self.swapped else (left, right)
        size = prod(self.shape)
        self.repeats = _repeats(self._few, self.shape) if prod(self._many) == size else 1
        self.plain = self.repeats > 1 or prod(self._few) == size

    def few(self, x: Words) -> Words:
        """(q,)."""
        return (x if self.repeats > 1 else np.broadcast_to(x, self.shape)).reshape(-1)

    def many(self, x: Words) -> Words:
        """(repeats, q)."""
        return np.broadcast_to(x, self.shape).reshape(self.repeats, -1)

    def of_few(self, x: Words) -> Words:
        """The operand from (q,), if the product is plain."""
        return np.ascontiguousarray(x).reshape(self._few)

    def parted(self, left: Words, right: Words) -> tuple[Words, Words]:
        """Both, `few` first."""
        few, many = (right, left) if self.swapped else (left, right)
        return self.few(few), self.many(many)

    def united(self, few: Words, many: Words) -> tuple[Words, Words]:
        """Left and right operand of both, if the product is plain."""
        operands = self.of_few(few), np.ascontiguousarray(many).reshape(self._many)
        return (operands[1], operands[0]) if self.swapped else operands


def _repeats(shape: Shape, full: Shape) -> int:
    """How often an array of this shape is repeated along leading axes to fill the full one; 1 if other axes too."""
    aligned = (1,) * (len(full) - len(shape)) + shape
    leading = 0
    while leading < len(full) and aligned[leading] == 1:
        leading += 1
    return max(1, prod(full[:leading])) if aligned[leading:] == full[leading:] else 1


def _word_layout(kind: Triple) -> _Layout:
    form = _Elementwise(kind.left, kind.right)
    return _Layout(
        form.swapped, form.plain, form.repeats,
        choices=lambda a: form.few(a)[:, None],
        operand=form.of_few,
        rows=lambda b: Rows(np.ascontiguousarray(form.many(b).T)[:, None, :]),
        result=lambda c: np.ascontiguousarray(c.T).reshape(form.shape),
    )  # fmt: skip


def _matrix_layout(kind: MatrixTriple) -> _Layout:
    """Choices for the smaller of the matrices' outer sides: C = A B, or its transpose B' A'."""
    batch = broadcast(kind.left[:-2], kind.right[:-2])
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
        return np.ascontiguousarray(as_left(a.reshape(*chooser[:-2], rows, inner)))

    def other(b: Words) -> Rows:
        spread = np.broadcast_to(as_left(b), (*batch, inner, columns))
        return Rows(spread.reshape(batches, inner, columns), rows)

    def result(c: Words) -> Words:
        return np.ascontiguousarray(as_left(c.reshape(*batch, rows, columns)))

    return _Layout(turned, prod(chooser[:-2]) == batches, columns, choices, operand, other, result)


async def _and_triples(ctx: Context, ends: Pairs, kinds: Sequence[AndTriple]) -> list[Material]:
    """The same of packed bits. Two parties draw a and b with the correlations, where these can give them."""
    forms = [_Elementwise(kind.left, kind.right) for kind in kinds]
    drawn = [
        () if ctx.n == 2 and form.plain and form.repeats <= 64 else tuple(_drawn(ctx, kind))
        for kind, form in zip(kinds, forms, strict=True)
    ]
    made: list[Material] = [()] * len(kinds)

    def key(i: int) -> tuple[int, bool]:
        return forms[i].repeats, not drawn[i]

    for (repeats, random), group in groupby(sorted(range(len(kinds)), key=key), key=key):
        for places in _runs(list(group), [kind.elements for kind in kinds]):
            words = [prod(forms[i].shape) // repeats for i in places]
            operands = [] if random else [forms[i].parted(*drawn[i]) for i in places]
            few = None if random else _joined([few for few, _ in operands])
            many = None if random else _joined([many for _, many in operands], axis=1)
            crossed = await cross_ands(ctx, ends, few, many, repeats, sum(words))
            cuts = [np.split(part, np.cumsum(words)[:-1], axis=-1) for part in crossed]
            for i, a, b, cross in zip(places, *cuts, strict=True):
                operands_of = drawn[i] or forms[i].united(a, b)
                local = bits.bit_and(*operands_of).reshape(-1)
                c = bits.bit_xor(local, np.ascontiguousarray(cross).reshape(-1)).reshape(forms[i].shape)
                made[i] = (*operands_of, c)
    return made


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
            _, crossed = await cross_products(ctx, ends, half, a[:, None], Rows(a[:, None, None]), pairs)
            c = ring.add(c, ring.shift_left(crossed.reshape(-1), 1))
        ends_of = np.cumsum([drawn[i].size for i in places])[:-1]
        for i, part in zip(places, np.split(c, ends_of), strict=True):
            made[i] = drawn[i], np.ascontiguousarray(part).reshape(kinds[i].shape)
    return made


# bits


@dataclass(frozen=True, slots=True)
class _Bits:
    """Random bits of a kind: planes for each of `count` elements, and the sums that they are wanted in."""

    planes: Words = field(repr=False)
    groups: tuple[Group, ...]
    targets: int
    count: int


async def _in_ring(ctx: Context, ends: Pairs, wanted: Sequence[_Bits]) -> list[Words]:
    """The sums of each as additive shares, (targets, count); those of one form are moved together."""
    results: list[Words] = [np.zeros(0, U64)] * len(wanted)
    forms = dict.fromkeys((w.groups, w.targets) for w in wanted)
    for groups, targets in forms:
        places = [i for i, w in enumerate(wanted) if (w.groups, w.targets) == (groups, targets)]
        for run in _runs(places, [64 * w.planes.size for w in wanted]):
            planes = _joined([wanted[i].planes for i in run], axis=1)
            sums = await bits_to_ring(ctx, ends, planes, groups, targets)
            start = 0
            for i in run:
                results[i] = sums[:, start : start + wanted[i].count]
                start += 64 * wanted[i].planes.shape[1]
    return results


async def _dabits(ctx: Context, ends: Pairs, kinds: Sequence[DaBit]) -> list[Material]:
    drawn = [_drawn(ctx, kind)[0] for kind in kinds]
    wanted = [_Bits(b[None], (Group(kind.ring.bits),), 1, kind.count) for kind, b in zip(kinds, drawn, strict=True)]
    sums = await _in_ring(ctx, ends, wanted)
    return [(b, _own(kind.ring, x[0])) for kind, b, x in zip(kinds, drawn, sums, strict=True)]


async def _edabits(ctx: Context, ends: Pairs, kinds: Sequence[EdaBit]) -> list[Material]:
    drawn = [_drawn(ctx, kind)[0] for kind in kinds]
    wanted = [_Bits(r, weighed(kind.ring.bits), 1, kind.count) for kind, r in zip(kinds, drawn, strict=True)]
    sums = await _in_ring(ctx, ends, wanted)
    return [(r, _own(kind.ring, x[0])) for kind, r, x in zip(kinds, drawn, sums, strict=True)]


async def _truncation_pairs(ctx: Context, ends: Pairs, kinds: Sequence[TruncationPair]) -> list[Material]:
    """r, its middle and its top bit are made of three sums: the bits below the shift, those of the middle, the top."""
    wanted = []
    for kind in kinds:
        count, k = prod(kind.shape), kind.ring.bits
        planes = ctx.prg(kind.name).words((k, words_for(count)))
        wanted.append(_Bits(planes, _groups_of_truncation(k, kind.shift), 3, count))
    made: list[Material] = []
    for kind, x in zip(kinds, await _in_ring(ctx, ends, wanted), strict=True):
        ring = kind.ring
        low, middle, top = (_own(ring, part).reshape(kind.shape) for part in x)
        r = ring.add(ring.add(low, ring.shift_left(top, ring.bits - 1)), ring.shift_left(middle, kind.shift))
        made.append((r, middle, top))
    return made


def _groups_of_truncation(k: int, shift: int) -> tuple[Group, ...]:
    """Bit i counts 2^i, but from `shift` on 2^(i - shift) in the middle, and the top bit 1."""
    low = [Group(k - i, i, 0) for i in range(min(shift, k - 1))]
    middle = [Group(k - i + shift, i - shift, 1) for i in range(shift, k - 1)]
    return *low, *middle, Group(k, 0, 2)


def _own(ring: Z2k, x: Words) -> Words:
    """x in the ring, contiguous."""
    return ring.reduce(np.ascontiguousarray(x))


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
    Triple: _triples,
    MatrixTriple: _triples,
    AndTriple: _and_triples,
    SquarePair: _squares,
    DaBit: _dabits,
    EdaBit: _edabits,
    TruncationPair: _truncation_pairs,
    InputMask: _input_masks,
    RandomValue: _random_values,
    OneOfMany: make_tables,
}
