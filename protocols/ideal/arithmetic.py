"""Products in the clear."""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.shares import ArithmeticShare


@cost(rounds=0)
async def mul(ctx: Context, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    """x * y, elementwise, broadcasting like numpy."""
    return x.scale(y.words)


@cost(rounds=0)
async def square(ctx: Context, x: ArithmeticShare) -> ArithmeticShare:
    """x * x, elementwise."""
    return x.scale(x.words)


@cost(rounds=0)
async def matmul(ctx: Context, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    """x @ y."""
    return x.matmul_public(y.words)


@cost(rounds=0)
async def inner(ctx: Context, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    """The sum of x * y over the last axis."""
    return x.scale(y.words).sum(-1)
