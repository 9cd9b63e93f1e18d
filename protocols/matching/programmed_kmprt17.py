"""Hints that make a pseudorandom function take chosen values where its owner chose, and show neither where nor which.

Kolesnikov, Matania, Pinkas, Rosulek, Trieu, "Practical multi-party private set intersection from symmetric-key
techniques", CCS 2017 (the polynomial-based programmable function, in bins): who has the key of F puts in a
polynomial through (point of F(y), target of y + mask of F(y)) for its y; who has F(x) evaluates it at x's point and
takes off the mask. Points are thrown into bins with a polynomial each, of one public degree, filled up at random, so
that a hint is uniform to whoever knows no mask. Departure: point and bin are parts of F's output, not of a hash of y,
so that nobody chooses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from mpc.algebra.field import PrimeField
from mpc.algebra.primes import PROTH128
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from mpc.prg import Prg

FIELD = PrimeField(PROTH128)
"""Of nearly 128 bits: elements are two words."""

PLACE, MASK = 24, 16
"""Bytes of F's output that say where: eight for the bin, sixteen for the point; and bytes of a mask."""

_MEAN = 64
"""Points of a bin, on average: fewer take more filling up, more take longer polynomials."""

_FAILURE_BITS = 40


@dataclass(frozen=True, slots=True)
class Layout:
    """Public, of how many values are programmed: so many bins, each with a polynomial of so many coefficients."""

    bins: int
    degree: int

    @classmethod
    def of(cls, count: int) -> Layout:
        """So that with a chance of 1 - 2^-40 no bin gets too many.

        By Chernoff's bound one of m bins gets d of n points with a chance of at most exp(-n KL(d / n || 1 / m)).
        """
        bins = max(1, count // _MEAN)
        if bins == 1:
            return cls(1, max(count, 1))
        most = _FAILURE_BITS * log(2) + log(bins)
        degree = next(d for d in range(_MEAN, count + 1) if count * _divergence(d / count, 1 / bins) >= most)
        return cls(bins, degree)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of a hint: coefficients, the constant one first, by bins, of two words."""
        return self.degree, self.bins, FIELD.words

    @property
    def words(self) -> int:
        return self.degree * self.bins * FIELD.words


@dataclass(frozen=True, slots=True, repr=False)
class Places:
    """Where values of F stand: the bin (n,) and the point in it (n, 2); and the mask (n, 2) that hides a target."""

    bins: npt.NDArray[np.int64]
    points: Words
    masks: Words

    @classmethod
    def of(cls, layout: Layout, parts: Sequence[bytes]) -> Places:
        """Of parts of F's outputs, PLACE + MASK bytes each. Masks are within 2^-58 of uniform, as p is of 2^128."""
        words = np.frombuffer(b"".join(parts), "<u8").astype(np.uint64).reshape(len(parts), (PLACE + MASK) // 8)
        bins = (words[:, 0] % np.uint64(layout.bins)).astype(np.int64)
        return cls(bins, FIELD.reduce(words[:, 1:3].copy()), FIELD.reduce(words[:, 3:5].copy()))


def programmed(layout: Layout, places: Places, targets: Words, prg: Prg) -> Words:
    """The hint by which whoever knows F at a place learns its target (n, 2), and elsewhere gets random elements.

    LocalError `matching-overfull`, with a chance of 2^-40 where places are F's: try again, with another key.
    """
    counts = np.bincount(places.bins, minlength=layout.bins)
    if counts.max(initial=0) > layout.degree:
        raise LocalError("matching-overfull", "one bin of a hint got too many values, by chance", "match again")
    order = np.argsort(places.bins, kind="stable")
    rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    x, y = (FIELD.draw(prg, layout.shape[:2]) for _ in range(2))
    x[rank, places.bins[order]] = places.points[order]
    y[rank, places.bins[order]] = FIELD.add(targets, places.masks)[order]
    return _interpolated(x, y)


def read(layout: Layout, hint: Words, places: Places) -> Words:
    """(n, 2): the targets at places that were programmed, and random elements at others."""
    total = FIELD.zeros(len(places.bins))
    for coefficients in hint[::-1]:
        total = FIELD.mul_add(coefficients[places.bins], total, places.points)
    return FIELD.sub(total, places.masks)


def _interpolated(x: Words, y: Words) -> Words:
    """The coefficients (d, bins, 2) of the polynomials with values y (d, bins, 2) at points x, distinct in each bin.

    By Lagrange: sum of w_i M(z) / (z - x_i), with M(z) = product of (z - x_i) and w_i = y_i / M'(x_i). All sums go over
    all bins at once. Points are random, so two of a bin are equal with a chance of 2^-128 each.
    """
    d = len(x)
    m = _product(x)
    slope = np.broadcast_to(FIELD.from_ints(d), x.shape)
    for k in range(d - 1, 0, -1):
        slope = FIELD.mul_add(FIELD.mul(m[k], FIELD.from_ints(k))[None], slope, x)
    w = FIELD.mul(y, FIELD.inverse(slope))
    quotient = np.broadcast_to(FIELD.from_ints(1), x.shape)
    out = np.empty_like(x)
    for k in range(d - 1, -1, -1):
        out[k] = FIELD.sum(FIELD.mul(w, quotient), 0)
        quotient = FIELD.mul_add(m[k][None], quotient, x)
    return out


def _product(x: Words) -> Words:
    """The coefficients (d + 1, bins, 2) of the product of z - x_i, i along the first axis."""
    d, bins = len(x), x.shape[1]
    m = FIELD.zeros((d + 1, bins))
    m[0] = FIELD.from_ints(1)
    for i in range(d):
        times = FIELD.mul(x[i][None], m[: i + 1])
        m[1 : i + 2] = FIELD.sub(m[: i + 1], np.concatenate([times[1:], FIELD.zeros((1, bins))]))
        m[0] = FIELD.neg(times[0])
    return m


def _divergence(a: float, b: float) -> float:
    """KL of a coin with probability a from one with b, for 0 < b < a <= 1."""
    return a * log(a / b) + (0 if a == 1 else (1 - a) * log((1 - a) / (1 - b)))
