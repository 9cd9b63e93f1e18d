"""A coin of probability exp(-unit m) for every whole number m of an array, all digits of m at once.

exp(-unit m) is the product of exp(-unit 2^i) over the binary digits i of m that are 1. So one coin of each digit is
tossed for each m, whatever m is, and those of the digits that are 0 do not count: the probabilities compared are
public, and m, a secret, decides no branch.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mpc.algebra.bits import planes
from mpc.algebra.words import Stream, Words
from protocols.privacy.coins import MOST_DIGITS, Coins, groups_for
from protocols.privacy.probabilities import exp_of_minus


class ExponentialCoins:
    """For m below 2^digits. `digits_at_once` as of `Coins`, for tests."""

    def __init__(self, unit: Fraction, digits: int, digits_at_once: int = MOST_DIGITS) -> None:
        self.unit = unit
        self.digits = digits
        self._coins = Coins([exp_of_minus(unit * (1 << i)) for i in range(digits)], digits_at_once)

    def toss(self, m: Words, stream: Stream) -> Words:
        """Packed bits (words): lane i is set with probability exp(-unit m). m (digits, words): their planes."""
        words = m.shape[1]
        failed = ~self._coins.toss(groups_for(64 * words), stream)[:, :words] & m
        some_failed: Words = np.bitwise_or.reduce(failed, axis=0)
        return ~some_failed


def planes_of_squares(v: Words, width: int) -> Words:
    """The 2 width bit planes of v^2, for v below 2^width and width at most 62."""
    if width <= 32:
        return planes(v * v, 2 * width)
    upper, lower = v >> np.uint64(32), v & np.uint64(2**32 - 1)
    square, twice = lower * lower, np.uint64(2) * upper * lower
    low = square + (twice << np.uint64(32))
    high = upper * upper + (twice >> np.uint64(32)) + (low < square)
    return np.concatenate([planes(low), planes(high, 2 * width - 64)])
