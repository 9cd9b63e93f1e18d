"""Thermometers: which numbers a secret number is at most, read at places that are public and differ.

The thermometer of a number below D = 2^d is D bits, of which bit j says whether the number is at most j. Those of many
numbers are planes (D, words), packed along the numbers; those of a few, which would fill no word, are rows
(count, D / 64), packed along the places. Bits that are XOR shares are read as shares.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.cores import in_parts
from mpc.algebra.shapes import Shape
from mpc.algebra.words import U64, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import lib

_WORD = 64
ENOUGH_WORK = 1_000_000
"""Bits read for which a core of its own is worth a thread: a millisecond or so."""


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
    the one before the first, and 1 where they go round. At most 64 thresholds. LocalError `wrong-shape`, `wrong-dtype`.
    """
    turned, table = contiguous(as_words(turned)), contiguous(as_words(table))
    count = len(turned)
    if table.shape != shape_of(count, place_bits):
        raise LocalError(
            "wrong-shape", f"thermometers of shape {table.shape} for {count} numbers below 2^{place_bits}",
            f"give {shape_of(count, place_bits)}, as `shape_of` says",
        )  # fmt: skip
    if in_rows(count, place_bits):
        return _crossed_rows(table, turned, thresholds, whole)
    found, t = np.empty((len(thresholds), bits.words_for(count)), U64), np.array(thresholds, U64)
    ends, sizes = (pointer(found), pointer(table), pointer(turned), pointer(t)), (len(table), len(t))

    def part(begin: int, end: int) -> None:
        lib.parley_pieces_crossed(*ends, *sizes, whole, count, begin, end)

    in_parts(count, part, step=_WORD, smallest=1 + ENOUGH_WORK // (1 + len(t)))
    return found


def _crossed_rows(table: Words, turned: Words, thresholds: tuple[int, ...], whole: bool) -> Words:
    lanes, places, last = np.arange(len(turned)), turned.astype(np.int64), _WORD * table.shape[1] - 1
    t = np.array(thresholds)[:, None]

    def at(places: npt.NDArray[np.int64]) -> Words:
        found: Words = table[lanes, places >> 6] >> (places & 63).astype(np.uint64) & np.uint64(1)
        return found

    read = at((places - t) & last) ^ at(places)
    if whole:
        read ^= (places >= t).astype(np.uint64)
    words: Words = np.bitwise_or.reduce(read << lanes.astype(np.uint64), axis=1, keepdims=True)
    return words[:, : bits.words_for(len(turned))]
