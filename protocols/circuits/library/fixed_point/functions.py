"""The smooth functions that polynomials stand for, and bounds of their derivatives: |F^(n)| / n! on [0, 1].

A function that is at most M in the discs of radius r around all these places has |F^(n)| / n! <= M / r^n (Cauchy).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, getcontext
from fractions import Fraction
from functools import lru_cache
from math import factorial

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628621")


@dataclass(frozen=True)
class Smooth:
    """A function from [0, 1] to numbers: `at` of a decimal, and `bound(n)` no less than its n-th derivative over n!.

    `halvings`: how often the interval has to be halved for it to be smooth on each part, without its right end.
    """

    name: str
    at: Callable[[Decimal], Decimal]
    bound: Callable[[int], Fraction]
    halvings: int = 0


POWER_OF_TWO = Smooth("2^x", lambda x: (x * Decimal(2).ln()).exp(), lambda n: 2 * Fraction(7, 10) ** n / factorial(n))
"""Its derivatives are (log 2)^n 2^x."""

LOG_OF_ONE_PLUS = Smooth("log(1 + x)", lambda x: (1 + x).ln(), lambda n: Fraction(1, n or 1))
"""Its derivatives over n! are at most 1 / n."""


def _log_ratio(x: Decimal) -> Decimal:
    t = x if x < Decimal("0.5") else (x - 1) / 2
    return (1 + t).ln() / t if t else Decimal(1)


LOG_RATIO = Smooth("log(1 + t) / t", _log_ratio, lambda n: Fraction(1, n + 1) if n else Fraction(5, 4), 1)
"""t = x up to 1/2, and (x - 1) / 2 from there on: where 1 + x is a significand, 1 + t is it, or half of it.

The ratio is the integral of 1 / (1 + t s) for s from 0 to 1. Its derivatives by t over n! are at most 1 / (n + 1) for
t >= 0, and (4/3)^(n+1) / (n + 1) for t >= -1/4; those by x are 2^n times smaller there.
"""


@lru_cache
def quarter_sine(bits: int) -> Smooth:
    """sin(pi x / 2) in the middle of units of 2^-bits. Its derivatives are at most (pi / 2)^n."""
    middle = Decimal(1) / (2 << bits)
    return Smooth("sin", lambda x: cosine(PI * (1 - x - middle) / 2), lambda n: Fraction(11, 7) ** n / factorial(n))


@lru_cache
def half_sigmoid(places: int) -> Smooth:
    """1 / (1 + exp(-2^places x)) - 1/2. Where the imaginary part is at most 2, |1 + exp(-z)| is at least sin(2)."""

    def at(x: Decimal) -> Decimal:
        return 1 / (1 + (-_scaled(x, places)).exp()) - Decimal("0.5")

    return Smooth("sigmoid", at, _cauchy(Fraction(1, 2), Fraction(11, 10), Fraction(2) ** places / 2))


@lru_cache
def hyperbolic_tangent(places: int) -> Smooth:
    """tanh(2^places x). Where the imaginary part is at most 1, |tanh(z)| is at most tan(1)."""

    def at(x: Decimal) -> Decimal:
        power = (2 * _scaled(x, places)).exp()
        return (power - 1) / (power + 1)

    return Smooth("tanh", at, _cauchy(Fraction(1), Fraction(25, 16), Fraction(2) ** places))


def cosine(x: Decimal) -> Decimal:
    """The cosine of 0 to pi, by its series, to as many digits as the context has."""
    total, term, n = Decimal(0), Decimal(1), 0
    while abs(term) > Decimal(10) ** -(getcontext().prec + 2):
        total, n = total + term, n + 2
        term = -term * x * x / (n * (n - 1))
    return total


def _cauchy(largest: Fraction, around: Fraction, scale: Fraction) -> Callable[[int], Fraction]:
    return lambda n: around * scale**n if n else largest


def _scaled(x: Decimal, places: int) -> Decimal:
    return x * (1 << places) if places >= 0 else x / (1 << -places)
