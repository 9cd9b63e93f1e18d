"""Products in the clear."""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.one_array import OneArray


@cost(rounds=0)
async def mul(ctx: Context, x: OneArray, y: OneArray) -> OneArray:
    """x * y, elementwise, broadcasting like numpy."""
    return x.scale(y.words)


@cost(rounds=0)
async def matmul(ctx: Context, x: OneArray, y: OneArray) -> OneArray:
    """x @ y."""
    return x.matmul_public(y.words)


@cost(rounds=0)
async def inner(ctx: Context, x: OneArray, y: OneArray) -> OneArray:
    """The sum of x * y over the last axis."""
    return x.scale(y.words).sum(-1)
