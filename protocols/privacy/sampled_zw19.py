"""Renyi divergences of any mechanism on a Poisson sample, from those that it has on all data.

Zhu, Wang 2019, theorem 5, for neighbours that differ by a unit more or less: with g the probability of the sample and
e(l) the divergence of order l, that of a whole order a is at most 1 / (a - 1) times the logarithm of

    (1 - g)^(a - 1) (a g - g + 1) + C(a, 2) g^2 (1 - g)^(a - 2) e^(e(2))
        + 3 sum over l from 3 to a of C(a, l) g^l (1 - g)^(a - l) e^((l - 1) e(l)).

For Gaussian noise that is not discrete there is an exact value: `sampled_gaussian_mtz19`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, repeat
from math import comb

from protocols.privacy.directed import LARGEST_EXPONENT, UP, exp_up, log_up, to_decimal

LARGEST_ORDER = 128
"""Of higher ones nothing is computed: the terms are as many as the order."""


def divergences_up(probability: Fraction, whole: Callable[[int], Fraction]) -> list[Fraction]:
    """At least the sampled divergences of the orders 2, 3, ... up to LARGEST_ORDER, or to where they get too large.

    `whole` gives the divergences on all data, which are never exceeded. All terms are positive and rounded up.
    """
    g, rest = _powers(probability), _powers(1 - probability)
    grown: list[Decimal] = [Decimal(1), Decimal(1)]
    found: list[Fraction] = []
    for a in range(2, LARGEST_ORDER + 1):
        if (a - 1) * whole(a) > LARGEST_EXPONENT:
            break
        grown.append(to_decimal((1 if a == 2 else 3) * exp_up((a - 1) * whole(a)), UP))
        total = UP.multiply(rest[a - 1], to_decimal(1 + (a - 1) * probability, UP))
        for l in range(2, a + 1):
            weight = UP.multiply(UP.multiply(g[l], rest[a - l]), _choices(a, l))
            total = UP.add(total, UP.multiply(weight, grown[l]))
        found.append(min(log_up(Fraction(total)) / (a - 1), whole(a)))
    return found


def _powers(base: Fraction) -> list[Decimal]:
    """At least the powers 0 to LARGEST_ORDER."""
    return list(accumulate(repeat(to_decimal(base, UP), LARGEST_ORDER), UP.multiply, initial=Decimal(1)))


@lru_cache(maxsize=LARGEST_ORDER**2)
def _choices(a: int, l: int) -> Decimal:
    return Decimal(comb(a, l))
