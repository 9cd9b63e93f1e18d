"""The gates of a circuit in batches that can be computed at once: ANDs by their depth, XORs between them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from protocols.circuits.circuit import Circuit, Literals


@dataclass(frozen=True, slots=True)
class Batch:
    """Gates of one kind that need nothing of each other: operands as literals, and the wires that they give."""

    is_and: bool
    left: Literals
    right: Literals
    wires: npt.NDArray[np.int32]


@lru_cache(maxsize=64)
def batches(circuit: Circuit) -> tuple[Batch, ...]:
    """All gates in an order in which each batch needs only what came before; all ANDs of one depth are one batch."""
    order, starts = _ordered(circuit)
    return tuple(_batch(circuit, gates) for gates in np.split(order, starts[1:]) if len(gates))


def _batch(circuit: Circuit, gates: npt.NDArray[np.int64]) -> Batch:
    wires = (circuit.first_gate + gates).astype(np.int32)
    return Batch(bool(circuit.is_and[gates[0]]), circuit.left[gates], circuit.right[gates], wires)


def _ordered(circuit: Circuit) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The gates sorted by batch, and where each batch begins.

    The key of a gate is its depth in ANDs and, of XORs, how many XORs of the same depth lie below it; an AND comes
    before all XORs of its own depth.
    """
    depths = circuit.and_depths[circuit.first_gate :].astype(np.int64)
    keys = depths << 32 | _xor_depths(circuit)
    order = np.argsort(keys, kind="stable")
    return order, np.flatnonzero(np.diff(keys[order], prepend=-1))


def _xor_depths(circuit: Circuit) -> npt.NDArray[np.int64]:
    """For each XOR how many of its own AND depth are on the longest way to it, itself one of them; 0 for an AND."""
    depths = array("i", circuit.and_depths.tobytes())
    found = array("i", bytes(4 * circuit.wires))
    for wire, (is_and, left, right) in enumerate(circuit.read_wires(), circuit.first_gate):
        if not is_and:
            x, y, depth = depths[left], depths[right], depths[wire]
            same = max(found[left], found[right]) if x == y else found[left if x == depth else right]
            found[wire] = 1 + same
    return np.frombuffer(found, np.int32)[circuit.first_gate :].astype(np.int64)
