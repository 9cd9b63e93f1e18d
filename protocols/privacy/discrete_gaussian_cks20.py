"""Discrete Gaussian noise: the whole number x with probability proportional to exp(-x^2 / (2 sigma^2)), exactly.

Canonne, Kamath, Steinke, "The discrete Gaussian for differential privacy", NeurIPS 2020, algorithm 3: draw y of the
discrete Laplace distribution and accept it with probability exp(-(|y| - c)^2 / (2 sigma^2)), c = sigma^2 / scale; the
product of both is proportional to what is wanted. The paper takes a whole scale. Here c = f / g is near sigma with g a
power of two, so that (g |y| - f)^2 = m is a whole number, and exp(-m / (2 (g sigma)^2)) a product over its binary
digits: y is accepted if none of the coins of probability exp(-2^i / (2 (g sigma)^2)) fails whose digit i of m is 1.

Every coin is tossed for every y, so that time depends on how many are accepted and where. Of rejection sampling, that
has nothing to do with what is accepted.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isqrt, sqrt

import numpy as np

from mpc.algebra.bits import unpack
from mpc.algebra.words import Stream
from protocols.privacy.amounts import AnyNumber, positive
from protocols.privacy.bernoulli_cks20 import bernoulli_exp
from protocols.privacy.coins import LANES, MOST_DIGITS
from protocols.privacy.discrete_laplace_dkmmn06 import DiscreteLaplace, Noise
from protocols.privacy.exponential_coins import ExponentialCoins, planes_of_squares
from protocols.privacy.noise_ranges import LEAST_VARIANCE, MOST_VARIANCE, in_range

_MOST_GROUPS = 16
_FINE = 4
"""g sigma is at least so much: f is then near enough to g sigma."""


class DiscreteGaussian:
    """The distribution of one sigma^2, with what is computed of it once. Made by `discrete_gaussian`.

    The variance is below sigma^2, and within a millionth of it from sigma^2 = 1 on. `digits`, `digits_at_once`: as of
    `DiscreteLaplace`, for tests.
    """

    def __init__(self, variance: Fraction, digits: int | None = None, digits_at_once: int = MOST_DIGITS) -> None:
        self.variance = variance
        self.g = _refinement(variance)
        self.f = isqrt(int(variance * self.g**2))
        self.laplace = DiscreteLaplace(variance * self.g / self.f, digits, digits_at_once)
        self._width = ((1 << self.laplace.digits) * self.g).bit_length()
        self._coins = ExponentialCoins(1 / (2 * variance * self.g**2), 2 * self._width, digits_at_once)

    @property
    def tosses(self) -> int:
        """How many coins a proposal takes, of which about three in four are accepted."""
        return self.laplace.tosses + self._coins.digits

    @property
    def deviation(self) -> float:
        """An upper bound of the standard deviation, tight from 1 on."""
        return sqrt(self.variance)

    def draw(self, count: int, stream: Stream) -> Noise:
        """So many independent numbers: (count,). The bits of the stream are used for nothing else.

        Time and addresses depend on `count`, sigma^2 and which proposals are accepted, unless something of probability
        2^-64 happens; they are the same for all numbers that can be accepted there.
        """
        out = np.empty(count, np.int64)
        filled = 0
        while filled < count:
            groups = min(_MOST_GROUPS, 1 + (count - filled) * 3 // (2 * LANES))
            accepted = self._accepted(groups, stream)[: count - filled]
            out[filled : filled + accepted.size] = accepted
            filled += accepted.size
        return out

    def _accepted(self, groups: int, stream: Stream) -> Noise:
        """Those of so many groups of proposals that are accepted."""
        proposals = self.laplace.draw(groups * LANES, stream)
        v = np.abs(np.abs(proposals) * self.g - self.f).view(np.uint64)
        far = (v >> np.uint64(self._width)).nonzero()[0]
        v[far] = 0
        row = self._coins.toss(planes_of_squares(v, self._width), stream)
        accepted = unpack(row, proposals.size).view(np.bool_)
        for lane in far:
            accepted[lane] = self._accepts_slowly(abs(int(proposals[lane])), stream)
        return proposals[accepted]

    def _accepts_slowly(self, size: int, stream: Stream) -> bool:
        return bernoulli_exp((self.g * size - self.f) ** 2 * self._coins.unit, stream)


def _refinement(variance: Fraction) -> int:
    """The smallest power of two g with g sigma at least _FINE."""
    g = 1
    while variance * g**2 < _FINE**2:
        g *= 2
    return g


@lru_cache(maxsize=64)
def _of_variance(variance: Fraction) -> DiscreteGaussian:
    return DiscreteGaussian(variance)


def discrete_gaussian(variance: AnyNumber) -> DiscreteGaussian:
    """The discrete Gaussian distribution of a public sigma^2, taken exactly, from 2^-16 to 2^96.

    Raises LocalError: as `amounts.positive`, and `noise-out-of-range` for others.
    """
    exact = positive(variance, "the variance of Gaussian noise")
    return _of_variance(in_range(exact, "the variance of Gaussian noise", LEAST_VARIANCE, MOST_VARIANCE))
