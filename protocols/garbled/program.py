"""A circuit as a garbler and an evaluator walk through it: gates in groups, on slots that are used again and again.

A slot holds the labels of one wire, of all instances that are computed at once, from the wire's gate to its last use:
memory follows the wires that live side by side, and not the length of the circuit.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.garbling import Gates
from protocols.circuits.circuit import Circuit, Literals
from protocols.circuits.levels import batches

MOST_ANDS = 4096
"""ANDs of one group, of all instances together: what is gathered at once stays in the cache."""
PIECE_ANDS = 1 << 15
"""ANDs of a message, of all instances together, or of one group where that has more: a mebibyte of tables."""
BY_LEVEL_BELOW = 8
"""Fewer instances than this want ANDs of one depth side by side."""


@dataclass(frozen=True, eq=False)
class Program:
    """A circuit's gates in runs of groups, the ANDs of each run one message; slot 0 holds the constant False.

    slots: how many there are; inputs: those of the input wires; ends: literals of slots of the outputs' bits.
    """

    slots: int
    runs: tuple[Gates, ...]
    inputs: Literals
    ends: Literals


@lru_cache(maxsize=64)
def program_of(circuit: Circuit, instances: int) -> Program:
    """The program of a circuit for so many instances side by side: gates in the circuit's order, or by level.

    In its own order a circuit mostly uses fewer slots, which is what many instances want; by level few of them have
    groups that are long enough to be quick.
    """
    order = _by_level(circuit) if instances < BY_LEVEL_BELOW else range(circuit.gates)
    return _Writer(circuit, order, instances).program()


def _by_level(circuit: Circuit) -> Sequence[int]:
    places = [batch.wires - circuit.first_gate for batch in batches(circuit)]
    return _numbers(np.concatenate([*places, np.empty(0, np.int32)]))


def _numbers(values: npt.NDArray[np.integer]) -> array[int]:
    """Numbers that are Python's one at a time: a list would hold 36 bytes of each."""
    return array("i", np.ascontiguousarray(values, np.int32).tobytes())


class _Writer:
    """A program being written. What it notes of all gates are arrays: circuits have many millions of them."""

    def __init__(self, circuit: Circuit, order: Sequence[int], instances: int) -> None:
        self.circuit, self.order, self.instances = circuit, order, instances
        self.most = max(1, MOST_ANDS // max(instances, 1))
        self.is_and = circuit.is_and.tobytes()
        self.left, self.right = _numbers(circuit.left), _numbers(circuit.right)
        self.slot_of = _numbers(np.arange(circuit.wires))
        self.uses = self._uses()
        self.free: list[int] = [wire for wire in range(1, circuit.first_gate) if not self.uses[wire]]
        self.slots = circuit.first_gate

    def program(self) -> Program:
        """All of it."""
        gates, groups = array("i"), array("i")
        for group in self._groups():
            is_and = self.is_and[group[0]]
            for gate in self._ands(group) if is_and else self._xors(group):
                gates.extend(gate)
            groups.extend((len(group), is_and))
        ends = [2 * self.slot_of[end >> 1] | end & 1 for end in self.circuit.ends.tolist()]
        inputs = np.arange(1, self.circuit.first_gate, dtype=np.int32)
        whole = Gates(np.array(gates, np.int32).reshape(-1, 3), np.array(groups, np.int32).reshape(-1, 2))
        return Program(self.slots, self._runs(whole), inputs, np.array(ends, np.int32))

    def _runs(self, gates: Gates) -> tuple[Gates, ...]:
        """Cut where a message is full."""
        runs, begin, ands = [], 0, 0
        for index, (count, is_and) in enumerate(gates.groups.tolist()):
            if is_and and ands and (ands + count) * self.instances > PIECE_ANDS:
                runs.append(gates.part(slice(begin, index)))
                begin, ands = index, 0
            ands += count * is_and
        return (*runs, gates.part(slice(begin, len(gates.groups))))

    def _uses(self) -> array[int]:
        """How many gates read each wire; outputs and the constant are never done with."""
        wires = np.concatenate([self.circuit.left >> 1, self.circuit.right >> 1])
        uses = np.bincount(wires, minlength=self.circuit.wires)
        uses[self.circuit.ends >> 1] += 1
        uses[0] += 1
        return _numbers(uses)

    def _groups(self) -> Iterator[list[int]]:
        """Runs of XORs, and runs of ANDs of which none reads another's result."""
        last: list[int] = []
        results: set[int] = set()
        for gate in self.order:
            wires = (self.left[gate] >> 1, self.right[gate] >> 1)
            fits = bool(last) and self.is_and[last[0]] == self.is_and[gate]
            if fits and self.is_and[gate]:
                fits = len(last) < self.most and results.isdisjoint(wires)
            if not fits:
                if last:
                    yield last
                last, results = [], set()
            last.append(gate)
            if self.is_and[gate]:
                results.add(self.circuit.first_gate + gate)
        if last:
            yield last

    def _xors(self, group: list[int]) -> list[tuple[int, int, int]]:
        """Each in turn: a result may take the slot of an operand that nobody reads again."""
        gates = []
        for gate in group:
            operands = self._operands(gate)
            self._read(gate)
            gates.append((*operands, self._new(gate)))
        return gates

    def _ands(self, group: list[int]) -> list[tuple[int, int, int]]:
        """All operands are read before any result is written."""
        operands = [self._operands(gate) for gate in group]
        for gate in group:
            self._read(gate)
        return [(*pair, self._new(gate)) for pair, gate in zip(operands, group, strict=True)]

    def _operands(self, gate: int) -> tuple[int, int]:
        left, right = self.left[gate], self.right[gate]
        return 2 * self.slot_of[left >> 1] | left & 1, 2 * self.slot_of[right >> 1] | right & 1

    def _read(self, gate: int) -> None:
        for literal in (self.left[gate], self.right[gate]):
            wire = literal >> 1
            self.uses[wire] -= 1
            if not self.uses[wire]:
                self.free.append(self.slot_of[wire])

    def _new(self, gate: int) -> int:
        wire = self.circuit.first_gate + gate
        slot = self.free.pop() if self.free else self.slots
        self.slots = max(self.slots, slot + 1)
        self.slot_of[wire] = slot
        return slot
