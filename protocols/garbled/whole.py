"""A garbling as one array of tables: what is made ahead and kept, where `yao.py` sends tables as they are made.

The tables of all pieces follow one another in the order of the walk. All local.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import prod

import numpy as np

from mpc.algebra.bits import pack, words_for
from mpc.algebra.ring import U64, Words
from mpc.garbling import Bytes
from mpc.prg import Prg
from protocols.circuits.circuit import Circuit
from protocols.garbled.walk import Execution, Piece, Scheme

LAYOUT = 2
"""Goes up with any change of the order of gates, of tables, or of their hashes: older material then fits no more."""


@lru_cache(maxsize=256)
def table_words(circuit: Circuit, instances: int, scheme: Scheme) -> int:
    """Words of all tables."""
    return sum(size for _, size in _sizes(Execution(circuit, instances, np.zeros(2, U64)), scheme))


def garbled(
    execution: Execution, scheme: Scheme, labels: Words, delta: Words, dice: Prg
) -> tuple[Words, Words]:  # fmt: skip
    """All tables, flat, and the labels of zero of the outputs, from those of the inputs: (bits, instances, 2).

    `delta` is odd; `dice` a secret stream for this execution only.
    """
    garbler = scheme.garbler(execution, labels, delta, dice, None)
    tables, at = np.empty(table_words(execution.circuit, execution.instances, scheme), U64), 0
    for piece, size in _sizes(execution, scheme):
        tables[at : at + size] = garbler.tables(piece).reshape(-1)[:size]
        at += size
    return tables, garbler.outputs


def evaluated(execution: Execution, scheme: Scheme, labels: Words, tables: Words) -> Words:
    """The evaluator's labels of the outputs (bits, instances, 2), from those of the inputs and all tables."""
    evaluator, at = scheme.evaluator(execution, labels), 0
    for piece, size in _sizes(execution, scheme):
        evaluator.take(piece, tables[at : at + size].reshape(scheme.shape(piece.ands)))
        at += size
    return evaluator.outputs


def well_formed(execution: Execution, scheme: Scheme, tables: Words) -> bool:
    """Whether tables are such as a garbler makes."""
    at = 0
    for piece, size in _sizes(execution, scheme):
        if size and not scheme.well_formed(tables[at : at + size].reshape(scheme.shape(piece.ands)), piece.ands):
            return False
        at += size
    return True


def colours(labels: Words) -> Words:
    """The lowest bits of labels (bits, instances, 2), packed: (bits, words)."""
    lowest = (labels[..., 0] & np.uint64(1)).astype(np.uint8)
    rows = [pack(row) for row in lowest]
    return np.stack(rows) if rows else np.empty((0, words_for(labels.shape[1])), U64)


def shifted(labels: Words, bits: Bytes, offset: Words) -> Words:
    """Labels (..., 2), those with a 1 in `bits` (...) shifted by the offset (2,). The same time for all bits."""
    masks = np.uint64(0) - bits.astype(U64)
    out = np.empty_like(labels)
    for half, word in enumerate(offset):
        np.bitwise_xor(labels[..., half], masks & word, out=out[..., half])
    return out


def _sizes(execution: Execution, scheme: Scheme) -> Iterator[tuple[Piece, int]]:
    """The pieces, and the words of each one's tables."""
    for piece in execution.pieces():
        yield piece, prod(scheme.shape(piece.ands)) if piece.ands else 0
