"""Functions of x = u - w, of which two parties know u and the third one w.

What is a sum of products of something of u and something of w, as exp(x) or sin(x) is, takes one transfer: the third
party tells what it has worked out of w, and the pair multiplies (`reading`). Nothing is approximated between shares,
and no bit of x is looked for.
"""

from __future__ import annotations

from collections.abc import Callable

from mpc.algebra.words import Words
from mpc.context import Context
from protocols.replicated3.reading import TELLER, of_pair, read
from protocols.replicated3.two_arrays import TwoArrays

Told = Callable[[Words], Words]
Factors = Callable[[Words], Words]


def summand(ctx: Context, x: TwoArrays) -> Words:
    """u = x_0 at the pair, w = -(x_1 + x_2) at the teller. Local."""
    if ctx.me == TELLER:
        return x.ring.neg(x.ring.add(x.first, x.second))
    return of_pair(ctx, (x.first, x.second))


async def by_summands(ctx: Context, x: TwoArrays, rows: int, told: Told, factors: Factors, work: int) -> TwoArrays:
    """[sum over rows of factors(u) told(w)], elementwise, for x = u - w in the ring: the cost of one reading.

    `told(w)` and `factors(u)` take as many elements as x has, in one axis, and give (rows, x.size), in about `work`
    elementary operations. The factors must be the same to the bit wherever they are worked out: each of two parties
    multiplies summands of what is told by them.
    """
    ring, shape = x.ring, (rows, x.size)
    own = summand(ctx, x.reshape((x.size,)))
    entries = of_u = None
    if ctx.session.shapes_only:
        entries = of_u = ring.zeros(shape)
    elif ctx.me == TELLER:
        entries = await ctx.off_loop(work, told, own)
    else:
        of_u = await ctx.off_loop(work, factors, own)

    def reading(entries: Words) -> Words:
        return ring.sum(ring.mul(entries, entries if of_u is None else of_u), 0)

    whole = x.like(*await read(ctx, ring, entries, shape, reading, (x.size,)))
    return whole.reshape(x.shape)
