"""What somebody who sees a private output can conclude, at most."""

from __future__ import annotations

from fractions import Fraction

from protocols.privacy.amounts import AnyNumber, amount, probability
from protocols.privacy.directed import exp_up


def posterior_bound(prior: AnyNumber, epsilon: AnyNumber) -> Fraction:
    """What somebody can believe of one of two neighbours after an (epsilon, 0)-private output, who believed `prior`.

    The odds grow by e^epsilon at most, whatever came out and whatever else they know: p e / (p e + 1 - p), rounded up.
    """
    p, growth = probability(prior, "the prior"), exp_up(amount(epsilon, "epsilon"))
    return min(p * growth / (p * growth + 1 - p), Fraction(1))


def power_bound(false_alarms: AnyNumber, epsilon: AnyNumber, delta: AnyNumber = 0) -> Fraction:
    """How often a test can find out which of two neighbours an output is of, that is wrong so often on the other.

    The lesser of e^epsilon a + delta and 1 - (1 - delta - a) / e^epsilon, for a chance a of false alarms: Wasserman,
    Zhou 2010, theorem 2.4; Kairouz, Oh, Viswanath 2015, section 2.
    """
    a, d = probability(false_alarms, "the chance of false alarms"), probability(delta, "delta")
    growth = exp_up(amount(epsilon, "epsilon"))
    return max(min(growth * a + d, 1 - (1 - d - a) / growth, Fraction(1)), Fraction(0))
