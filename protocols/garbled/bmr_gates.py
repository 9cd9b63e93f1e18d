"""Half-gates of several garblers: each garbles with labels and an offset of its own what all of them share. Local.

The letters: garbler i has labels k_u, and k_u ^ R of the other value, of a wire whose value is masked by a bit that no
party knows; it has shares of that mask times each garbler's offset. docs/protocols/bmr.md has the algebra.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.label_hash import evaluate_jointly, garble_jointly

_LOW = np.uint64(1)


def rows(garblers: int) -> int:
    """Strings of a table that one garbler sends: two for each garbler's label, a third for each other one's."""
    return 3 * garblers - 1


def table_shape(garblers: int, ands: int) -> tuple[int, int, int]:
    """Of one garbler's tables of so many ANDs."""
    return rows(garblers), ands, 2


def table_words(garblers: int, ands: int) -> int:
    """Words of one garbler's tables, and of the lowest bits of its labels."""
    return 2 * rows(garblers) * ands + words_for(ands)


@dataclass(frozen=True, slots=True)
class Operands:
    """Of n ANDs side by side at a garbler: labels (n, 2) and shares (garblers, n, 2) of mask times each offset.

    `product`: the shares of what the operands' masks give, masked by the result's mask: both times the offsets.
    """

    left: Words = field(repr=False)
    right: Words = field(repr=False)
    left_shares: Words = field(repr=False)
    right_shares: Words = field(repr=False)
    product: Words = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keys:
    """Of garbler `me`: its secret offset, odd; `starts` (garblers, 2): public, of its strings for each garbler, and of
    this execution alone."""

    me: int
    delta: Words = field(repr=False)
    starts: Words

    @property
    def garblers(self) -> int:
        """How many there are."""
        return len(self.starts)


def garble(keys: Keys, of: Operands, number: int, tables: Words) -> tuple[Words, Words]:
    """Labels of the results, masked zero, (n, 2), and what their lowest bits were before these were cleared.

    `tables` (rows, n, 2) is written: strings for the left and for the right half of each garbler, then the third of
    each other garbler. `number`: of the first AND in this execution.
    """
    m, me = keys.garblers, keys.me
    tables[:m], tables[m : 2 * m] = of.right_shares, of.left_shares
    tables[m + me] ^= of.left
    tables[2 * m : 2 * m + me], tables[2 * m + me :] = of.product[:me], of.product[me + 1 :]
    own: Words = of.product[me].copy()
    thirds = [*tables[2 * m : 2 * m + me], own, *tables[2 * m + me :]]
    for j, third in enumerate(thirds):
        shares = tables[j], tables[m + j], third
        garble_jointly(shares, of.left, of.right, keys.delta, keys.starts[j], number)
    return own, cleared(own)


def cleared(labels: Words) -> Words:
    """Clears the lowest bits of labels (n, 2) in place, and gives them."""
    lowest: Words = labels[:, 0] & _LOW
    labels[:, 0] ^= lowest
    return lowest


def added(garblers: int, ands: int) -> Words:
    """Nothing of any garbler yet: what `add_tables` adds to."""
    return np.zeros((3 * garblers, ands, 2), U64)


def add_tables(total: Words, tables: Words, garbler: int) -> None:
    """The tables of one garbler; what an evaluator needs of all is their XOR."""
    m = len(total) // 3
    total[: 2 * m] ^= tables[: 2 * m]
    total[2 * m : 2 * m + garbler] ^= tables[2 * m : 2 * m + garbler]
    total[2 * m + garbler + 1 :] ^= tables[2 * m + garbler :]


def evaluate(starts: Words, left: Words, right: Words, total: Words, lowest: Words, number: int) -> Words:
    """The labels (garblers, n, 2) of the results from one label of each garbler of both operands, (garblers, n, 2).

    starts: (garblers, garblers, 2), of garbler and string; total: of all garblers' tables, (3 garblers, n, 2); lowest:
    (garblers, n) words of 0 and 1, of their labels. The lowest bit of a label is its wire's masked value.
    """
    m, n = left.shape[:2]
    masks = [np.repeat(np.uint64(0) - (operand[0, :, 0] & _LOW), 2).reshape(n, 2) for operand in (left, right)]
    results: Words = total[2 * m :].copy()
    results ^= total[:m] & masks[0]
    results ^= (total[m : 2 * m] ^ left) & masks[1]
    for own, a, b in zip(starts, left, right, strict=True):
        for result, start in zip(results, own, strict=True):
            evaluate_jointly(result, a, b, start, number)
    results[..., 0] ^= lowest
    return results
