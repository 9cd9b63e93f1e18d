"""// and % by a secret, and rounding to decimals: exact on the encoded values, in numpy's kinds and signs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import UNIT, agrees, revealed, revealing

import mpc
from mpc.errors import LocalError
from mpc.testing import fixed_arrays, party_counts

wholes = hnp.arrays(np.int64, (2, 3), elements=st.integers(-1000, 1000))
divisors = hnp.arrays(np.int64, (2, 3), elements=st.integers(1, 40))


def both(a, b):
    return a // b, a % b, *divmod(a, b), np.fmod(a, b)


@pytest.mark.slow
@settings(max_examples=8)
@given(n=party_counts(), x=wholes, y=divisors, sign=st.sampled_from([1, -1]))
def test_quotients_of_whole_numbers(n, x, y, sign):
    ranges = [(-1000, 1000), (1, 40) if sign > 0 else (-40, -1)]
    agrees(both, x, y * sign, n=n, ranges=ranges)


@settings(max_examples=5)
@given(x=fixed_arrays(-8, 8, 16, (2, 3)), y=fixed_arrays(0.125, 4, 16, (3,)))
def test_quotients_of_reals_broadcast(x, y):
    agrees(both, x, y, ranges=[(-8, 8), (0.125, 4)])
    agrees(lambda a, b: (a // b, a % b), np.array([3, -5, 7]), y, ranges=[(-9, 9), (0.125, 4)])


@settings(max_examples=3)
@given(y=divisors)
def test_quotients_of_public_numbers(y):
    agrees(lambda b: (100 // b, -7 % b, np.array([5, -6, 9]) % b, 2.5 // b), y, ranges=[(1, 40)])


def test_every_quotient_of_a_small_domain():
    x, y = np.meshgrid(np.arange(-130, 131), np.arange(1, 33))
    agrees(lambda a, b: (a // b, a % b), x, y, ranges=[(-130, 130), (1, 32)])


@pytest.mark.parametrize(("size", "least", "most"), [(2**31 - 1, 1, 2**20), (2**40, 1, 1000), (2**47, 900, 2000)])
def test_quotients_at_the_edges_of_what_is_taken(size, least, most):
    rng = np.random.default_rng(1)
    y = np.array([least, least, most, most, *rng.integers(least, most, 60)])
    x = np.array([size, -size, size, 1 - size, *rng.integers(-size, size, 60)])
    near = x // y * y  # whole multiples and their neighbours
    x = np.concatenate([x, near, near - 1, near + 1])
    agrees(lambda a, b: (a // b, a % b), np.clip(x, -size, size), np.tile(y, 4), ranges=[(-size, size), (least, most)])


def test_the_remainder_of_what_is_not_exact_has_its_error_and_its_margin():
    run = revealing(lambda a, b: a % b, np.array([7.3]), np.array([2.1]), ranges=[(0, 8), (1, 3)])
    (reveal,) = run.report.reveals
    assert abs(run.result - 7.3 % 2.1) <= reveal.error < 20 * UNIT
    assert {decision.margin > 0 for decision in run.report.decisions} == {True}
    assert not revealing(lambda a, b: a // b, 7, 2, ranges=[(0, 8), (1, 3)]).report.decisions


def test_divisors_that_may_be_zero_and_ranges_that_are_too_wide_are_refused():
    for function in (lambda a, b: a // b, lambda a, b: a % b, divmod):
        with pytest.raises(LocalError, match="domain") as refused:
            revealed(lambda a, b, f=function: f(a, b), 7, 2, ranges=[(0, 8), (0, 3)])
        assert refused.value.line.startswith("test_floor_quotients.py")
    with pytest.raises(LocalError, match="range-too-wide") as refused:
        revealed(lambda a, b: a // b, 7, 2, ranges=[(-(2**31), 2**31), (1, 2**31)])
    assert "within(" in refused.value.remedy


@given(x=fixed_arrays(-30, 30, 16, (2, 3)), decimals=st.integers(1, 4))
def test_rounding_behind_the_point(x, decimals):
    agrees(lambda a: a.round(decimals), x, units=1.1, ranges=[(-30, 30)])


@settings(max_examples=8)
@given(x=wholes, decimals=st.integers(-4, -1))
def test_rounding_before_the_point(x, decimals):
    agrees(lambda a: np.round(a, decimals), x)
    agrees(lambda a: np.round(a, decimals), x / 8, ranges=[(-125, 125)])


def test_rounding_of_ties_is_to_even():
    agrees(lambda a: np.round(a, -1), np.array([5, 15, 25, 35, -5, -15, -25, 0, 14, 16]))
    agrees(lambda a: np.round(a, 2), np.array([0.125, 0.375, -0.125, 0.625]), units=1, ranges=[(-1, 1)])


def test_a_variance_that_no_64_bits_hold_says_so():
    with pytest.raises(LocalError, match="range-exceeded") as refused:
        revealed(np.var, np.array([1, 5, 2, 8]))
    assert "within" in refused.value.remedy
    agrees(lambda a: a.within(0, 100).var() if isinstance(a, mpc.SecretArray) else a.var(), np.array([1, 5, 2, 8]))
