"""Vectors of reals to whole steps, at random and without bias, and never longer than a bound that is known before.

Kairouz, Liu, Steinke, "The distributed discrete Gaussian mechanism for federated learning with secure aggregation",
ICML 2021, section 4.1: each coordinate goes up or down so that its mean is itself, and the whole is drawn again
unless its squared length is at most

    min(c^2 + d/4 + sqrt(2 log(1/beta)) (c + sqrt(d)/2), (c + sqrt(d))^2),

for vectors of at most c steps and d coordinates. It is longer with probability at most beta, so that a second draw is
rare, and the mean is off by at most sqrt(d) beta / (1 - beta) steps.
"""

from __future__ import annotations

from math import ceil, isqrt, log, sqrt

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import Stream
from protocols.federated.layout import Vector

Whole = npt.NDArray[np.int64]

BETA = 2.0**-10
_TRIES = 64
_UNIT = 2.0**-53
_SQUARE_FITS = 2.0**490
_SURE = 1 + 2.0**-40
"""More than what floats round off of a bound."""


def most_squared(c: float, d: int) -> int:
    """The bound, in squared steps, rounded up."""
    by_chance = c**2 + d / 4 + sqrt(2 * log(1 / BETA)) * (c + sqrt(d) / 2)
    return ceil(min(by_chance, (c + sqrt(d)) ** 2) * _SURE)


def rounded(vector: Vector, c: float, stream: Stream) -> Whole:
    """Whole numbers near a vector of at most c steps, whose squares add up to most_squared(c, d) at most.

    How often it is drawn depends on the vector; no more than 64 times, then it is cut towards zero, which shortens.
    """
    bound = most_squared(c, len(vector))
    low = np.floor(vector)
    chance = vector - low
    for _ in range(_TRIES):
        coins = (stream.words(len(vector)) >> np.uint64(11)) * _UNIT
        whole = (low + (coins < chance)).astype(np.int64)
        if squared(whole) <= bound:
            return whole
    return np.trunc(shortened(vector, c)).astype(np.int64)


def squared(whole: Whole) -> int:
    """The squared length, exactly, for numbers below 2^31 in size."""
    squares = np.square(whole)
    return int((squares >> 32).sum()) * 2**32 + int((squares & 0xFFFFFFFF).sum())


def shortened(vector: Vector, c: float) -> Vector:
    """The vector, at most c long: lengths in floats are wrong by less than (d + 8) 2^-52 of themselves."""
    peak = float(np.abs(vector).max(initial=0.0))
    if peak > _SQUARE_FITS:  # its square is infinite, and what is cut to size by that is nothing
        vector = vector / peak
    length = sqrt(float(np.square(vector).sum()))
    room = c * (1 - (len(vector) + 8) * 2.0**-51)
    return vector if length <= room and peak <= _SQUARE_FITS else vector * (room / length)


def norm_up(squared_norm: int) -> int:
    """A whole number of steps that is not below the root."""
    root = isqrt(squared_norm)
    return root + (root * root < squared_norm)
