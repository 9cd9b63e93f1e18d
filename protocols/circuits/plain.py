"""A circuit in the clear, on many instances at once: the reference that every protocol is held to."""

from __future__ import annotations

import numpy as np

from mpc.algebra.words import U64, Words
from protocols.circuits.circuit import Circuit, Literals
from protocols.circuits.levels import Batch, batches

ONES = np.uint64(2**64 - 1)


def evaluate(circuit: Circuit, inputs: Words) -> Words:
    """The outputs of packed instances: (bits of all inputs, words) becomes (bits of all outputs, words)."""
    wires = np.empty((circuit.wires, inputs.shape[1]), U64)
    wires[0] = 0
    wires[1 : circuit.first_gate] = inputs
    for batch in batches(circuit):
        wires[batch.wires] = _outputs(wires, batch)
    return taken(wires, circuit.ends)


def taken(wires: Words, literals: Literals) -> Words:
    """The values of literals, one row each."""
    values: Words = wires[literals >> 1] ^ np.where(literals & 1, ONES, np.uint64(0))[:, None]
    return values


def _outputs(wires: Words, batch: Batch) -> Words:
    left, right = taken(wires, batch.left), taken(wires, batch.right)
    return left & right if batch.is_and else left ^ right
