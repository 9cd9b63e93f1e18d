"""A small circuit for proofs of what it gives."""

from __future__ import annotations

from protocols.circuits.builder import Builder
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Bits


def _of_four() -> Circuit:
    b = Builder()
    x, y, z = b.input("x", Bits(3))
    (p,) = b.input("p", Bits(1))
    first, second = b.and_(b.and_(x, y), z) ^ 1, b.xor(b.xor(b.and_(x, z), y), p)
    return b.circuit({Port("r", Bits(2)): [first, second]}, "of three bits")


OF_FOUR = _of_four()
"""Two bits of three secret ones and a public one: all of them matter."""
