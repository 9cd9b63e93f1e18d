"""Random orders, selections by a secret condition, different values: exact, in public shapes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import revealed
from sharing import DERIVED

import mpc
from mpc.errors import LocalError
from mpc.testing import party_counts
from protocols.runs.simulating import simulate

X = np.array([5, 3, 5, 1, 3, 9, -2])
CHOSEN = np.array([1, 0, 1, 0, 1, 0, 1], np.bool_)
suites = pytest.mark.parametrize("suite", ["beaver", "ideal", pytest.param(DERIVED, marks=pytest.mark.slow)])


def in_front(chosen, x, size):
    found = np.zeros((size, *x.shape[1:]), x.dtype)
    found[: chosen.sum()] = x[chosen][:size]
    return found


def selected(suite, chosen, x, *sizes):
    async def main(ctx, mine):
        a = await mpc.secret(ctx, 0, x if ctx.me == 0 else None)
        condition = await mpc.secret(ctx, 1, chosen if ctx.me == 1 else None)
        return await mpc.reveal(ctx, *(mpc.compress(condition, a, size) for size in sizes), condition.sum())

    return simulate(main, [None, None], suite=suite, check_costs=True).result[:-1]


TABLE = np.stack([X, -X], 1)
SHAPES = {"numbers": X, "reals": X * 0.5, "rows": TABLE, "boxes": X.reshape(7, 1, 1), "nothing": np.zeros((7, 0))}


@pytest.mark.parametrize(
    ("suite", "x"),
    [
        *((suite, x) for suite in ("beaver", "ideal") for x in SHAPES),
        pytest.param(DERIVED, "rows", marks=pytest.mark.slow),
    ],
)
def test_what_a_condition_selects_comes_first(suite, x):
    sizes, x = (0, 2, 4, 7), SHAPES[x]
    for size, found in zip(sizes, selected(suite, CHOSEN, x, *sizes), strict=True):
        np.testing.assert_array_equal(found, in_front(CHOSEN, x, size))


@settings(max_examples=6)
@given(chosen=hnp.arrays(np.bool_, st.integers(0, 30)), data=st.data())
def test_any_condition(chosen, data):
    size = data.draw(st.integers(0, len(chosen)))
    x = np.arange(1, len(chosen) + 1)
    (found,) = selected("beaver", chosen, x, size)
    np.testing.assert_array_equal(found, in_front(chosen, x, size))


@settings(max_examples=4)
@given(n=party_counts(), truths=hnp.arrays(np.bool_, st.tuples(st.integers(1, 3), st.integers(1, 9))))
def test_places_of_bits_are_sorted_stably(n, truths):
    found = revealed(lambda a: (np.argsort(a, axis=1), np.argsort(a, axis=0)), truths, n=n)
    for axis, places in zip((1, 0), found, strict=True):
        np.testing.assert_array_equal(places, np.argsort(truths, axis=axis, kind="stable"))


def test_rounds_of_a_selection_do_not_grow():
    async def main(ctx, mine):
        a = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, mpc.compress(await mpc.secret(ctx, 0, mine), a, 3))

    assert {simulate(main, [np.ones(n, np.bool_), None]).report.rounds for n in (5, 50, 500)} == {
        7
    }  # one to put in, one to reveal


@suites
@pytest.mark.parametrize("x", [X, np.ones(4, np.int64), np.array([7])], ids=str)
def test_different_values_and_how_many(suite, x):
    async def main(ctx, mine):
        a = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, *mpc.unique(a, len(x)), *mpc.unique(a, 1))

    values, count, first, again = simulate(main, [x, None], suite=suite).result
    different = np.unique(x)
    assert count == again == len(different)
    np.testing.assert_array_equal(values, np.concatenate([different, np.zeros(len(x) - len(different))]))
    assert first == different[:1]


def test_no_values_are_different():
    values, count = revealed(lambda a: mpc.unique(a[:0], 0), X)
    assert (values.shape, count) == ((0,), 0)


@pytest.mark.parametrize("suite", ["beaver", "ideal"])
def test_shuffled_rows_stay_together(suite):
    rows = np.stack([X, 2 * X], 1)

    async def main(ctx, mine):
        a = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, mpc.shuffle(a), mpc.shuffle(a[:, 0] * 0.5), mpc.permutation(ctx, 6))

    table, reals, order = simulate(main, [rows, None], suite=suite, check_costs=True).result
    np.testing.assert_array_equal(np.sort(table[:, 0]), np.sort(X))
    np.testing.assert_array_equal(table[:, 1], 2 * table[:, 0])
    np.testing.assert_array_equal(np.sort(reals), np.sort(X * 0.5))
    assert sorted(order.tolist()) == list(range(6))


def test_orders_differ_from_run_to_run():
    async def main(ctx, mine):
        return await mpc.reveal(ctx, mpc.permutation(ctx, 1000))

    first, second = (simulate(main, [None, None]).result for _ in range(2))
    assert (first != second).any()


REFUSED = {
    "a scalar to shuffle": (lambda x: mpc.shuffle(x[0]), "bad-axis"),
    "a negative number of things": (lambda x: mpc.permutation(x.context, -1), "bad-count"),
    "a condition of numbers": (lambda x: mpc.compress(x, x, 2), "not-a-bit"),
    "a condition of another shape": (lambda x: mpc.compress((x > 0)[1:], x, 2), "wrong-shape"),
    "a public value": (lambda x: mpc.compress(x > 0, X, 2), "wrong-shape"),
    "more than there are": (lambda x: mpc.compress(x > 0, x, 8), "bad-count"),
    "a number of values that is none": (lambda x: mpc.unique(x, -1)[0], "bad-count"),
    "a secret condition as an index": (lambda x: x[x > 0], "secret-index"),
}


@pytest.mark.parametrize(("use", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(use, code):
    with pytest.raises(LocalError) as caught:
        revealed(use, X)
    assert caught.value.code == code
    assert code != "secret-index" or "mpc.compress" in str(caught.value)


def test_a_suite_without_a_shuffle_has_no_random_orders():
    async def main(ctx, mine):
        return await mpc.reveal(ctx, mpc.permutation(ctx, 3))

    with pytest.raises(LocalError, match="not-offered"):
        simulate(main, [None, None], suite=DERIVED)
