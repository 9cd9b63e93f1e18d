"""Between [x] in the ring and bits <x>: x = u - w, of which two parties know u and the third one w.

u = x_0 and w = -(x_1 + x_2). Bits of x follow from comparing the bits of u with those of w: digit by digit in tables of
the third party (`reading`), then by a tree of products. A table has an entry for each number that says whether the
digit of w is it; the entry at the digit of u then says whether both are the same, and the sum of those above it whether
that of u is smaller. Two operands instead of three, as in Mohassel, Rindal, CCS 2018, section 5.3; tables instead of
the first levels of an adder.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context, together
from protocols.digits import Digits
from protocols.one_array import ring_of
from protocols.prefix import (
    all_ones,
    all_ones_words,
    borrow_out,
    borrow_prefixes,
    levels,
    prefix_words,
    tree_words,
)
from protocols.replicated3 import by_points
from protocols.replicated3.boolean import and_
from protocols.replicated3.reading import TELLER, of_pair, read, reading_rounds, reading_words
from protocols.replicated3.share import Pair, placed, put_in
from protocols.replicated3.summands import summand
from protocols.replicated3.two_arrays import TwoArrayBits, TwoArrays
from protocols.shares import Shape

DIGIT_BITS, DIGIT_BITS_AT_ONCE = 4, 8
"""A digit of d bits takes 2^d - 1 entries. More bits a digit save levels of products: the more where it is few words,
which are told at once (`reading`), since that is a matter of rounds."""


def _digits(positions: int, words: int) -> Digits:
    """How numbers of so many bits are divided, for lanes in so many words."""
    long = Digits.of(positions, DIGIT_BITS_AT_ONCE)
    return long if reading_rounds(_entries(long, words)) == 1 else Digits.of(positions, DIGIT_BITS)


def _entries(digits: Digits, words: int) -> int:
    """Words of tables of all digits, of lanes in so many words."""
    return ((1 << digits.depth) - 1) * digits.count * words


def _bits(ctx: Context, held: Pair, shape: Shape) -> TwoArrayBits:
    return TwoArrayBits(*held, shape, ctx.bits)


Compared = Callable[[Words, Words, bool], Words]


async def _read(ctx: Context, digits: Digits, own: Words, m: int, compared: Compared, result: Shape) -> Pair:
    """What the pair reads of its digits in m tables that say which ones are the teller's, of the shape `result`.

    `own`: this party's bits, planes (positions, rows, words), m rows at the teller and one at the pair. The first entry
    of a table follows from the others and is not told: compared(table, places, whole) is linear in these, and takes
    all of them together as ones if `whole`.
    """
    bits, words = ctx.bits, own.shape[-1]
    split, entries = digits.split(bits, own), (1 << digits.depth) - 1
    rows = (entries * m * digits.count, words)
    if ctx.me == TELLER:
        return await read(ctx, bits, bits.one_hot(split, first=1).reshape(rows), rows, bits.neg, result)
    places = bits.part(split, np.s_[:, 0])

    def reading(told: Words, whole: bool) -> Words:
        return compared(told.reshape(entries, m, digits.count * words), places, whole).reshape(result)

    return await read(ctx, bits, None, rows, partial(reading, whole=False), result, partial(reading, whole=True))


# routes


async def msb(ctx: Context, x: TwoArrays) -> TwoArrayBits:
    """<x < 0>, elementwise: of few numbers by keys."""
    return await (by_points.msb if by_points.suits(x) else msb_by_tables)(ctx, x)


async def below(ctx: Context, x: TwoArrays, thresholds: Words) -> TwoArrayBits:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1)."""
    return await (by_points.below if by_points.suits(x) else below_by_tables)(ctx, x, thresholds)


async def is_zero(ctx: Context, x: TwoArrays) -> TwoArrayBits:
    """<x == 0>, elementwise."""
    return await (by_points.is_zero if by_points.suits(x) else is_zero_by_tables)(ctx, x)


# signs


def _tree(positions: int, words: int) -> int:
    """Words that a tree of products sends to the next party: one for each product."""
    return tree_words(positions, words)[1] // 64


def _signs_rounds(k: int, m: int, size: int) -> int:
    digits = _digits(k - 1, m * words_for(size))
    if not digits.count:
        return 1
    return reading_rounds(_entries(digits, m * words_for(size))) + levels(digits.count)


def _signs_words(k: int, m: int, size: int) -> int:
    words = m * words_for(size)
    digits = _digits(k - 1, words)
    if not digits.count:
        return words
    read = reading_words(_entries(digits, words), 2 * digits.count * words)
    return words + read + 3 * _tree(digits.count, words)


