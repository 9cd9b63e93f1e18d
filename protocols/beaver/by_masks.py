"""Between [x] and bits, by edaBits: every function opens x + r for a fresh r, known bit by bit and in the ring.

Escudero, Ghosh, Keller, Rachuri, Scholl, CRYPTO 2020, section 5. For any number of parties.
"""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.beaver.boolean import not_, xor_public
from protocols.beaver.share import open_words
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
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.shares import concatenate_planes


async def _mask(ctx: Context, x: OneArray) -> tuple[Words, OneArrayBits]:
    """Open c = x + r for a fresh edaBit r: (c, flat; <r_0 .. r_{k-1}>). One round."""
    planes, r = await ctx.take(EdaBit(x.ring, x.size))
    (c,) = await open_words(ctx, x.ring, x.ring.add(x.reshape((x.size,)).words, r))
    return c, OneArrayBits(planes, x.shape, ctx.bits)


def _compare(ctx: Context, c: Words, r: OneArrayBits) -> OneArrayBits:
    """<lower>, <same> of every position of public planes c against shared planes r, as `prefix` has them. Local."""
    bits = r.algebra
    planes = bits.empty((2, *c.shape))
    bits.and_not(r.words, c, out=planes[0])
    if ctx.me == 0:
        bits.same(r.words, c, out=planes[1])
    else:
        bits.put(planes, 1, r.words)
    return r.like(planes)


@cost(
    rounds=lambda x: 1 + levels(x.ring.bits - 1),
    words=lambda x: x.words.size + tree_words(x.ring.bits - 1, words_for(x.size))[0],
    edabit=lambda x: x.size,
    and_triple=lambda x: tree_words(x.ring.bits - 1, words_for(x.size))[1],
)
async def msb(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x < 0>, elementwise: with x = c - r, the top bit is c_{k-1} ^ r_{k-1} ^ [c' < r'], c' and r' without it."""
    c, r = await _mask(ctx, x)
    c_planes = x.ring.planes(c, x.ring.bits)
    borrow = await borrow_out(ctx, _compare(ctx, c_planes[:-1], r.plane(slice(-1))))
    return xor_public(ctx, r.plane(-1) ^ borrow, c_planes[-1])


@cost(
    rounds=lambda x, thresholds: 1 + levels(x.ring.bits - 1),
    words=lambda x, t: x.words.size + tree_words(x.ring.bits - 1, len(t) * words_for(x.size))[0],
    edabit=lambda x, thresholds: x.size,
    and_triple=lambda x, t: tree_words(x.ring.bits - 1, len(t) * words_for(x.size))[1],
)
async def below(ctx: Context, x: OneArray, thresholds: Words) -> OneArrayBits:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1).

    One edaBit and one opened c serve all thresholds, since x - t = (c - t) - r. The products are fresh for each.
    """
    k, m, width, bits = x.ring.bits, len(thresholds), words_for(x.size), ctx.bits
    c, r = await _mask(ctx, x)
    each = [x.ring.planes(x.ring.sub(c, t), k) for t in thresholds]
    flat = bits.moved(lambda *planes: np.concatenate(planes, axis=1), *each)
    repeated = OneArrayBits(bits.moved(lambda planes: np.tile(planes, (1, m)), r.words), (64 * m * width,), bits)
    borrow = await borrow_out(ctx, _compare(ctx, flat[:-1], repeated.plane(slice(-1))))
    top = xor_public(ctx, repeated.plane(-1) ^ borrow, flat[-1])
    return OneArrayBits(top.words.reshape(m, width), x.shape, bits)


@cost(
    rounds=lambda x: 1 + levels(x.ring.bits),
    words=lambda x: x.words.size + all_ones_words(x.ring.bits, words_for(x.size))[0],
    edabit=lambda x: x.size,
    and_triple=lambda x: all_ones_words(x.ring.bits, words_for(x.size))[1],
)
async def is_zero(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x == 0>, elementwise: x = 0 exactly where all bits of c = x + r and r agree."""
    c, r = await _mask(ctx, x)
    same = not_(ctx, xor_public(ctx, r, x.ring.planes(c, x.ring.bits)))
    return await all_ones(ctx, same)


@cost(
    rounds=lambda x, width: 1 + levels(width - 1),
    words=lambda x, width: x.size * x.ring.smaller(width).words + prefix_words(width - 1, words_for(x.size))[0],
    edabit=lambda x, width: x.size,
    and_triple=lambda x, width: prefix_words(width - 1, words_for(x.size))[1],
)
async def a2b(ctx: Context, x: OneArray, width: int) -> OneArrayBits:
    """<x_0 .. x_{width-1}>: the low bits of x, elementwise, as planes: x_i = c_i ^ r_i ^ borrow into i.

    The mask has no bits above them.
    """
    low = x.modulo(width)
    c, r = await _mask(ctx, low)
    c_planes = low.ring.planes(c, width)
    x_bits = xor_public(ctx, r, c_planes)
    borrows = await borrow_prefixes(ctx, _compare(ctx, c_planes[:-1], r.plane(slice(width - 1))))
    return concatenate_planes([x_bits.plane(slice(1)), x_bits.plane(slice(1, None)) ^ borrows])
