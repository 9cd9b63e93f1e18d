from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.numeric.reciprocal import reciprocal, reciprocal_range, sizes_of
from protocols.ranges import Range

from .computing import Computed, Integers, compute, levels, refused, spread

RANGES = [
    Range(1 << 4, 1 << 46),
    Range(1, (1 << 61) - 1),
    Range(1 << 16, 1000 << 16),
    Range(70000, 80000),
    Range(1, 1),
    Range(-(1 << 46), -(1 << 4)),
]


def check(x: Integers, y: Integers, r: Range, f: int) -> None:
    """Within the stated bound and the stated range."""
    exact = 2.0 ** (2 * f) / x.astype(float)
    bound = 1.75 + np.abs(exact) * 2.0 ** (2 - sizes_of(r if r.lo > 0 else -r, f).precision)
    assert (np.abs(y - exact) <= bound).all()
    inside = reciprocal_range(r, f)
    assert inside.lo <= y.min()
    assert y.max() <= inside.hi


@pytest.mark.parametrize("r", RANGES)
def test_within_its_bound_over_the_whole_range(computed: Computed, r: Range) -> None:
    x = spread(r)
    check(x, computed(reciprocal, x, r).values, r, 16)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_range_and_fractional_bits(data: st.DataObject) -> None:
    f = data.draw(st.integers(0, 24))
    lo = data.draw(st.integers(0, 60).map(lambda i: 1 << i))
    hi = data.draw(st.integers(lo, (1 << 61) - 1))
    r = Range(lo, hi)
    assume(2 * f - lo.bit_length() < 40)
    x = np.array(data.draw(st.lists(st.integers(lo, hi), min_size=1, max_size=20)), np.int64)
    check(x, compute(reciprocal, x, r, f, suite=data.draw(st.sampled_from(["beaver", "ideal"]))).values, r, f)


def test_crypten_224_reciprocals_are_right_far_beyond_500(computed: Computed) -> None:
    reals = np.array([0.000244140625, 0.01, 1.0, 499.0, 501.0, 1000.0, 123456.0, 2.0**30])
    x = np.round(reals * 65536).astype(np.int64)
    y = computed(reciprocal, x, Range(1, 1 << 46)).values / 65536
    assert np.abs(y - 65536 / x).max() < 4096 * 2.0**-24 + 1.75 / 65536
    assert np.abs(y[3:] - 1 / reals[3:]).max() < 1.75 / 65536


@pytest.mark.parametrize("r", RANGES[:-1])
def test_rounds_are_those_of_the_docstring(r: Range) -> None:
    width, places = r.hi.bit_length(), r.hi.bit_length() - r.lo.bit_length()
    truncated = width > sizes_of(r, 16).precision + 2
    expected = 11 + levels(width - 1) + levels(places) + truncated if places else 8 + truncated
    assert compute(reciprocal, [r.lo, r.hi], r).rounds == expected <= 24


@pytest.mark.parametrize("r", [Range(0, 5), Range(-5, 5), Range(-5, 0)])
def test_divisors_that_may_be_zero_are_refused_before_anything_is_sent(r: Range) -> None:
    error = refused(reciprocal, r, 16)
    assert error.code == "domain"
    assert "np.maximum" in error.remedy


def test_too_small_divisors_for_the_fractional_bits_are_refused() -> None:
    with pytest.raises(LocalError) as refused:
        reciprocal_range(Range(1, 100), 24)
    assert refused.value.code == "range-too-wide"
    with pytest.raises(LocalError, match="range-too-wide"):
        reciprocal_range(Range(1, 1 << 61), 16)