async def _signs(ctx: Context, own: Words, m: int, shape: Shape) -> TwoArrayBits:
    """<top bit of u - w> for one row of u and m of w, planes (k, rows, words): planes (m, words).

    It is the sum of both top bits and the borrow out of the bits below. The teller sends its top bit beside the tables.
    """
    bits, words = ctx.bits, own.shape[-1]
    digits, top = _digits(len(own) - 1, m * words), bits.part(own, -1)
    of_u = placed(ctx, bits, 0, None if ctx.me == TELLER else top, (1, words))

    def compared(table: Words, places: Words, whole: bool) -> Words:
        return bits.compared(table, places, whole=whole)

    def by_digit(planes: Words) -> Words:
        return planes.reshape(2, m, digits.count, words).swapaxes(1, 2).reshape(2, digits.count, m * words)

    read = await _read(ctx, digits, own[:-1], m, compared, (2 * m * digits.count, words)) if digits.count else None
    of_w = await put_in(ctx, bits, TELLER, top if ctx.me == TELLER else None, (m, words))
    tops = _bits(ctx, of_w, shape) ^ _bits(ctx, of_u, shape)
    if read is None:
        return tops
    state = _bits(ctx, read, (64 * m * words,)).each(lambda each: bits.moved(by_digit, each))
    borrow = (await borrow_out(ctx, state)).each(lambda flat: flat.reshape(m, words))
    return borrow.reshape(shape) ^ tops


@cost(
    rounds=lambda x: _signs_rounds(x.ring.bits, 1, x.size),
    in_all=lambda x: _signs_words(x.ring.bits, 1, x.size),
    call_name="msb",
)
async def msb_by_tables(ctx: Context, x: TwoArrays) -> TwoArrayBits:
    """<x < 0>, elementwise."""
    own = x.ring.planes(summand(ctx, x), x.ring.bits)
    return (await _signs(ctx, own[:, None], 1, x.shape)).plane(0)


