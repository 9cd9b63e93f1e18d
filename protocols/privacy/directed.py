"""Exponentials, logarithms and roots of fractions, rounded to the side that is asked for.

Python's decimals round the exponential, the logarithm and the root of a decimal correctly, to the nearest of DIGITS
digits. The argument is rounded to its side first, and the result moved one unit in its last place: a bound that holds.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from math import inf, nextafter

from mpc.errors import LocalError

DIGITS = 50
LARGEST_EXPONENT = 2000
"""Exponentials of larger numbers are refused: a delta that is multiplied by one promises nothing."""

UP = Context(prec=DIGITS, rounding=ROUND_CEILING, Emax=10**5, Emin=-2000)
DOWN = Context(prec=DIGITS, rounding=ROUND_FLOOR, Emax=10**5, Emin=-2000)
"""The smallest numbers are those of Emin, so that what lies next to 0 is a fraction of a few thousand digits."""


def exp_up(x: Fraction) -> Fraction:
    """At least e^x. Of x below -LARGEST_EXPONENT it is the exponential of that."""
    if x > LARGEST_EXPONENT:
        raise LocalError("amount-out-of-range", "an epsilon is so large that it promises nothing", "more noise")
    return Fraction(UP.next_plus(UP.exp(to_decimal(max(x, Fraction(-LARGEST_EXPONENT)), UP))))


def exp_down(x: Fraction) -> Fraction:
    """At most e^x, for x up to LARGEST_EXPONENT."""
    return max(Fraction(DOWN.next_minus(DOWN.exp(to_decimal(max(x, Fraction(-LARGEST_EXPONENT)), DOWN)))), Fraction(0))


def log_up(x: Fraction) -> Fraction:
    """At least ln x, for x above 0."""
    return Fraction(UP.next_plus(UP.ln(to_decimal(x, UP))))


def log_down(x: Fraction) -> Fraction:
    """At most ln x, for x above 0."""
    return Fraction(DOWN.next_minus(DOWN.ln(to_decimal(x, DOWN))))


def sqrt_up(x: Fraction) -> Fraction:
    """At least the root of x, for x from 0."""
    return Fraction(UP.next_plus(UP.sqrt(to_decimal(x, UP)))) if x else x


def sqrt_down(x: Fraction) -> Fraction:
    """At most the root of x, for x from 0."""
    return Fraction(DOWN.next_minus(DOWN.sqrt(to_decimal(x, DOWN)))) if x else x


def up(x: Fraction) -> Fraction:
    """At least x, of DIGITS digits: what keeps the terms of long sums short."""
    return Fraction(to_decimal(x, UP))


def float_up(x: Fraction) -> float:
    """The smallest float that is at least x."""
    near = float(x)
    return near if Fraction(near) >= x else nextafter(near, inf)


def float_down(x: Fraction) -> float:
    """The largest float that is at most x."""
    return -float_up(-x)


def to_decimal(x: Fraction, context: Context) -> Decimal:
    """The nearest decimal on the side of the context."""
    return context.divide(Decimal(x.numerator), Decimal(x.denominator))
