"""Comparison and equality of two parties by a dealer's keys: exact, in one round, and as declared."""

import numpy as np
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from mpc.algebra import bits
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.wide_ring import Z128
from mpc.simulation import Setting, run_in_memory
from mpc.testing import EDGES, assert_same_distribution, sampled_view
from protocols.beaver import SUITE, by_points
from protocols.beaver.convert import ROUTES
from protocols.function_sharing.points_gywzxlz23 import labels_of_key
from protocols.one_array import OneArray
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.kinds.point_key import PointKey
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

START_0, START_1 = "point_key part 3", "point_key part 4"
EDGE_WORDS = np.array(EDGES, object).astype(np.int64).view(np.uint64)


def computed(function, x, *arguments, ring=Z64):
    """The bits that two parties hold together: rows of planes, and the rounds."""
    results = []

    async def main(ctx, mine):
        shared = await ctx.suite.input(ctx, 0, mine, x.shape)
        share = OneArray(shared.words, ctx.ring)
        results.append(await function(ctx, share, *arguments))

    trio.run(lambda: run_in_memory(main, [x, None], local_supplies(2), Setting(SUITE, ring=ring, audit=True)))
    left, right = (found.words for found in results)
    rows = (left ^ right).reshape(-1, left.shape[-1])
    return np.stack([bits.unpack(row, x.size) for row in rows])


@pytest.mark.parametrize("width", [1, 2, 8, 9, 12])
def test_every_element_of_small_rings(width):
    x = np.arange(1 << width, dtype=np.uint64)
    np.testing.assert_array_equal(computed(by_points.msb, x, ring=Ring(width))[0], x >> np.uint64(width - 1))
    np.testing.assert_array_equal(computed(by_points.is_zero, x, ring=Ring(width))[0], x == 0)


def test_edges_of_the_ring():
    np.testing.assert_array_equal(computed(by_points.msb, EDGE_WORDS)[0], [e < 0 for e in EDGES])
    np.testing.assert_array_equal(computed(by_points.is_zero, EDGE_WORDS)[0], [e == 0 for e in EDGES])


INTEGERS = st.lists(st.integers(-(2**61), 2**61), min_size=1, max_size=70)


@settings(max_examples=10)
@given(INTEGERS, INTEGERS)
def test_many_thresholds_take_one_key(x, thresholds):
    words = np.array(x, np.int64).view(np.uint64)
    found = computed(by_points.below, words, np.array(thresholds, np.int64).view(np.uint64))
    assert found.tolist() == [[int(v < t) for v in x] for t in thresholds]


def share(size, ring=Z64):
    return OneArray(ring.zeros((size,)), ring)


def test_what_takes_keys_is_few_values_of_rings_that_are_not_tiny():
    assert by_points.suits(share(1))
    assert by_points.suits(share(by_points.MOST_LABELS // labels_of_key(64)))
    assert not by_points.suits(share(by_points.MOST_LABELS // labels_of_key(64) + 1))
    assert by_points.suits(share(5000, Ring(16)))
    assert not by_points.suits(share(0))
    assert not by_points.suits(share(5, Ring(8)))
    assert not by_points.suits(share(5, Z128))


async def program(ctx, mine):
    x = await mpc.secret(ctx, owner=0, value=mine, range=(-128, 128))
    return await mpc.reveal(ctx, x < 3, x == 7, np.argmax(x))


def test_a_program_takes_keys_and_its_plan_knows():
    x = np.array([7.0, -3.0, 120.0, 7.0])
    run = simulate(program, [x, None], check_costs=True)
    less, same, largest = run.results[0]
    assert (less.tolist(), same.tolist(), largest) == ([0, 1, 0, 0], [1, 0, 0, 1], 2)
    planned = plan(program, [np.zeros(4), None]).report
    assert planned.material == run.report.material
    assert "point_key" in planned.material
    assert planned.rounds == run.report.rounds
    assert planned.bytes_sent == run.report.bytes_sent


def test_the_dealer_sends_sixteen_bytes_a_level_to_both():
    """Beside the start of the hashes and the bit above, and nothing that is drawn."""
    count, supplies = 100, local_supplies(2)
    for supply in supplies:
        trio.run(supply.make, (0,), PointKey(Z64, count, 63))
    assert [supply.received_bytes for supply in supplies] == [57 * 16 * count, 57 * 16 * count + 16 + 16]


def compared(owner):
    async def msb(ctx, mine, lanes):
        x = await ctx.suite.input(ctx, owner, mine[0] if ctx.me == owner else None, (lanes,))
        return await ROUTES["points"].msb(ctx, x)

    return msb


@pytest.mark.parametrize("observer", [0, 1])
def test_a_view_says_nothing_of_x(observer):
    """c alone arrives, and it is uniformly random; beside it there is what a key says, which is nothing.

    The start of the hashes is one for all lanes, and no sample; of the key's levels some stand for all.
    """

    def view(x):
        inputs = [[5], [x]] if observer == 0 else [[x], [5]]
        seen = sampled_view(compared(1 - observer), inputs, suite=SUITE, observers=observer, lanes=1024)
        kept = [name for name in seen.columns if not name.startswith((START_0, START_1))]
        seen.columns = {name: seen.columns[name] for name in kept[:: max(1, len(kept) // 40)] + kept[:4] + kept[-4:]}
        return seen

    assert_same_distribution(view(0), view(2**62 - 1))