@cost(
    rounds=lambda x, thresholds: _signs_rounds(x.ring.bits, len(thresholds), x.size),
    in_all=lambda x, thresholds: _signs_words(x.ring.bits, len(thresholds), x.size),
    call_name="below",
)
async def below_by_tables(ctx: Context, x: TwoArrays, thresholds: Words) -> TwoArrayBits:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1).

    x - t = u - (w + t): the teller adds them, and its tables have entries for all.
    """
    ring, flat = x.ring, summand(ctx, x.reshape((x.size,)))
    rows = [ring.add(flat, t) for t in thresholds] if ctx.me == TELLER else [flat]
    each = [ring.planes(row, ring.bits) for row in rows]
    own = ctx.bits.moved(lambda *planes: np.stack(planes, axis=1), *each)
    return await _signs(ctx, own, len(thresholds), x.shape)


# zeros


def _zero_words(k: int, size: int) -> int:
    words = words_for(size)
    digits = _digits(k, words)
    tree = all_ones_words(digits.count, words)[1] // 64
    return reading_words(_entries(digits, words), digits.count * words) + 3 * tree


def _zero_rounds(k: int, size: int) -> int:
    digits = _digits(k, words_for(size))
    return reading_rounds(_entries(digits, words_for(size))) + levels(digits.count)


@cost(
    rounds=lambda x: _zero_rounds(x.ring.bits, x.size),
    in_all=lambda x: _zero_words(x.ring.bits, x.size),
    call_name="is_zero",
)
async def is_zero_by_tables(ctx: Context, x: TwoArrays) -> TwoArrayBits:
    """<x == 0>, elementwise: u = w, digit by digit."""
    own, bits = x.ring.planes(summand(ctx, x), x.ring.bits)[:, None], ctx.bits
    digits = _digits(x.ring.bits, own.shape[-1])

    def same(table: Words, places: Words, whole: bool) -> Words:
        return bits.part(bits.compared(table, places, whole=whole), 1)

    planes = await _read(ctx, digits, own, 1, same, (digits.count, own.shape[-1]))
    return await all_ones(ctx, _bits(ctx, planes, x.shape))


# all bits


def _bits_rounds(width: int, size: int) -> int:
    digits = _digits(width - 1, words_for(size))
    if not digits.count:
        return 1
    return (
        reading_rounds(_entries(digits, words_for(size)))
        + levels(digits.count)
        + (digits.count > 1 and digits.depth > 1)
    )


def _bits_words(width: int, size: int) -> int:
    words = words_for(size)
    digits, put_in = _digits(width - 1, words), width * words
    if not digits.count:
        return put_in
    inner = (digits.depth - 1) * (digits.count - 1) * words
    products = prefix_words(digits.count, words)[1] // 64 + inner
    return put_in + reading_words(_entries(digits, words), 2 * digits.depth * digits.count * words) + 3 * products


@cost(
    rounds=lambda x, width: _bits_rounds(width, x.size),
    in_all=lambda x, width: _bits_words(width, x.size),
)
async def a2b(ctx: Context, x: TwoArrays, width: int) -> TwoArrayBits:
    """<x_0 .. x_{width-1}>: the low bits of x, elementwise, as planes: x_i = u_i ^ w_i ^ borrow into i."""
    low, bits = x.modulo(width), ctx.bits
    own = low.ring.planes(summand(ctx, low), width)
    digits = _digits(width - 1, own.shape[-1])
    shape = (digits.depth, 2, digits.count, own.shape[-1])

    def compared(table: Words, places: Words, whole: bool) -> Words:
        return bits.compared(table, places, whole=whole, from_below=True)

    told = (own, None) if ctx.me == TELLER else (None, own)
    calls: list[tuple[Any, ...]] = [(put_in, bits, TELLER, told[0], own.shape)]
    if digits.count:
        rows = (2 * digits.depth * digits.count, own.shape[-1])
        calls.append((_read, digits, own[:-1, None], 1, compared, rows))
    of_w, *read = await together(ctx, *calls)
    of_u = placed(ctx, bits, 0, told[1], own.shape)
    planes = _bits(ctx, of_w, x.shape) ^ _bits(ctx, of_u, x.shape)
    if not read:
        return planes
    borrows = await _borrows(ctx, _bits(ctx, read[0], x.shape).each(lambda each: each.reshape(shape)))
    planes.put(slice(1, None), planes.plane(slice(1, None)) ^ borrows.plane(slice(width - 1)))
    return planes


async def _borrows(ctx: Context, compared: TwoArrayBits) -> TwoArrayBits:
    """Borrows out of every position, from comparisons of the lowest bits of each digit, planes (depth, 2, digits)."""
    depth, _, count = compared.lead
    out = await borrow_prefixes(ctx, compared.plane(-1))
    inner = compared.plane(np.s_[:-1, 0])
    if count > 1 and depth > 1:
        inner = inner.copy()
        into = out.plane(np.s_[None, :-1])
        brought = await and_(ctx, into, compared.plane(np.s_[:-1, 1, 1:]))
        inner.put(np.s_[:, 1:], inner.plane(np.s_[:, 1:]) ^ brought)

    def by_position(lower: Words, last: Words) -> Words:
        return np.concatenate([lower, last[None]]).swapaxes(0, 1).reshape(count * depth, -1)

    return inner.each(lambda a, b: ctx.bits.moved(by_position, a, b), out)


# into the ring


async def bits_to_ring(ctx: Context, x: TwoArrayBits) -> TwoArrays:
    """[x_i] for each plane i, shape (planes, *x.shape); x.shape for one plane without a plane axis.

    With c what the pair knows of a bit and m what the teller does, c ^ m = m + c (1 - 2 m).
    """
    ring, known = ring_of(ctx), known_bits(ctx, x, x.planes)
    shape = (x.planes, x.size)
    entries = None
    if ctx.me == TELLER:
        entries = ring.moved(lambda *parts: np.stack(parts), known, _slopes(ring, known))

    def reading(told: Words) -> Words:
        return ring.add(told[0], ring.mul(known, told[1]))

    numbers = TwoArrays(*await read(ctx, ring, entries, (2, *shape), reading, shape), ring)
    return numbers.reshape((x.planes, *x.shape) if x.lead else x.shape)


async def b2a(ctx: Context, x: TwoArrayBits) -> TwoArrays:
    """[x] from its bit planes, least significant first, modulo 2^k: the sum of 2^i x_i, as in `weighted_bits`."""
    ring = ring_of(ctx)
    planes = min(x.planes, ring.bits)
    low = x.like(*(words.reshape(x.planes, words.shape[-1])[:planes] for words in (x.first, x.second)))
    weights = ring.moved(lambda w: w.reshape(1, -1), ring.from_ints([1 << i for i in range(planes)]))
    return (await weighted_bits(ctx, low, weights))[0]


async def weighted_bits(ctx: Context, x: TwoArrayBits, weights: Words) -> TwoArrays:
    """[sum of weights_ki x_i] of the planes x_i for each row k of public weights (tables, planes): (tables, *x.shape).

    It is the sum of w_ki m_i, a number of the teller, and of w_ki c_i (1 - 2 m_i), as in `bits_to_ring`: the slopes are
    told once for all rows, and what the pair reads is added up before it is told.
    """
    ring, known = ring_of(ctx), known_bits(ctx, x, x.planes)
    tables, size = ring.shape(weights)[0], x.size

    def total(of: Words) -> Words:
        return ring.matmul(weights, of)

    entries = None
    if ctx.me == TELLER:
        entries = ring.moved(lambda *parts: np.concatenate(parts), total(known), _slopes(ring, known))

    def reading(told: Words) -> Words:
        return ring.add(told[:tables], total(ring.mul(known, told[tables:])))

    shape = (tables + x.planes, size)
    both = TwoArrays(*await read(ctx, ring, entries, shape, reading, (tables, size)), ring)
    return both.reshape((tables, *x.shape))


def known_bits(ctx: Context, x: TwoArrayBits, planes: int) -> Words:
    """Of each bit what the pair knows, x_0, and what the teller does, x_1 ^ x_2, as elements (planes, size)."""
    ring, bits = ring_of(ctx), x.algebra
    own = bits.add(x.first, x.second) if ctx.me == TELLER else of_pair(ctx, (x.first, x.second))
    rows = own.reshape(x.planes, own.shape[-1])[:planes]
    each = [ring.from_bits(bits.unpack(row, x.size)) for row in rows]
    return ring.moved(lambda *parts: np.stack(parts), *each) if each else ring.zeros((0, x.size))


def _slopes(ring: Z2k, m: Words) -> Words:
    return ring.sub(ring.from_ints(1), ring.add(m, m))
