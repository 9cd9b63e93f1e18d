"""Values in the clear at every party: putting them in, opening them."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Elementwise
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from protocols.one_array import OneArray, OneArrayBits, ring_of
from protocols.shares import Shape


def constant(ctx: Context, words: Words) -> OneArray:
    """c itself. Local."""
    return OneArray(ctx.ring.reduce(words), ring_of(ctx))


def constant_bits(ctx: Context, words: Words, shape: Shape) -> OneArrayBits:
    """c itself. Local."""
    return OneArrayBits(ctx.bits.reduce(words), shape, ctx.bits)


async def input_(ctx: Context, owner: int, words: Words | None, shape: Shape) -> OneArray:
    """x, which its owner sends to everybody in the clear."""
    return OneArray(await _told(ctx, ctx.ring, owner, words, shape), ring_of(ctx))


async def input_bits(ctx: Context, owner: int, words: Words | None, shape: Shape) -> OneArrayBits:
    """x as packed bits, which its owner sends to everybody in the clear."""
    packed = (words_for(prod(shape)),)
    return OneArrayBits(await _told(ctx, ctx.bits, owner, words, packed), shape, ctx.bits)


async def _told(ctx: Context, algebra: Elementwise, owner: int, words: Words | None, shape: Shape) -> Words:
    value = algebra.zeros(shape) if words is None else algebra.reduce(words)
    if ctx.me != owner:
        return algebra.reduce(await ctx.receive(owner, Spec(value.shape)))
    for j in ctx.others:
        ctx.send(j, value)
    return value


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
async def open_bits_to(ctx: Context, to: int, x: OneArrayBits) -> Words | None:
    """x at party `to`, None at the others."""
    return x.words if ctx.me == to else None


@cost(rounds=0)
async def random_bits(ctx: Context, shape: Shape, planes: Shape = ()) -> OneArrayBits:
    """Uniformly random bits from the stream that all parties share."""
    words = ctx.bits.draw(ctx.common_prg("ideal random bits"), (*planes, words_for(prod(shape))))
    return OneArrayBits(words, shape, ctx.bits)


@cost(rounds=0)
async def random(ctx: Context, shape: Shape) -> OneArray:
    """A uniformly random value from the stream that all parties share."""
    return OneArray(ctx.ring.draw(ctx.common_prg("ideal random"), shape), ring_of(ctx))
