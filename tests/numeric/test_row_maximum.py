"""The largest of each row: exactly, and nearly from one opened mask, against numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from mpc.algebra.ring import Ring
from mpc.algebra.wide_ring import WideRing
from mpc.errors import LocalError
from protocols.numeric.arg_maximum import arg_maximum
from protocols.numeric.row_maximum import coarse_maximum, maximum
from protocols.ranges import Range
from protocols.runs.simulating import simulate
from protocols.shares import stack

from .computing import compute

F = 12
SEED = np.random.default_rng(3)
every_suite = pytest.mark.parametrize("suite", ["beaver", "ideal", "replicated3"])


def coarse(x, reach, suite="beaver", n=0, grid_bits=-1, shown=None, **also):
    async def function(ctx, x, r, f):
        return await coarse_maximum(ctx, x, f, reach, grid_bits=grid_bits, shown=shown)

    return compute(function, np.rint(np.asarray(x) * 2.0**F).astype(np.int64), Range(0, 0), F, suite, n, **also)


def check(x, found, grid_bits=-1):
    above = x.max(-1, keepdims=True) - found / 2.0**F
    g = 2.0**grid_bits
    assert found.shape == above.shape
    assert (above < min(g, 0.5)).all()
    assert (above >= (-g if g <= 0.5 else 0.5 - 2 * g)).all()


@every_suite
@pytest.mark.parametrize("shape", [(3, 5), (2, 3, 7), (4, 1), (9,), (0, 4)])
def test_it_lies_near_the_largest_of_each_row(suite, shape):
    x = np.rint(SEED.uniform(-60, 60, shape) * 2**F) / 2**F
    outcome = coarse(x, 60, suite)
    check(x, outcome.values) if x.size else assert_array_equal(outcome.values.shape, (0, 1))


@pytest.mark.parametrize("grid_bits", [-3, -1, 0, 1, 2])
@given(x=st.lists(st.integers(-(31 << F), 31 << F), min_size=1, max_size=9))
def test_every_grid_keeps_its_bound(grid_bits, x):
    reals = np.array([x]) / 2.0**F
    check(reals, coarse(reals, 31, grid_bits=grid_bits).values, grid_bits)


def test_both_ends_of_the_reach_and_every_cell_are_right():
    """Each multiple of a cell, what is beside it, and the ends: all places of the table."""
    reach = 63.5
    cells = np.arange(-127, 128) / 2
    x = np.concatenate([cells, cells[:-1] + 2.0**-F, cells[1:] - 2.0**-F, [reach, -reach]])[:, None]
    check(x, coarse(x, reach).values)


@every_suite
def test_only_what_is_shown_counts(suite):
    x = np.rint(SEED.uniform(-60, 60, (6, 8)) * 2**F) / 2**F
    shown = np.tril(np.ones((6, 8), bool))
    found = coarse(x, 60, suite, shown=shown).values
    check(np.where(shown, x, -100), found)


@pytest.mark.parametrize("n", [3, 4])
def test_any_number_of_parties(n):
    x = np.rint(SEED.uniform(-9, 9, (2, 40)) * 2**F) / 2**F
    check(x, coarse(x, 9, n=n).values)


@pytest.mark.parametrize("ring", [Ring(40), WideRing(80)], ids=str)
def test_other_rings(ring):
    x = np.rint(SEED.uniform(-60, 60, (3, 4)) * 2**F) / 2**F
    check(x, coarse(x, 60, ring=ring).values)


@pytest.mark.parametrize(("n", "rounds"), [(1, 3), (63, 3), (255, 3), (256, 4), (600, 4)])
def test_few_rounds(n, rounds):
    x = np.rint(SEED.uniform(-60, 60, (2, n)) * 2**F) / 2**F
    outcome = coarse(x, 60)
    check(x, outcome.values)
    assert outcome.rounds == rounds


def test_a_reach_without_room_is_refused_before_anything_is_sent():
    with pytest.raises(LocalError, match="wrong-parameter"):
        coarse(np.zeros((1, 2)), 600)


@pytest.mark.parametrize("shape", [(0,), (3, 0)])
def test_rows_without_elements_are_refused(shape):
    with pytest.raises(LocalError, match="empty-extreme"):
        coarse(np.zeros(shape), 60)


def test_whole_numbers_have_their_largest():
    async def function(ctx, x, r, f):
        return await coarse_maximum(ctx, x, 0, 60)

    x = SEED.integers(-60, 61, (3, 5))
    assert_array_equal(compute(function, x, Range(0, 0), 0).values, x.max(-1, keepdims=True))


@every_suite
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 9])
def test_the_exact_maximum(suite, n):
    x = SEED.integers(-5, 6, (7, n))

    async def function(ctx, x, r, f):
        return await maximum(ctx, x, r, shown)

    for shown in (None, np.tile([True] + [False] * (n - 1), (7, 1))):
        assert_array_equal(
            compute(function, x, Range(-5, 5), 0, suite).values, x[:, : 1 if shown is not None else n].max(1)
        )


@every_suite
def test_the_place_is_that_of_the_first_largest(suite):
    x = SEED.integers(-2, 3, (6, 11))

    async def function(ctx, x, r, f):
        return stack(list(await arg_maximum(ctx, x, r)))

    assert_array_equal(compute(function, x, Range(-2, 2), 0, suite).values, [x.max(1), x.argmax(1)])


def test_the_place_where_the_suite_has_no_shuffle():
    """Of equal elements the first, for any number of elements, odd ones on every level included."""
    x = [np.random.default_rng(n).integers(-2, 3, (4, n)) for n in range(1, 9)]

    async def main(ctx, mine):
        found = []
        for rows in x:
            share = await ctx.suite.input(ctx, 0, mine and ctx.ring.from_ints(rows), rows.shape)
            found += await ctx.suite.open(ctx, *await arg_maximum(ctx, share, Range(-2, 2)))
        return [ctx.ring.to_signed(words) for words in found]

    found = simulate(main, [True, None], suite="yao").result
    for rows, value, place in zip(x, found[::2], found[1::2], strict=True):
        assert_array_equal(value, rows.max(1))
        assert_array_equal(place, rows.argmax(1))


@pytest.mark.parametrize("suite", ["beaver", "replicated3"])
def test_no_rows_have_no_places_and_no_elements_are_refused(suite):
    async def function(ctx, x, r, f):
        return stack(list(await arg_maximum(ctx, x, r)))

    assert compute(function, np.zeros((0, 9), np.int64), Range(-2, 2), 0, suite).values.shape == (2, 0)
    with pytest.raises(LocalError, match="empty-extreme"):
        compute(function, np.zeros((2, 0), np.int64), Range(-2, 2), 0, suite)
