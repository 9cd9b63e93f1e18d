"""Thermometers: which numbers a secret number is at most, read at places that are public and differ.

The thermometer of a number below D = 2^d is D bits, of which bit j says whether the number is at most j. Each is a row
of words, (count, D / 64); those of less than a word are planes (D, words), packed along the numbers. Bits that are XOR
shares are read as shares.
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

_WORD, _WORD_BITS = 64, 6
ENOUGH_WORK = 1_000_000
"""Bits read, or words made, for which a core of its own is worth a thread: a millisecond or so."""


def shape_of(count: int, place_bits: int) -> Shape:
    """Of the words of so many thermometers."""
    places = 1 << place_bits
    return (count, places // _WORD) if place_bits >= _WORD_BITS else (places, bits.words_for(count))


def thermometers(numbers: Words, place_bits: int) -> Words:
    """Those of numbers below 2^place_bits, (count,), in `shape_of` them."""
    table = np.empty(shape_of(numbers.size, place_bits), U64)
    if place_bits < _WORD_BITS:
        return _in_planes(table, bits.planes(numbers, place_bits))
    numbers = contiguous(as_words(numbers))

    def part(begin: int, end: int) -> None:
        out, of = pointer(table[begin:end]), pointer(numbers[begin:end])
        lib.parley_pieces_thermometers(out, of, place_bits, end - begin)

    in_parts(numbers.size, part, smallest=1 + ENOUGH_WORK // table.shape[1])
    return table


def _in_planes(table: Words, planes: Words) -> Words:
    table[:1] = ~np.uint64(0)
    for i, plane in enumerate(planes):
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
    if place_bits < _WORD_BITS:
        return _crossed_planes(table, turned, thresholds, whole)
    found, t = np.empty((len(thresholds), bits.words_for(count)), U64), np.array(thresholds, U64)
    ends = pointer(found), pointer(table), pointer(turned), pointer(t)

    def part(begin: int, end: int) -> None:
        lib.parley_pieces_crossed(*ends, place_bits, len(t), whole, count, begin, end)

    in_parts(count, part, step=_WORD, smallest=1 + ENOUGH_WORK // (1 + len(t)))
    return found


def _crossed_planes(table: Words, turned: Words, thresholds: tuple[int, ...], whole: bool) -> Words:
    lanes, places, last = np.arange(len(turned)), turned.astype(np.int64), len(table) - 1

    def at(places: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
        read = table[places, lanes >> 6] >> (lanes & 63).astype(U64) & np.uint64(1)
        return np.asarray(read, np.uint8)

    before = at(places)
    read = [at((places - t) & last) ^ before ^ (places >= t if whole else 0) for t in thresholds]
    return np.stack([bits.pack(each.astype(np.uint8)) for each in read])
