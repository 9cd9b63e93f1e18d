"""Products of what different parties hold, and bits moved from XOR to additive sharing: all of it from transfers.

A product of two sums is the sum of all products of a share of one with a share of the other. Those within a party
are local; of the others each is a product of two parties' words, bit by bit: Gilboa, CRYPTO 1999. The holder of a is
the receiver and chooses with bit i of a; the sender's word b counts 2^i times, so that only k - i bits of it matter.

Of two parties each chooses for one other only, so its share of a may be whatever its correlations chose at random.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from math import prod

import numpy as np

from mpc.algebra import bits
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Z64, Words
from mpc.algebra.wide_ring import Z128
from mpc.context import Context
from protocols.ot.correlated import CotReceiver, CotSender
from protocols.ot.groups import Group, weighed
from protocols.ot.products_alsz13 import (
    Received,
    Sent,
    and_receive,
    and_send,
    product_receive,
    product_send,
    random_ands_receive,
    random_ands_send,
)
from protocols.preprocessing.pairs import Pairs
from protocols.preprocessing.streams import Piece, run_pieces
from protocols.preprocessing.tools import Pair, Rows

CHUNK_LABELS = 1 << 18
"""Correlations in one call of the transfers: 4 MiB of labels, which stay in the last-level cache."""

CHUNK_WORDS = 1 << 20
"""Words of messages in one call: some 4 MiB, and as much to work on."""

_WORD_BITS = 64


def may_be_random(ctx: Context, ring: Z2k, length: int) -> bool:
    """Whether `cross_products` can draw a itself: there are two parties, and no row is cut."""
    return ctx.n == 2 and length <= _longest(ring)


async def cross_products(
    ctx: Context, ends: Pairs, ring: Z2k, a: Words | None, b: Rows, pairs: Collection[Pair] | None = None
) -> tuple[Words, Words]:
    """a, and this party's share of the sum, over ordered pairs of parties, of the receiver's a times the sender's b.

    a: (q, s), drawn at random if it is None (`may_be_random`), and b: (q, s, l); the products a[q, s] b[q, s, :] are
    summed over s: (q, l). `pairs`: all ordered ones.
    """
    drawn = a is None
    left = ring.zeros(b.shape[:2]) if a is None else a
    total = ring.zeros((b.shape[0], b.shape[2]))
    groups = weighed(ring.bits)

    def piece(rows: slice, terms: slice, columns: slice) -> Piece:
        where = rows.stop - rows.start, terms.stop - terms.start, columns.stop - columns.start
        count = where[0] * where[1]

        def add(shares: Words) -> None:
            terms_apart = shares.reshape(*where, *shares.shape[3:])
            summed = ring.sum(terms_apart, 1) if where[1] > 1 else terms_apart[:, 0]
            total[rows, columns] = ring.add(total[rows, columns], summed)

        async def send(own: Context, cot: CotSender, held: Sent) -> None:
            add(await product_send(own, cot, held, b.part(rows, terms, columns), groups, 1, ring.words))

        async def receive(own: Context, cot: CotReceiver, held: Received) -> None:
            if drawn:
                drawn_here = _from_flat_planes(held.choices, count, ring)
                left[rows, terms] = drawn_here.reshape(*where[:2], *drawn_here.shape[1:])
            add(await product_receive(own, cot, held, count, where[2], groups, 1, ring.words))

        choices = None if drawn else lambda: _flat_planes(left[rows, terms], ring)
        return Piece(ring.bits * count, send, receive, choices)

    await run_pieces(ctx, ends, [piece(*chunk) for chunk in _chunks(ring, b.shape)], pairs)
    return left, total


async def cross_ands(
    ctx: Context, ends: Pairs, a: Words | None, b: Words | None, rows: int, words: int
) -> tuple[Words, Words, Words]:
    """a, b and this party's share of the XOR, over all ordered pairs, of the receiver's a and the sender's b.

    Packed bits: a (words,), b and the result (rows, words), each row with all of a. Two parties may have them drawn at
    random, a and b both None, with rows <= 64: no message is sent beside the correlations. Asharov, Lindell, Schneider,
    Zohner, CCS 2013, section 5.1.
    """
    drawn = a is None
    left = np.empty(words, U64) if a is None else a
    right = np.empty((rows, words), U64) if b is None else b
    total = np.zeros((rows, words), U64)

    def piece(own_words: slice) -> Piece:
        async def send(own: Context, cot: CotSender, held: Sent) -> None:
            if drawn:
                right[:, own_words], shares = await random_ands_send(own, cot, held, rows)
            else:
                shares = await and_send(own, cot, held, right[:, own_words])
            total[:, own_words] ^= shares

        async def receive(own: Context, cot: CotReceiver, held: Received) -> None:
            if drawn:
                left[own_words] = held.choices
                shares = await random_ands_receive(own, cot, held, rows)
            else:
                shares = await and_receive(own, cot, held, rows)
            total[:, own_words] ^= shares

        choices = None if drawn else lambda: np.ascontiguousarray(left[own_words])
        return Piece(_WORD_BITS * (own_words.stop - own_words.start), send, receive, choices)

    cuts = _cuts(words if rows else 0, max(1, CHUNK_LABELS // _WORD_BITS))
    await run_pieces(ctx, ends, [piece(own_words) for own_words in cuts])
    return left, right, total


async def bits_to_ring(
    ctx: Context, ends: Pairs, planes: Words, groups: Sequence[Group], targets: int = 1, words: int = 1
) -> Words:
    """Shares of XOR-shared bits as additive shares: packed planes (p, w) become sums (targets, 64 w), with two `words`
    of elements of so many in a last axis.

    Plane i counts 2^shift times in its group's target, where it is right modulo 2^(width + shift); no two planes of a
    target have the same shift. Bits are added party by party, x ^ b = x + b - 2 x b: party j is the receiver of all
    before it, which share x. n - 1 products in a row. More than two parties hold x in words, so they do it in parts.
    """
    p, width = planes.shape
    step = width if ctx.n == 2 else max(1, CHUNK_WORDS // (_WORD_BITS * p * words)) if p else 1
    whole = Z64 if words == 1 else Z128
    parts = [np.ascontiguousarray(planes[:, part]) for part in (_cuts(width, step) if p and width else ())]
    sums = [await _part_to_ring(ctx, ends, part, groups, targets, whole) for part in parts]
    return np.concatenate([whole.zeros((targets, 0)), *sums], axis=1)


async def _part_to_ring(
    ctx: Context, ends: Pairs, planes: Words, groups: Sequence[Group], targets: int, whole: Z2k
) -> Words:
    """`whole`: the ring of all the bits of the sums' words."""
    doubled = [Group(group.width - 1, group.shift + 1, group.target) for group in groups]
    wide = [i for i, group in enumerate(doubled) if group.width]
    apart = [Group(doubled[i].width, 1, place) for place, i in enumerate(wide)]
    last, x = ctx.n - 1, None
    for j in range(1, last):
        steps = {(i, j) for i in range(j)}
        own = x if x is None else x[wide]
        products = await _products_of_bits(ctx, ends, planes[wide], own, apart, len(wide), steps, whole)
        if ctx.me <= j:
            x = _single_bits(planes, whole) if x is None else x
            x[wide] = whole.sub(x[wide], products)
    steps = {(i, last) for i in range(last)}
    own = x if x is None else x[wide]
    last_groups = [doubled[i] for i in wide]
    products = await _products_of_bits(ctx, ends, planes[wide], own, last_groups, targets, steps, whole)
    summed = _summed_bits(planes, groups, targets, whole) if x is None else _summed_words(x, groups, targets, whole)
    return whole.sub(summed, products)


