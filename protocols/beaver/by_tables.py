"""Between [x] and bits for two parties, by transfers: tables of party 0's digits, read at the digits of party 1.

x = x_0 + x_1, and each party knows its summand. The carry out of j bits is [x_0' > 2^j - 1 - x_1'], a comparison of a
number of one party with a number of the other: Rathee, Rathee, Kumar, Chandran, Gupta, Rastogi, Sharma, CrypTFlow2, CCS
2020, section 3.1. Numbers are compared digit by digit with one transfer each; digits are put together by ANDs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Bits
from mpc.algebra.words import Words
from mpc.context import Context
from protocols.beaver.boolean import and_
from protocols.beaver.read_table import hold, read, reading_words
from protocols.digits import Digits, comparisons, comparisons_from_below, equalities
from protocols.one_array import OneArray, OneArrayBits
from protocols.prefix import (
    all_ones,
    all_ones_words,
    borrow_out,
    borrow_prefixes,
    levels,
    prefix_words,
    tree_words,
)

DIGIT_BITS = 4
"""A digit of d bits costs d correlations, d + 30 bits for d = 4, and an AND less for every bit more."""

_HOLDER, _READER = 0, 1


def _digits(positions: int) -> Digits:
    return Digits.of(positions, DIGIT_BITS)


def _sent(digits: Digits, width: int, words: int) -> int:
    """What both parties send for entries of `width` bits, in words."""
    return reading_words(digits.depth, width, digits.count * words)


def _tables(digits: Digits, words: int) -> int:
    """How many tables are read."""
    return 64 * digits.count * words


async def _read(
    ctx: Context, tabulated: Callable[[Bits, Words], Words], digits: Digits, own: Words, width: int
) -> Words:
    """Shares of the entries, (width, words), of the holder's digits, tabulated, at the reader's.

    `own`: this party's bits, (positions, m, words). Both work out their side beside the event loop if there is much.
    """
    size, bits = own.shape[-1] * digits.count, ctx.bits
    work = (width << digits.depth) * size
    if ctx.me == _HOLDER:
        table = await ctx.off_loop(work, lambda: tabulated(bits, digits.split(bits, own)))
        return await hold(ctx, _READER, table.reshape(1 << digits.depth, width, size))
    places = await ctx.off_loop(work, digits.split, bits, own)
    return await read(ctx, _HOLDER, places.reshape(digits.depth, size), width)


def _complemented(ctx: Context, below_top: Words) -> Words:
    """a at the holder; b = 2^j - 1 - x_1' at the reader: j bits of both summands carry exactly where b < a."""
    return below_top if ctx.me == _HOLDER else ctx.bits.not_(below_top)


# signs


def _signs_words(k: int, m: int, size: int) -> tuple[int, int, int, int]:
    """Words to each peer, words to one, AND gates, tables."""
    digits, width = _digits(k - 1), words_for(size)
    sent, gates = tree_words(digits.count, m * width)
    return sent, _sent(digits, 2 * m, width), gates, _tables(digits, width)


def _signs_rounds(k: int) -> int:
    return 2 + levels(_digits(k - 1).count) if k > 1 else 0


async def _signs(ctx: Context, own: Words, m: int) -> Words:
    """<top bit of x> for m sums of a row of party 0 and the one row of party 1; planes (k, rows, words) to (m, words).

    The top bit is the sum of both top bits and the carry out of the bits below.
    """
    below_top, words, bits = own[:-1], own.shape[-1], ctx.bits
    digits = _digits(len(below_top))
    top = bits.moved(lambda row: np.broadcast_to(row, (m, words)), own[-1])
    if not digits.count:
        return top
    shares = await _read(ctx, comparisons, digits, _complemented(ctx, below_top), 2 * m)

    def by_digit(entries: Words) -> Words:
        return entries.reshape(2, m, digits.count, words).swapaxes(1, 2).reshape(2, digits.count, m * words)

    carry = await borrow_out(ctx, OneArrayBits(bits.moved(by_digit, shares), (64 * m * words,), bits))
    return bits.add(top, carry.words.reshape(m, words))


