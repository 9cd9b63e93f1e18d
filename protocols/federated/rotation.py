"""Random rotations: signs of a common seed, then Hadamard's matrix, so that no coordinate is much larger than others.

H D v / sqrt(p), D signs, H the matrix of Sylvester's order p, a power of two, to which v is padded with zeros. Lengths
stay. Each coordinate is a sum of signs times v / sqrt(p), so that (Hoeffding 1963) it is larger than t |v| / sqrt(p)
with a probability of at most 2 exp(-t^2 / 2), over signs that nobody chose. Used for means of vectors by Suresh, Yu,
Kumar, McMahan, ICML 2017, and in Kairouz, Liu, Steinke 2021. Only sums and differences are computed, in one order, so
that all machines get the same floats.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import Stream, Words
from protocols.federated.layout import Vector

_SATURATED = 2.0**-20
"""A chance of one client in one round that any coordinate is larger than what `largest` says."""


def padded(size: int) -> int:
    """The power of two that is not below."""
    return 1 << max(size - 1, 0).bit_length()


def largest(norm: float, size: int) -> float:
    """What no coordinate of a rotated vector of this length exceeds, but with probability below 2^-20; the length,
    which none ever exceeds, where that is less."""
    p = padded(size)
    return norm * min(1.0, sqrt(2 * log(2 * p / _SATURATED) / p))


def rotated(vector: Vector, stream: Stream) -> Vector:
    """(padded(size),). `stream` gives the signs, and is the same for all who add theirs up."""
    p = padded(len(vector))
    out = np.zeros(p)
    out[: len(vector)] = vector
    return hadamard(out * signs(p, stream)) / sqrt(p)


def rotated_back(vector: Vector, size: int, stream: Stream) -> Vector:
    """The first `size` numbers of the vector that was rotated; H is its own inverse but for p."""
    p = len(vector)
    return np.asarray((hadamard(vector) / sqrt(p) * signs(p, stream))[:size])


def signs(count: int, stream: Stream) -> Vector:
    """So many of 1 and -1."""
    words: Words = stream.words(-(-count // 64))
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")[:count]
    return np.asarray(1.0 - 2.0 * bits)


def hadamard(vector: Vector) -> Vector:
    """H v for a length that is a power of two: (p,) to (p,), in p log2 p sums.

    As a matrix of about sqrt(p) rows the vector is transformed along its columns, turned, and again.
    """
    p = len(vector)
    rows = 1 << (p.bit_length() - 1) // 2
    turned = _columns(vector.reshape(rows, -1).copy()).T
    return np.ascontiguousarray(_columns(np.ascontiguousarray(turned)).T).reshape(-1)


def _columns(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Butterflies between rows at distance 1, 2, 4 and so on; changes x."""
    rows, step = len(x), 1
    while step < rows:
        pairs = x.reshape(rows // (2 * step), 2, step, -1)
        low, high = pairs[:, 0].copy(), pairs[:, 1]
        pairs[:, 0] += high
        np.subtract(low, high, out=pairs[:, 1])
        step *= 2
    return x
