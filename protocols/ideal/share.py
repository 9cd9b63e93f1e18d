"""Values in the clear at every party: putting them in, opening them."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.shares import ArithmeticShare, BooleanShare, Shape


def constant(ctx: Context, words: Words) -> ArithmeticShare:
    """c itself. Local."""
    return ArithmeticShare(words, ctx.ring)


def constant_bits(ctx: Context, words: Words, shape: Shape) -> BooleanShare:
    """c itself. Local."""
    return BooleanShare(words, shape)


async def input_(ctx: Context, owner: int, words: Words | None, shape: Shape) -> ArithmeticShare:
    """x, which its owner sends to everybody in the clear."""
    if ctx.me != owner:
        return ArithmeticShare(await ctx.receive(owner, Spec(shape)), ctx.ring)
    value = words if words is not None else ctx.ring.zeros(shape)
    for j in ctx.everyone:
        if j != owner:
            ctx.send(j, value)
    return ArithmeticShare(value, ctx.ring)


async def input_bits(ctx: Context, owner: int, words: Words | None, shape: Shape) -> BooleanShare:
    """x as packed bits, which its owner sends to everybody in the clear."""
    packed = (words_for(prod(shape)),)
    return BooleanShare((await input_(ctx, owner, words, packed)).words, shape)


@cost(rounds=0)
async def open_(ctx: Context, *shares: ArithmeticShare) -> list[Words]:
    """Each x, which everybody holds."""
    return [x.words for x in shares]


@cost(rounds=0)
async def open_bits(ctx: Context, x: BooleanShare) -> Words:
    """x, which everybody holds."""
    return x.words


@cost(rounds=0)
async def open_to(ctx: Context, to: int, x: ArithmeticShare) -> Words | None:
    """x at party `to`, None at the others."""
    return x.words if ctx.me == to else None


@cost(rounds=0)
async def random(ctx: Context, shape: Shape) -> ArithmeticShare:
    """A uniformly random value from the stream that all parties share."""
    return ArithmeticShare(ctx.ring.reduce(ctx.common_prg("ideal random").words(shape)), ctx.ring)
