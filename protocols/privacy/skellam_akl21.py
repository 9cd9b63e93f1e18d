"""Skellam noise: the difference of two Poisson numbers of mean variance / 2, each drawn exactly.

Agarwal, Kairouz, Liu, "The Skellam mechanism for differentially private federated learning", NeurIPS 2021. Sums of
Skellam numbers are Skellam: several parties may each add a part. Section 3 there bounds the Renyi divergence of every
whole order a > 1, for whole figures of sensitivity L1 and L2, by

    a L2^2 / (2 v) + min(((2 a - 1) L2^2 + 6 L1) / (4 v^2), 3 L1 / (2 v)),

v the variance. What it costs at a delta is the least epsilon that an order gives by the conversion of Canonne, Kamath,
Steinke, NeurIPS 2020, proposition 12: divergence + log(1 - 1 / a) - log(delta a) / (a - 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, log, log1p, sqrt

from mpc.algebra.words import Stream
from mpc.errors import LocalError
from protocols.privacy.amounts import positive, printed, probability
from protocols.privacy.directed import log_down
from protocols.privacy.discrete_laplace_dkmmn06 import Noise
from protocols.privacy.events import ApproximateEvent
from protocols.privacy.log_concave import LogConcave
from protocols.privacy.noise_ranges import in_range
from protocols.privacy.sensitivity import Sensitivity

LEAST, MOST = Fraction(1, 1 << 20), Fraction(1 << 23)
"""Of the variance: a table of some 16 deviations is computed."""

_ORDERS = (*range(2, 256), *(1 << power for power in range(8, 21)))
_HALVINGS = 10
_MOST_RATIO = 1 << 80
_SLACK = 1e-9
"""More than the rounding of some ten operations on doubles of a common size."""


def poisson(mean: Fraction, digits: int = 64) -> LogConcave:
    """The Poisson distribution of a rational mean above 0: p(k + 1) / p(k) = mean / (k + 1)."""
    return LogConcave(int(mean), 0, lambda k: mean / (k + 1), digits)


class SkellamNoise:
    """The distribution of one variance."""

    def __init__(self, variance: Fraction) -> None:
        self._variance = variance
        self._poisson = poisson(variance / 2)

    @property
    def deviation(self) -> float:
        """The standard deviation."""
        return sqrt(self._variance)

    def draw(self, count: int, stream: Stream) -> Noise:
        """So many independent numbers: (count,); time depends on them."""
        return self._poisson.draw(count, stream) - self._poisson.draw(count, stream)


@lru_cache(maxsize=16)
def _of_variance(variance: Fraction) -> SkellamNoise:
    return SkellamNoise(variance)


def skellam_noise(variance: Fraction) -> SkellamNoise:
    """The Skellam distribution of a public variance, in squared steps. LocalError `noise-out-of-range`."""
    return _of_variance(in_range(variance, "the variance of Skellam noise", LEAST, MOST))


@dataclass(frozen=True, slots=True)
class Skellam:
    """Skellam noise whose variance is `variance` times the squared L2 sensitivity, charged at `delta`: approximate.
    With `rounds`, so many releases with such noise each, which are charged together: Renyi divergences add up.

    Raises LocalError: as `amounts.positive`; `amount-out-of-range` for a delta that is not between 0 and 1;
    `noise-out-of-range` for a variance of the noise that is not from 2^-20 to 2^23 squared steps.
    """

    variance: Fraction
    delta: Fraction
    rounds: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "variance", positive(self.variance, "the variance"))
        probability(self.delta, "delta", below_one=True)
        object.__setattr__(self, "delta", positive(self.delta, "delta"))

    def distribution(self, sensitivity: Sensitivity) -> SkellamNoise:
        return skellam_noise(self.variance * sensitivity.l2_squared)

    def event(self, sensitivity: Sensitivity) -> ApproximateEvent:
        found = min(self._epsilon(order, sensitivity) for order in _ORDERS)
        return ApproximateEvent(Fraction(max(found, 0.0) * (1 + _SLACK) + _SLACK), self.delta, sensitivity.neighbours)

    def part(self, of_it: Fraction) -> Skellam:
        """Of a part of the divergence of large noise, and of delta."""
        return Skellam(self.variance / of_it, self.delta * of_it, self.rounds)

    def _epsilon(self, order: int, sensitivity: Sensitivity) -> float:
        divergence = self.rounds * float(renyi_bound(order, self.variance * sensitivity.l2_squared, sensitivity))
        log_delta = log(self.delta.numerator) - log(self.delta.denominator)
        return divergence + log1p(-1 / order) - (log_delta + log(order)) / (order - 1)


def renyi_bound(order: int, v: Fraction, sensitivity: Sensitivity) -> Fraction:
    """What the Renyi divergence of a whole order, 2 or more, is at most, for noise of variance v."""
    l1, l2_squared = sensitivity.l1, sensitivity.l2_squared
    correction = min(((2 * order - 1) * l2_squared + 6 * l1) / (4 * v**2), 3 * l1 / (2 * v))
    return order * l2_squared / (2 * v) + correction


@lru_cache(maxsize=64)
def variance_for(epsilon: Fraction, delta: Fraction, sensitivity: Sensitivity, rounds: int = 1) -> Fraction:
    """The smallest variance, by the squared L2 sensitivity and within a thousandth, that costs at most this epsilon,
    for all of so many rounds together.

    By bisection from about what Gaussian noise needs; the upper end is given, which was found to hold. Raises
    LocalError `noise-out-of-range` where the highest order does not give as little.
    """

    def holds(variance: Fraction) -> bool:
        return Skellam(variance, delta, rounds).event(sensitivity).epsilon <= epsilon

    high = max(Fraction(1), Fraction(ceil(-2 * log_down(delta) / epsilon**2)))
    while not holds(high):
        high *= 2
        if high > _MOST_RATIO:
            raise LocalError(
                "noise-out-of-range",
                f"no Skellam noise is known to cost as little as epsilon {printed(epsilon)}",
                "a larger epsilon, or Gaussian noise",
            )
    while holds(high / 2):
        high /= 2
    low = high / 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
