from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.numeric.logarithm import log, log_range
from protocols.ranges import Range

from .computing import Computed, Integers, compute, levels, refused, spread

WIDEST = (1 << 61) - 1
RANGES = [
    Range(1, WIDEST),
    Range(1 << 4, 1 << 46),
    Range(1 << 16, 1000 << 16),
    Range(70000, 80000),
    Range(65536, 65536),
]


def check(x: Integers, y: Integers, r: Range, f: int) -> None:
    exact = (np.log(x.astype(float)) - f * np.log(2)) * 2.0**f
    assert (np.abs(y - exact) <= 1 + 2.0 ** (f - 21)).all()
    inside = log_range(r, f)
    assert inside.lo <= y.min()
    assert y.max() <= inside.hi


@pytest.mark.parametrize("r", RANGES)
def test_within_its_bound_over_the_whole_range(computed: Computed, r: Range) -> None:
    x = spread(r)
    check(x, computed(log, x, r).values, r, 16)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_range_and_fractional_bits(data: st.DataObject) -> None:
    f = data.draw(st.integers(0, 24))
    lo = data.draw(st.integers(0, 60).map(lambda i: 1 << i))
    hi = data.draw(st.integers(lo, WIDEST))
    x = np.array(data.draw(st.lists(st.integers(lo, hi), min_size=1, max_size=20)), np.int64)
    y = compute(log, x, Range(lo, hi), f, suite=data.draw(st.sampled_from(["beaver", "ideal"]))).values
    check(x, y, Range(lo, hi), f)


@pytest.mark.parametrize("r", RANGES)
def test_rounds_are_those_of_the_docstring(r: Range) -> None:
    width, places = r.hi.bit_length(), r.hi.bit_length() - r.lo.bit_length()
    expected = 9 + levels(width - 1) + levels(places) + (width > 30) if places else 6
    assert compute(log, [r.lo, r.hi], r).rounds == expected <= 22


@pytest.mark.parametrize("r", [Range(0, 5), Range(-5, 5), Range(-5, -1)])
def test_numbers_outside_the_domain_are_refused_before_anything_is_sent(r: Range) -> None:
    error = refused(log, r, 16)
    assert error.code == "domain"
    assert "np.maximum" in error.remedy


def test_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(LocalError, match="range-too-wide"):
        log_range(Range(1, 1 << 61), 16)
