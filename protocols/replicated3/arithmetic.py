"""Products of replicated shares: one element sent for each element of the result, no material.

Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016, section 2.2.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.interface import Z2k
from mpc.algebra.shapes import broadcast
from mpc.algebra.words import Words
from mpc.context import Context
from protocols.replicated3.share import multiplied, reshared
from protocols.replicated3.two_arrays import TwoArrays

LONG = 256
"""Rows from this length on are multiplied as matrices, which writes no product down; many short ones one by one."""


def _product_words(x: TwoArrays, y: TwoArrays) -> int:
    return x.ring.words * prod(broadcast(x.shape, y.shape))


def _matrix_words(x: TwoArrays, y: TwoArrays) -> int:
    return x.ring.words * prod(broadcast(x.shape[:-2], y.shape[:-2])) * x.shape[-2] * y.shape[-1]


def _inner_words(x: TwoArrays, y: TwoArrays) -> int:
    return x.ring.words * prod(broadcast(x.shape, y.shape)[:-1])


@cost(rounds=1, to_next=_product_words)
async def mul(ctx: Context, x: TwoArrays, y: TwoArrays) -> TwoArrays:
    """[z] = [x * y], elementwise, broadcasting like numpy.

    Of the nine products x_i y_j each party can work out three; what these are masked with makes them shares of x y.
    """
    return x.like(*await multiplied(ctx, x.ring, (x.first, x.second), (y.first, y.second)))


@cost(rounds=1, to_next=lambda x: x.first.size)
async def square(ctx: Context, x: TwoArrays) -> TwoArrays:
    """[x * x], elementwise."""
    return x.like(*await multiplied(ctx, x.ring, (x.first, x.second), (x.first, x.second)))


@cost(rounds=1, to_next=_matrix_words)
async def matmul(ctx: Context, x: TwoArrays, y: TwoArrays) -> TwoArrays:
    """[x @ y] for matrices or stacks of them: as many elements are sent as the result has."""
    return await _product(ctx, x.ring.matmul, x, y)


@cost(rounds=1, to_next=_inner_words)
async def inner(ctx: Context, x: TwoArrays, y: TwoArrays) -> TwoArrays:
    """[sum of x * y over the last axis]: added up before anything is sent."""
    count = x.shape[-1]
    if count < LONG:
        return await _product(ctx, lambda a, b: x.ring.sum(x.ring.mul(a, b), -1), x, y)
    rows, columns = x.reshape((*x.shape[:-1], 1, count)), y.reshape((*y.shape, 1))
    z = await _product(ctx, x.ring.matmul, rows, columns)
    return z.reshape(z.shape[:-2])


async def _product(ctx: Context, times: Callable[[Words, Words], Words], x: TwoArrays, y: TwoArrays) -> TwoArrays:
    ring = x.ring
    work = x.size * (y.shape[-1] if times == ring.matmul else 1)
    return x.like(*await reshared(ctx, ring, await ctx.off_loop(work, own_product, ring, times, x, y)))


def own_product(ring: Z2k, times: Callable[[Words, Words], Words], x: TwoArrays, y: TwoArrays) -> Words:
    """z_i = x_i y_i + x_i y_{i+1} + x_{i+1} y_i, for any product that is linear in both. Local."""
    return ring.add(times(x.first, ring.add(y.first, y.second)), times(x.second, y.first))
