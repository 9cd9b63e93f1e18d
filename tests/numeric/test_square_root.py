from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.numeric.square_root import inverse_sqrt, inverse_sqrt_range, sqrt, sqrt_range
from protocols.ranges import Range

from .computing import Computed, Function, Integers, compute, levels, refused, spread

WIDEST = (1 << 61) - 1
RANGES = [Range(1, 1 << 32), Range(1, WIDEST), Range(1 << 16, 1000 << 16), Range(70000, 80000), Range(1, 1)]


def check_root(x: Integers, y: Integers, r: Range, f: int) -> None:
    exact = np.sqrt(x.astype(float) * 2.0**f)
    result_bits = (max(r.hi.bit_length(), 1) + f + 1) // 2
    assert (np.abs(y - exact) <= 1.25 + exact * 2.0 ** (3 - min(26, 58 - result_bits))).all()
    inside = sqrt_range(r, f)
    assert inside.lo <= y.min()
    assert y.max() <= inside.hi


def check_inverse(x: Integers, y: Integers, r: Range, f: int) -> None:
    exact = np.sqrt(2.0 ** (3 * f) / x.astype(float))
    result_bits = max((3 * f - r.lo.bit_length() + 2) // 2, 0)
    assert (np.abs(y - exact) <= 1.25 + exact * 2.0 ** (3 - min(26, 58 - result_bits))).all()
    inside = inverse_sqrt_range(r, f)
    assert inside.lo <= y.min()
    assert y.max() <= inside.hi


@pytest.mark.parametrize("f", [16, 17])
@pytest.mark.parametrize("r", [*RANGES, Range(0, 1 << 46), Range(0, 0)])
def test_roots_within_their_bound_over_the_whole_range(computed: Computed, r: Range, f: int) -> None:
    x = spread(r)
    y = computed(sqrt, x, r, f).values
    check_root(x, y, r, f)
    assert (y[x == 0] == 0).all()


@pytest.mark.parametrize("f", [16, 17])
@pytest.mark.parametrize("r", RANGES)
def test_inverse_roots_within_their_bound_over_the_whole_range(computed: Computed, r: Range, f: int) -> None:
    x = spread(r)
    check_inverse(x, computed(inverse_sqrt, x, r, f).values, r, f)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_range_and_fractional_bits(data: st.DataObject) -> None:
    f = data.draw(st.integers(0, 24))
    lo = data.draw(st.integers(0, 60).map(lambda i: 1 << i))
    hi = data.draw(st.integers(lo, WIDEST))
    r = Range(lo, hi)
    x = np.array(data.draw(st.lists(st.integers(lo, hi), min_size=1, max_size=20)), np.int64)
    suite = data.draw(st.sampled_from(["beaver", "ideal"]))
    check_root(x, compute(sqrt, x, r, f, suite).values, r, f)
    check_inverse(x, compute(inverse_sqrt, x, r, f, suite).values, r, f)


@pytest.mark.parametrize("function", [sqrt, inverse_sqrt])
@pytest.mark.parametrize("r", RANGES[:3])
def test_rounds_are_those_of_the_docstring(function: Function, r: Range) -> None:
    width, places = r.hi.bit_length(), r.hi.bit_length() - r.lo.bit_length()
    result_bits = (width + 17) // 2 if function is sqrt else 24
    truncated = width > min(26, 58 - result_bits) + 2
    expected = 13 + levels(width - 1) + levels(places) + truncated
    assert compute(function, [r.lo, r.hi], r).rounds == expected <= 26


@pytest.mark.parametrize(
    ("function", "r"), [(sqrt, Range(-1, 5)), (inverse_sqrt, Range(0, 5)), (inverse_sqrt, Range(-3, -1))]
)
def test_numbers_outside_the_domain_are_refused_before_anything_is_sent(function: Function, r: Range) -> None:
    error = refused(function, r, 16)
    assert error.code == "domain"
    assert "np.maximum" in error.remedy


def test_numbers_that_do_not_fit_are_refused() -> None:
    for checked in (sqrt_range, inverse_sqrt_range):
        with pytest.raises(LocalError, match="range-too-wide"):
            checked(Range(1, 1 << 61), 16)
