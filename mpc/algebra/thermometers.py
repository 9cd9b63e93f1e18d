"""Thermometers: which numbers a secret number is at most, read at places that are public and differ.

The thermometer of a number below D = 2^d is D bits, of which bit j says whether the number is at most j. Those of many
numbers are planes (D, words), packed along the numbers; those of a few, which would fill no word, are rows
(count, D / 64), packed along the places. Bits that are XOR shares are read as shares.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.shapes import Shape
from mpc.algebra.words import U64, Words

_WORD = 64


def in_rows(count: int, place_bits: int) -> bool:
    """Whether thermometers of so many numbers are rows."""
    return count < _WORD <= 1 << place_bits


def shape_of(count: int, place_bits: int) -> Shape:
    """Of the words of so many thermometers."""
    places = 1 << place_bits
    return (count, places // _WORD) if in_rows(count, place_bits) else (places, bits.words_for(count))


def thermometers(numbers: Words, place_bits: int) -> Words:
    """Those of numbers below 2^place_bits, (count,), in `shape_of` them."""
    if in_rows(numbers.size, place_bits):
        first = np.arange(0, 1 << place_bits, _WORD, dtype=np.int64)
        missing = np.clip(numbers.astype(np.int64)[:, None] - first, 0, _WORD)
        return np.where(missing < _WORD, ~np.uint64(0) << (missing % _WORD).astype(np.uint64), np.uint64(0))
    table = np.empty(shape_of(numbers.size, place_bits), U64)
    table[:1] = ~np.uint64(0)
    for i, plane in enumerate(bits.planes(numbers, place_bits)):
        low, high = table[: 1 << i], table[1 << i : 2 << i]
        np.bitwise_or(low, ~plane, out=high)
        low &= ~plane
    return table


def crossed(table: Words, turned: Words, thresholds: tuple[int, ...], *, place_bits: int, whole: bool) -> Words:
    """For numbers a of thermometers and each threshold 0 < t < D whether (turned - a) mod D is t or more.

    `turned`: a public number below D for each a, (count,). Result: planes (thresholds, words_for(count)). Of an XOR
    share of the table they are a share, if one holder alone says `whole`.

    That is so for a in the D - t places from turned + 1 on, in the round: the thermometer at the last of them and at
    the one before the first, and 1 where they go round.
    """
    count, last = len(turned), (1 << place_bits) - 1
    lanes, places = np.arange(count), turned.astype(np.int64)
    rows = in_rows(count, place_bits)

    def at(places: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        words = table[lanes, places >> 6] if rows else table[places, lanes >> 6]
        shifts = ((places if rows else lanes) & 63).astype(np.uint64)
        found: npt.NDArray[np.uint8] = (words >> shifts & np.uint64(1)).astype(np.uint8)
        return found

    found = np.empty((len(thresholds), bits.words_for(count)), U64)
    before = at(places)
    for i, t in enumerate(thresholds):
        read = at((places - t) & last) ^ before
        found[i] = bits.pack(read ^ (places >= t) if whole else read)
    return found
