"""AND and NOT of replicated packed bits: a bit is sent for a bit. OR by it."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.shapes import broadcast
from mpc.algebra.words import Words
from mpc.context import Context
from protocols import derived
from protocols.replicated3.share import constant_bits, multiplied
from protocols.replicated3.two_arrays import TwoArrayBits


def _and_words(x: TwoArrayBits, y: TwoArrayBits) -> int:
    return prod(broadcast(x.first.shape, y.first.shape))


@cost(rounds=1, to_next=_and_words)
async def and_(ctx: Context, x: TwoArrayBits, y: TwoArrayBits) -> TwoArrayBits:
    """<x & y>; packed words broadcast like numpy: the product of `arithmetic.mul` in GF(2), 64 bits a word."""
    return x.like(*await multiplied(ctx, x.algebra, (x.first, x.second), (y.first, y.second)))


or_ = cost(rounds=1, to_next=_and_words)(derived.or_)


def not_(ctx: Context, x: TwoArrayBits) -> TwoArrayBits:
    """<~x>: the holders of x_0 flip its bits. Local."""
    bits = x.algebra
    return x.like(
        bits.not_(x.first) if ctx.me == 0 else x.first,
        bits.not_(x.second) if ctx.me == 2 else x.second,
    )


def xor_public(ctx: Context, x: TwoArrayBits, public: Words) -> TwoArrayBits:
    """<x ^ public>: the holders of x_0 apply the public bits. Local."""
    return x ^ constant_bits(ctx, public, x.shape)
