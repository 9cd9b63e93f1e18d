"""Products of additive shares: of x y = x_0 y_0 + x_1 y_1 + x_1 y_0 + y_1 x_0 the last two are of both parties.

Each of these is one projection for each bit of the evaluator's number (`protocols/garbled/products.py`).
"""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.shapes import broadcast
from mpc.context import Context, together
from protocols import derived
from protocols.garbled.products import mixed_product
from protocols.garbled.yao import EVALUATOR
from protocols.one_array import OneArray
from protocols.shares import Shape


def _mixed_words(ring: Z2k, x: Shape, y: Shape) -> int:
    """What one mixed product of these shapes sends."""
    return words_for(ring.bits * prod(x)) + ring.words * ring.bits * prod(broadcast(x, y))


@cost(
    rounds=2,
    to_one=lambda x, y: _mixed_words(x.ring, x.shape, y.shape) + _mixed_words(x.ring, y.shape, x.shape),
    labels=lambda x, y: x.ring.bits * (x.size + y.size),
)
async def mul(ctx: Context, x: OneArray, y: OneArray) -> OneArray:
    """[x * y], elementwise, broadcasting like numpy. A kibibyte an element of 64 bits, from garbler to evaluator."""
    ring = x.ring
    first, second = await together(
        ctx,
        (mixed_product, ring, x.shape, y.shape, x.words if ctx.me == EVALUATOR else y.words),
        (mixed_product, ring, y.shape, x.shape, y.words if ctx.me == EVALUATOR else x.words),
    )
    return x.like(ring.add(ring.mul(x.words, y.words), ring.add(first, second)))


@cost(
    rounds=2,
    to_one=lambda x: _mixed_words(x.ring, x.shape, x.shape),
    labels=lambda x: x.ring.bits * x.size,
)
async def square(ctx: Context, x: OneArray) -> OneArray:
    """[x * x], elementwise: x_0^2 + x_1^2 + 2 x_1 x_0, half of a product."""
    ring = x.ring
    mixed = await mixed_product(ctx, ring, x.shape, x.shape, x.words)
    return x.like(ring.add(ring.mul(x.words, x.words), ring.add(mixed, mixed)))


async def matmul(ctx: Context, x: OneArray, y: OneArray) -> OneArray:
    """[x @ y] for matrices or stacks of them, as products of single numbers: a kibibyte for each of 64 bits."""
    rows = x.reshape((*x.shape, 1))
    columns = y.reshape((*y.shape[:-2], 1, *y.shape[-2:]))
    return (await mul(ctx, rows, columns)).sum(-2)


inner = derived.inner