@cost(
    rounds=lambda x: _signs_rounds(x.ring.bits),
    words=lambda x: _signs_words(x.ring.bits, 1, x.size)[0],
    to_one=lambda x: _signs_words(x.ring.bits, 1, x.size)[1],
    and_triple=lambda x: _signs_words(x.ring.bits, 1, x.size)[2],
    one_of_many=lambda x: _signs_words(x.ring.bits, 1, x.size)[3],
)
async def msb(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x < 0>, elementwise."""
    own = x.ring.planes(x.words, x.ring.bits)
    sign = await _signs(ctx, own[:, None], 1)
    return OneArrayBits(sign[0], x.shape, ctx.bits)


@cost(
    rounds=lambda x, thresholds: _signs_rounds(x.ring.bits),
    words=lambda x, t: _signs_words(x.ring.bits, len(t), x.size)[0],
    to_one=lambda x, t: _signs_words(x.ring.bits, len(t), x.size)[1],
    and_triple=lambda x, t: _signs_words(x.ring.bits, len(t), x.size)[2],
    one_of_many=lambda x, t: _signs_words(x.ring.bits, len(t), x.size)[3],
)
async def below(ctx: Context, x: OneArray, thresholds: Words) -> OneArrayBits:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1).

    Party 0 subtracts them: its tables have entries for all, and party 1 reads each table once.
    """
    k, m, bits = x.ring.bits, len(thresholds), ctx.bits
    flat = x.reshape((x.size,)).words
    subtracted = thresholds if ctx.me == _HOLDER else x.ring.zeros((1,))
    each = [x.ring.planes(x.ring.sub(flat, t), k) for t in subtracted]
    own = bits.moved(lambda *planes: np.stack(planes, axis=1), *each)
    return OneArrayBits(await _signs(ctx, own, m), x.shape, bits)


# zeros


@cost(
    rounds=lambda x: 2 + levels(_digits(x.ring.bits).count),
    words=lambda x: all_ones_words(_digits(x.ring.bits).count, words_for(x.size))[0],
    to_one=lambda x: _sent(_digits(x.ring.bits), 1, words_for(x.size)),
    and_triple=lambda x: all_ones_words(_digits(x.ring.bits).count, words_for(x.size))[1],
    one_of_many=lambda x: _tables(_digits(x.ring.bits), words_for(x.size)),
)
async def is_zero(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x == 0>, elementwise: x_0 = -x_1, digit by digit."""
    k = x.ring.bits
    digits = _digits(k)
    own = x.ring.planes(x.words if ctx.me == _HOLDER else x.ring.neg(x.words), k)[:, None]
    same = await _read(ctx, equalities, digits, own, 1)
    return await all_ones(ctx, OneArrayBits(same.reshape(digits.count, words_for(x.size)), x.shape, ctx.bits))


# all bits


def _bits_words(width: int, words: int) -> tuple[int, int]:
    """Words to each peer, AND gates."""
    digits = _digits(width - 1)
    sent, gates = prefix_words(digits.count, words)
    inner = max(digits.count - 1, 0) * words
    if digits.depth == 1:
        return sent, gates
    return sent + digits.depth * inner, gates + 64 * (digits.depth - 1) * inner


def _bits_rounds(width: int) -> int:
    digits = _digits(width - 1)
    return 2 + levels(digits.count) + (digits.count > 1 and digits.depth > 1) if digits.count else 0


@cost(
    rounds=lambda x, width: _bits_rounds(width),
    words=lambda x, width: _bits_words(width, words_for(x.size))[0],
    to_one=lambda x, width: _sent(_digits(width - 1), 2 * _digits(width - 1).depth, words_for(x.size)),
    and_triple=lambda x, width: _bits_words(width, words_for(x.size))[1],
    one_of_many=lambda x, width: _tables(_digits(width - 1), words_for(x.size)),
)
async def a2b(ctx: Context, x: OneArray, width: int) -> OneArrayBits:
    """<x_0 .. x_{width-1}>: the low bits of x, elementwise, as planes: both summands' bits and the carries into them.

    An entry compares the lowest bits of a digit, for each number of them. Carries out of digits are prefixes over the
    digits; one AND brings a digit's carry in to where its bits are the same.
    """
    own = x.ring.planes(x.words, width)
    digits = _digits(width - 1)
    if digits.count:
        below_top = _complemented(ctx, own[:-1, None])
        compared = await _read(ctx, comparisons_from_below, digits, below_top, 2 * digits.depth)
        carries = await _carries(ctx, compared.reshape(digits.depth, 2, digits.count, own.shape[-1]), x.shape)
        ctx.bits.xor(own[1:], carries[: width - 1], out=own[1:])
    return OneArrayBits(own, x.shape, ctx.bits)


async def _carries(ctx: Context, compared: Words, shape: tuple[int, ...]) -> Words:
    """Carries out of every position, from comparisons (depth, 2, digits, words)."""
    (depth, _, count, words), bits = compared.shape, ctx.bits
    out = (await borrow_prefixes(ctx, OneArrayBits(compared[-1], shape, bits))).words
    carries = bits.empty((count, depth, words))
    bits.put(carries, np.s_[:, :-1], compared[:-1, 0].swapaxes(0, 1))
    bits.put(carries, np.s_[:, -1], out)
    if count > 1 and depth > 1:
        into, same = out[None, :-1], compared[:-1, 1, 1:]
        brought = await and_(ctx, OneArrayBits(into, shape, bits), OneArrayBits(same, shape, bits))
        bits.put(carries, np.s_[1:, :-1], bits.add(carries[1:, :-1], brought.words.swapaxes(0, 1)))
    return carries.reshape(count * depth, words)
