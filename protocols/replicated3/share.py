"""Replicated shares of ring elements and bits: putting values in, opening them, random ones."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Bits, Elementwise, Z2k
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from protocols.one_array import ring_of
from protocols.replicated3.two_arrays import TwoArrayBits, TwoArrays
from protocols.shares import Shape

PARTIES = 3
ZERO, RESHARED = "zero", "reshared"
"""The uses of streams: of those whose differences are a share of zero, and that hide what two tell each other."""

Pair = tuple[Words, Words]
"""What a party holds of one value: its first array and its second one."""


def following(ctx: Context) -> int:
    """The party that holds this party's second array as its first."""
    return (ctx.me + 1) % PARTIES


def preceding(ctx: Context) -> int:
    """The party that holds this party's first array as its second."""
    return (ctx.me - 1) % PARTIES


def placed(ctx: Context, algebra: Elementwise, place: int, words: Words | None, shape: Shape) -> Pair:
    """x as x_place, the others zero: its two holders pass x, the third party None. Local."""
    zeros = algebra.zeros(shape)
    holds = [zeros if words is None else words, zeros]
    return (holds[ctx.me != place], holds[following(ctx) != place])


def placed_number(ctx: Context, ring: Z2k, place: int, words: Words | None, shape: Shape) -> TwoArrays:
    """[x] of elements x that two parties know: as `placed`. Local."""
    return TwoArrays(*placed(ctx, ring, place, words, shape), ring, (ctx.me != place, following(ctx) != place))


def constant(ctx: Context, words: Words) -> TwoArrays:
    """[c] for ring elements c that everybody knows: c_0 = c, the others zero. Local."""
    ring = ring_of(ctx)
    return placed_number(ctx, ring, 0, ring.reduce(words), ring.shape(words))


def constant_bits(ctx: Context, words: Words, shape: Shape) -> TwoArrayBits:
    """<c> for packed bits that everybody knows. Local."""
    return TwoArrayBits(*placed(ctx, ctx.bits, 0, ctx.bits.reduce(words), words.shape), shape, ctx.bits)


async def input_(ctx: Context, owner: int, words: Words | None, shape: Shape) -> TwoArrays:
    """[x] for ring elements x of this shape that party `owner` passes as `words`; the others pass None.

    With o the owner, x_o is the stream of the seed it has in common with party o - 1, x_{o+2} one that all know, and
    x_{o+1} the rest, which it sends to party o + 1: x less a stream that this one does not know. No party but the owner
    holds anything of x.
    """
    ring = ring_of(ctx)
    return TwoArrays(*await put_in(ctx, ring, owner, words, shape), ring)


async def input_bits(ctx: Context, owner: int, words: Words | None, shape: Shape) -> TwoArrayBits:
    """<x> for packed bits x of an array of this shape that party `owner` passes: as `input_`, with XOR."""
    return TwoArrayBits(*await put_in(ctx, ctx.bits, owner, words, (words_for(prod(shape)),)), shape, ctx.bits)


@cost(rounds=1, in_all=lambda algebra, owner, words, shape: algebra.words * prod(shape), call_name="input")
async def put_in(ctx: Context, algebra: Elementwise, owner: int, words: Words | None, shape: Shape) -> Pair:
    """What each party holds of an array that `owner` passes, elements of any algebra."""
    known = algebra.draw(ctx.common_prg("input"), shape)
    if following(ctx) == owner:
        return known, algebra.draw(ctx.pairwise_prg(owner, "input"), shape)
    if ctx.me == owner:
        x = algebra.zeros(shape) if words is None else algebra.reduce(words)
        first = algebra.draw(ctx.pairwise_prg(preceding(ctx), "input"), shape)
        second = algebra.sub(algebra.sub(x, known), first)
        ctx.send(following(ctx), second)
        return first, second
    return algebra.reduce(await ctx.receive(owner, Spec(known.shape))), known


@cost(rounds=1, to_next=lambda *shares: sum(x.first.size for x in shares))
async def open_(ctx: Context, *shares: TwoArrays) -> list[Words]:
    """Everybody learns each x: party i sends x_i to party i + 1, which lacks it."""
    return [_opened(x, words) for x, words in zip(shares, await _missing(ctx, *shares), strict=True)]


@cost(rounds=1, to_next=lambda x: x.first.size)
async def open_bits(ctx: Context, x: TwoArrayBits) -> Words:
    """Everybody learns the bits x, as packed words."""
    (words,) = await _missing(ctx, x)
    return _opened(x, words)


async def _missing(ctx: Context, *shares: TwoArrays | TwoArrayBits) -> list[Words]:
    for x in shares:
        ctx.send(following(ctx), x.first)
    return [await ctx.receive(preceding(ctx), Spec(x.first.shape)) for x in shares]


