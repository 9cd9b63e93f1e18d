"""Comparison and equality among three by keys that one party deals: exact, in two rounds, and as declared."""

import numpy as np
import pytest

import mpc
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.wide_ring import Z128
from mpc.testing import EDGES, assert_same_distribution, sampled_view
from protocols.function_sharing.points_gywzxlz23 import labels_of_key
from protocols.replicated3 import SUITE, by_points
from protocols.replicated3.two_arrays import TwoArrays
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

EDGE_WORDS = np.array(EDGES, object).astype(np.int64).view(np.uint64)


def computed(function, x, *arguments, ring=Z64):
    """The opened bits, rows of planes, and the rounds of the run."""

    async def main(ctx, mine):
        shared = await ctx.suite.input(ctx, 1, mine, x.shape)
        found = await function(ctx, shared, *arguments)
        words = await ctx.suite.open_bits(ctx, found)
        rows = words.reshape(-1, words.shape[-1])
        return [ctx.bits.unpack(row, x.size).tolist() for row in rows]

    run = simulate(main, [None, x, None], suite="replicated3", ring=ring, check_costs=True)
    assert run.report.rounds == 2 + 1, "the owner is the teller, and waits for nobody"
    return run.result


@pytest.mark.parametrize("width", [1, 2, 8, 9])
def test_every_element_of_small_rings(width):
    x = np.arange(1 << width, dtype=np.uint64)
    assert computed(by_points.msb, x, ring=Ring(width)) == [(x >> np.uint64(width - 1)).tolist()]
    assert computed(by_points.is_zero, x, ring=Ring(width)) == [(x == 0).tolist()]


def test_edges_of_the_ring():
    assert computed(by_points.msb, EDGE_WORDS) == [[int(e < 0) for e in EDGES]]
    assert computed(by_points.is_zero, EDGE_WORDS) == [[int(e == 0) for e in EDGES]]


def test_many_thresholds_take_one_key():
    x = np.random.default_rng(2).integers(-(2**61), 2**61, 70)
    x[:3] = thresholds = np.array([-5, 0, 2**60])
    found = computed(by_points.below, x.view(np.uint64), thresholds.view(np.uint64))
    assert found == [(x < t).astype(int).tolist() for t in thresholds]


def share(size, ring=Z64):
    return TwoArrays(ring.zeros((size,)), ring.zeros((size,)), ring)


def test_what_takes_keys_is_few_values_of_rings_that_are_not_tiny():
    most = by_points.MOST_LABELS // labels_of_key(64)
    assert by_points.suits(share(most))
    assert not by_points.suits(share(most + 1))
    assert not by_points.suits(share(0))
    assert not by_points.suits(share(5, Ring(8)))
    assert not by_points.suits(share(5, Z128))


async def program(ctx, mine):
    x = await mpc.secret(ctx, owner=0, value=mine, range=(-128, 128))
    return await mpc.reveal(ctx, x < 3, x == 7, np.argmax(x))


def test_a_program_takes_keys_and_its_plan_knows():
    run = simulate(program, [np.array([7.0, -3.0, 120.0, 7.0]), None, None], suite="replicated3", check_costs=True)
    less, same, largest = run.results[0]
    assert (less.tolist(), same.tolist(), largest) == ([0, 1, 0, 0], [1, 0, 0, 1], 2)
    planned = plan(program, [np.zeros(4), None, None], suite="replicated3").report
    assert planned.rounds == run.report.rounds
    assert planned.bytes_sent == run.report.bytes_sent


async def msb(ctx, mine, lanes):
    x = await ctx.suite.input(ctx, 1, mine[0] if ctx.me == 1 else None, (lanes,))
    return await by_points.msb(ctx, x)


@pytest.mark.parametrize("observer", [0, 2])
def test_a_view_of_the_pair_says_nothing_of_x(observer):
    """Corrections, padded bits and the other's summand look random, each lane like the other. The teller gets nothing.

    The start of the hashes is one for all lanes, and no sample; of the levels some stand for all.
    """

    def view(x):
        seen = sampled_view(msb, [[5], [x], [5]], suite=SUITE, observers=observer, lanes=1024)
        kept = [name for name in seen.columns if "start" not in name]
        seen.columns = {name: seen.columns[name] for name in kept[:: max(1, len(kept) // 40)] + kept[-4:]}
        return seen

    assert_same_distribution(view(0), view(2**62 - 1))
