"""Renyi differential privacy: a divergence at each of several orders, which add up; the best order converts.

Mironov 2017. The orders decide how good the result is, and results for other orders differ in the fifth digit: they are
named with every published figure. `OPACUS_ORDERS` are those of Opacus; `ORDERS` go on where small losses need more.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from mpc.errors import LocalError
from protocols.privacy import sampled_gaussian_mtz19, sampled_zw19
from protocols.privacy.composition_kov15 import pair_of
from protocols.privacy.concentrated_bs16 import delta_at, epsilon_at
from protocols.privacy.curves import too_small
from protocols.privacy.directed import exp_down, exp_up, float_down, float_up, log_down, log_up
from protocols.privacy.events import ApproximateEvent, GaussianEvent, LaplaceEvent, PureEvent, ZcdpEvent
from protocols.privacy.parts import ONE, Part, Parts

OPACUS_ORDERS = tuple(Fraction(10 + x, 10) for x in range(1, 100)) + tuple(map(Fraction, range(12, 64)))
ORDERS = OPACUS_ORDERS + tuple(map(Fraction, (64, 72, 80, 96, 112, 128, 160, 192, 256, 384, 512, 1024)))


LEAST_PROBABILITY = Fraction(1, 10**30)
LEAST_VARIANCE, MOST_VARIANCE = Fraction(1, 10**4), Fraction(10**12)
"""Beyond these a sample gains nothing that matters, and floats would run out."""


class Renyi:
    """The curve of divergences at these orders, but for a chance of delta."""

    def __init__(self, parts: Parts, orders: Sequence[Fraction] = ORDERS) -> None:
        self.orders = tuple(orders)
        self._divergences: list[Fraction | None] = [Fraction(0)] * len(self.orders)
        self.beside = Fraction(0)
        for part, count in parts.counts:
            self.beside += part.probability * _delta(part) * count
            added = _divergences(part, self.orders)
            self._divergences = [
                None if total is None or more is None else total + count * more
                for total, more in zip(self._divergences, added, strict=True)
            ]

    def epsilon(self, delta: Fraction) -> Fraction:
        """The least over the orders."""
        return self.best(delta)[0]

    def best(self, delta: Fraction) -> tuple[Fraction, Fraction | None]:
        """The least epsilon and the order that gives it; None where nothing was lost.

        Canonne, Kamath, Steinke 2020, proposition 12, as in `concentrated_bs16`.
        """
        rest = min(delta - self.beside, ONE)
        if rest >= 0 and all(total == 0 for total in self._divergences):
            return Fraction(0), None
        if rest <= 0:
            raise too_small(delta, self.beside)
        log_delta = log_down(rest)
        found = [
            (max(epsilon_at(order, total, log_delta), Fraction(0)), order)
            for order, total in zip(self.orders, self._divergences, strict=True)
            if total is not None
        ]
        if not found:
            raise too_small(delta, self.beside)
        return min(found)

    def divergence(self, order: Fraction) -> Fraction:
        """At one of the orders. Raises LocalError `not-accounted` where nothing is known at it."""
        found = self._divergences[self.orders.index(order)]
        if found is None:
            raise LocalError("not-accounted", f"no divergence of order {order} is known of this", "a lower order")
        return found

    def delta(self, epsilon: Fraction) -> Fraction:
        """The least over the orders."""
        found = [
            delta_at(order, total, epsilon) if total else Fraction(0)
            for order, total in zip(self.orders, self._divergences, strict=True)
            if total is not None
        ]
        return min(self.beside + min(found, default=ONE), ONE)


def _delta(part: Part) -> Fraction:
    return part.event.delta if isinstance(part.event, ApproximateEvent) else Fraction(0)


def _divergences(part: Part, orders: Sequence[Fraction]) -> list[Fraction | None]:
    """At each order, or None where nothing is known."""
    part.require_add_or_remove("Renyi accounting")
    event = part.event
    match event:
        case PureEvent() | LaplaceEvent() | ApproximateEvent():
            epsilon, _ = pair_of(part, "Renyi accounting")
            return [pure_divergence(order, epsilon) for order in orders]
        case GaussianEvent(discrete=False) if part.is_sampled:
            return _sampled_gaussian(part.probability, event.variance, orders)
        case GaussianEvent() | ZcdpEvent():
            return _concentrated(part, event.rho, orders)
    raise part.unknown_to("Renyi accounting", "nothing is known of its divergences")


def _sampled_gaussian(probability: Fraction, variance: Fraction, orders: Sequence[Fraction]) -> list[Fraction | None]:
    """In floats that are no better than the numbers: a sample no smaller, a variance no larger."""
    q, v = float_up(max(probability, LEAST_PROBABILITY)), float_down(min(variance, MOST_VARIANCE))
    if q >= 1 or variance < LEAST_VARIANCE:
        return [order / (2 * variance) for order in orders]
    return [sampled_gaussian_mtz19.divergence_up(float(order), q, v) for order in orders]


def _concentrated(part: Part, rho: Fraction, orders: Sequence[Fraction]) -> list[Fraction | None]:
    """On a sample, that of a fractional order is at most that of the next whole one."""
    if not part.is_sampled:
        return [order * rho for order in orders]
    found = sampled_zw19.divergences_up(part.probability, lambda a: a * rho)
    places = [max(ceil(order), 2) - 2 for order in orders]
    return [found[place] if place < len(found) else None for place in places]


def pure_divergence(order: Fraction, epsilon: Fraction) -> Fraction:
    """At least the divergence of this order that epsilon allows: that of randomised response, which is the largest.

    ln((e^(a e) + e^((1 - a) e)) / (1 + e^e)) / (a - 1): Mironov 2017, proposition 5 with the p of e^e / (1 + e^e).
    """
    a, e = order, epsilon
    if a * e > 1000:
        return e
    odds = (1 + exp_up((1 - 2 * a) * e)) / (1 + exp_down(-e))
    return max(min(e, e + log_up(odds) / (a - 1)), Fraction(0))
