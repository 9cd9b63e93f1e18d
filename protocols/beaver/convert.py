"""Between [x] in the ring and bits <x>.

From [x] to bits there are several routes; which one is taken depends on who makes the material and on the number of
parties, which all parties know. Bits get into the ring by daBits (Rotaru, Wood, INDOCRYPT 2019).
"""

from __future__ import annotations

from math import prod
from typing import Protocol

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols import derived
from protocols.beaver import by_masks, by_points, by_tables
from protocols.beaver.share import open_packed
from protocols.one_array import OneArray, OneArrayBits, ring_of
from protocols.preprocessing.kinds.dabit import DaBit


class Route(Protocol):
    """A way to bits. All have these functions, each with a declared cost."""

    async def msb(self, ctx: Context, x: OneArray, /) -> OneArrayBits: ...
    async def below(self, ctx: Context, x: OneArray, thresholds: Words, /) -> OneArrayBits: ...
    async def is_zero(self, ctx: Context, x: OneArray, /) -> OneArrayBits: ...
    async def a2b(self, ctx: Context, x: OneArray, width: int, /) -> OneArrayBits: ...


ROUTES: dict[str, Route] = {"masks": by_masks, "tables": by_tables, "points": by_points}


def _route(ctx: Context, x: OneArray) -> Route:
    """The cheapest one; docs/decisions/0013-routes-to-bits.md has the figures."""
    if ctx.n > 2:
        return ROUTES["masks"]
    if not ctx.session.supply.dealt:
        return ROUTES["tables"]
    return ROUTES["points" if by_points.suits(x) else "masks"]


def compared_at_once(ctx: Context, bits: int) -> int:
    """How many numbers of so many bits are compared in one round: none where keys of points are not to be had."""
    return by_points.most_numbers(bits) if ctx.n == 2 and ctx.session.supply.dealt else 0


async def msb(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x < 0>, elementwise."""
    return await _route(ctx, x).msb(ctx, x)


async def below(ctx: Context, x: OneArray, thresholds: Words) -> OneArrayBits:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1)."""
    return await _route(ctx, x).below(ctx, x, thresholds)


async def is_zero(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x == 0>, elementwise."""
    return await _route(ctx, x).is_zero(ctx, x)


async def a2b(ctx: Context, x: OneArray, width: int) -> OneArrayBits:
    """<x_0 .. x_{width-1}>: the low bits of x, elementwise, as planes."""
    return await _route(ctx, x).a2b(ctx, x, width)


def _dabits(x: OneArrayBits) -> int:
    return x.size if x.words.ndim == 1 else 64 * x.words.size


@cost(rounds=1, words=lambda x: x.words.size, dabit=_dabits)
async def bits_to_ring(ctx: Context, x: OneArrayBits) -> OneArray:
    """[x_i] for each plane i, shape (planes, *x.shape); x.shape for one plane without a plane axis.

    v = x ^ b is opened for daBits b; then x = v + b - 2 v b.
    """
    ring, bits = ring_of(ctx), x.algebra
    packed, b = await ctx.take(DaBit(ring, _dabits(x)))
    (v,) = await open_packed(ctx, bits.sub(x.words.reshape(-1), packed))
    values = ring.from_bits(bits.unpack(v, _dabits(x)))
    flat = ring.mul(b, ring.sub(ring.from_ints([1]), ring.add(values, values)))
    if ctx.me == 0:
        flat = ring.add(flat, values)
    return _by_plane(OneArray(flat, ring), x)


def _by_plane(flat: OneArray, x: OneArrayBits) -> OneArray:
    if not x.lead:
        return flat.reshape(x.shape)
    padded = flat.reshape((x.planes, 64 * x.words.shape[-1]))
    return padded[:, : x.size].reshape((x.planes, *x.shape))


b2a = cost(rounds=1, words=lambda x: x.words.size, dabit=_dabits)(derived.b2a)


select = cost(
    rounds=1,
    words=lambda c, x, y: c.ring.words * (c.size + prod(np.broadcast_shapes(x.shape, y.shape))),
    triple=lambda c, x, y: prod(np.broadcast_shapes(c.shape, x.shape, y.shape)),
)(derived.select)
