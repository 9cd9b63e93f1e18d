"""AND, OR and NOT of packed bits in the clear, and circuits."""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.circuits import gmw
from protocols.circuits.circuit import Circuit
from protocols.one_array import OneArrayBits


@cost(rounds=0)
async def and_(ctx: Context, x: OneArrayBits, y: OneArrayBits) -> OneArrayBits:
    """x & y."""
    return x.and_public(y.words)


@cost(rounds=0)
async def or_(ctx: Context, x: OneArrayBits, y: OneArrayBits) -> OneArrayBits:
    """x | y."""
    return x.like(x.algebra.or_(x.words, y.words))


def not_(ctx: Context, x: OneArrayBits) -> OneArrayBits:
    """~x. Local."""
    return x.like(x.algebra.not_(x.words))


def xor_public(ctx: Context, x: OneArrayBits, public: Words) -> OneArrayBits:
    """x ^ public. Local."""
    return x.like(x.algebra.add(x.words, public))


async def garbled(ctx: Context, circuit: Circuit, inputs: OneArrayBits, scheme: object = None) -> OneArrayBits:
    """<outputs> of <inputs>, of which nothing is garbled."""
    return await gmw.evaluate(ctx, circuit, inputs)
