"""P values: the chance that a chi-squared number is at least so large."""

from __future__ import annotations

from math import erfc, exp, lgamma, log, sqrt


def chi_squared_tail(x: float, degrees: int) -> float:
    """P[X >= x] with so many degrees of freedom, from 1 on.

    Q(k/2, x/2) by Q(1/2, y) = erfc(sqrt y), Q(1, y) = e^-y, Q(a + 1, y) = Q(a, y) + y^a e^-y / Gamma(a + 1)
    (Abramowitz and Stegun, 6.5.21): sums of positive terms, so that far tails keep their digits.
    """
    y = max(x, 0.0) / 2
    if not y:
        return 1.0
    a, tail = (0.5, erfc(sqrt(y))) if degrees % 2 else (1.0, exp(-y))
    while a < degrees / 2:
        tail += exp(a * log(y) - y - lgamma(a + 1))
        a += 1
    return min(tail, 1.0)


def two_sided(z: float) -> float:
    """P[|Z| >= |z|] of a standard normal Z."""
    return erfc(abs(z) / sqrt(2))
