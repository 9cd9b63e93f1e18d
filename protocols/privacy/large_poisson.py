"""Poisson numbers of a large whole mean m, less their mean, by rejection from discrete Gaussian ones.

p(m + j) / p(m) is m^j m! / (m + j)!, that is exp(-j (j + 1) / (2 m) + c(j)): c is the sum of i/m - ln(1 + i/m) for i
from 1 to j, and rises with j. So j = (y - 1) / 2 for odd discrete Gaussian y of sigma^2 = 4 m has the first factor
(Canonne, Kamath, Steinke 2020), and is accepted with probability exp(c(j) - C), C >= c(J), where |j| <= J. Nothing is
drawn beyond J = 16 sqrt(m): `missed`.

With u = j / m and Stirling's series, whose remainder is below its first term that is left out,

    c(j) = m (u^3 / 6 - u^4 / 12 + u^5 / 20 - ...) + (u - ln(1 + u)) / 2 + u / (12 (m + j)) + ...

A uniform number is compared with it in floats, of 53 digits; where both are nearer than MARGIN, which is more than what
floats are off by, with 100 decimal digits, and more of the number. That leaves a chance of 2^-100 to decide wrongly.

Time depends on how many are rejected, which tells nothing of those that are not, and rarely on more.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import isqrt

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import Stream
from protocols.privacy.directed import exp_up, float_up
from protocols.privacy.discrete_gaussian_cks20 import discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import Noise
from protocols.privacy.noise_ranges import MOST_VARIANCE, in_range

LEAST_MEAN, MOST_MEAN = Fraction(1 << 21), MOST_VARIANCE / 4
MARGIN = 2.0**-40
"""Sums of floats below 2, of fewer than 20 roundings, are within 2^-46."""

UNDECIDED = Fraction(1, 1 << 100)

_FEWEST = 1 << 10
_TERMS = 12
"""Of the first series: u is at most 16 / sqrt(2^21) + 2^-20, so that m u^14 is below 2^-60 where it matters."""

_DIGITS = Context(prec=100)
_MORE_BITS = 192
_OF_STIRLING = ((1, 12), (-1, 360), (1, 1260), (-1, 1680), (1, 1188), (-691, 360360))
"""Those of 1/n, 1/n^3, ...: the next one is below 2^-220 for n from 2^20 on."""


class LargePoisson:
    """Of one mean, a whole number from 2^21 to 2^94. Made by `large_poisson`.

    `margin`: a larger one is right too, and has more numbers compared slowly: for tests.
    """

    def __init__(self, mean: int, margin: float = MARGIN) -> None:
        self.mean, self._margin = mean, margin
        self.most = isqrt(256 * mean) + 1
        most = self.most
        self._c = float_up(Fraction(most * (most + 1) * (2 * most + 1), 12 * mean**2))
        self._proposals = discrete_gaussian(4 * mean)

    @property
    def missed(self) -> Fraction:
        """At least the probability of what is beyond J (Bernstein), and of a wrong decision, by number."""
        return 2 * exp_up(-Fraction(self.most**2) / (2 * (self.mean + Fraction(self.most, 3)))) + 8 * UNDECIDED

    def draw(self, size: int, stream: Stream) -> Noise:
        """So many independent numbers, less the mean: (size,). The bits of the stream are used for nothing else."""
        out, filled = np.empty(size, np.int64), 0
        while filled < size:
            accepted = self._accepted(_FEWEST + 3 * (size - filled), stream)[: size - filled]
            out[filled : filled + accepted.size] = accepted
            filled += accepted.size
        return out

    def _accepted(self, proposals: int, stream: Stream) -> Noise:
        y = self._proposals.draw(proposals, stream)
        j = y[y & 1 == 1] >> 1
        j = j[np.abs(j) <= self.most]
        u = stream.words(j.size)
        chance = self._chance(j)
        uniform = (u >> np.uint64(11)).astype(np.float64) * 2.0**-53
        accepted: npt.NDArray[np.bool_] = uniform < chance
        for place in np.flatnonzero(np.abs(uniform - chance) <= self._margin):
            accepted[place] = self._accepts(int(j[place]), int(u[place]), stream)
        kept: Noise = j[accepted]
        return kept

    def _chance(self, j: Noise) -> npt.NDArray[np.float64]:
        """exp(c(j) - C), within MARGIN."""
        n = float(self.mean)
        x = j.astype(np.float64)
        u = x / n
        cubic = np.zeros_like(u)
        for k in range(_TERMS + 2, 2, -1):  # sum of (-1)^(k + 1) u^(k - 3) / (k (k - 1)), times x u^2
            cubic = (1 if k % 2 else -1) / (k * (k - 1)) + u * cubic
        c = x * u * u * cubic + (u - np.log1p(u)) / 2 + u / (12 * (n + x))
        chance: npt.NDArray[np.float64] = np.exp(c - self._c)
        return chance

    def _accepts(self, j: int, u: int, stream: Stream) -> bool:
        """The same of one number whose first 64 binary digits are those of u, and of more digits."""
        for _ in range(_MORE_BITS // 64):
            u = u << 64 | int(stream.words(()))
        uniform = _DIGITS.divide(Decimal(u), Decimal(1 << (64 + _MORE_BITS)))
        return uniform < _DIGITS.exp(_DIGITS.subtract(self.exponent(j), Decimal(self._c)))

    def exponent(self, j: int) -> Decimal:
        """c(j), within 10^-60."""
        d, m, n = _DIGITS, Decimal(self.mean), Decimal(self.mean + j)
        logarithm = d.ln(d.divide(n, m))
        stirling = d.subtract(Decimal(j), d.multiply(d.add(n, Decimal("0.5")), logarithm))
        for power, (a, b) in enumerate(_OF_STIRLING):
            apart = d.subtract(d.power(m, -2 * power - 1), d.power(n, -2 * power - 1))
            stirling = d.add(stirling, d.divide(d.multiply(Decimal(a), apart), Decimal(b)))
        return d.add(stirling, d.divide(Decimal(j * (j + 1)), d.multiply(Decimal(2), m)))


class LargeSkellam:
    """The difference of two Poisson numbers of this mean: Skellam noise of twice the variance."""

    def __init__(self, mean: int) -> None:
        self._poisson = large_poisson(mean)
        self.variance = Fraction(2 * mean)

    @property
    def missed(self) -> Fraction:
        """Of both."""
        return 2 * self._poisson.missed

    def draw(self, size: int, stream: Stream) -> Noise:
        """So many independent numbers: (size,)."""
        return self._poisson.draw(size, stream) - self._poisson.draw(size, stream)


@lru_cache(maxsize=16)
def large_poisson(mean: int) -> LargePoisson:
    """The distribution of this mean. LocalError `noise-out-of-range`."""
    in_range(Fraction(mean), "the mean of large Poisson noise", LEAST_MEAN, MOST_MEAN)
    return LargePoisson(mean)
