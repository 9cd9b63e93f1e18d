"""The table of basic arithmetic: products, comparisons, a matrix product, a chain of dependent products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.peers import catalogue
from bench.workloads import Share, Workload
from mpc.algebra import bits
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

TITLE = "Arithmetic on shares of 64-bit integers, online"


def _pair(prg: Prg, size: int) -> list[Words]:
    return [prg.words((size,)), prg.words((size,))]


def _signed_pair(prg: Prg, size: int) -> list[Words]:
    """Numbers between -2^62 and 2^62: their differences stay in the ring."""
    return [Z64.from_signed(Z64.to_signed(words) >> 1) for words in _pair(prg, size)]


def _matrices(prg: Prg, size: int) -> list[Words]:
    return [prg.words((size, size)), prg.words((size, size))]


def _scalars(prg: Prg, size: int) -> list[Words]:
    return [prg.words(()), prg.words(())]


async def _products(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    return await suite_of(ctx).mul(ctx, *shares)


async def _comparisons(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    x, y = shares
    return await suite_of(ctx).msb(ctx, x - y)


async def _matrix_product(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    return await suite_of(ctx).matmul(ctx, *shares)


async def _chain(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    suite, (x, y) = suite_of(ctx), shares
    for _ in range(size):
        x = await suite.mul(ctx, x, y)
    return x


def _below(values: Sequence[Words], size: int) -> Words:
    x, y = (Z64.to_signed(v) for v in values)
    return bits.pack(x < y)


def _power(values: Sequence[Words], size: int) -> Words:
    x, y = (int(v) for v in values)
    return np.array(x * pow(y, size, 1 << 64) % (1 << 64), np.uint64)


def _cube(side: int) -> int:
    return side**3


PEERS = catalogue.ARITHMETIC
PRODUCTS = Workload("mul_1m", 1_000_000, _pair, _products, lambda v, size: Z64.mul(*v))
COMPARISONS = Workload("cmp_100k", 100_000, _signed_pair, _comparisons, _below)
WORKLOADS = {
    workload.name: workload
    for workload in (
        PRODUCTS,
        COMPARISONS,
        Workload("matmul_1000", 1000, _matrices, _matrix_product, lambda v, size: Z64.matmul(*v), _cube),
        Workload("chain_1000", 1000, _scalars, _chain, _power),
    )
}
