"""Dividing by a power of two in the clear."""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.one_array import OneArray


@cost(rounds=0)
async def truncate(ctx: Context, x: OneArray, shift: int) -> OneArray:
    """floor(x / 2^shift)."""
    return OneArray(x.ring.from_signed(x.ring.to_signed(x.words) >> shift), x.ring)
