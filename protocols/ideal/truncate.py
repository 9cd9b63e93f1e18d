"""Dividing by a power of two in the clear."""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.shares import ArithmeticShare


@cost(rounds=0)
async def truncate(ctx: Context, x: ArithmeticShare, shift: int) -> ArithmeticShare:
    """floor(x / 2^shift)."""
    return ArithmeticShare(x.ring.from_signed(x.ring.to_signed(x.words) >> shift), x.ring)
