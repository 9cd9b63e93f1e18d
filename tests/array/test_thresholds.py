"""Secrets compared with public numbers: equal decimals are equal, whole numbers are never rounded, and what rounding
could decide is said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import UNIT, agrees, revealed, revealing

import mpc

DECIMALS = np.array([0.1, 0.2, 0.3, 0.6, 0.7, 0.9, 1.2, -0.1, -0.7, -1.2])
EDGES = np.sort(DECIMALS)
COMPARISONS = {
    "all": lambda a, b: (a < b, a <= b, a == b, a != b, a >= b, a > b),
    "reversed": lambda a, b: (b < a, b <= a, b == a, b != a, b >= a, b > a),
}


@pytest.mark.parametrize("comparisons", COMPARISONS.values(), ids=COMPARISONS)
def test_equal_decimals_are_equal(comparisons):
    agrees(lambda a: comparisons(a.reshape(-1, 1), DECIMALS), DECIMALS)


def test_records_at_an_edge_are_in_the_bin_that_numpy_says():
    agrees(
        lambda a: (
            np.histogram(a, EDGES)[0], np.digitize(a, EDGES), np.digitize(a, EDGES, right=True),
            np.searchsorted(EDGES, a), np.searchsorted(EDGES, a, side="right"), np.isin(a, DECIMALS[::2]),
        ),
        DECIMALS,
    )  # fmt: skip


def test_a_product_by_a_public_power_of_two_meets_its_decimal():
    agrees(lambda a: (a * 0.5 == 0.6, a * 0.5 < 0.6, 2 * a >= 2.4), np.array([1.2, 1.1]))


@given(x=st.lists(st.integers(-64, 64), min_size=1, max_size=6), y=st.integers(-300, 300), lost=st.integers(0, 3))
@settings(max_examples=15)
def test_halves_and_whole_numbers_are_compared_exactly(x, y, lost):
    threshold = y / 8 + (2.0**-40 if lost else 0)
    agrees(lambda a: COMPARISONS["all"](a, threshold), np.array(x))
    agrees(lambda a: COMPARISONS["all"](a * 0.5, threshold), np.array(x))


def test_thresholds_that_no_secret_reaches():
    top = 2**50
    large = (2.0**50, 2.0**50 + 1, 2.0**61, 1e300, -1e300, 0.5, 2**80, -(2**80))
    agrees(
        lambda a: tuple(found for y in large for found in COMPARISONS["all"](a, y)),
        np.array([top, top - 1, 0]), ranges=[(0, top)],
    )  # fmt: skip


def test_members_that_a_secret_cannot_tell_apart_count_once():
    assert revealed(lambda a: np.isin(a, [0.3, 0.1 + 0.2]), np.array([0.3, 0.5])).tolist() == [True, False]
    assert revealed(lambda a: np.isin(a, [3.0, 3.000001]), np.array([3.0])).tolist() == [True]
    agrees(lambda a: np.isin(a, [0.5, 1.5, 2.0**50, 2, 2.0]), np.array([2, 3]))


def test_the_margin_of_a_decision_has_what_rounding_the_threshold_moved():
    def program(x):
        exact = x.within(-1, 1, error=0)
        return x < 0.5, exact < 0.5, exact < 0.3, exact == 0.3

    lines = revealing(program, np.array([0.25]), ranges=[(-1, 1)]).report.decisions
    off = abs(0.3 - round(0.3 / UNIT) * UNIT)
    assert max(decision.margin for decision in lines) == UNIT / 2
    (alone,) = revealing(lambda x: x.within(-1, 1, error=0) < 0.3, np.array([0.25])).report.decisions
    assert alone.margin == pytest.approx(off)


def test_thresholds_of_products_in_a_ring_of_128_bits():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-4e7, 4e7))
        return await mpc.reveal(ctx, np.abs(x * x), x * x > 4, x * x == 4.0, x < 2**80, x <= 1e30)

    found = mpc.simulate(main, [np.array([-3.0, 2]), None], ring=128, fractional_bits=32).result
    assert [each.tolist() for each in found] == [[9, 4], [True, False], [False, True], [True, True], [True, True]]


SPANS = [(0, 0), (-1, 0), (0, 1), (3, 6), (-5, 2), (-128, 127), (2**40 - 2, 2**40 + 1), (-(2**61), 2**61)]


@pytest.mark.parametrize("preprocessing", ["dealer", "ot"])
@pytest.mark.parametrize(("lo", "hi"), SPANS)
def test_comparisons_are_right_to_the_ends_of_a_range_and_beyond(lo, hi, preprocessing):
    """They are made in the smallest ring that the range fits."""
    x = np.unique([lo, min(lo + 1, hi), (lo + hi) // 2, max(hi - 1, lo), hi])
    t = np.array([lo - 9, lo - 1, lo, (lo + hi) // 2, hi, hi + 1, hi + 9])

    def compared(a):
        each = a.reshape(-1, 1)
        return each < t, each <= t, each == t, each != t, each >= t, each > t, each < a, each == a

    async def main(ctx, mine):
        return await mpc.reveal(ctx, *compared(await mpc.secret(ctx, 0, mine, range=(lo, hi))))

    for found, right in zip(
        mpc.simulate(main, [x, None], preprocessing=preprocessing).results[0], compared(x), strict=True
    ):
        np.testing.assert_array_equal(found, right)


def test_comparisons_with_no_public_numbers_are_none():
    none, x = np.zeros((1, 0)), np.array([[1.0], [2.0]])
    agrees(lambda a: (a < none, a == none, np.searchsorted(np.zeros(0), a), np.searchsorted(np.ones(2), a[:0])), x)


def test_what_is_compared_takes_material_of_its_own_size():
    async def main(ctx, mine):
        age = await mpc.secret(ctx, 0, mine, range=(0, 120))
        return await mpc.reveal(ctx, age >= 18, np.sort(age), np.max(age))

    planned = mpc.plan(main, [np.arange(50), None])
    rings = {kind.ring.bits for _, kind in planned.demand if kind.name in ("edabit", "point_key")}
    assert rings == {8, 14}


def test_bins_share_the_mask_of_what_falls_into_them():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(0, 100))
        return await mpc.reveal(ctx, np.histogram(x, 20, (0, 100))[0], np.searchsorted(np.arange(100), x))

    assert mpc.plan(main, [np.zeros(500), None]).report.material["point_key"] == 2 * 500
