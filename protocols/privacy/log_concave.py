"""Whole numbers whose probabilities have rational, falling ratios, drawn exactly by inversion.

Of Poisson numbers p(k + 1) / p(k) is a fraction that falls with k. So the probabilities around the mode follow from one
another, what is left out on both sides is below a geometric series, and whole numbers bound the sums F(k) = p(.. k)
from both sides, to any precision, without an exponential or a factorial. A uniform real number U is drawn bit by bit,
and k is the first with U < F(k). 64 bits decide unless they are the very digits of some F(k); then more are drawn, and
more digits are computed.

Time and addresses depend on what is drawn: draw in batches, before the noise is needed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate

import numpy as np

from mpc.algebra.words import U64, Stream
from protocols.privacy.discrete_laplace_dkmmn06 import Noise

Ratio = Callable[[int], Fraction]

_GUARD = 64
_DIGITS = 64


class LogConcave:
    """Numbers from `least` on, of which ratio(k) = p(k + 1) / p(k) falls, to at most 1 from `mode` on.

    The binary digits of no F(k) may end, or all be one from somewhere on: for Poisson numbers F(k) is irrational.
    `digits`: how many bits are drawn at first; fewer than 64 are exact too, for tests of what else never happens.
    """

    def __init__(self, mode: int, least: int, ratio: Ratio, digits: int = _DIGITS) -> None:
        self._mode = mode
        self._least = least
        self._ratio = ratio
        self._digits = digits
        self._first, digits_of = self.cumulative(digits)
        self._words = np.array(digits_of, U64)

    def draw(self, count: int, stream: Stream) -> Noise:
        """So many independent numbers: (count,). The bits of the stream are used for nothing else."""
        u = stream.words(count) >> np.uint64(64 - self._digits)
        places = np.searchsorted(self._words, u, "right")
        tied = np.append(self._words, 0)[places - 1] == u
        out = places.astype(np.int64) + self._first
        for lane in np.flatnonzero(tied):
            out[lane] = self._drawn_further(int(u[lane]), stream)
        return out

    def _drawn_further(self, u: int, stream: Stream) -> int:
        """The number for a U whose first digits are those of u."""
        bits = self._digits
        while True:
            bits += _DIGITS
            u = u << _DIGITS | int(stream.words(()))
            first, digits = self.cumulative(bits)
            place = bisect_right(digits, u)
            above_the_last = place > 0 and digits[place - 1] != u
            if place < len(digits) and (above_the_last or (place == 0 and first == self._least)):
                return first + place

    def cumulative(self, bits: int) -> tuple[int, list[int]]:
        """The first k, and the first `bits` binary digits of F(k), F(k + 1), ..., up to where they are all ones."""
        precision = bits + _GUARD
        while True:
            first, low, high = self._bounds(precision)
            if [x >> precision - bits for x in low] == [x >> precision - bits for x in high]:
                return first, [x >> precision - bits for x in low]
            precision += _GUARD

    def _bounds(self, precision: int) -> tuple[int, list[int], list[int]]:
        """The first k, and whole numbers below and above F(k) 2^precision, F(k + 1) 2^precision, ..."""
        working = precision + _GUARD
        above, beyond = _side(lambda i: self._ratio(self._mode + i), 1 << working)
        below, before = _side(self._ratio_below, 1 << working)
        lows = [low for low, _ in [*below[:0:-1], *above]]
        highs = [high for _, high in [*below[:0:-1], *above]]
        upto = list(accumulate(lows)), list(accumulate(highs, initial=before))[1:]
        total_low, total_high = upto[0][-1], upto[1][-1] + beyond
        rest_low = [total_low - x for x in upto[0]]
        rest_high = [total_high - x for x in upto[1]]
        low = [(x << precision) // (x + rest) for x, rest in zip(upto[0], rest_high, strict=True)]
        high = [-(-(x << precision) // (x + rest)) for x, rest in zip(upto[1], rest_low, strict=True)]
        ones = (1 << precision) - 1  # the digits of 1, and no F(k) is above it
        return self._mode - len(below) + 1, [min(x, ones) for x in low], [min(x, ones) for x in high]

    def _ratio_below(self, i: int) -> Fraction:
        """p(k - 1) / p(k) for k = mode - i."""
        k = self._mode - i
        return 1 / self._ratio(k - 1) if k > self._least else Fraction(0)


def _side(ratio: Ratio, one: int) -> tuple[list[tuple[int, int]], int]:
    """From the mode away: bounds of each weight, that of the mode being `one`, and what all further ones are below."""
    weights = [(one, one)]
    while weights[-1][0] and (r := ratio(len(weights) - 1)):
        low, high = weights[-1]
        weights.append((low * r.numerator // r.denominator, -(-high * r.numerator // r.denominator)))
    r = ratio(len(weights) - 1)
    return weights, -(-weights[-1][1] * r.numerator // (r.denominator - r.numerator)) if r else 0
