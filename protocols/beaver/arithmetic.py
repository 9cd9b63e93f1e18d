"""Products of additive shares from triples. Beaver, CRYPTO 1991, section 3."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.shapes import broadcast
from mpc.context import Context
from protocols import derived
from protocols.beaver.share import open_words
from protocols.one_array import OneArray
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.square_pair import SquarePair
from protocols.preprocessing.kinds.triple import Triple


@cost(
    rounds=1,
    words=lambda x, y: x.words.size + y.words.size,
    triple=lambda x, y: prod(broadcast(x.shape, y.shape)),
)
async def mul(ctx: Context, x: OneArray, y: OneArray) -> OneArray:
    """[z] = [x * y], elementwise, broadcasting like numpy.

    d = x - a and e = y - b are uniformly random to everybody, whatever x and y are, as long as a and b are fresh.
    Semi-honest, n - 1 may collude.
    """
    a, b, c = await ctx.take(Triple(x.ring, x.shape, y.shape))
    d, e = await open_words(ctx, x.ring, x.ring.sub(x.words, a), x.ring.sub(y.words, b))
    return x.like(x.ring.recombine(c, d, b, e, a, with_de=ctx.me == 0))


@cost(rounds=1, words=lambda x: x.words.size, square_pair=lambda x: x.size)
async def square(ctx: Context, x: OneArray) -> OneArray:
    """[x * x], elementwise: x^2 = c + 2 d a + d^2 with d = x - a opened. Half the bytes of a product."""
    ring = x.ring
    a, c = await ctx.take(SquarePair(ring, x.shape))
    (d,) = await open_words(ctx, ring, ring.sub(x.words, a))
    return x.like(ring.recombine(c, d, a, d, a, with_de=ctx.me == 0))


@cost(
    rounds=1,
    words=lambda x, y: x.words.size + y.words.size,
    matrix_triple=lambda x, y: prod(broadcast(x.shape[:-2], y.shape[:-2])),
)
async def matmul(ctx: Context, x: OneArray, y: OneArray) -> OneArray:
    """[x @ y] for matrices or stacks of them: the triple is one of matrices, so only x and y travel, masked.

    z = c + d @ b + a @ e + d @ e; party 0 folds d @ e into d @ (b + e).
    """
    ring = x.ring
    a, b, c = await ctx.take(MatrixTriple(ring, x.shape, y.shape))
    d, e = await open_words(ctx, ring, ring.sub(x.words, a), ring.sub(y.words, b))
    right = ring.add(b, e) if ctx.me == 0 else b
    work = c.size * x.shape[-1]
    d_right = await ctx.off_loop(work, ring.matmul, d, right)
    a_e = await ctx.off_loop(work, ring.matmul, a, e)
    return x.like(ring.add(ring.add(c, d_right), a_e))


inner = cost(
    rounds=1,
    words=lambda x, y: x.words.size + y.words.size,
    matrix_triple=lambda x, y: prod(broadcast(x.shape[:-1], y.shape[:-1])),
)(derived.inner)
