"""Circuits of random gates, for whoever runs circuits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits


def random_circuit(seed: int, widths: Sequence[int] = (7,), results: Sequence[int] = (9,), gates: int = 60) -> Circuit:
    """Gates on random literals of inputs x0, x1... of these widths; outputs r0, r1... are gates, inputs, constants."""
    rng = np.random.default_rng(seed)
    b = Builder()
    literals = [0, 1]
    for i, width in enumerate(widths):
        literals += b.input(f"x{i}", Bits(width))
    for _ in range(gates):
        places, flips = rng.integers(0, len(literals), 2), rng.integers(0, 2, 2)
        u, v = (literals[place] ^ int(flip) for place, flip in zip(places, flips, strict=True))
        literals.append(b.and_(u, v) if rng.integers(0, 2) else b.xor(u, v))
    ends = {
        Port(f"r{i}", Bits(width)): [
            literals[j] ^ int(rng.integers(0, 2)) for j in rng.integers(0, len(literals), width)
        ]
        for i, width in enumerate(results)
    }
    return b.circuit(ends, "random")
