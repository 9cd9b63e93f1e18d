"""What garblers send of their tables, and the sum that the evaluator needs of all. Local.

docs/protocols/bmr.md has the algebra of the gates, `mpc.garbling_jointly` a party's way through them.
"""

from __future__ import annotations

from math import prod

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.garbling_jointly import table_shape

_LOW = np.uint64(1)


def table_words(garblers: int, ands: int) -> int:
    """Words of one garbler's tables, and of the lowest bits of its labels."""
    return prod(table_shape(garblers, ands)) + words_for(ands)


def cleared(labels: Words) -> None:
    """Clears the lowest bits of labels (n, 2) in place."""
    labels[:, 0] &= ~_LOW


def add_tables(total: Words, tables: Words, garbler: int) -> None:
    """The tables of one garbler, of garbler 0 first, who begins the sum: what an evaluator needs of all is their XOR.

    Of a garbler's own label there is no third string.
    """
    before = len(total) // 3 * 2 + garbler
    if garbler == 0:
        total[:before], total[before], total[before + 1 :] = tables[:before], 0, tables[before:]
        return
    total[:before] ^= tables[:before]
    total[before + 1 :] ^= tables[before:]
