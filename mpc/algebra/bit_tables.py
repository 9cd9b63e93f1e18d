"""Tables of bits, one for each of many lanes, read at secret places: bit-sliced, the same time for all places.

A table of 2^d entries is an array (2^d, ..., words) whose plane v packs entry v of every lane; places are planes
(d, words), least significant first. All axes between are carried along.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from mpc.algebra.words import U64, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import lib

_MOST_BITS = 8
"""Places of more bits are no kernel's."""


def one_hot(places: Words, *, first: int = 0) -> Words:
    """Entry v of the result says whether the place is v: places (d, ...), result (2^d, ...), or 2^d - 1 entries from
    `first` = 1 on."""
    if 1 <= len(places) <= _MOST_BITS:
        places = contiguous(as_words(places))
        out = np.empty(((1 << len(places)) - first, *places.shape[1:]), U64)
        lib.parley_bit_one_hot(pointer(out), pointer(places), len(places), first, places[0].size)
        return out
    table = np.full((1, *places.shape[1:]), ~np.uint64(0))
    for plane in places:
        chosen = table & plane
        table = np.concatenate([table ^ chosen, chosen])
    return table[first:]


def compared(table: Words, places: Words, *, whole: bool = False, from_below: bool = False) -> Words:
    """The sum of the entries above each lane's place, and the one at it: planes (2, m, words).

    `table`: entries 1 to 2^d - 1, (2^d - 1, m, words), for places (d, words) of 1 to 8 bits; entry 0 makes all together
    ones if `whole`, else zeros. With `from_below` the same of the lowest 1, 2, .. d bits of the number of the entry and
    of the place: (d, 2, m, words). Of a table that says which number each lane has, these say whether the place is
    below it, and whether it is the number itself; of a summand of such a table, they are summands of that.
    """
    depth, (rows, m, words) = len(places), table.shape
    if not 1 <= depth <= _MOST_BITS or rows != (1 << depth) - 1 or places.shape != (depth, words):
        raise LocalError(
            "wrong-shape", f"{rows} entries of {words} words at places of shape {places.shape}",
            "a table has 2^d - 1 entries, from entry 1 on, for places of d = 1 to 8 bits",
        )  # fmt: skip
    table, places = contiguous(as_words(table)), contiguous(as_words(places))
    out = np.empty((2 * depth if from_below else 2, m, words), U64)
    for i in range(m):
        to, of = pointer(out[0, i]), pointer(table[0, i])
        lib.parley_bit_compare(to, m * words, of, m * words, pointer(places), depth, whole, from_below, words)
    return out.reshape(depth, 2, m, words) if from_below else out


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


def subset_products(x: Words) -> Words:
    """The AND of the rows in each set of rows, (k, ...) to (2^k, ...): row i is in set v if bit i of v is 1."""
    products = np.empty((1 << len(x), *x.shape[1:]), U64)
    products[:1] = ~np.uint64(0)
    for i, row in enumerate(x):
        np.bitwise_and(products[: 1 << i], row, out=products[1 << i : 2 << i])
    return products


def many_and(opened: Words, a: Words, products: Words, *, whole: bool) -> Words:
    """The AND over i of d_i ^ a_i, from d (k, ...), a (k, ...), and those products of a that `several` lists.

    Of XOR shares of a and of the products it is a share, if one holder alone says `whole`. It is the sum over all sets
    of the a_i in the set times the d_i outside.
    """
    table = np.empty((1 << len(a), *a.shape[1:]), U64)
    table[0] = ~np.uint64(0) if whole else np.uint64(0)
    table[1 << np.arange(len(a))] = a
    table[several(len(a))] = products
    for d in opened[::-1]:
        half = len(table) // 2
        table = table[half:] ^ (table[:half] & d)
    product: Words = table[0]
    return product


@cache
def several(k: int) -> list[int]:
    """The sets of two or more of k rows, as `subset_products` numbers them."""
    return [v for v in range(1 << k) if v.bit_count() > 1]


def _check(table: Words, places: Words) -> None:
    if len(table) != 1 << len(places):
        raise LocalError(
            "wrong-shape", f"a table of {len(table)} entries at places of {len(places)} bits",
            "a table has 2^d entries for places of d bits",
        )  # fmt: skip
