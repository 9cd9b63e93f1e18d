"""Circuits are built gate by gate on literals, and simplified on the way: constants, repetitions, what nobody reads.

No gate is made twice: an XOR or AND of the same literals is the wire that there is already, if it was made, or asked
for again, not too long before. Gates are arrays, and what is remembered of them is bounded, so that a circuit of
millions of gates takes little more than nine bytes for each while it is built.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.circuits.circuit import FALSE, PART, TRUE, Circuit, Literals, Port
from protocols.circuits.kinds import Bits

MOST_WIRES = 1 << 30
"""Literals are 32-bit signed integers."""
REMEMBERED = 1 << 17
"""Gates that are found again when they are asked for: at least so many, and at most twice."""


class Builder:
    """One circuit in the making. Literals are plain ints: `FALSE`, `TRUE`, those of `input`, and what gates return."""

    def __init__(self) -> None:
        self._inputs: list[Port] = []
        self._is_and = array("b")
        self._left = array("i")
        self._right = array("i")
        self._known: dict[int, int] = {}
        self._older: dict[int, int] = {}
        self._wires = 1

    def input(self, name: str, kind: Bits) -> list[int]:
        """The literals of an input, the least significant bit first. Inputs come before gates."""
        if self._left:
            raise LocalError("bad-circuit", f"input `{name}` comes after a gate", "declare all inputs first")
        self._inputs.append(Port(name, kind))
        first, self._wires = self._wires, self._wires + kind.width
        return list(range(2 * first, 2 * self._wires, 2))

    def not_(self, x: int) -> int:
        """~x, which is no gate."""
        return x ^ 1

    def xor(self, x: int, y: int) -> int:
        """x ^ y; a negated operand negates the result."""
        negated = (x ^ y) & 1
        x, y = x & ~1, y & ~1
        if x == y:
            return negated
        if FALSE in (x, y):
            return (x | y) ^ negated
        return self._gate(x, y, False) ^ negated

    def and_(self, x: int, y: int) -> int:
        """x & y."""
        if x == y:
            return x
        if x ^ y == 1 or FALSE in (x, y):
            return FALSE
        if TRUE in (x, y):
            return x if y == TRUE else y
        return self._gate(x, y, True)

    def or_(self, x: int, y: int) -> int:
        """x | y: one AND."""
        return self.and_(x ^ 1, y ^ 1) ^ 1

    def select(self, c: int, x: int, y: int) -> int:
        """x where c, else y: one AND."""
        return self.xor(y, self.and_(c, self.xor(x, y)))

    def circuit(self, outputs: Mapping[Port, Sequence[int]], name: str = "circuit") -> Circuit:
        """The circuit with these literals as outputs; gates that none of them needs are left out."""
        ends = np.array([literal for literals in outputs.values() for literal in literals], np.int32)
        is_and, left, right, ends = _needed(
            self._wires - len(self._left),
            np.frombuffer(self._is_and, np.int8).astype(np.bool_),
            np.frombuffer(self._left, np.int32).copy(),
            np.frombuffer(self._right, np.int32).copy(),
            ends,
        )
        return Circuit(tuple(self._inputs), tuple(outputs), is_and, left, right, ends, name=name)

    def _gate(self, x: int, y: int, is_and: bool) -> int:
        if x > y:
            x, y = y, x
        key = x << 32 | y << 1 | is_and
        found = self._known.get(key)
        if found is None:
            found = self._older.get(key)
            if found is None:
                found = self._new(x, y, is_and)
            self._remember(key, found)
        return found

    def _remember(self, key: int, literal: int) -> None:
        if len(self._known) >= REMEMBERED:
            self._older, self._known = self._known, {}
        self._known[key] = literal

    def _new(self, left: int, right: int, is_and: bool) -> int:
        if self._wires >= MOST_WIRES:
            raise LocalError("bad-circuit", f"a circuit of more than {MOST_WIRES} wires", "make several of it")
        self._left.append(left)
        self._right.append(right)
        self._is_and.append(is_and)
        self._wires += 1
        return 2 * self._wires - 2


Kinds = npt.NDArray[np.bool_]


def _needed(
    first: int, is_and: Kinds, left: Literals, right: Literals, ends: Literals
) -> tuple[Kinds, Literals, Literals, Literals]:
    """The gates on a way to an end, numbered anew."""
    read = bytearray(first + len(left))
    for end in (ends >> 1).tolist():
        read[end] = 1
    for start in range((len(left) - 1) // PART * PART, -1, -PART):
        wires = range(first + start, first + min(start + PART, len(left)))
        operands = [(literals[start : start + PART] >> 1).tolist() for literals in (left, right)]
        for wire, x, y in zip(reversed(wires), *map(reversed, operands), strict=True):
            if read[wire]:
                read[x] = read[y] = 1
    kept = np.frombuffer(read, np.uint8)[first:].astype(np.bool_)
    places = np.arange(first + len(left), dtype=np.int32)
    places[first:] = first - 1 + np.cumsum(kept, dtype=np.int32)
    left, right, ends = (2 * places[old >> 1] | old & 1 for old in (left[kept], right[kept], ends))
    return is_and[kept], left, right, ends
