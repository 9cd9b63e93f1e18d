"""Dividing by a power of two in the clear."""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.one_array import OneArray


@cost(rounds=0)
async def truncate(ctx: Context, x: OneArray, shift: int) -> OneArray:
    """floor(x / 2^shift): with h = 2^(k-1), (x + h) / 2^shift - h / 2^shift, the sum not negative."""
    half = 1 << (x.ring.bits - 1)
    y = x.ring.shift_right(x.words, shift, plus=half)
    return x.like(x.ring.sub(y, x.ring.from_ints(half >> shift)))
