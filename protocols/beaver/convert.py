"""Between [x] in the ring and bits <x>: by edaBits and daBits.

Escudero, Ghosh, Keller, Rachuri, Scholl, CRYPTO 2020 (edaBits, section 5: comparison); Rotaru, Wood, INDOCRYPT 2019
(daBits). Every function opens x + r for a fresh r, known bit by bit as <r_i> and in the ring as [r].
"""

from __future__ import annotations

from math import prod

import numpy as np

from mpc import bits
from mpc.bits import words_for
from mpc.context import Context
from mpc.correlations import DaBit, EdaBit
from mpc.costs import cost
from mpc.ring import Words
from protocols.beaver.arithmetic import mul
from protocols.beaver.boolean import not_, xor_public
from protocols.beaver.share import open_packed, open_words
from protocols.prefix import (
    Borrow,
    all_ones,
    all_ones_words,
    borrow_out,
    borrow_prefixes,
    levels,
    prefix_words,
    tree_words,
)
from protocols.shares import ArithmeticShare, BooleanShare, Shape


async def _mask(ctx: Context, x: ArithmeticShare) -> tuple[Words, BooleanShare]:
    """Open c = x + r for a fresh edaBit r: (c, flat; <r_0 .. r_{k-1}>). One round."""
    planes, r = await ctx.take(EdaBit(x.ring, x.size))
    (c,) = await open_words(ctx, x.ring, x.ring.add(x.words.reshape(-1), r))
    return c, BooleanShare(planes, x.shape)


def _compare(ctx: Context, c: Words, r: BooleanShare) -> Borrow:
    """<lower>, <same> of every position of public planes c against shared planes r. Local."""
    planes = np.empty((2, *c.shape), np.uint64)
    bits.bit_and_not(r.words, c, out=planes[0])
    if ctx.me == 0:
        bits.bit_same(r.words, c, out=planes[1])
    else:
        planes[1] = r.words
    return Borrow(planes, r.shape)


@cost(
    rounds=lambda x: 1 + levels(x.ring.bits - 1),
    words=lambda x: x.size + tree_words(x.ring.bits - 1, words_for(x.size))[0],
    edabit=lambda x: x.size,
    and_triple=lambda x: tree_words(x.ring.bits - 1, words_for(x.size))[1],
)
async def msb(ctx: Context, x: ArithmeticShare) -> BooleanShare:
    """<x < 0>, elementwise: with x = c - r, the top bit is c_{k-1} ^ r_{k-1} ^ [c' < r'], c' and r' without it."""
    c, r = await _mask(ctx, x)
    c_planes = bits.planes(c, x.ring.bits)
    borrow = await borrow_out(ctx, _compare(ctx, c_planes[:-1], r.plane(slice(-1))))
    return xor_public(ctx, r.plane(-1) ^ borrow, c_planes[-1])


