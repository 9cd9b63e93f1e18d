"""Between ring elements and bits in the clear."""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.words import Words
from mpc.context import Context
from protocols.one_array import OneArray, OneArrayBits, ring_of


@cost(rounds=0)
async def msb(ctx: Context, x: OneArray) -> OneArrayBits:
    """x < 0."""
    return OneArrayBits(_signs(ctx, x), x.shape, ctx.bits)


@cost(rounds=0)
async def below(ctx: Context, x: OneArray, thresholds: Words) -> OneArrayBits:
    """x < t for each threshold, planes (m, words)."""
    signs = [_signs(ctx, x - x.like(t)) for t in thresholds]
    return OneArrayBits(ctx.bits.moved(lambda *rows: np.stack(rows), *signs), x.shape, ctx.bits)


def _signs(ctx: Context, x: OneArray) -> Words:
    top = x.ring.shift_right(x.words, x.ring.bits - 1)
    packed: Words = x.ring.planes(top, 1)[0]
    return packed


@cost(rounds=0)
async def is_zero(ctx: Context, x: OneArray) -> OneArrayBits:
    """x == 0."""
    zeros = np.asarray(x.words == 0).reshape(*x.shape, x.ring.words).all(-1)
    return OneArrayBits(ctx.bits.pack(np.asarray(zeros)), x.shape, ctx.bits)


@cost(rounds=0)
async def a2b(ctx: Context, x: OneArray, width: int) -> OneArrayBits:
    """The low bits of x as planes."""
    return OneArrayBits(x.ring.planes(x.words, width), x.shape, ctx.bits)


@cost(rounds=0)
async def bits_to_ring(ctx: Context, x: OneArrayBits) -> OneArray:
    """Each bit as a ring element, shape (planes, *x.shape); x.shape for one plane without a plane axis."""
    ring = ring_of(ctx)
    each = [ring.from_bits(x.algebra.unpack(row, x.size)) for row in x.words.reshape(x.planes, x.words.shape[-1])]
    lead = (x.planes,) if x.lead else ()
    flat = ring.moved(lambda *rows: np.stack(rows), *each) if each else ring.zeros((0,))
    return OneArray(flat, ring).reshape((*lead, *x.shape))


@cost(rounds=0)
async def b2a(ctx: Context, x: OneArrayBits) -> OneArray:
    """The number that the planes spell, modulo 2^k."""
    ring = ring_of(ctx)
    number = ring.from_planes(x.words.reshape(x.planes, x.words.shape[-1]), x.size)
    return OneArray(number, ring).reshape(x.shape)


@cost(rounds=0)
async def select(ctx: Context, c: OneArray, x: OneArray, y: OneArray) -> OneArray:
    """x where c = 1, y where c = 0: y + c (x - y)."""
    return y + (x - y).scale(c.words)
