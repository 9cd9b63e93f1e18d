"""How many numbers of a row reach each step, from tables of where their masks stand in the round.

The table of a number a < D says of every t < D whether a <= -t mod D. For public places p, (p - a) mod D is t or more
for a in the D - t places that end with p - t, in the round: [a <= p - t], less [a <= p], and 1 at t <= p. That is
linear in the table, so that sums of such numbers over a row are, in shares modulo 256. Sizes D are powers of two from 8
on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from mpc.algebra import bits
from mpc.algebra.byte_lanes import Bytes, packed, unpacked
from mpc.algebra.words import U64, Words

_BLOCK = 1 << 21
"""Bytes of tables that are read at a time."""


def step_tables(a: Words, size: int) -> Words:
    """Those of numbers (count,), a byte for each t: (count, size / 8)."""
    reached = (-np.arange(size)) % size
    return packed((a[:, None] <= reached.astype(U64)).astype(np.uint8))


def counted(tables: Words, places: Words, shown: npt.NDArray[np.bool_], *, whole: bool) -> Words:
    """How many of the shown numbers of each row reach t: (rows, size / 8), of tables (rows, n, size / 8) and places
    (rows, n). Of shares of the tables they are shares, if one holder alone says `whole`."""
    rows, n, words = tables.shape
    step = max(_BLOCK // (8 * n * words), 1)
    blocks = [slice(i, i + step) for i in range(0, rows, step)]
    found = [_counted(unpacked(tables[b]), places[b].astype(np.int64), shown[b], whole) for b in blocks]
    return packed(np.concatenate(found)) if found else np.zeros((0, words), U64)


def _counted(tables: Bytes, places: npt.NDArray[np.int64], shown: npt.NDArray[np.bool_], whole: bool) -> Bytes:
    rows, n, size = tables.shape
    flat = tables.reshape(rows * n, size)
    starts = (-places.reshape(-1)) % size
    turned = sliding_window_view(np.concatenate([flat, flat], 1), size, 1)[np.arange(rows * n), starts]
    turned = turned.reshape(rows, n, size)
    if not shown.all():
        turned = turned * shown[..., None].astype(np.uint8)
    total: Bytes = turned.sum(1, dtype=np.uint8)
    total -= total[:, :1].copy()
    if whole:
        np.add(total, _places_from(places, shown, size), out=total)
    return total


def _places_from(places: npt.NDArray[np.int64], shown: npt.NDArray[np.bool_], size: int) -> Bytes:
    """How many of the shown places of each row are t or more."""
    rows = len(places)
    at = places + size * np.arange(rows)[:, None]
    each = np.bincount(at[shown], minlength=rows * size).reshape(rows, size)
    from_last: Bytes = each[:, ::-1].cumsum(1)[:, ::-1].astype(np.uint8)
    return from_last


def one_hots(places: Bytes, size: int) -> Words:
    """Columns of bits with a 1 at each place below `size`: (words_for(size), count)."""
    word = np.arange(bits.words_for(size), dtype=np.uint8)[:, None]
    columns: Words = (places >> 6 == word) * (np.uint64(1) << (places & 63).astype(U64))
    return columns


def read(columns: Words, places: Bytes) -> Words:
    """The bit of each column at its place, packed."""
    words = columns[places >> 6, np.arange(len(places))]
    return bits.pack((words >> (places & 63).astype(U64) & np.uint64(1)).astype(np.uint8))
