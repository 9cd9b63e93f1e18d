"""Half-gates of several garblers: each garbles with labels and an offset of its own what all of them share. Local.

The letters: garbler i has labels k_u, and k_u ^ R of the other value, of a wire whose value is masked by a bit that no
party knows; it has shares of that mask times each garbler's offset. docs/protocols/bmr.md has the algebra.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.label_hash import hash_rekeyed

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
    """Garbler `me` of so many: its secret offset, odd; `start`: public, its own, and of this execution alone."""

    me: int
    garblers: int
    delta: Words = field(repr=False)
    start: Words


def garble(keys: Keys, of: Operands, number: int, tables: Words) -> tuple[Words, Words]:
    """Labels of the results, masked zero, (n, 2), and what their lowest bits were before these were cleared.

    `tables` (rows, n, 2) is written: strings for the left and for the right half of each garbler, then the third of
    each other garbler. `number`: of the first AND in this execution.
    """
    m, me, n = keys.garblers, keys.me, len(of.left)
    labels = np.empty((n, m, 2, 2, 2), U64)
    for half, operand in enumerate((of.left, of.right)):
        labels[:, :, half, 0] = operand[:, None]
        labels[:, :, half, 1] = (operand ^ keys.delta)[:, None]
    hashed = hash_rekeyed(labels.reshape(2 * m * n, 2, 2), keys.start, 2 * m * number).reshape(labels.shape)
    for half, shares in enumerate((of.right_shares, of.left_shares)):
        both = hashed[:, :, half, 0] ^ hashed[:, :, half, 1]
        np.bitwise_xor(both.transpose(1, 0, 2), shares, out=tables[m * half : m * (half + 1)])
    tables[m + me] ^= of.left
    thirds = (hashed[:, :, 0, 0] ^ hashed[:, :, 1, 0]).transpose(1, 0, 2) ^ of.product
    tables[2 * m : 2 * m + me], tables[2 * m + me :] = thirds[:me], thirds[me + 1 :]
    return cleared(thirds[me])


def cleared(labels: Words) -> tuple[Words, Words]:
    """The labels with their lowest bits cleared, and these."""
    lowest = labels[:, 0] & _LOW
    cleared = labels.copy()
    cleared[:, 0] ^= lowest
    return cleared, lowest


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

    starts: (garblers, 2); total: of all garblers' tables, (3 garblers, n, 2); lowest: (garblers, n) words of 0 and 1,
    of their labels. The lowest bit of a label is its wire's masked value.
    """
    m, n = left.shape[:2]
    results = np.zeros((m, n, 2), U64)
    labels = np.empty((n, m, 2, 2), U64)
    for start, a, b in zip(starts, left, right, strict=True):
        labels[:, :, 0], labels[:, :, 1] = a[:, None], b[:, None]
        hashed = hash_rekeyed(labels.reshape(2 * m * n, 2), start, 2 * m * number).reshape(labels.shape)
        results ^= (hashed[:, :, 0] ^ hashed[:, :, 1]).transpose(1, 0, 2)
    masks = [np.uint64(0) - (operand[0, :, 0] & _LOW) for operand in (left, right)]
    results ^= total[:m] & masks[0][:, None]
    results ^= (total[m : 2 * m] ^ left) & masks[1][:, None]
    results ^= total[2 * m :]
    results[..., 0] ^= lowest
    return results
