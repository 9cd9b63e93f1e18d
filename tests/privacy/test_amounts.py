"""Amounts are the numbers that were written, exactly; what is none is refused by its code."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor, log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.privacy.amounts import GRID, amount, count_of, positive, printed, probability, rounded_up

fractions = st.fractions(min_value=0, max_value=10**9, max_denominator=10**12)


@pytest.mark.parametrize(
    "tenth", [0.1, "0.1", "1/10", "1e-1", Decimal("0.1"), Fraction(1, 10), np.float64(0.1), np.float32(0.1)]
)
def test_ten_times_a_tenth_is_one(tenth):
    assert sum(amount(tenth) for _ in range(10)) == 1


@given(st.floats(0, 1e300))
def test_a_float_is_the_decimal_that_python_prints(value):
    assert amount(value) == Fraction(repr(value))
    assert float(amount(value)) == value


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (True, "wrong-amount"),
        (np.bool_(False), "wrong-amount"),
        (None, "wrong-amount"),
        (1j, "wrong-amount"),
        (b"1", "wrong-amount"),
        ("", "wrong-amount"),
        ("one", "wrong-amount"),
        ("1/0", "wrong-amount"),
        ("\u0661", "wrong-amount"),
        ("1" * 5000, "wrong-amount"),
        ("1e99999999999", "wrong-amount"),
        (Decimal("1e-99999"), "wrong-amount"),
        (1 << 4096, "wrong-amount"),
        (float("nan"), "infinite-amount"),
        (np.float32("inf"), "infinite-amount"),
        ("-Infinity", "infinite-amount"),
        (Decimal("sNaN"), "infinite-amount"),
        (-0.1, "negative-amount"),
        ("-1/3", "negative-amount"),
    ],
)
def test_what_is_no_amount_is_refused(wrong, code):
    with pytest.raises(LocalError) as caught:
        amount(wrong, "epsilon")
    assert caught.value.code == code
    assert "epsilon" in caught.value.cause


@pytest.mark.parametrize(
    "refused",
    [
        lambda: positive(0, "epsilon"),
        lambda: probability(1, "delta", below_one=True),
        lambda: probability("1.01", "the probability"),
        lambda: count_of(0, "the count"),
        lambda: count_of(1 << 63, "the count"),
    ],
)
def test_what_is_out_of_range_is_refused(refused):
    with pytest.raises(LocalError, match="amount-out-of-range"):
        refused()


@pytest.mark.parametrize("wrong", [True, 1.0, "1"])
def test_counts_are_whole_numbers(wrong):
    with pytest.raises(LocalError, match="wrong-amount"):
        count_of(wrong, "the count")


@given(fractions, st.integers(1, 10**6))
def test_rounding_up_is_the_next_point_of_the_grid(value, denominator):
    grid = Fraction(1, denominator)
    up = rounded_up(value, grid)
    assert value <= up < value + grid
    assert (up / grid).denominator == 1
    assert rounded_up(amount(str(float(value)))) - amount(str(float(value))) < GRID


@given(fractions, st.integers(1, 12))
def test_what_is_printed_lies_on_the_side_that_was_asked_for(value, digits):
    up, down = Fraction(printed(value, digits)), Fraction(printed(value, digits, down=True))
    assert down <= value <= up
    if value:
        assert up - down <= Fraction(10) ** (floor(log10(value)) + 2 - digits)


def test_amounts_are_printed_as_people_write_them():
    texts = [printed(Fraction(text)) for text in ("0", "1", "120", "0.1", "1/3", "1e-5", "12345678", "0.0001")]
    assert texts == ["0", "1", "120", "0.1", "0.333334", "1e-5", "1.23457e7", "0.0001"]
