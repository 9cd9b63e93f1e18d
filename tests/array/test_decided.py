"""What a comparison says of the number that np.where then takes."""

from __future__ import annotations

import numpy as np
import pytest
from programs import agrees, revealed

import mpc
from mpc.errors import LocalError

X = np.array([0.0, 0.25, 3.0, 9.5])
WITHIN = [(0, 10)]
UNIT = 2.0**-16


def z_score(s):
    def function(x):
        spread = x.std()
        return (x - x.mean()) / s(spread)

    return function


@pytest.mark.parametrize(
    "s",
    [
        lambda s: np.where(s == 0, 1.0, s),
        lambda s: np.where(s > 0, s, 1.0),
        lambda s: np.where(s < 0.01, 1.0, s),
        lambda s: np.where(~(s >= 0.01), 1.0, s),
        lambda s: np.where(s <= 0.01, 1.0, s),
        lambda s: np.maximum(s, 0.001),
    ],
)
@pytest.mark.parametrize("x", [X, np.full(4, 3.0)])
def test_a_z_score_divides_by_a_deviation_that_is_kept_from_zero(s, x):
    agrees(z_score(s), x, ranges=WITHIN, units=8)


def test_a_count_that_may_be_zero_divides_likewise():
    def mean_above(x):
        count = (x > 20).sum()
        return np.where(x > 20, x, 0.0).sum() / np.where(count == 0, 1, count)

    agrees(mean_above, X, ranges=WITHIN, units=4)


def vouched(x):
    return x.within(0, 9.75) if isinstance(x, mpc.SecretArray) else x


RANGES = {
    "==": (lambda x: np.where(x == 0, 5, x), (UNIT, 10)),
    "== the upper end": (lambda x: np.where(x == 10, 5, x), (0, 10 - UNIT)),
    "== inside says nothing": (lambda x: np.where(x == 3, 5, x), (0, 10)),
    "where it is equal": (lambda x: np.where(x == 3, x, 4), (3, 4)),
    "!=": (lambda x: np.where(x != 0, x, 5), (UNIT, 10)),
    "<": (lambda x: np.where(x < 2, 5, x), (2, 10)),
    "<=": (lambda x: np.where(x <= 2, 5, x), (2 + UNIT, 10)),
    ">": (lambda x: np.where(x > 2, x, 5), (2 + UNIT, 10)),
    ">=": (lambda x: np.where(x >= 2, x, 5), (2, 10)),
    "both sides": (lambda x: np.where(x < 2, x, x), (0, 10)),
    "thresholds that differ": (lambda x: np.where(x < np.array([1, 2, 3, 4]), 5, x), (1, 10)),
    "never taken": (lambda x: np.where(x < -3, x, 5), (0, 10)),
    "always taken": (lambda x: np.where(x < 30, 5, x), (0, 10)),
    "another value": (lambda x: np.where(x < 2, 5, x + 0), (0, 10)),
    "an alias": (lambda x: np.where(x < 2, 5, vouched(x)), (2, 9.75)),
}


@pytest.mark.parametrize("name", RANGES)
def test_the_range_of_what_is_taken(name):
    function, expected = RANGES[name]
    found = []

    def watched(x):
        taken = function(x)
        found.append(taken.range.reals(taken.scale))
        return taken

    result = revealed(watched, X, ranges=WITHIN)
    assert found[0] == pytest.approx(expected, abs=UNIT / 2)
    np.testing.assert_array_equal(result, function(X))


def test_a_condition_that_was_changed_in_place_says_nothing_more():
    def changed(x):
        zero = x == 0
        zero[0] = False
        return np.where(zero, 5, x).range.lo

    async def main(ctx, mine):
        return changed(await mpc.secret(ctx, 0, mine, range=(0, 10)))

    assert mpc.simulate(main, [X, None]).results == [0, 0]


def test_a_refusal_names_what_keeps_a_divisor_from_zero():
    with pytest.raises(LocalError) as refused:
        revealed(lambda x: x / (x.std() + 1e-8), X, ranges=WITHIN)
    assert "np.maximum(y, 0.001) (below 8e-06 is zero), np.where(y == 0, 1, y)" in refused.value.remedy
    with pytest.raises(LocalError) as refused:
        revealed(lambda x: x.sum() / (x > 3).sum(), X, ranges=WITHIN)
    assert "np.maximum(y, 1), np.where(y == 0, 1, y)" in refused.value.remedy
