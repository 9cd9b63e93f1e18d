"""Masks of wires as bits: this party's shares of all wires' masks, and bits brought into the order of pieces. Local.

The mask of an XOR is the XOR of its operands' masks, so that only inputs and ANDs have fresh ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from protocols.circuits.circuit import Circuit, Literals
from protocols.circuits.levels import batches

Bytes = npt.NDArray[np.uint8]
ONES = np.uint64(2**64 - 1)


def spread(circuit: Circuit, inputs: Words, ands: Words) -> Words:
    """Bits of all wires, packed (wires, words), from those of the inputs and of the ANDs, in order."""
    planes = np.zeros((circuit.wires, inputs.shape[1]), U64)
    planes[1 : circuit.first_gate] = inputs
    planes[circuit.first_gate :][circuit.is_and] = ands
    for batch in batches(circuit):
        if not batch.is_and:
            planes[batch.wires] = planes[batch.left >> 1] ^ planes[batch.right >> 1]
    return planes


def of_literals(planes: Words, literals: Literals, *, flips: bool) -> Words:
    """The rows of literals; who `flips` turns those that are negated: one party of those who share them."""
    rows: Words = planes[literals >> 1]
    if flips:
        rows ^= np.where(literals & 1, ONES, np.uint64(0))[:, None]
    return rows


def lanes(rows: Words, block: slice) -> Bytes:
    """The bits of some instances, row after row, without padding: (rows x instances)."""
    first, last = block.start // 64, -(-block.stop // 64)
    some = np.ascontiguousarray(rows[:, first:last])
    bits = unpack(some.reshape(-1), 64 * some.size).reshape(len(some), 64 * (last - first))
    return np.ascontiguousarray(bits[:, block.start - 64 * first : block.stop - 64 * first]).reshape(-1)


def packed_rows(bits: Bytes) -> Words:
    """Bits (rows, instances), each row packed for itself."""
    rows = [pack(row) for row in bits]
    return np.array(rows, U64).reshape(len(rows), words_for(bits.shape[1]))
