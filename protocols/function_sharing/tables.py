"""A public table read at a place less a secret point: the whole tree of a key, and the table turned by the place.

The leaves of a point function are shares of a row of zeros with a 1 at the point, so that the sum of a table's entries
under them is the entry at the point: Boyle, Gilboa, Ishai, "Function Secret Sharing", EUROCRYPT 2015, section 1, for
reading; the table is turned by the opened place instead of the secret one. Local; no address depends on a secret.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.bits import bit_xor, pack
from mpc.algebra.words import U64, Words
from mpc.errors import LocalError
from mpc.label_hash import hash_rekeyed
from protocols.function_sharing.points_gywzxlz23 import LEAF_BITS, WORK, PointKeys

MAX_WIDTH = 16
WORD_BITS = 64

_LABELS_AT_ONCE = 1 << 15
"""Leaves that are made together: half a megabyte, so that they stay in the second-level cache."""

_ONE, _WORD = np.uint64(1), np.uint64(WORD_BITS)


def leaves(keys: PointKeys, first: int, end: int) -> Words:
    """Shares of the rows with a 1 at each point, of keys first to end: (end - first, words), places packed.

    A row has 2^width places, 128 at least; those above 2^width are alike at both parties.
    """
    n, nodes = end - first, keys.roots[first:end, None].copy()
    nodes[..., 0] = (nodes[..., 0] & ~_ONE) | np.uint64(keys.party)
    for level in keys.corrections[:-1, first:end]:
        left = hash_rekeyed(nodes, keys.start, first) ^ _corrected(nodes, level)
        nodes = np.stack([left, left ^ nodes], axis=2).reshape(n, -1, 2)
    last = hash_rekeyed(nodes, keys.start, first) ^ _corrected(nodes, keys.corrections[-1, first:end])
    return last.reshape(n, -1)


def _corrected(nodes: Words, correction: Words) -> Words:
    """The correction (n, 2) of each key where a node's lowest bit is 1, else zero."""
    return (-(nodes[..., :1] & _ONE)) & correction[:, None]


def work(width: int, count: int, bits: int) -> int:
    """What `read` takes, for `Context.off_loop`."""
    return count * ((2 * WORK << width >> LEAF_BITS) + (bits << width >> 6))


def read(keys: PointKeys, places: Words, table: Words, bits: int) -> Words:
    """A share of table[(place - point) mod 2^width] for each key and its public place (n,): planes (bits, words).

    table (2^width,): public words of which the low `bits` count, width up to 16. A key takes an encryption for each 64
    entries, and as many words for each bit. LocalError `wrong-shape` for another table, `wrong-parameter` for wider
    keys.
    """
    n = len(keys.roots)
    _check(keys, table, bits)
    turned = _Turned(table, bits)
    found, at_once = np.empty((n, bits), np.uint8), max(1, _LABELS_AT_ONCE * 2 // turned.words)
    for first in range(0, n, at_once):
        rows = leaves(keys, first, min(first + at_once, n))
        for row, i in zip(rows, range(first, n), strict=False):
            found[i] = _parities(row & turned.by(int(places[i])))
    return np.stack([pack(plane) for plane in found.T])


def _check(keys: PointKeys, table: Words, bits: int) -> None:
    if keys.width > MAX_WIDTH or not 1 <= bits <= WORD_BITS:
        raise LocalError(
            "wrong-parameter", f"a table of {bits} bits an entry at places of {keys.width} bits",
            f"places have up to {MAX_WIDTH}, entries 1 to {WORD_BITS}",
        )  # fmt: skip
    if table.shape != (1 << keys.width,):
        raise LocalError("wrong-shape", f"a table of shape {table.shape}", f"give ({1 << keys.width},)")


def _parities(rows: Words) -> Words:
    """Of each row (m, words) whether an odd number of bits is set."""
    sums: Words = np.bitwise_xor.reduce(rows, axis=1)
    for half in (32, 16, 8, 4, 2, 1):
        sums = bit_xor(sums, sums >> np.uint64(half))
    return sums & _ONE


class _Turned:
    """The bits of a table, backwards and turned by any place: entry p is table[place - p]. Public."""

    def __init__(self, table: Words, bits: int) -> None:
        backwards = np.tile(np.roll(table[::-1], 1), max(1, (1 << LEAF_BITS) // len(table)))
        planes = (backwards >> np.arange(bits, dtype=U64)[:, None]) & _ONE
        packed = np.stack([pack(plane.astype(np.uint8)) for plane in planes])
        self.words = packed.shape[1]
        self._twice = np.concatenate([packed, packed, packed[:, :1]], axis=1)
        self._shifted: dict[int, Words] = {}

    def by(self, place: int) -> Words:
        """(bits, words)"""
        start, shift = divmod(-place % (self.words * WORD_BITS), WORD_BITS)
        return self._shifted_by(shift)[:, start : start + self.words]

    def _shifted_by(self, shift: int) -> Words:
        if shift not in self._shifted:
            low, high = self._twice[:, :-1] >> np.uint64(shift), self._twice[:, 1:] << (_WORD - np.uint64(shift))
            self._shifted[shift] = low | high if shift else self._twice[:, :-1]
        return self._shifted[shift]
