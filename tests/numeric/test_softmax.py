"""Softmax of rows, without its division, against numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mpc
from mpc.errors import LocalError
from protocols.numeric.softmax import FINER_BITS, softmax
from protocols.ranges import Range
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate
from protocols.shares import concatenate

from .computing import compute

F = 12
SEED = np.random.default_rng(11)
every_suite = pytest.mark.parametrize("suite", ["beaver", "ideal", "replicated3"])


def parts(x, reach, suite="beaver", n=0, grid_bits=0, shown=None, alike=False):
    """e and 1 / S, as reals, and the rounds."""

    async def function(ctx, x, r, f):
        return concatenate(list(await softmax(ctx, x, f, reach, grid_bits=grid_bits, shown=shown, alike=alike)), -1)

    outcome = compute(function, np.rint(x * 2.0**F).astype(np.int64), Range(0, 0), F, suite, n)
    e, inverse = outcome.values[..., :-1], outcome.values[..., -1:]
    return e / 2.0 ** (F + FINER_BITS), inverse / 2.0 ** (2 * F), outcome.rounds


def reals(*shape, reach):
    return np.rint(SEED.uniform(-reach, reach, shape) * 2**F) / 2**F


def check(x, e, inverse, shown=True, grid_bits=0):
    """The bounds that the docstring states."""
    weights = np.where(shown, np.exp(x - np.where(shown, x, -np.inf).max(-1, keepdims=True)), 0)
    p = weights / weights.sum(-1, keepdims=True)
    off = 2.0 ** (1 - F - FINER_BITS)
    counted = np.broadcast_to(shown, x.shape).sum(-1, keepdims=True)
    total = e.sum(-1, keepdims=True)
    apart = max(2.0**grid_bits, 2 * 2.0**grid_bits - 0.5)
    assert (abs(e / total - p) <= 1.01 * np.exp(apart) * (1 + counted * p) * off).all()
    assert (abs(inverse * total - 1) <= 2.0**-14 + total * 2.0 ** (1 - 2 * F)).all()
    assert (e[~np.broadcast_to(shown, x.shape)] == 0).all()


@every_suite
@pytest.mark.parametrize("shape", [(2, 3, 5), (9,), (3, 1)])
def test_shares_of_a_whole(suite, shape):
    x = reals(*shape, reach=6)
    check(x, *parts(x, 6, suite)[:2])


@pytest.mark.parametrize("grid_bits", [-2, -1, 0, 1])
def test_a_wide_reach_and_any_grid(grid_bits):
    x = reals(40, 8, reach=60)
    check(x, *parts(x, 60, grid_bits=grid_bits)[:2], grid_bits=grid_bits)


@given(row=st.lists(st.integers(-(8 << F), 8 << F), min_size=2, max_size=6))
def test_any_row(row):
    x = np.array([row]) / 2.0**F
    check(x, *parts(x, 8)[:2])


@every_suite
def test_only_what_is_shown_counts(suite):
    x, shown = reals(2, 6, 6, reach=8), np.tril(np.ones((6, 6), bool))
    check(x, *parts(x, 8, suite, shown=shown)[:2], shown)


@every_suite
def test_what_does_not_count_may_be_any_number_where_all_are_computed(suite):
    x, shown = reals(2, 6, 6, reach=8), np.tril(np.ones((6, 6), bool))
    strange = np.where(shown, x, 2.0**20)
    check(x, *parts(strange, 8, suite, shown=shown, alike=True)[:2], shown)


def test_what_is_taken_follows_from_shapes_where_all_are_computed():
    async def program(ctx, mine, shown):
        x = await ctx.suite.input(ctx, 0, mine, (1, 40))
        await softmax(ctx, x, F, 8, shown=np.arange(40) < shown, alike=True)

    words, demands = np.zeros((1, 40), np.uint64), []
    for count in (1, 17, 40):

        async def main(ctx, mine, count=count):
            await program(ctx, mine, count)
            return ctx.session.ledger.material, ctx.session.ledger.bytes_sent

        demands.append(simulate(main, [words, None]).results)
    assert demands[0] == demands[1] == demands[2]


def test_cells_that_leave_nothing_of_a_sum_are_refused():
    with pytest.raises(LocalError, match="wrong-parameter"):
        parts(np.zeros((1, 40)), 8, grid_bits=2)


def test_a_row_without_any_shown_is_refused():
    with pytest.raises(LocalError, match="wrong-parameter"):
        parts(np.zeros((2, 3)), 8, shown=np.array([[True] * 3, [False] * 3]))


def test_rounds_do_not_depend_on_rows():
    assert parts(reals(1, 6, reach=8), 8)[2] == parts(reals(4, 3, 6, reach=8), 8)[2]


def test_the_reciprocal_has_the_bits_that_are_asked_for():
    x = reals(3, 5, reach=4)

    async def function(ctx, x, r, f):
        return concatenate(list(await softmax(ctx, x, f, 4, result=18)), -1)

    found = compute(function, np.rint(x * 2.0**F).astype(np.int64), Range(0, 0), F).values
    assert found[:, -1] / 2.0**18 * found[:, :-1].sum(-1) / 2.0 ** (F + FINER_BITS) == pytest.approx(1, abs=2.0**-13)


def test_eleven_rounds_for_rows_of_32():
    assert parts(reals(3, 32, reach=8), 8)[2] == 11


def test_a_plan_foresees_it():
    async def program(ctx, mine):
        x = await ctx.suite.input(ctx, 0, mine, (4, 7))
        e, inverse = await mpc.prepared(ctx, softmax, x, F, 8)
        return (await ctx.suite.open(ctx, e, inverse))[0].shape

    words = np.zeros((4, 7), np.uint64)
    planned, run = plan(program, [words, None]), simulate(program, [words, None], check_costs=True)
    assert planned.report.rounds == run.report.rounds
    assert planned.report.material == run.report.material
    assert planned.report.bytes_sent == run.report.bytes_sent
