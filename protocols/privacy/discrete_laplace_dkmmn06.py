"""Discrete Laplace noise: the whole number x with probability proportional to exp(-|x| / scale), exactly.

|x| is 0 with probability (1 - a) / (1 + a) for a = exp(-1 / scale), else 1 more than a geometric number G, of which
P[G >= g] = a^g. Since a^g is a product over the binary digits of g, the digits of G are independent: digit j is 1 with
probability a^(2^j) / (1 + a^(2^j)) (Dwork, Kenthapadi, McSherry, Mironov, Naor, "Our data, ourselves", EUROCRYPT 2006,
section 4). So many digits are drawn that what is left out, P[G >= 2^digits], is below 2^-69, and a coin of that very
probability says whether G is beyond: then it is 2^digits and another geometric number. So nothing is left out.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import sinh, sqrt

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import from_planes, unpack
from mpc.algebra.words import Stream, Words
from protocols.privacy.amounts import AnyNumber, positive
from protocols.privacy.coins import LANES, MOST_DIGITS, Coins, groups_for
from protocols.privacy.noise_ranges import LEAST_SCALE, MOST_SCALE, in_range
from protocols.privacy.probabilities import Probability, exp_of_minus

Noise = npt.NDArray[np.int64]

_REACH = 48
"""In scales: exp(-48) < 2^-69."""

_GROUPS_AT_ONCE = 16
"""Their tape stays in the cache for most scales."""


class DiscreteLaplace:
    """The distribution of one scale, with what is computed of it once. Made by `discrete_laplace`.

    Variance: 2 a / (1 - a)^2, for a = exp(-1 / scale), below 2 scale^2. `digits`, `digits_at_once`: fewer than usual
    are exact too, but time then tells of the noise: for tests of what else never happens.
    """

    def __init__(self, scale: Fraction, digits: int | None = None, digits_at_once: int = MOST_DIGITS) -> None:
        self.scale = scale
        self.digits = max(1, int(_REACH * scale).bit_length()) if digits is None else digits
        powers = [Fraction(1 << j) / scale for j in range(self.digits + 1)]
        of_digits = [Probability(power, 0, 1, 1, 1) for power in powers[:-1]]
        not_zero = Probability(powers[0], 0, 2, 1, 1)
        self._coins = Coins([*of_digits, exp_of_minus(powers[-1]), not_zero], digits_at_once)

    @property
    def tosses(self) -> int:
        """How many coins a number takes."""
        return len(self._coins)

    @property
    def deviation(self) -> float:
        """The standard deviation, to a float's precision."""
        half = 1 / (2 * float(self.scale))
        return 1 / (sqrt(2) * sinh(min(half, 700)))

    def draw(self, count: int, stream: Stream) -> Noise:
        """So many independent numbers: (count,). The bits of the stream are used for nothing else.

        Time and addresses depend on `count` and the scale alone, unless something of probability 2^-64 happens.
        """
        out = np.empty(count, np.int64)
        at_once = _GROUPS_AT_ONCE * LANES
        for start in range(0, count, at_once):
            out[start : start + at_once] = self._some(min(at_once, count - start), stream)
        return out

    def _some(self, count: int, stream: Stream) -> Noise:
        rows = self._coins.toss(groups_for(count), stream)
        sizes = self._geometric(rows, count, stream) + 1
        signs = unpack(stream.words(rows.shape[1])[: -(-count // 64)], count).view(np.int8)
        signs *= -2
        signs += 1
        signs *= unpack(_cut(rows[-1], count), count).view(np.int8)
        sizes *= signs
        return sizes

    def _geometric(self, rows: Words, count: int, stream: Stream) -> Noise:
        """G, of which `rows` has the digits, or that it is beyond them: it is then 2^digits and another one."""
        g = from_planes(np.ascontiguousarray(rows[: self.digits, : -(-count // 64)]), count).view(np.int64)
        beyond = unpack(_cut(rows[-2], count), count).nonzero()[0]
        if beyond.size:
            again = self._coins.toss(groups_for(beyond.size), stream)
            g[beyond] = (1 << self.digits) + self._geometric(again, beyond.size, stream)
        return g


@lru_cache(maxsize=64)
def _of_scale(scale: Fraction) -> DiscreteLaplace:
    return DiscreteLaplace(scale)


def discrete_laplace(scale: AnyNumber) -> DiscreteLaplace:
    """The discrete Laplace distribution of a public scale, taken exactly, from 2^-20 to 2^48.

    Raises LocalError: as `amounts.positive`, and `noise-out-of-range` for a scale outside.
    """
    exact = positive(scale, "the scale of Laplace noise")
    return _of_scale(in_range(exact, "the scale of Laplace noise", LEAST_SCALE, MOST_SCALE))


def _cut(row: Words, count: int) -> Words:
    return np.ascontiguousarray(row[: -(-count // 64)])
