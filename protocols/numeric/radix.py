"""Sorting numbers of few bits by one stable partition for each bit, lowest first: no comparison.

Each pass brings the elements whose bit is 0 before those whose bit is 1: their places follow from prefix sums of the
bits by one product, and they go there by a shuffle after which the places are opened. Hamada, Ikarashi, Chida,
Takahashi, "Oblivious radix sort", eprint 2014/121; Chida and others, eprint 2019/695.
"""

from __future__ import annotations

import numpy as np

from mpc.context import Context, Session
from protocols.numeric.fixed_point import plus
from protocols.numeric.opened_order import ROUNDS, comparisons, level_of, parts_of, placed, takes_none
from protocols.shares import ArithmeticShare, concatenate
from protocols.suite import suite_of


def takes_less(session: Session, rows: int, count: int, width: int) -> bool:
    """Whether numbers of `width` bits are sorted so with less work than by comparisons.

    A record's move costs about half a comparison for each of its columns; where the parties make the material, it costs
    far more.
    """
    if not session.supply.dealt and not takes_none(session):
        return False
    level = level_of(session)
    levels, compared = comparisons(rows, count, level, parts_of(session))
    passes = width * rows * count * (width + 6) // 4 + level * (width * (session.n + 2) + 8) // ROUNDS
    return passes < compared + level * (levels + 1)


async def sorted_by_bits(
    ctx: Context, keys: ArithmeticShare, width: int, columns: list[ArithmeticShare]
) -> list[ArithmeticShare]:
    """Columns (rows, count) in ascending order of keys from 0 to 2^width - 1, equal ones in order. Nobody learns
    anything. Rounds: those of `a2b`, one, and n + 2 for each bit."""
    suite = suite_of(ctx)
    bits = await suite.bits_to_ring(ctx, await suite.a2b(ctx, keys, width))
    moved = [*(bits[i] for i in range(width)), *columns]
    for _ in range(width):
        bit, *moved = moved
        moved = await placed(ctx, await _zeros_first(ctx, bit), *moved)
    return moved


async def _zeros_first(ctx: Context, bit: ArithmeticShare) -> ArithmeticShare:
    """The place of each element if zeros come first, both in their order: i - c where the bit is 0, and z + c - 1 where
    it is 1, for c ones up to and with place i, and z zeros in all."""
    count = bit.shape[-1]
    ones = _running(bit)
    i = suite_of(ctx).constant(ctx, ctx.ring.from_ints(np.arange(count)))
    zeros_before = i - ones
    behind = plus(ctx, ones - ones[..., -1:], count - 1)
    return zeros_before + await suite_of(ctx).mul(ctx, bit, behind - zeros_before)


def _running(x: ArithmeticShare) -> ArithmeticShare:
    """The sums of all beginnings of the last axis. Local."""
    step = 1
    while step < x.shape[-1]:
        x = concatenate([x[..., :step], x[..., step:] + x[..., :-step]], -1)
        step *= 2
    return x