@cost(
    rounds=lambda x, thresholds: 1 + levels(x.ring.bits - 1),
    words=lambda x, t: x.size + tree_words(x.ring.bits - 1, len(t) * words_for(x.size))[0],
    edabit=lambda x, thresholds: x.size,
    and_triple=lambda x, t: tree_words(x.ring.bits - 1, len(t) * words_for(x.size))[1],
)
async def below(ctx: Context, x: ArithmeticShare, thresholds: Words) -> BooleanShare:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1).

    One edaBit and one opened c serve all thresholds, since x - t = (c - t) - r. The products are fresh for each.
    """
    k, m, width = x.ring.bits, len(thresholds), words_for(x.size)
    c, r = await _mask(ctx, x)
    shifted = np.stack([bits.planes(x.ring.sub(c, t), k) for t in thresholds], axis=1)
    flat = shifted.reshape(k, m * width)
    repeated = BooleanShare(np.tile(r.words, (1, m)), r.shape)
    borrow = await borrow_out(ctx, _compare(ctx, flat[:-1], repeated.plane(slice(-1))))
    top = xor_public(ctx, repeated.plane(-1) ^ borrow, flat[-1])
    return BooleanShare(top.words.reshape(m, width), x.shape)


@cost(
    rounds=lambda x: 1 + levels(x.ring.bits),
    words=lambda x: x.size + all_ones_words(x.ring.bits, words_for(x.size))[0],
    edabit=lambda x: x.size,
    and_triple=lambda x: all_ones_words(x.ring.bits, words_for(x.size))[1],
)
async def is_zero(ctx: Context, x: ArithmeticShare) -> BooleanShare:
    """<x == 0>, elementwise: x = 0 exactly where all bits of c = x + r and r agree."""
    c, r = await _mask(ctx, x)
    same = not_(ctx, xor_public(ctx, r, bits.planes(c, x.ring.bits)))
    return await all_ones(ctx, same.words, x.shape)


@cost(
    rounds=lambda x, width: 1 + levels(width - 1),
    words=lambda x, width: x.size + prefix_words(width - 1, words_for(x.size))[0],
    edabit=lambda x, width: x.size,
    and_triple=lambda x, width: prefix_words(width - 1, words_for(x.size))[1],
)
async def a2b(ctx: Context, x: ArithmeticShare, width: int) -> BooleanShare:
    """<x_0 .. x_{width-1}>: the low bits of x, elementwise, as planes: x_i = c_i ^ r_i ^ borrow into i."""
    c, r = await _mask(ctx, x)
    c_planes = bits.planes(c, x.ring.bits)[:width]
    x_bits = xor_public(ctx, r.plane(slice(width)), c_planes).words.copy()
    below_top = r.plane(slice(width - 1))
    x_bits[1:] ^= await borrow_prefixes(ctx, _compare(ctx, c_planes[:-1], below_top))
    return BooleanShare(x_bits, x.shape)


def _dabits(x: BooleanShare) -> int:
    return x.size if x.words.ndim == 1 else 64 * x.words.size


@cost(rounds=1, words=lambda x: x.words.size, dabit=_dabits)
async def bits_to_ring(ctx: Context, x: BooleanShare) -> ArithmeticShare:
    """[x_i] for each plane i, shape (planes, *x.shape); x.shape for one plane without a plane axis.

    v = x ^ b is opened for daBits b; then x = v + b - 2 v b.
    """
    packed, b = await ctx.take(DaBit(ctx.ring, _dabits(x)))
    (v,) = await open_packed(ctx, bits.bit_xor(x.words.reshape(-1), packed))
    values = bits.unpack(v, b.size).astype(np.uint64)
    sign = ctx.ring.sub(np.ones(1, np.uint64), ctx.ring.add(values, values))
    flat = ctx.ring.mul(b, sign)
    if ctx.me == 0:
        flat = ctx.ring.add(flat, values)
    return ArithmeticShare(_by_plane(flat, x), ctx.ring)


def _by_plane(flat: Words, x: BooleanShare) -> Words:
    if x.words.ndim == 1:
        return flat.reshape(x.shape)
    padded = flat.reshape(x.planes, -1)[:, : x.size]
    return np.ascontiguousarray(padded).reshape((x.planes, *x.shape))


@cost(rounds=1, words=lambda x: x.words.size, dabit=_dabits)
async def b2a(ctx: Context, x: BooleanShare) -> ArithmeticShare:
    """[x] from its bit planes, least significant first: the sum of 2^i [x_i]. Wraps modulo 2^k."""
    each = await bits_to_ring(ctx, x)
    if x.words.ndim == 1:
        return each
    weights = np.uint64(1) << np.arange(x.planes, dtype=np.uint64)
    return each.scale(ctx.ring.reduce(weights).reshape(-1, *[1] * len(x.shape))).sum(0)


def _selected(c: ArithmeticShare, x: ArithmeticShare, y: ArithmeticShare) -> Shape:
    return np.broadcast_shapes(x.shape, y.shape)


@cost(
    rounds=1,
    words=lambda c, x, y: c.size + prod(_selected(c, x, y)),
    triple=lambda c, x, y: prod(np.broadcast_shapes(c.shape, x.shape, y.shape)),
)
async def select(ctx: Context, c: ArithmeticShare, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    """[x where c = 1, y where c = 0], elementwise: y + c (x - y); c holds 0 and 1 only."""
    return y + await mul(ctx, c, x - y)
