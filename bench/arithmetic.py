"""The table of basic arithmetic: products, comparisons, a matrix product, and chains of what is bound by rounds.

A chain is written three ways: on shares (`chain_1000`), with `*` in a user's program (`round_program`), and as messages
alone, each to the next party (`ring_1000`). `max_1000` is a user's program of few and larger rounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import mpc
from bench.peers import catalogue
from bench.workloads import Share, Workload
from mpc.algebra import bits
from mpc.algebra.ring import Z64, Words
from mpc.algebra.wide_ring import Z128
from mpc.context import Context, Spec
from mpc.prg import Prg
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

TITLE = "Arithmetic on shares of integers of 64 bits, or of 128 where it says so, online"


def _pair(prg: Prg, size: int) -> list[Words]:
    return [prg.words((size,)), prg.words((size,))]


def _signed_pair(prg: Prg, size: int) -> list[Words]:
    """Numbers between -2^62 and 2^62: their differences stay in the ring."""
    return [Z64.from_signed(Z64.to_signed(words) >> 1) for words in _pair(prg, size)]


def _long_pair(prg: Prg, size: int) -> list[Words]:
    """Elements of two words."""
    return [Z128.draw(prg, (size,)) for _ in range(2)]


def _long_signed_pair(prg: Prg, size: int) -> list[Words]:
    """Numbers between -2^125 and 2^125."""
    return [Z128.sub(Z128.shift_right(words, 2), Z128.from_ints(1 << 125)) for words in _long_pair(prg, size)]


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


async def _ring(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    """Every party hands two words on to the next, who waits for them; the share only stands for a result."""
    of, to, words = (ctx.me - 1) % ctx.n, (ctx.me + 1) % ctx.n, np.zeros(2, np.uint64)
    for _ in range(size):
        ctx.send(to, words)
        words = await ctx.receive(of, Spec(words.shape))
    return shares[0]


async def _round_program(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    x, sign = (mpc.secret_from(ctx, share, range=(-1, 1)) for share in shares)
    for _ in range(size):
        x = x * sign
    return await _shared(ctx, x)


async def _max_program(ctx: Context, shares: Sequence[ArithmeticShare], size: int) -> Share:
    (x,) = (mpc.secret_from(ctx, share) for share in shares)
    return await _shared(ctx, np.max(x))


async def _shared(ctx: Context, x: mpc.SecretArray) -> Share:
    share: Share = await mpc.share_of(ctx, x)
    return share


def _scalar(prg: Prg, size: int) -> list[Words]:
    return [prg.words(())]


def _signs(prg: Prg, size: int) -> list[Words]:
    """Two numbers that are 1 or -1: no product of such is larger."""
    return [Z64.from_signed(1 - 2 * (prg.words(()) & np.uint64(1)).astype(np.int64)) for _ in range(2)]


def _small(prg: Prg, size: int) -> list[Words]:
    """Numbers of kind `int`: below 2^31 in size."""
    return [Z64.from_signed(Z64.to_signed(prg.words((size,))) >> 33)]


def _largest(values: Sequence[Words], size: int) -> Words:
    return Z64.from_signed(Z64.to_signed(values[0]).max())


def _below(values: Sequence[Words], size: int) -> Words:
    x, y = (Z64.to_signed(v) for v in values)
    return bits.pack(x < y)


def _long_below(values: Sequence[Words], size: int) -> Words:
    difference = Z128.sub(*values)
    (sign,) = Z128.planes(Z128.shift_right(difference, 127), 1)
    return np.asarray(sign)


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
        Workload("round_program", 1000, _signs, _round_program, _power),
        Workload("max_1000", 1000, _small, _max_program, _largest),
        Workload("mul_1m_128", 1_000_000, _long_pair, _products, lambda v, size: Z128.mul(*v), algebra=Z128),
        Workload("cmp_100k_128", 100_000, _long_signed_pair, _comparisons, _long_below, algebra=Z128),
        Workload("ring_1000", 1000, _scalar, _ring, lambda v, size: v[0], ring=True),
    )
}
