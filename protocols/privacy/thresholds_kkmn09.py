"""Thresholds that noisy counts of keys must reach to be told, where the keys themselves are private.

A key is told only if its count, with noise X, is at least T: Korolova, Kenthapadi, Mishra, Ntoulas, "Releasing search
queries and clicks privately", WWW 2009; Wilkins, Kifer, Zhang, Karrer, "Exact privacy analysis of the Gaussian sparse
histogram mechanism", 2024. Only keys that are in the data have a chance, so that whether one is there at all is
private.

Let one unit be m records. On neighbours D and D', keys of both have counts that move by what the noise is made for:
given that no key of one of them alone is told, outputs are (epsilon, delta')-indistinguishable. A key of D alone has a
count of at most m, all of them together m at most; that any is told has a probability of at most

    beyond = max of sum_j P[X >= T - c_j] over counts c_j >= 1 with sum m,

and P[M(D) in O] <= e^epsilon P[M(D') in O] + delta' + beyond(D alone) + beyond(D' alone): with p = P[O and no key of D
alone], p (1 - beyond') <= e^epsilon P'[O and no key of D' alone] + delta'. Where a unit comes or goes, one of both has
no key of its own. P[X >= T - c] is convex in c below T, so the sum is largest at an end: one key of m, or m keys of
one.

All probabilities are bounded upwards, as fractions.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from mpc.errors import LocalError
from protocols.privacy.amounts import printed
from protocols.privacy.joint_gaussian_cks20 import JointGaussian
from protocols.privacy.joint_laplace_dkmmn06 import JointLaplace
from protocols.privacy.probabilities import exponential

LEAST_DELTA = Fraction(1, 1 << 128)
"""Tails are bounded as multiples of 2^-256, and many times that are added up."""

_PRECISION = 256
_TWO_PI = Fraction(628, 100)
"""Below 2 pi."""


def threshold_for(sampler: JointLaplace | JointGaussian, records: int, both: bool, delta: Fraction) -> int:
    """The least T above `records` for which `told_alone` is at most delta. LocalError `delta-too-small` for one below
    LEAST_DELTA, of which it cannot be shown of any T."""
    if delta < LEAST_DELTA:
        raise LocalError(
            "delta-too-small",
            f"delta is {printed(delta)}, far below what drawn noise is off by",
            "a larger delta, well below one over the number of people, 1e-9 say",
        )
    low, high = records, records + 1
    while told_alone(sampler, records, both, high) > delta:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if told_alone(sampler, records, both, middle) > delta else (low, middle)
    return high


def told_alone(sampler: JointLaplace | JointGaussian, records: int, both: bool, threshold: int) -> Fraction:
    """The chance that a key is told which one of two neighbours has alone, rounded up; `both` may have such keys.

    `records`: those of one unit, below the threshold.
    """
    alone = max(tail(sampler, threshold - records), records * tail(sampler, threshold - 1))
    return min((1 + both) * alone, Fraction(1))


def tail(sampler: JointLaplace | JointGaussian, least: int) -> Fraction:
    """P[X >= least] of the noise that a sampler is near to, rounded up; `least` at least 1.

    Laplace: a^t / (1 + a) with a = exp(-1 / scale). Gaussian: exp(-x^2 / (2 v)) for x = t + j is at most
    exp(-t^2 / (2 v)) exp(-j t / v), a geometric sum, and the weights of all numbers are at least 1 and sqrt(2 pi v)
    (Poisson's sum; Canonne, Kamath, Steinke 2020, fact 18).
    """
    if isinstance(sampler, JointLaplace):
        return _up(least / sampler.scale) / (1 + _down(1 / sampler.scale))
    v = sampler.variance
    whole = isqrt(int(_TWO_PI * v * 2**64))
    weights = _up(least**2 / (2 * v)) / (1 - _up(least / v))
    return min(weights / max(Fraction(whole, 2**32), Fraction(1)), Fraction(1))


def _up(rate: Fraction) -> Fraction:
    return Fraction(exponential(rate, _PRECISION)[1], 1 << _PRECISION)


def _down(rate: Fraction) -> Fraction:
    return Fraction(exponential(rate, _PRECISION)[0], 1 << _PRECISION)