@cost(rounds=1, in_all=lambda to, x: x.first.size)
async def open_to(ctx: Context, to: int, x: TwoArrays) -> Words | None:
    """Party `to` alone learns x; the others get None.

    Party to - 1 sends the array that `to` lacks, which is x less the two that it holds.
    """
    return await _open_to(ctx, to, x)


@cost(rounds=1, in_all=lambda to, x: x.first.size)
async def open_bits_to(ctx: Context, to: int, x: TwoArrayBits) -> Words | None:
    """Party `to` alone learns the bits x, as packed words: as `open_to`."""
    return await _open_to(ctx, to, x)


async def _open_to(ctx: Context, to: int, x: TwoArrays | TwoArrayBits) -> Words | None:
    if following(ctx) == to:
        ctx.send(to, x.first)
    return _opened(x, await ctx.receive(preceding(ctx), Spec(x.first.shape))) if ctx.me == to else None


def _opened(x: TwoArrays | TwoArrayBits, missing: Words) -> Words:
    algebra: Elementwise = x.algebra if isinstance(x, TwoArrayBits) else x.ring
    return algebra.add(algebra.add(x.first, x.second), algebra.reduce(missing))


@cost(rounds=0)
async def random(ctx: Context, shape: Shape) -> TwoArrays:
    """[r] for uniformly random r that nobody knows: each r_i is the stream of the two parties that hold it."""
    ring = ring_of(ctx)
    return TwoArrays(*drawn(ctx, ring, shape, "random"), ring)


@cost(rounds=0)
async def random_bits(ctx: Context, shape: Shape, planes: Shape = ()) -> TwoArrayBits:
    """<r> for uniformly random bits that nobody knows: as `random`."""
    words = drawn(ctx, ctx.bits, (*planes, words_for(prod(shape))), "random bits")
    return TwoArrayBits(*words, shape, ctx.bits)


def drawn(ctx: Context, algebra: Elementwise, shape: Shape, usage: str) -> Pair:
    """The streams that this party has in common with the one before it and with the one after it.

    Their difference is a share of zero: each stream is added by one party and subtracted by another one.
    """
    before, after = preceding(ctx), following(ctx)
    first = algebra.draw(ctx.pairwise_prg(before, usage), shape)
    return first, algebra.draw(ctx.pairwise_prg(after, usage), shape)


async def reshared(ctx: Context, algebra: Elementwise, z: Words) -> Pair:
    """A share of the sum of what the parties have: party i masks its z by a share of zero and sends z_i to i - 1.

    What arrives is masked by a stream that the receiver does not know. Within the caller's call: one round.
    """
    before, after = drawn(ctx, algebra, algebra.shape(z), ZERO)
    return await handed_back(ctx, algebra, algebra.add(z, algebra.sub(after, before)))


async def multiplied(ctx: Context, algebra: Z2k | Bits, x: Pair, y: Pair) -> Pair:
    """A share of x y, elementwise: as `reshared`, of z_i = x_i (y_i + y_{i+1}) + x_{i+1} y_i."""
    masks = ctx.pairwise_prg(preceding(ctx), ZERO), ctx.pairwise_prg(following(ctx), ZERO)
    work = max(x[0].size, y[0].size)
    return await handed_back(ctx, algebra, await ctx.off_loop(work, algebra.masked_product, x, y, masks))


async def handed_back(ctx: Context, algebra: Elementwise, own: Words) -> Pair:
    """Of three summands that a party has one each, with the next one's: party i sends its own to i - 1. One round."""
    ctx.send(preceding(ctx), own)
    return own, algebra.reduce(await ctx.receive(following(ctx), Spec(own.shape)))


async def reshared_by_two(ctx: Context, algebra: Elementwise, first: int, z: Words) -> Pair:
    """A share of the sum of what party j = `first` and party j + 1 have; the third one passes anything of the shape.

    y_j and y_{j+2} are streams that one of both has in common with the third party; each takes its own off what it
    has, and both tell each other what is left, y_{j+1} together. Within the caller's call: one round.
    """
    second, third = (first + 1) % PARTIES, (first + 2) % PARTIES
    if ctx.me == third:
        return drawn(ctx, algebra, algebra.shape(z), RESHARED)
    other = second if ctx.me == first else first
    known = algebra.draw(ctx.pairwise_prg(third, RESHARED), algebra.shape(z))
    own = algebra.sub(z, known)
    ctx.send(other, own)
    both = algebra.add(own, algebra.reduce(await ctx.receive(other, Spec(own.shape))))
    return (known, both) if ctx.me == first else (both, known)
