"""Tables of bits, one for each of many lanes, read at secret places: bit-sliced, the same time for all places.

A table of 2^d entries is an array (2^d, ..., words) whose plane v packs entry v of every lane; places are planes
(d, words), least significant first. All axes between are carried along.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import Words
from mpc.errors import LocalError


def one_hot(places: Words) -> Words:
    """Entry v of the result says whether the place is v: places (d, ...), result (2^d, ...)."""
    table = np.full((1, *places.shape[1:]), ~np.uint64(0))
    for plane in places:
        chosen = table & plane
        table = np.concatenate([table ^ chosen, chosen])
    return table


def look_up(table: Words, places: Words) -> Words:
    """The entry at each lane's place: (2^d, ..., words) at (d, words) gives (..., words)."""
    _check(table, places)
    for plane in places:
        table = table[0::2] ^ ((table[0::2] ^ table[1::2]) & plane)
    entry: Words = table[0]
    return entry


def turned(table: Words, places: Words) -> Words:
    """The table with entry v where v ^ place was: entry v of the result is entry v ^ place."""
    _check(table, places)
    out = table.copy()
    for level, plane in enumerate(places):
        pairs = out.reshape(len(table) >> level + 1, 2, 1 << level, *table.shape[1:])
        swapped = (pairs[:, 0] ^ pairs[:, 1]) & plane
        pairs[:, 0] ^= swapped
        pairs[:, 1] ^= swapped
    return out


def _check(table: Words, places: Words) -> None:
    if len(table) != 1 << len(places):
        raise LocalError(
            "wrong-shape", f"a table of {len(table)} entries at places of {len(places)} bits",
            "a table has 2^d entries for places of d bits",
        )  # fmt: skip
