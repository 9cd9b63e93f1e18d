"""Tables of bits that say where a number stands in the round, read as steps of a number that it masks.

Columns of words, one for each number: bit t of a column is bit t % 64 of its word t // 64. Sizes are powers of two; all
takes the same time whatever the numbers are, and places are public.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.words import U64, Words


def steps(table: Words, places: Words, size: int, *, whole: bool) -> Words:
    """For numbers a < size given by `step_table` and public places p < size, bits [(p - a) mod size >= t], t < size.

    `table`: (words_for(size), count), `places`: (count,); the result as the table, bit t the t-th. Of an XOR share of
    the table it is a share, if one holder alone says `whole`. `size` is a power of two.

    (p - a) mod size is t or more for a in the size - t places that end with p - t, in the round: that is [a <= p - t],
    less [a <= p], and 1 where they go round, at t <= p.
    """
    turned = _rotated(table, places, size)
    everywhere = _low_bits(np.full_like(places, size), len(table))
    found: Words = turned ^ (everywhere & (np.uint64(0) - (turned[0] & np.uint64(1))))
    return found ^ _low_bits(places + np.uint64(1), len(table)) if whole else found


def step_table(a: Words, size: int) -> Words:
    """Bits [a <= -t mod size] for numbers a < size (count,) and t < size: (words_for(size), count)."""
    rows = (size + 63) // 64
    above_zero = _low_bits(np.uint64(size) - np.maximum(a, np.uint64(1)) + np.uint64(1), rows)
    above_zero[0] &= ~np.uint64(1)
    above_zero[0] |= a == 0
    return above_zero


def _rotated(table: Words, by: Words, size: int) -> Words:
    """Bit t of each column where bit t - by was, modulo the size."""
    word = np.uint64(min(size, 64))
    shift = by % word
    if size <= 64:
        everywhere = _low_bits(np.full_like(by, size), 1)
        turned: Words = (table << shift | (table & everywhere) >> (word - shift) % word) & everywhere
        return turned
    rows = np.arange(len(table))[:, None]
    back = (by // word).astype(np.int64)
    low: Words = np.take_along_axis(table, (rows - back) % len(table), 0)
    high: Words = np.take_along_axis(table, (rows - back - 1) % len(table), 0)
    over: Words = np.uint64(63) - shift
    between: Words = low << shift | high >> np.uint64(1) >> over
    return between


def _low_bits(counts: Words, rows: int) -> Words:
    """So many ones from bit 0 on, in columns of `rows` words."""
    left = counts.astype(np.int64) - 64 * np.arange(rows)[:, None]
    ones = np.clip(left, 0, 63).astype(U64)
    found: Words = np.where(left >= 64, ~np.uint64(0), (np.uint64(1) << ones) - np.uint64(1))
    return found
