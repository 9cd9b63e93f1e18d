"""AND, OR and NOT of XOR-shared packed bits."""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.algebra.shapes import broadcast
from mpc.context import Context
from protocols import derived
from protocols.beaver.share import open_packed
from protocols.one_array import OneArrayBits, ring_of
from protocols.preprocessing.kinds.and_triple import AndTriple


def _and_bits(x: OneArrayBits, y: OneArrayBits) -> int:
    return 64 * int(np.prod(broadcast(x.words.shape, y.words.shape)))


@cost(rounds=1, words=lambda x, y: x.words.size + y.words.size, and_triple=_and_bits)
async def and_(ctx: Context, x: OneArrayBits, y: OneArrayBits) -> OneArrayBits:
    """<x & y>; packed words broadcast like numpy, so one x serves many y and travels once.

    Beaver's product in GF(2), 64 bits a word: z = c ^ d & b ^ e & a ^ d & e.
    """
    a, b, c = await ctx.take(AndTriple(ring_of(ctx), x.words.shape, y.words.shape))
    bits = x.algebra
    d, e = await open_packed(ctx, bits.sub(x.words, a), bits.sub(y.words, b))
    return x.like(bits.recombine(c, d, b, e, a, with_de=ctx.me == 0))


or_ = cost(rounds=1, words=lambda x, y: x.words.size + y.words.size, and_triple=_and_bits)(derived.or_)


def not_(ctx: Context, x: OneArrayBits) -> OneArrayBits:
    """<~x>: party 0 flips its bits. Local."""
    return x.like(x.algebra.not_(x.words)) if ctx.me == 0 else x


def xor_public(ctx: Context, x: OneArrayBits, public: Words) -> OneArrayBits:
    """<x ^ public>: party 0 applies the public bits. Local."""
    if ctx.me == 0:
        return x.like(x.algebra.add(x.words, public))
    shape = broadcast(x.words.shape, public.shape)
    return x if shape == x.words.shape else x.like(x.algebra.moved(lambda w: np.broadcast_to(w, shape), x.words))