async def _products_of_bits(
    ctx: Context, ends: Pairs, planes: Words, x: Words | None, groups: Sequence[Group], targets: int,
    pairs: Collection[Pair], whole: Z2k,
) -> Words:  # fmt: skip
    """Shares of the receiver's bits times the senders' words x (p, count), or their bits if x is None, added up."""
    words = planes.shape[1]
    total = whole.zeros((targets, _WORD_BITS * words))

    def add(columns: slice, products: Words) -> None:
        total[:, columns] = whole.add(total[:, columns], products[:, :, 0])

    def piece(own_words: slice) -> Piece:
        columns = slice(_WORD_BITS * own_words.start, _WORD_BITS * own_words.stop)
        count = columns.stop - columns.start

        async def send(own: Context, cot: CotSender, held: Sent) -> None:
            values = _single_bits(planes[:, own_words], whole) if x is None else x[:, columns]
            add(columns, await product_send(own, cot, held, values[:, :, None], groups, targets, whole.words))

        async def receive(own: Context, cot: CotReceiver, held: Received) -> None:
            add(columns, await product_receive(own, cot, held, count, 1, groups, targets, whole.words))

        return Piece(len(groups) * count, send, receive, lambda: np.ascontiguousarray(planes[:, own_words]).reshape(-1))

    cuts = _cuts(words if groups else 0, max(1, CHUNK_LABELS // (_WORD_BITS * max(1, len(groups)))))
    await run_pieces(ctx, ends, [piece(own_words) for own_words in cuts], pairs)
    return total


def _single_bits(planes: Words, whole: Z2k) -> Words:
    """Packed bits (p, words) as elements 0 and 1: (p, 64 words)."""
    flat = whole.from_planes(planes.reshape(1, planes.size), _WORD_BITS * planes.size)
    return flat.reshape(len(planes), -1, *flat.shape[1:])


def _summed_bits(planes: Words, groups: Sequence[Group], targets: int, whole: Z2k) -> Words:
    """The sum of 2^shift times each plane, by target: (targets, 64 words)."""
    placed = np.zeros((targets, whole.bits, planes.shape[1]), U64)
    for plane, group in zip(planes, groups, strict=True):
        placed[group.target, group.shift] = plane
    return np.stack([whole.from_planes(rows, _WORD_BITS * planes.shape[1]) for rows in placed])


def _summed_words(x: Words, groups: Sequence[Group], targets: int, whole: Z2k) -> Words:
    total = whole.zeros((targets, x.shape[1]))
    for row, group in zip(x, groups, strict=True):
        total[group.target] = whole.add(total[group.target], whole.shift_left(row, group.shift))
    return total


def _flat_planes(a: Words, ring: Z2k) -> Words:
    """Bit 0 of all elements, then bit 1 of all, packed without gaps."""
    k, count = ring.bits, prod(ring.shape(a))
    planes = ring.planes(a, k)
    if count % 64 == 0:
        return planes.reshape(-1)
    if count % 8:
        return bits.pack(np.stack([bits.unpack(plane, count) for plane in planes]))
    flat = np.zeros(8 * words_for(k * count), np.uint8)
    flat[: k * count // 8] = planes.view(np.uint8)[:, : count // 8].reshape(-1)
    return flat.view(U64)


def _from_flat_planes(choices: Words, count: int, ring: Z2k) -> Words:
    """The inverse: `count` elements."""
    k = ring.bits
    if count % 64 == 0:
        return ring.from_planes(choices.reshape(k, -1), count)
    if count % 8:
        rows = bits.unpack(choices, k * count).reshape(k, count)
        return ring.from_planes(np.stack([bits.pack(row) for row in rows]), count)
    planes = np.zeros((k, 8 * words_for(count)), np.uint8)
    planes[:, : count // 8] = choices.view(np.uint8)[: k * count // 8].reshape(k, -1)
    return ring.from_planes(planes.view(U64), count)


def _longest(ring: Z2k) -> int:
    """The longest row that one call takes."""
    return CHUNK_WORDS // (ring.bits * ring.words)


def _chunks(ring: Z2k, shape: tuple[int, int, int]) -> Iterator[tuple[slice, slice, slice]]:
    """Rows, terms and columns of the calls: whole rows, or parts of a row, or of a term. None for an empty array."""
    rows, terms, length = shape
    if not rows * terms * length:
        return
    across = max(1, min(length, _longest(ring)))
    size = max(1, min(CHUNK_LABELS, CHUNK_WORDS // (across * ring.words)) // ring.bits)
    inside = min(terms, size)
    down = size // inside if inside == terms else 1
    down -= down % 64 if down > 64 else 0
    for row in _cuts(rows, down):
        for term in _cuts(terms, inside):
            for column in _cuts(length, across):
                yield row, term, column


def _cuts(length: int, step: int) -> Iterator[slice]:
    for start in range(0, length, step):
        yield slice(start, min(length, start + step))
