"""Parts of discrete Laplace noise: so many independent ones add up to it, and no fewer do.

A discrete Laplace number is the difference of two geometric ones, and a geometric number the sum of `count` numbers of
the Polya, or negative binomial, distribution of shape 1/count (Goryczka, Xiong, "A comprehensive comparison of
multiparty secure additions with differential privacy", IEEE TDSC 2015; Balle, Bell, Gascon, Nissim, CCS 2020, section
4). With a = exp(-1 / scale) the logarithm of its generating function is

    (1/count) (ln(1 - a) - ln(1 - a z)) = sum over k >= 1 of (a^k / (count k)) (z^k - 1),

that is, a sum of points k, a Poisson process in which each k comes at the rate a^k / (count k) (Quenouille, Biometrics
1949). It is drawn exactly by thinning (Lewis, Shedler 1979): on each level, m <= k < 2 m for a power of two m, points
come at the rate 1 / (count m) for each k, Poisson(1 / count) of them, and a point stays with probability (m / k) a^k.
Both signs are one process of twice the rate, with a random sign for each point. Levels end at 2^digits.

Time and addresses depend on what is drawn: draw in batches, before the noise is needed.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import planes, unpack
from mpc.algebra.words import Stream, Words
from protocols.privacy.coins import MOST_DIGITS
from protocols.privacy.directed import exp_up
from protocols.privacy.discrete_laplace_dkmmn06 import Noise
from protocols.privacy.exponential_coins import ExponentialCoins
from protocols.privacy.log_concave import LogConcave
from protocols.privacy.noise_ranges import LEAST_SCALE, MOST_SCALE, in_range
from protocols.privacy.skellam_akl21 import poisson

_AT_ONCE = 1 << 13

_POINTS = 2
"""Of either sign, on a level, by the number of parts."""


class PartialLaplace:
    """Parts of which `count` make one discrete Laplace number of this scale, all but with probability `missed`.

    `digits`: the levels. `digits_at_once`: as of `Coins`, for tests.
    """

    def __init__(self, scale: Fraction, count: int, digits: int, digits_at_once: int = MOST_DIGITS) -> None:
        self.scale = in_range(scale, "the scale of Laplace noise", LEAST_SCALE, MOST_SCALE)
        self.count, self.digits = count, digits
        self._points = _points(Fraction(_POINTS, count))
        self._coins = ExponentialCoins(1 / self.scale, digits, digits_at_once)

    def draw(self, size: int, stream: Stream) -> Noise:
        """So many independent parts: (size,). The bits of the stream are used for nothing else."""
        out = np.zeros(size, np.int64)
        for start in range(0, size, _AT_ONCE):
            self._add_points(out[start : start + _AT_ONCE], stream)
        return out

    def _add_points(self, out: Noise, stream: Stream) -> None:
        """Each number gets the points of all its levels."""
        points = self._points.draw(out.size * self.digits, stream)
        place = np.repeat(np.arange(points.size), points)
        level = (place % self.digits).astype(np.uint64)
        m = np.uint64(1) << level
        beyond = stream.words(place.size) & (m - np.uint64(1))
        near = _one_over_one_plus(beyond, m, stream).nonzero()[0]
        k = (m + beyond)[near]
        kept = self._coins.toss(planes(k, self.digits), stream)
        signs = stream.words(kept.shape)
        stays = unpack(kept, k.size).view(np.bool_)
        signed = np.where(unpack(signs, k.size).view(np.bool_), k.view(np.int64), -k.view(np.int64))
        np.add.at(out, place[near[stays]] // self.digits, signed[stays])


def missed(scale: Fraction, count: int, size: int) -> Fraction:
    """At least the probability that one of `count` parts has a point of `size` or more, or is itself above it.

    size is above the scale. The rate of such points of both signs is at most (2 / count) a^size / (size (1 - a)), and
    1 / (1 - a) <= 1 + scale. A part's size is at most the larger of two Polya numbers, each of which is below a
    geometric one, which is `size` or more with probability a^size.
    """
    return (2 + 2 * count) * exp_up(-Fraction(size) / scale)


def _one_over_one_plus(v: Words, m: Words, stream: Stream) -> npt.NDArray[np.bool_]:
    """Coins of probability 1 / (1 + v / m), v below the power of two m: exactly.

    A fair coin says yes; else one of probability v / m says no; else again. P = 1/2 + (1 - v / m) P / 2.
    """
    yes, left = np.zeros(v.size, np.bool_), np.arange(v.size)
    while left.size:
        fair = unpack(stream.words(-(-left.size // 64)), left.size).view(np.bool_)
        yes[left[fair]] = True
        left = left[~fair]
        left = left[(stream.words(left.size) & (m[left] - np.uint64(1))) >= v[left]]
    return yes


@lru_cache(maxsize=16)
def _points(mean: Fraction) -> LogConcave:
    return poisson(mean)
