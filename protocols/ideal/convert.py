"""Between ring elements and bits in the clear."""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.one_array import OneArray, OneArrayBits


@cost(rounds=0)
async def msb(ctx: Context, x: OneArray) -> OneArrayBits:
    """x < 0."""
    return OneArrayBits(bits.pack(np.asarray(x.ring.to_signed(x.words) < 0)), x.shape)


@cost(rounds=0)
async def below(ctx: Context, x: OneArray, thresholds: Words) -> OneArrayBits:
    """x < t for each threshold, planes (m, words)."""
    differences = [x.ring.to_signed(x.ring.sub(x.words, t)) for t in thresholds]
    return OneArrayBits(np.stack([bits.pack(np.asarray(d < 0)) for d in differences]), x.shape)


@cost(rounds=0)
async def is_zero(ctx: Context, x: OneArray) -> OneArrayBits:
    """x == 0."""
    return OneArrayBits(bits.pack(np.asarray(x.words == 0)), x.shape)


@cost(rounds=0)
async def a2b(ctx: Context, x: OneArray, width: int) -> OneArrayBits:
    """The low bits of x as planes."""
    return OneArrayBits(bits.planes(x.words.reshape(-1), x.ring.bits)[:width], x.shape)


@cost(rounds=0)
async def bits_to_ring(ctx: Context, x: OneArrayBits) -> OneArray:
    """Each bit as a ring element, shape (planes, *x.shape); x.shape for one plane without a plane axis."""
    rows = x.words.reshape(x.planes, -1)
    each = np.stack([bits.unpack(row, x.size).astype(np.uint64) for row in rows])
    lead = () if x.words.ndim == 1 else (x.planes,)
    return OneArray(each.reshape((*lead, *x.shape)), ctx.ring)


@cost(rounds=0)
async def b2a(ctx: Context, x: OneArrayBits) -> OneArray:
    """The number that the planes spell, modulo 2^k."""
    rows = x.words.reshape(x.planes, -1)
    return OneArray(ctx.ring.reduce(bits.from_planes(rows, x.size)).reshape(x.shape), ctx.ring)


@cost(rounds=0)
async def select(ctx: Context, c: OneArray, x: OneArray, y: OneArray) -> OneArray:
    """x where c = 1, y where c = 0."""
    return OneArray(np.where(c.words == 1, x.words, y.words), x.ring)
