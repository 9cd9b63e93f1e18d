"""Zero-concentrated differential privacy: one number, rho, that adds up, and what it is as (epsilon, delta).

Bun, Steinke 2016. What holds only but for a chance of delta is delta-approximately rho-zCDP (section 8); deltas add up
beside the rhos. Composition is adaptive, and with `filters` fully so.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import exp, log, sqrt

from protocols.privacy.amounts import rounded_up
from protocols.privacy.composition_kov15 import sum_of
from protocols.privacy.curves import too_small
from protocols.privacy.directed import exp_up, log_down, log_up, sqrt_up
from protocols.privacy.events import ApproximateEvent, GaussianEvent, LaplaceEvent, PureEvent, ZcdpEvent
from protocols.privacy.parts import Part, Parts

STEPS = 1 << 20
"""Orders are multiples of 1/STEPS above 1: any order gives a bound that holds, so the best is searched in floats."""

LARGEST_RHO = 10**6
"""Of larger ones the classical bound is good enough, rho + 2 sqrt(rho ln(1/delta)): proposition 1.3."""

LARGEST_EPSILON = Fraction(10**9)
"""The delta of a larger epsilon is no larger than that of this one."""

Rho = tuple[Fraction, Fraction]


def rho_of(part: Part) -> Rho:
    """The rho and delta of a part.

    An epsilon is a rho of epsilon^2 / 2 (proposition 1.4). Raises LocalError `not-accounted` for samples, of which
    the divergences of high orders are not amplified: no rho but that of all data holds.
    """
    event = part.event
    if part.is_sampled:
        raise part.unknown_to("zCDP", "a sample makes the losses of low orders smaller alone; 'rdp' and 'pld' see it")
    match event:
        case ZcdpEvent() | GaussianEvent():
            return event.rho, Fraction(0)
        case PureEvent() | LaplaceEvent():
            return event.epsilon**2 / 2, Fraction(0)
        case ApproximateEvent():
            return event.epsilon**2 / 2, event.delta
    raise part.unknown_to("zCDP", "nothing is known of its divergences")


class Concentrated:
    """The curve of a rho, but for a chance of delta.

    For every order a > 1: epsilon = a rho + (ln(1/delta') + (a - 1) ln(1 - 1/a) - ln a) / (a - 1), the tight
    conversion of Canonne, Kamath, Steinke 2020, proposition 12 and corollary 13.
    """

    def __init__(self, rho: Fraction, delta: Fraction = Fraction(0)) -> None:
        self.rho, self.beside = rounded_up(rho), delta

    @staticmethod
    def of(parts: Parts) -> Concentrated:
        """Rhos and deltas add up (lemma 1.7, and section 8)."""
        rhos = [(rho_of(part), count) for part, count in parts.counts]
        return Concentrated(sum_of((r, n) for (r, _), n in rhos), sum_of((d, n) for (_, d), n in rhos))

    def epsilon(self, delta: Fraction) -> Fraction:
        """The least over all orders."""
        rest = delta - self.beside
        if rest < 0 or (rest == 0 and self.rho):
            raise too_small(delta, self.beside)
        if not self.rho or rest >= 1:
            return Fraction(0)
        if self.rho > LARGEST_RHO:
            return self.rho + 2 * sqrt_up(self.rho * -log_down(rest))
        wide, log_rest = sqrt(float(log_up(1 / rest)) / float(self.rho)), log_down(rest)
        rho, log_inverse = float(self.rho), -float(log_rest)
        order = _least(lambda a: _epsilon_float(a, rho, log_inverse), wide)
        return max(epsilon_at(order, order * self.rho, log_rest), Fraction(0))

    def delta(self, epsilon: Fraction) -> Fraction:
        """The least over all orders."""
        if not self.rho:
            return min(self.beside, Fraction(1))
        if self.rho > LARGEST_RHO:
            return Fraction(1)
        rho, epsilon = float(self.rho), min(epsilon, LARGEST_EPSILON)
        wide = max((float(epsilon) + rho) / (2 * rho) - 1, 1e-3)
        order = _least(lambda a: _log_delta_float(a, a * rho, float(epsilon)), wide)
        return min(self.beside + delta_at(order, order * self.rho, epsilon), Fraction(1))


def epsilon_at(order: Fraction, divergence: Fraction, log_delta: Fraction) -> Fraction:
    """The epsilon of a Renyi divergence of this order, for at most the logarithm of delta; it may be negative."""
    return divergence + (_gain(order) - log_delta) / (order - 1)


@lru_cache(maxsize=1024)
def _gain(order: Fraction) -> Fraction:
    """At least (a - 1) ln(1 - 1/a) - ln a."""
    return (order - 1) * log_up(1 - 1 / order) - log_down(order)


def delta_at(order: Fraction, divergence: Fraction, epsilon: Fraction) -> Fraction:
    """The delta of a Renyi divergence of this order: e^((a - 1)(D - epsilon)) (1 - 1/a)^a / (a - 1)."""
    exponent = (order - 1) * (divergence - epsilon) + order * log_up(1 - 1 / order) - log_down(order - 1)
    return Fraction(1) if exponent >= 0 else exp_up(exponent)


def _epsilon_float(a: float, rho: float, log_inverse: float) -> float:
    return a * rho + (log_inverse + (a - 1) * log(1 - 1 / a) - log(a)) / (a - 1)


def _log_delta_float(a: float, divergence: float, epsilon: float) -> float:
    return (a - 1) * (divergence - epsilon) + a * log(1 - 1 / a) - log(a - 1)


def _least(value: Callable[[float], float], wide: float) -> Fraction:
    """An order near the best, by golden section over the logarithm of how far it is above 1, around `wide`."""
    middle = log(max(wide, 1e-6))
    low, high, ratio = middle - 8, middle + 8, (sqrt(5) - 1) / 2
    for _ in range(60):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if value(1 + exp(a)) < value(1 + exp(b)) else (a, high)
    return 1 + Fraction(max(round(exp((low + high) / 2) * STEPS), 1), STEPS)
