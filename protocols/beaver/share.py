"""Additive shares of ring elements, XOR shares of bits: putting values in, opening them."""

from __future__ import annotations

from functools import reduce
from math import prod

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Elementwise
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from protocols.one_array import OneArray, OneArrayBits, ring_of
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.shares import Shape


def constant(ctx: Context, words: Words) -> OneArray:
    """[c] for ring elements c that everybody knows: party 0 holds c, the others zero. Local."""
    ring = ring_of(ctx)
    return OneArray(ring.reduce(words) if ctx.me == 0 else ring.zeros(ring.shape(words)), ring)


def constant_bits(ctx: Context, words: Words, shape: Shape) -> OneArrayBits:
    """<c> for packed bits that everybody knows: party 0 holds c, the others zero. Local."""
    return OneArrayBits(ctx.bits.reduce(words) if ctx.me == 0 else ctx.bits.zeros(words.shape), shape, ctx.bits)


@cost(rounds=0)
async def input_(ctx: Context, owner: int, words: Words | None, shape: Shape) -> OneArray:
    """[x] for ring elements x of this shape that party `owner` passes as `words`; the others pass None.

    Every other party's share is the stream of the seed it has in common with the owner; the owner's share is x less
    all of these. No communication. Any parties without the owner hold streams that are independent of x.
    """
    ring = ring_of(ctx)
    return OneArray(_put_in(ctx, ring, owner, words, shape, "input"), ring)


@cost(rounds=0)
async def input_bits(ctx: Context, owner: int, words: Words | None, shape: Shape) -> OneArrayBits:
    """<x> for packed bits x of an array of this shape that party `owner` passes: as `input_`, with XOR."""
    packed = (words_for(prod(shape)),)
    return OneArrayBits(_put_in(ctx, ctx.bits, owner, words, packed, "input bits"), shape, ctx.bits)


def _put_in(ctx: Context, algebra: Elementwise, owner: int, words: Words | None, shape: Shape, usage: str) -> Words:
    if ctx.me != owner:
        return algebra.draw(ctx.pairwise_prg(owner, usage), shape)
    rest = algebra.zeros(shape) if words is None else algebra.reduce(words)
    for j in ctx.others:
        rest = algebra.sub(rest, algebra.draw(ctx.pairwise_prg(j, usage), shape))
    return rest


@cost(rounds=1, words=lambda *shares: sum(x.words.size for x in shares))
async def open_(ctx: Context, *shares: OneArray) -> list[Words]:
    """Everybody learns each x: everybody sends everybody its share."""
    return await open_words(ctx, ring_of(ctx), *(x.words for x in shares))


@cost(rounds=1, words=lambda x: x.words.size)
async def open_bits(ctx: Context, x: OneArrayBits) -> Words:
    """Everybody learns the bits x, as packed words."""
    (opened,) = await open_packed(ctx, x.words)
    return opened


@cost(rounds=1, to_one=lambda to, x: x.words.size)
async def open_to(ctx: Context, to: int, x: OneArray) -> Words | None:
    """Party `to` alone learns x; the others get None.

    The shares are rerandomised by a sharing of zero before they are sent, so that `to` learns their sum only.
    """
    return await _open_words_to(ctx, x.ring, to, x.words, x.shape)


@cost(rounds=1, to_one=lambda to, x: x.words.size)
async def open_bits_to(ctx: Context, to: int, x: OneArrayBits) -> Words | None:
    """Party `to` alone learns the bits x, as packed words: as `open_to`, with XOR."""
    return await _open_words_to(ctx, x.algebra, to, x.words, x.words.shape)


async def _open_words_to(ctx: Context, algebra: Elementwise, to: int, words: Words, shape: Shape) -> Words | None:
    masked = algebra.add(words, zero_sharing(ctx, algebra, shape))
    if ctx.me != to:
        ctx.send(to, masked)
        return None
    parts = [masked] + [await ctx.receive(j, Spec(masked.shape)) for j in ctx.others]
    return reduce(algebra.add, [algebra.reduce(part) for part in parts])


def zero_sharing(ctx: Context, ring: Elementwise, shape: Shape) -> Words:
    """This party's share of a fresh additive sharing of zero, without communication.

    Each pair's stream is added by one and subtracted by the other (Cramer, Damgard, Ishai, TCC 2005).
    """
    total = ring.zeros(shape)
    for j in ctx.others:
        mask = ring.draw(ctx.pairwise_prg(j, "zero sharing"), shape)
        total = ring.add(total, mask) if ctx.me < j else ring.sub(total, mask)
    return total


@cost(rounds=0, random_value=lambda shape: int(np.prod(shape)))
async def random(ctx: Context, shape: Shape) -> OneArray:
    """[r] for uniformly random r that nobody knows."""
    ring = ring_of(ctx)
    (r,) = await ctx.take(RandomValue(ring, shape))
    return OneArray(r, ring)


@cost(rounds=0)
async def random_bits(ctx: Context, shape: Shape, planes: Shape = ()) -> OneArrayBits:
    """<r> for uniformly random bits that nobody knows: the XOR of what each party draws for itself."""
    return OneArrayBits(ctx.bits.draw(ctx.prg("random bits"), (*planes, words_for(prod(shape)))), shape, ctx.bits)


async def open_words(ctx: Context, ring: Elementwise, *shares: Words) -> list[Words]:
    """Open arrays of additive shares within the caller's call: one round."""

    def add(total: Words, share: Words) -> Words:
        if ring.words > 1:
            whole = (-1, ring.words)
            return ring.add(total.reshape(whole), ring.reduce(share.reshape(whole))).reshape(total.shape)
        return ring.add(total, ring.reduce(share))

    return await ctx.add_up(add, *shares)


async def open_packed(ctx: Context, *shares: Words) -> list[Words]:
    """Open arrays of XOR-shared packed words within the caller's call: one round."""
    return await ctx.add_up(ctx.bits.add, *shares)
