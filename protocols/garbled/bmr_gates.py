"""What garblers send of their tables, and the sum that the evaluator needs of all. Local.

docs/protocols/bmr.md has the algebra of the gates, `mpc.garbling_jointly` a party's way through them.
"""

from __future__ import annotations

from math import prod

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.garbling_jointly import table_shape

_LOW = np.uint64(1)


def table_words(garblers: int, ands: int) -> int:
    """Words of one garbler's tables, and of the lowest bits of its labels."""
    return prod(table_shape(garblers, ands)) + words_for(ands)


def cleared(labels: Words) -> None:
    """Clears the lowest bits of labels (n, 2) in place."""
    labels[:, 0] &= ~_LOW


def added(garblers: int, ands: int) -> Words:
    """Nothing of any garbler yet: what `add_tables` adds to."""
    return np.zeros((3 * garblers, ands, 2), U64)


def add_tables(total: Words, tables: Words, garbler: int) -> None:
    """The tables of one garbler; what an evaluator needs of all is their XOR."""
    m = len(total) // 3
    total[: 2 * m] ^= tables[: 2 * m]
    total[2 * m : 2 * m + garbler] ^= tables[2 * m : 2 * m + garbler]
    total[2 * m + garbler + 1 :] ^= tables[2 * m + garbler :]
