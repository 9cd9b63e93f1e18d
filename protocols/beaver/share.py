"""Additive shares of ring elements, XOR shares of bits: putting values in, opening them."""

from __future__ import annotations

from functools import reduce
from math import prod

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra import bits
from mpc.algebra.ring import Ring, Words
from mpc.context import Context, Spec
from protocols.one_array import OneArray, OneArrayBits
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.shares import Shape


def constant(ctx: Context, words: Words) -> OneArray:
    """[c] for ring elements c that everybody knows: party 0 holds c, the others zero. Local."""
    return OneArray(words if ctx.me == 0 else np.zeros(words.shape, np.uint64), ctx.ring)


def constant_bits(ctx: Context, words: Words, shape: Shape) -> OneArrayBits:
    """<c> for packed bits that everybody knows: party 0 holds c, the others zero. Local."""
    return OneArrayBits(words if ctx.me == 0 else np.zeros(words.shape, np.uint64), shape)


@cost(rounds=0)
async def input_(ctx: Context, owner: int, words: Words | None, shape: Shape) -> OneArray:
    """[x] for ring elements x of this shape that party `owner` passes as `words`; the others pass None.

    Every other party's share is the stream of the seed it has in common with the owner; the owner's share is x less
    all of these. No communication. Any parties without the owner hold streams that are independent of x.
    """
    if ctx.me != owner:
        return OneArray(ctx.ring.reduce(ctx.pairwise_prg(owner, "input").words(shape)), ctx.ring)
    rest = words if words is not None else ctx.ring.zeros(shape)
    for j in ctx.everyone:
        if j != owner:
            rest = ctx.ring.sub(rest, ctx.ring.reduce(ctx.pairwise_prg(j, "input").words(shape)))
    return OneArray(rest, ctx.ring)


@cost(rounds=0)
async def input_bits(ctx: Context, owner: int, words: Words | None, shape: Shape) -> OneArrayBits:
    """<x> for packed bits x of an array of this shape that party `owner` passes: as `input_`, with XOR."""
    packed = (bits.words_for(prod(shape)),)
    if ctx.me != owner:
        return OneArrayBits(ctx.pairwise_prg(owner, "input bits").words(packed), shape)
    rest = words if words is not None else np.zeros(packed, np.uint64)
    for j in ctx.everyone:
        if j != owner:
            rest = bits.bit_xor(rest, ctx.pairwise_prg(j, "input bits").words(packed))
    return OneArrayBits(rest, shape)


@cost(rounds=1, words=lambda *shares: sum(x.size for x in shares))
async def open_(ctx: Context, *shares: OneArray) -> list[Words]:
    """Everybody learns each x: everybody sends everybody its share."""
    return await open_words(ctx, ctx.ring, *(x.words for x in shares))


@cost(rounds=1, words=lambda x: x.words.size)
async def open_bits(ctx: Context, x: OneArrayBits) -> Words:
    """Everybody learns the bits x, as packed words."""
    (opened,) = await open_packed(ctx, x.words)
    return opened


@cost(rounds=1, to_one=lambda to, x: x.size)
async def open_to(ctx: Context, to: int, x: OneArray) -> Words | None:
    """Party `to` alone learns x; the others get None.

    The shares are rerandomised by a sharing of zero before they are sent, so that `to` learns their sum only.
    """
    masked = ctx.ring.add(x.words, ctx.zero_sharing(x.shape))
    if ctx.me != to:
        ctx.send(to, masked)
        return None
    parts = [masked] + [await ctx.receive(j, Spec(x.shape)) for j in ctx.everyone if j != to]
    return reduce(ctx.ring.add, [ctx.ring.reduce(part) for part in parts])


@cost(rounds=0, random_value=lambda shape: int(np.prod(shape)))
async def random(ctx: Context, shape: Shape) -> OneArray:
    """[r] for uniformly random r that nobody knows."""
    (r,) = await ctx.take(RandomValue(ctx.ring, shape))
    return OneArray(r, ctx.ring)


async def open_words(ctx: Context, ring: Ring, *shares: Words) -> list[Words]:
    """Open arrays of additive shares within the caller's call: one round."""
    return await ctx.add_up(lambda total, share: ring.add(total, ring.reduce(share)), *shares)


async def open_packed(ctx: Context, *shares: Words) -> list[Words]:
    """Open arrays of XOR-shared packed words within the caller's call: one round."""
    return await ctx.add_up(bits.bit_xor, *shares)
