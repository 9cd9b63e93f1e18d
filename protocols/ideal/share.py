"""Values in the clear at every party: putting them in, opening them."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.one_array import OneArray, OneArrayBits
from protocols.shares import Shape


def constant(ctx: Context, words: Words) -> OneArray:
    """c itself. Local."""
    return OneArray(words, ctx.ring)


def constant_bits(ctx: Context, words: Words, shape: Shape) -> OneArrayBits:
    """c itself. Local."""
    return OneArrayBits(words, shape)


async def input_(ctx: Context, owner: int, words: Words | None, shape: Shape) -> OneArray:
    """x, which its owner sends to everybody in the clear."""
    if ctx.me != owner:
        return OneArray(await ctx.receive(owner, Spec(shape)), ctx.ring)
    value = words if words is not None else ctx.ring.zeros(shape)
    for j in ctx.everyone:
        if j != owner:
            ctx.send(j, value)
    return OneArray(value, ctx.ring)


async def input_bits(ctx: Context, owner: int, words: Words | None, shape: Shape) -> OneArrayBits:
    """x as packed bits, which its owner sends to everybody in the clear."""
    packed = (words_for(prod(shape)),)
    return OneArrayBits((await input_(ctx, owner, words, packed)).words, shape)


@cost(rounds=0)
async def open_(ctx: Context, *shares: OneArray) -> list[Words]:
    """Each x, which everybody holds."""
    return [x.words for x in shares]


@cost(rounds=0)
async def open_bits(ctx: Context, x: OneArrayBits) -> Words:
    """x, which everybody holds."""
    return x.words


@cost(rounds=0)
async def open_to(ctx: Context, to: int, x: OneArray) -> Words | None:
    """x at party `to`, None at the others."""
    return x.words if ctx.me == to else None


@cost(rounds=0)
async def random(ctx: Context, shape: Shape) -> OneArray:
    """A uniformly random value from the stream that all parties share."""
    return OneArray(ctx.ring.reduce(ctx.common_prg("ideal random").words(shape)), ctx.ring)
