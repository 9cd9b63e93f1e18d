"""Masks of wires as bits: this party's shares of all wires' masks, and bits brought into the order of pieces. Local.

The mask of an XOR is the XOR of its operands' masks, so that only inputs and ANDs have fresh ones.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.garbling import Gates, evaluate
from protocols.circuits.circuit import Circuit, Literals

Bytes = npt.NDArray[np.uint8]
ONES = np.uint64(2**64 - 1)
_NO_TABLES: Words = np.empty((0, 2, 2), U64)
_NO_START: Words = np.zeros(2, U64)


def spread(circuit: Circuit, inputs: Words, ands: Words) -> Words:
    """Bits of all wires, packed (wires, words), from those of the inputs and of the ANDs, in order."""
    width = inputs.shape[1]
    planes = np.zeros((circuit.wires, width + width % 2), U64)
    planes[1 : circuit.first_gate, :width] = inputs
    planes[circuit.first_gate :, :width][circuit.is_and] = ands
    evaluate(planes.reshape(circuit.wires, -1, 2), _xors(circuit), _NO_TABLES, _NO_START, 0)
    return planes[:, :width]


@lru_cache(maxsize=64)
def _xors(circuit: Circuit) -> Gates:
    """All XORs of a circuit, each on the wires themselves."""
    wires = np.arange(circuit.first_gate, circuit.wires, dtype=np.int32)
    gates = np.stack([circuit.left, circuit.right, wires], axis=1)[~circuit.is_and]
    return Gates(gates, np.array([[len(gates), 0]], np.int32))


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
    rows, instances = bits.shape
    words = words_for(instances)
    whole = np.zeros((rows, 64 * words), np.uint8)
    whole[:, :instances] = bits
    return pack(whole.reshape(-1)).reshape(rows, words)
