"""Rounded functions lie on their side of the true value, and near it."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.privacy import directed

FINE = Context(prec=120)
numbers = st.fractions(Fraction(1, 10**6), 500, max_denominator=10**9)


def fine(x: Fraction) -> Decimal:
    """Far nearer than what is tested."""
    return FINE.divide(Decimal(x.numerator), Decimal(x.denominator))


@given(numbers, st.booleans())
def test_bounds_are_on_both_sides_and_near(x, negative):
    signed = -x if negative else x
    for low, true, high in (
        (directed.exp_down(signed), FINE.exp(fine(signed)), directed.exp_up(signed)),
        (directed.log_down(x), FINE.ln(fine(x)), directed.log_up(x)),
        (directed.sqrt_down(x), FINE.sqrt(fine(x)), directed.sqrt_up(x)),
    ):
        assert low < Fraction(true) < high
        assert high - low <= abs(high) * Fraction(1, 10**40) + Fraction(1, 10**45)


@given(numbers)
def test_floats_are_the_next_ones(x):
    low, high = directed.float_down(x), directed.float_up(x)
    assert Fraction(low) <= x <= Fraction(high)
    assert high - low <= 2.0**-52 * high


def test_the_ends():
    assert directed.log_down(Fraction(1)) < 0 < directed.log_up(Fraction(1))
    assert 0 <= directed.exp_down(Fraction(-(10**9))) < directed.exp_up(Fraction(-(10**9))) < Fraction(1, 10**800)
    assert directed.sqrt_up(Fraction(0)) == directed.sqrt_down(Fraction(0)) == 0
    with pytest.raises(LocalError, match="amount-out-of-range"):
        directed.exp_up(Fraction(3000))
