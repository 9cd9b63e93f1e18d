"""One coin of probability exp(-rate), from comparisons of whole numbers alone: the slow and obvious way.

Canonne, Kamath, Steinke, "The discrete Gaussian for differential privacy", NeurIPS 2020, algorithm 1. It is the
reference of the quick coins, and decides where those cannot reach, which is too rare for its time to matter. Its time
depends on how the coin falls.
"""

from __future__ import annotations

from fractions import Fraction

from mpc.algebra.words import Stream


def bernoulli(p: Fraction, stream: Stream) -> bool:
    """One with probability p, from 0 to 1: whether a uniform real number, drawn 64 bits at a time, is below p."""
    n, d = p.numerator, p.denominator
    while 0 < n < d:
        n = (n << 64) - int(stream.words(())) * d
    return n >= d


def bernoulli_exp(rate: Fraction, stream: Stream) -> bool:
    """One with probability exp(-rate), rate at least 0."""
    whole, gamma = divmod(rate, 1)
    for _ in range(whole):
        if not _bernoulli_exp_below_one(Fraction(1), stream):
            return False
    return _bernoulli_exp_below_one(gamma, stream)


def _bernoulli_exp_below_one(gamma: Fraction, stream: Stream) -> bool:
    """Algorithm 1 for 0 <= gamma <= 1: the first K at which a coin of probability gamma / K fails is odd."""
    k = 1
    while bernoulli(gamma / k, stream):
        k += 1
    return k % 2 == 1
