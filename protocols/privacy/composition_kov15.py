"""Composition of (epsilon, delta): the plain sum, and the advanced bound for many small epsilons.

Both hold when what is asked next depends on what was answered, as long as every epsilon and delta is fixed beforehand;
for those that are chosen on the way see `filters`.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from protocols.privacy.curves import Curve, Point, too_small
from protocols.privacy.directed import exp_up, log_down, log_up, sqrt_up, up
from protocols.privacy.events import ApproximateEvent, LaplaceEvent, PureEvent
from protocols.privacy.parts import Part, Parts

Pair = tuple[Fraction, Fraction]


def amplified(pair: Pair, probability: Fraction) -> Pair:
    """What (epsilon, delta) is on a Poisson sample, for neighbours that differ by a unit more or less.

    epsilon' = ln(1 + q (e^epsilon - 1)), delta' = q delta: Balle, Barthe, Gaboardi 2018, theorem 8.
    """
    epsilon, delta = pair
    return log_up(1 + probability * (exp_up(epsilon) - 1)), probability * delta


def pair_of(part: Part, accountant: str) -> Pair:
    """The epsilon and delta of a part. Raises LocalError `not-accounted` for noise that has one for every delta."""
    part.require_add_or_remove(accountant)
    match part.event:
        case PureEvent() | LaplaceEvent():
            pair = part.event.epsilon, Fraction(0)
        case ApproximateEvent():
            pair = part.event.epsilon, part.event.delta
        case _:
            raise part.unknown_to(accountant, "it has an epsilon for every delta, none of its own")
    return amplified(pair, part.probability) if part.is_sampled else pair


def basic(parts: Parts) -> Curve:
    """Epsilons and deltas add up (Dwork, Roth 2014, theorem 3.16)."""
    pairs = [(pair_of(part, "basic composition"), count) for part, count in parts.counts]
    return Point(sum_of((pair[0], count) for pair, count in pairs), sum_of((pair[1], count) for pair, count in pairs))


class Advanced:
    """For a chance of delta' beside the deltas that there are, losses stay near their mean.

    epsilon = sum of e (e^e - 1) / (e^e + 1), their means, + sqrt(2 ln(1/delta') sum of e^2): Kairouz, Oh, Viswanath
    2015, theorem 3.5, after Dwork, Rothblum, Vadhan 2010. Never more than the plain sum.
    """

    def __init__(self, parts: Parts) -> None:
        pairs = [(pair_of(part, "advanced composition"), count) for part, count in parts.counts]
        self._sum = sum_of((e, count) for (e, _), count in pairs)
        self._deltas = sum_of((delta, count) for (_, delta), count in pairs)
        self._squares = sum_of((e**2, count) for (e, _), count in pairs)
        self._mean = sum_of((up(e * (1 - 2 / (exp_up(e) + 1))), count) for (e, _), count in pairs)

    def epsilon(self, delta: Fraction) -> Fraction:
        """The lesser of the bound and the sum."""
        if delta < self._deltas:
            raise too_small(delta, self._deltas)
        if delta == self._deltas:
            return self._sum
        spread = sqrt_up(-2 * log_down(delta - self._deltas) * self._squares)
        return min(self._sum, self._mean + spread)

    def delta(self, epsilon: Fraction) -> Fraction:
        """The same, solved for delta'."""
        if epsilon >= self._sum:
            return min(self._deltas, Fraction(1))
        if epsilon <= self._mean:
            return Fraction(1)
        return min(self._deltas + exp_up(-((epsilon - self._mean) ** 2) / (2 * self._squares)), Fraction(1))


def sum_of(terms: Iterable[tuple[Fraction, int]]) -> Fraction:
    """The sum of each value so many times."""
    return sum((value * count for value, count in terms), start=Fraction(0))
