from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.numeric.exponential import exp, exp_range
from protocols.ranges import Range

from .computing import Computed, Integers, compute, refused

REALS = [(-1e13, 31.19), (-1e13, -1e12), (-5, 5), (0, 4), (-20, 11), (3, 4), (0, 0), (-12, -11), (20, 31)]


def check(x: Integers, y: Integers, r: Range, f: int) -> None:
    exact = np.exp(np.ldexp(x.astype(float), -f)) * 2.0**f
    assert (np.abs(y - exact) <= 1 + 2.0**-10 + exact * 2.0**-24).all()
    inside = exp_range(r, f)
    assert inside.lo <= y.min()
    assert y.max() <= inside.hi


def points(r: Range, f: int, count: int = 3000) -> Integers:
    """All over the part of a range where exp does not vanish, and at its ends."""
    middle = np.linspace(max(r.lo, -(20 << f)), max(r.hi, -(20 << f)), count).astype(np.int64)
    return np.concatenate([middle, [r.lo, r.lo + (r.hi - r.lo) // 3, r.hi]]).clip(r.lo, r.hi)


@pytest.mark.parametrize(("lo", "hi"), REALS)
def test_within_its_bound_over_the_whole_range(computed: Computed, lo: float, hi: float) -> None:
    r = Range.of_reals(lo, hi, 16)
    x = points(r, 16)
    check(x, computed(exp, x, r).values, r, 16)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_range_and_fractional_bits(data: st.DataObject) -> None:
    f = data.draw(st.integers(0, 24))
    hi = data.draw(st.integers(-(1 << 50), int((61 - f) * 0.6931 * 2**f) - 1))
    lo = data.draw(st.one_of(st.integers(-(1 << 60), hi), st.integers(hi - (30 << f), hi)))
    r = Range(lo, hi)
    near = st.integers(max(lo, hi - (50 << f)), hi)
    x = np.array([*data.draw(st.lists(near, max_size=20)), lo], np.int64)
    check(x, compute(exp, x, r, f, suite=data.draw(st.sampled_from(["beaver", "ideal", "replicated3"]))).values, r, f)


def test_exp_of_4_is_not_three_percent_off_as_in_spu_and_crypten(computed: Computed) -> None:
    x = np.arange(-5, 6) << 16
    y = computed(exp, x, Range(-(5 << 16), 5 << 16)).values / 65536
    assert abs(y[9] / np.exp(4) - 1) < 2.0**-21
    assert np.abs(y - np.exp(x / 65536)).max() < 2.0**-15


def test_vanishes_exactly_far_below(computed: Computed) -> None:
    x = np.array([-(1 << 60), -(1 << 40), -(100 << 16), 0], np.int64)
    assert computed(exp, x, Range(-(1 << 60), 0)).values[:3].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("lo", "hi", "rounds"), [(-5, 5, 16), (-1e9, 5, 16), (0, 11, 16), (-1e9, 31, 17), (0, 31, 17), (-99, -20, 0)]
)
def test_rounds_are_those_of_the_docstring(lo: float, hi: float, rounds: int) -> None:
    r = Range.of_reals(lo, hi, 16)
    assert compute(exp, [r.lo, r.hi], r).rounds == rounds


@pytest.mark.parametrize(
    ("lo", "hi", "rounds"), [(-5, 5, 3), (-16, 0, 3), (-1e9, 5, 9), (0, 11, 17), (-99, -20, 0), (0, 4, 3)]
)
def test_rounds_of_summands(lo: float, hi: float, rounds: int) -> None:
    r = Range.of_reals(lo, hi, 16)
    assert compute(exp, [r.lo, r.hi], r, suite="replicated3").rounds <= rounds


def test_results_that_do_not_fit_are_refused_before_anything_is_sent() -> None:
    error = refused(exp, Range.of_reals(0, 40, 16), 16)
    assert error.code == "range-too-wide"
    assert "np.minimum" in error.remedy


@pytest.mark.parametrize("f", range(25))
def test_the_largest_range_that_is_not_refused(f: int) -> None:
    last = int((61 - f) * np.log(2) * 2**f) + 2
    while last > 0:
        try:
            exp_range(Range(0, last), f)
            break
        except LocalError:
            last -= 1
    with pytest.raises(LocalError, match="range-too-wide"):
        exp_range(Range(0, last + 1), f)
    check(np.array([last]), compute(exp, [last], Range(-(1 << 60), last), f).values, Range(-(1 << 60), last), f)


def test_more_fractional_bits_than_there_is_precision_for_are_refused() -> None:
    with pytest.raises(LocalError, match="too-many-fractional-bits"):
        exp_range(Range(0, 1), 25)
