"""Parts of Gaussian noise: how near a sum of discrete Gaussian numbers is to one, and what a sum costs.

Kairouz, Liu, Steinke, "The distributed discrete Gaussian mechanism for federated learning with secure aggregation",
ICML 2021. The sum of h numbers of probability proportional to exp(-x^2 / (2 s^2)) is no discrete Gaussian number, but
near one of h s^2: no probability is more than a factor e^tau off, either way. As there, where each term is 10 q:

Of two independent ones, of s^2 and k s^2, the sum is z with a probability proportional to exp(-z^2 / (2 (k + 1) s^2))
times A(z), the sum of exp(-(x - c)^2 / (2 v)) over whole x, where v = s^2 k / (k + 1) and c depends on z. By Poisson
summation A(z) is a constant times 1 + 2 (q cos(2 pi c) + q^4 cos(4 pi c) + ...), q = exp(-2 pi^2 v), and so between
1 - x and 1 + x times it for x = 2 q / (1 - q^3) >= 2 (q + q^4 + q^9 + ...). As probabilities add up to one, none is
further than ln((1 + x) / (1 - x)) <= 2 x / (1 - x^2) from that of the discrete Gaussian number. Adding a third number
to both makes no factor larger. So tau is the sum of these for k = 1 to h - 1.

What it costs, of d figures that move by L2 together: by way of discrete Gaussian noise around both neighbours there are
three steps, of tau-pure figures, of L2 / sigma, and of tau-pure figures again, sigma^2 = h s^2. The roots of the rhos
add up (Bun, Steinke 2016, lemma 5.2 with the best k), each tau is a rho of tau^2 / 2 for each figure, and so

    sqrt(2 rho) = L2 / sigma + 2 tau sqrt(d).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from protocols.privacy.directed import exp_up, sqrt_up

PI_SQUARED = Fraction(98696044, 10**7)
"""Rounded down."""

LEAST_PART = Fraction(1, 4)
"""Of the variance of a part: the bound is of no use below."""

_PLENTY = Fraction(64)
"""Of v: q, which falls as v grows, is below 2^-1800 there, and exact powers for larger ones take long."""

_FINEST = 40
_HALVINGS = 8


def tau_of_sum(part: Fraction, count: int) -> Fraction:
    """At least |ln P(x) / Q(x)| for all x, P of the sum of `count` discrete Gaussian numbers of this sigma^2, at least
    LEAST_PART, and Q of one discrete Gaussian number of so many times the sigma^2. Rounded up."""
    return sum((_of_two(min(part * k / (k + 1), _PLENTY)) for k in range(1, count)), Fraction(0))


@lru_cache(maxsize=256)
def _of_two(v: Fraction) -> Fraction:
    q = exp_up(-2 * PI_SQUARED * v)
    x = 2 * q / (1 - q**3)
    return 2 * x / (1 - x**2)


def root_of_rho_up(part: Fraction, count: int, l2_squared: int, figures: int) -> Fraction:
    """At least sqrt(2 rho) of figures with sums of `count` parts of this sigma^2."""
    return sqrt_up(l2_squared / (count * part)) + 2 * tau_of_sum(part, count) * sqrt_up(Fraction(figures))


@lru_cache(maxsize=64)
def part_variance(rho: Fraction, count: int, l2_squared: int, figures: int) -> Fraction:
    """The sigma^2 of each part, so that `count` of them make the figures rho-zCDP: not more than a hundredth above the
    smallest that the bound allows, in what is above that of a single number.

    It is never below LEAST_PART, where there is more than one.
    """
    alone = l2_squared / (2 * rho * count)
    if count == 1:
        return alone
    least = max(alone, LEAST_PART)

    def holds(beyond: Fraction) -> bool:
        return root_of_rho_up(least * (1 + beyond), count, l2_squared, figures) ** 2 <= 2 * rho

    high = Fraction(1, 1 << _FINEST)
    while not holds(high):
        high *= 2
    low = high / 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return least * (1 + high)
