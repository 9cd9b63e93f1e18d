"""Thermometers: which numbers a secret number is at most, bit-sliced, read at places that are public and differ.

The thermometer of a number below D = 2^d is D bits, of which bit j says whether the number is at most j. Those of many
numbers are planes (D, words), packed along the numbers. Bits that are XOR shares are read as shares.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.words import U64, Words, contiguous


def thermometers(places: Words) -> Words:
    """Those of numbers given by their bit planes (d, words), lowest first: (2^d, words)."""
    table = np.empty((1 << len(places), *places.shape[1:]), U64)
    table[:1] = ~np.uint64(0)
    for i, plane in enumerate(places):
        low, high = table[: 1 << i], table[1 << i : 2 << i]
        np.bitwise_or(low, ~plane, out=high)
        low &= ~plane
    return table


def crossed(table: Words, turned: Words, thresholds: tuple[int, ...], *, whole: bool) -> Words:
    """For numbers a of thermometers (D, words) and each threshold 0 < t < D whether (turned - a) mod D is t or more.

    `turned`: a public number below D for each a, (count,). Result: planes (thresholds, words_for(count)). Of an XOR
    share of the table they are a share, if one holder alone says `whole`.

    That is so for a in the D - t places from turned + 1 on, in the round: the thermometer at the last of them and at
    the one before the first, and 1 where they go round.
    """
    count, last = len(turned), len(table) - 1
    lanes = np.arange(count)
    words, shifts = lanes >> 6, (lanes & 63).astype(np.uint64)
    places = turned.astype(np.int64)

    def at(places: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        found: npt.NDArray[np.uint8] = ((table[places, words] >> shifts) & np.uint64(1)).astype(np.uint8)
        return found

    found = np.empty((len(thresholds), bits.words_for(count)), U64)
    before = at(places)
    for i, t in enumerate(thresholds):
        read = at((places - t) & last) ^ before
        found[i] = bits.pack(read ^ (places >= t) if whole else read)
    return contiguous(found)
