"""Values on a grid: each by itself, within bounds that were rounded outwards; what is no number is refused."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.privacy.aggregates import clipped_sum, count, histogram, sums_by
from protocols.privacy.averages import mean
from protocols.privacy.clipping import clipping
from protocols.privacy.grid import grid
from protocols.privacy.mechanisms import Laplace
from protocols.privacy.neighbours import add_or_remove, user
from protocols.privacy.quantiles import quantile

bounds = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)).filter(lambda pair: pair[0] < pair[1] - 1e-3)


@given(bounds, st.integers(-20, 4), st.lists(st.floats(allow_nan=False), max_size=5))
def test_every_value_lies_within_bounds_that_hold_the_declared_ones(
    pair: tuple[float, float], log_step: int, values: list[float]
) -> None:
    on = grid(*pair, Fraction(2) ** log_step)
    low, high = (Fraction(repr(bound)) for bound in pair)
    assert on.low * on.step <= low <= (on.low + 1) * on.step
    assert (on.high - 1) * on.step <= high <= on.high * on.step
    for value, steps in zip(values, on.place(np.array(values)).tolist(), strict=True):
        nearest = round(Fraction(min(max(value, -(10.0**9)), 10.0**9)) / on.step)
        assert steps == min(max(nearest, on.low), on.high)


def test_the_step_that_is_taken_where_none_is_named() -> None:
    assert grid(0, 120).step == 1
    assert grid(0.0, 1).step == Fraction(1, 2**20)
    assert 2**20 <= grid(-0.3, 1000.7).high - grid(-0.3, 1000.7).low <= 2**21 + 1


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int8, np.int64, np.uint64])
def test_integers_stay_what_they_are(dtype: type) -> None:
    values = np.array([0, 1, 1, 0], dtype)
    assert grid(-1000, 1000).place(values).tolist() == [0, 1, 1, 0]
    if dtype is not np.bool_:
        assert grid(2, 3).place(np.array([0, 3, 100], dtype)).tolist() == [2, 3, 3]


@pytest.mark.parametrize(("dtype", "low", "high"), [(np.bool_, 2, 4), (np.uint8, 300, 400), (np.uint64, -9, -5)])
def test_values_lie_within_bounds_that_their_type_has_no_number_in(dtype: type, low: int, high: int) -> None:
    assert grid(low, high).place(np.array([0, 1], dtype)).tolist() == [low if low > 0 else high] * 2


def test_what_takes_the_place_of_nan_is_clipped_too() -> None:
    assert grid(0, 10).place(np.array([np.nan, 4.0]), missing=99).tolist() == [10, 4]
    assert grid(-3, 10).place(np.array([np.nan]), missing=-2).tolist() == [-2]


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("missing-values", lambda: grid(0, 1).place(np.array([0.5, np.nan]))),
        ("infinite-amount", lambda: grid(0, 1).place(np.array([0.5]), missing=float("nan"))),
        ("wrong-grid", lambda: grid(0, 8, 2).place(np.array([1, 2]))),
        ("wrong-grid", lambda: grid(0, 8, 3)),
        ("wrong-grid", lambda: grid(0, 8, Fraction(1, 3))),
        ("wrong-grid", lambda: grid(8, 8)),
        ("wrong-grid", lambda: grid(0, 2.0**60, 1)),
        ("wrong-grid", lambda: grid(0, 1, Fraction(1, 2**901))),
        ("infinite-amount", lambda: grid(0, float("inf"))),
        ("infinite-amount", lambda: grid(-float("inf"), 0)),
        ("wrong-dtype", lambda: grid(0, 1).place(np.array(["a"]))),
        ("wrong-dtype", lambda: grid(0, 1).place(np.array([1j]))),
    ],
)
def test_what_is_refused(code: str, make: Callable[[], object]) -> None:
    with pytest.raises(LocalError) as refused:
        make()
    assert refused.value.code == code


MASKED = np.ma.masked_array([1, 2, 3], mask=[False, True, False])
WHOLE = np.array([1, 2, 3])
TAKES = {
    "count": lambda masked: count(masked > 1, add_or_remove()),
    "clipped_sum": lambda masked: clipped_sum(masked, grid(0, 4), add_or_remove()),
    "mean": lambda masked: mean(masked, grid(0, 4), Laplace(1), add_or_remove()),
    "histogram": lambda masked: histogram(masked, [1, 2, 3], add_or_remove()),
    "sums_by": lambda masked: sums_by(WHOLE, masked, [1, 2, 3], grid(0, 4), add_or_remove()),
    "users": lambda masked: clipped_sum(WHOLE, grid(0, 4), add_or_remove(user(1)), users=masked),
    "quantile": lambda masked: quantile(masked, "1/2", WHOLE, 1, add_or_remove()),
    "gradients": lambda masked: clipping(1).place(masked[None].astype(float)),
}


@pytest.mark.parametrize("way", TAKES)
@pytest.mark.parametrize("mask", [True, False])
def test_a_masked_array_is_refused_whatever_it_hides(way: str, mask: bool) -> None:
    with pytest.raises(LocalError, match=r"missing-values.*mask"):
        TAKES[way](MASKED if mask else np.ma.masked_array(WHOLE))
