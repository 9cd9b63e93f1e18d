"""ANDs of several XOR-shared bits at once, from random bits of which all products are shared.

Between shares of all products a product of any number of masked bits is local, as is a product of two from a triple
(Beaver, CRYPTO 1991); Ohata and Nuida, Financial Cryptography 2020, have it for several. A dealer alone makes the
material: 2^k - 1 bits for an AND of k, which so takes the round of one of two.
"""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.beaver.share import open_packed
from protocols.one_array import OneArrayBits, ring_of
from protocols.preprocessing.kinds.many_and import ManyAnd


@cost(rounds=1, words=lambda x: x.words.size, many_and=lambda x: 64 * prod(x.words.shape[1:]))
async def and_many(ctx: Context, x: OneArrayBits) -> OneArrayBits:
    """<x_0 & x_1 & ..> of the planes along the first axis, 2 to 6 of them.

    d_i = x_i ^ a_i are opened, uniformly random to everybody as long as the a_i are fresh. The AND of all d_i ^ a_i is
    the sum, over every set of them, of the a_i in it, of whose product there are shares, and the d_i outside. Any
    number of parties; semi-honest, n - 1 may collude.
    """
    a, products = await ctx.take(ManyAnd(ring_of(ctx), len(x.words), x.words.shape[1:]))
    (d,) = await open_packed(ctx, x.algebra.sub(x.words, a))
    work, whole = a.size + 2 * products.size, ctx.me == 0
    return x.like(await ctx.off_loop(work, lambda: x.algebra.many_and(d, a, products, whole=whole)))
