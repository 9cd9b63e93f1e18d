"""Renyi divergences of Gaussian noise on a Poisson sample, at any order, rounded up.

Mironov, Talwar, Zhang 2019, theorem 4: with probability q and noise of s sensitivities, a step's divergence of order a
is at most ln(A) / (a - 1), where A is the mean over z ~ N(0, s^2) of ((1 - q) + q e^((2 z - 1) / (2 s^2)))^a; theorem 5
says that the other direction, a unit less instead of more, is no larger.

The mean is an integral over the line of a function that is analytic in the strip |Im z| < pi s^2, and there at most
e^(d^2 / (2 s^2)) as large as on the line at the distance d. So the plain sum of its values every h is A but for a part
2 e^(d^2 / (2 s^2)) / (e^(2 pi d / h) - 1) of it (Trefethen, Weideman 2014, theorem 5.1). All terms are positive: no
digits cancel, as they do in the series of binomials for fractional orders, where a sum of absolute values is used
elsewhere and comes out larger than the divergence.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, inf, log, log1p, pi, sqrt

import numpy as np
import numpy.typing as npt

from protocols.privacy.amounts import rounded_up

PRECISION = 50
"""The error of the sum is below e^-PRECISION of it, and so is what lies beyond its ends."""

MOST_POINTS = 1 << 20


def divergence_up(order: float, probability: float, variance: float) -> Fraction:
    """At least the divergence of one step, of an order above 1, for 0 < probability < 1 and s^2 = variance > 0.

    Never more than that of all data, a / (2 s^2), which is taken where the sum would have over MOST_POINTS terms.
    """
    whole = order / (2 * variance)
    bound = min(_log_mean_up(order, probability, variance) / (order - 1), whole)
    return rounded_up(Fraction(bound * (1 + 2.0**-50)))


def _log_mean_up(order: float, q: float, variance: float) -> float:
    """At least ln A, or infinite where it takes too many terms."""
    s = sqrt(variance)
    distance = min(2 * s, 0.9 * pi * variance)
    h = 2 * pi * distance / (PRECISION + distance**2 / (2 * variance) + 1)
    # By convexity the integrand is at most (1 - q) N(0, s^2) + q e^(a (a - 1) / (2 s^2)) N(a, s^2).
    reach = s * sqrt(2 * (PRECISION + max(order * (order - 1) / (2 * variance) + log(q), 0.0)))
    count = ceil((order + 2 * reach) / h) + 1
    if count > MOST_POINTS:
        return inf
    z = -reach + h * np.arange(count, dtype=np.float64)
    powers = order * np.logaddexp(log1p(-q), log(q) + (2 * z - 1) / (2 * variance))
    terms = powers - z**2 / (2 * variance)
    largest = float(terms.max())
    mean = float(np.sum(np.exp(terms - largest))) * h / (s * sqrt(2 * pi))
    return largest + log(mean) + _rounding(order, powers, terms)


def _rounding(order: float, powers: npt.NDArray[np.float64], terms: npt.NDArray[np.float64]) -> float:
    """More than ln of the mean can be off by: four units of 2^-52 of what the terms that matter are made of."""
    matter = terms > terms.max() - 60
    return float(order + np.abs(powers[matter]).max() + np.abs(powers - terms)[matter].max() + 4) * 2.0**-50
