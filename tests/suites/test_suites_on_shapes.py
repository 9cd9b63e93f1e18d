"""Suites run on shapes alone: the rounds, bytes and material of a run on data, without an array of its size."""

import time
import tracemalloc

import numpy as np
import pytest
import trio

from mpc.algebra.bits import words_for
from mpc.algebra.ring import Z64
from mpc.algebra.shapes_only import ShapesOfRing
from mpc.algebra.wide_ring import Z128
from mpc.context import together
from mpc.planning import CountingSupply
from mpc.simulation import Setting, run_in_memory
from protocols.beaver import SUITE
from protocols.replicated3 import SUITE as REPLICATED3
from protocols.shares import choose, concatenate, stack
from protocols.yao import SUITE as YAO

VALUES = (7, 3)


async def numbers(ctx, shape=VALUES):
    return [await ctx.suite.input(ctx, owner, None, shape) for owner in (0, 1)]


async def flags(ctx, shape=VALUES):
    return [await ctx.suite.input_bits(ctx, owner, None, shape) for owner in (0, 1)]


async def products(ctx):
    x, y = await numbers(ctx)
    return await together(ctx, (ctx.suite.mul, x, y[:, :1]), (ctx.suite.square, x), (ctx.suite.inner, x, y))


async def matrix_products(ctx):
    x, y = await numbers(ctx, (2, 5, 5))
    return await ctx.suite.matmul(ctx, x, y.transpose((0, 2, 1))[0])


async def openings(ctx):
    x, y = await numbers(ctx)
    a, _ = await flags(ctx)
    to_all = [await ctx.suite.open(ctx, x, y), await ctx.suite.open_bits(ctx, a)]
    return [*to_all, await ctx.suite.open_to(ctx, 1, x), await ctx.suite.open_bits_to(ctx, 1, a)]


async def bits(ctx):
    a, b = await flags(ctx)
    public = ctx.bits.zeros((words_for(a.size),))
    c = await ctx.suite.and_(ctx, a ^ b, ctx.suite.not_(ctx, b))
    d = await ctx.suite.or_(ctx, c, ctx.suite.xor_public(ctx, a.and_public(public), public))
    return await ctx.suite.bits_to_ring(ctx, d.map_structure(lambda v: v[::2]))


async def structure(ctx):
    x, y = await numbers(ctx)
    z = choose(np.arange(3) > 1, concatenate([x, y]), stack([x, y]).reshape((14, 3)))
    z = z.map_structure(lambda a: np.roll(a, 1)).broadcast_to((2, 14, 3)).sum((0, 1)).scale(5) - x[0]
    return await ctx.suite.truncate(ctx, z + ctx.suite.constant(ctx, ctx.ring.from_ints([1, 2, 3])), 16)


async def comparisons(ctx):
    x, y = await numbers(ctx)
    thresholds = ctx.ring.from_ints([1, 2, 3])
    suite = ctx.suite
    return await together(ctx, (suite.msb, x - y), (suite.below, x, thresholds), (suite.is_zero, y), (suite.a2b, x, 9))


async def conversions(ctx):
    x, y = await numbers(ctx)
    back = await ctx.suite.b2a(ctx, await ctx.suite.a2b(ctx, x, 12))
    return await ctx.suite.select(ctx, back, y, await ctx.suite.random(ctx, VALUES))


SCRIPTS = [products, matrix_products, openings, bits, structure, comparisons, conversions]


def counted(script, ring, *, n=2, dealt=True, suite=SUITE):
    """Rounds, bytes and material by party, and what was asked of the supply, of a run on this ring."""
    supplies = [CountingSupply(dealt=dealt) for _ in range(n)]

    async def main(ctx, mine):
        await script(ctx)
        return ctx.depth

    runs = trio.run(run_in_memory, main, [None] * n, supplies, Setting(suite, ring=ring, audit=True))
    demands = [sorted(supply.demand) for supply in supplies]
    return [(r.result, r.session.ledger.bytes_sent, r.session.ledger.material) for r in runs], demands


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.__name__)
@pytest.mark.parametrize(("n", "dealt"), [(2, True), (2, False), (3, True)])
@pytest.mark.parametrize("ring", [Z64, Z128], ids=str)
def test_a_run_on_shapes_counts_what_a_run_on_data_does(script, n, dealt, ring):
    assert counted(script, ShapesOfRing(ring), n=n, dealt=dealt) == counted(script, ring, n=n, dealt=dealt)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.__name__)
@pytest.mark.parametrize("ring", [Z64, Z128], ids=str)
def test_so_does_a_run_of_garbled_operations(script, ring):
    assert counted(script, ShapesOfRing(ring), suite=YAO) == counted(script, ring, suite=YAO)


async def every_other_operation(ctx):
    x, y = await numbers(ctx)
    a, b = await flags(ctx)
    await together(ctx, (ctx.suite.shuffle, x, y), (ctx.suite.random_bits, VALUES, (2,)), (ctx.suite.or_, a, b))
    small = x.modulo(9)
    return await together(ctx, (ctx.suite.msb, small), (ctx.suite.is_zero, small), (ctx.suite.a2b, small, 3))


async def of_nothing(ctx):
    x, y = await numbers(ctx, (0, 3))
    suite, thresholds = ctx.suite, ctx.ring.from_ints([1, 2])
    await together(ctx, (suite.mul, x, y), (suite.msb, x), (suite.below, x, thresholds), (suite.truncate, y, 3))
    planes, columns = await together(ctx, (suite.a2b, x, 7), (suite.shuffle, x, y))
    return await together(ctx, (suite.b2a, planes), (suite.is_zero, x), (suite.open, *columns))


@pytest.mark.parametrize("script", [*SCRIPTS, every_other_operation, of_nothing], ids=lambda s: s.__name__)
@pytest.mark.parametrize("ring", [Z64, Z128], ids=str)
@pytest.mark.parametrize("at_once", [True, False])
def test_so_does_a_run_of_replicated_shares(script, ring, at_once, monkeypatch):
    """Reading in one round and in two."""
    monkeypatch.setattr("protocols.replicated3.reading.AT_ONCE", 1 << 40 if at_once else -1)
    on_shapes = counted(script, ShapesOfRing(ring), n=3, suite=REPLICATED3)
    assert on_shapes == counted(script, ring, n=3, suite=REPLICATED3)
    assert on_shapes[1] == [[]] * 3


async def large_product(ctx):
    x, y = await numbers(ctx, (2048, 2048))
    return await ctx.suite.matmul(ctx, x, y)


async def many_comparisons(ctx):
    x, y = await numbers(ctx, (1 << 20,))
    return await ctx.suite.bits_to_ring(ctx, await ctx.suite.msb(ctx, x - y))


WAYS = {"dealt": {"dealt": True}, "made": {"dealt": False}, "replicated": {"n": 3, "suite": REPLICATED3}}


@pytest.mark.parametrize("script", [large_product, many_comparisons])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_run_on_shapes_takes_neither_memory_nor_time(script, way):
    counted(script, ShapesOfRing(Z64), **way)
    tracemalloc.start()
    started = time.process_time()
    counted(script, ShapesOfRing(Z64), **way)
    seconds = time.process_time() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20
    assert seconds < 1
