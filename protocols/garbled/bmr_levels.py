"""A circuit as several parties garble it together: level by level, on slots that are used again and again.

All ANDs of one depth are computed at once, so that arrays are long; the XORs between two depths are one call. A slot
holds what a party knows of a wire, of all instances of a block, from the wire's gate to its last use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.garbling import Gates
from protocols.circuits.circuit import Circuit, Literals
from protocols.circuits.levels import Batch, batches

PIECE_ANDS = 1 << 16
"""ANDs of a piece, of all its instances together: what is in memory at a time follows it."""
MOST_TOGETHER = 1 << 12
"""Instances of a block, at most."""


Numbers = npt.NDArray[np.int32]
_NO_GATES: Numbers = np.empty((0, 3), np.int32)


@dataclass(frozen=True, eq=False)
class Level:
    """XORs, and then ANDs that need nothing of each other: gates on slots, as `mpc.garbling.Gates` has them."""

    xors: Numbers
    ands: Numbers


@dataclass(frozen=True, eq=False)
class Run:
    """Levels that are garbled together; `first`: how many ANDs of an instance come before."""

    gates: Gates
    first: int


@dataclass(frozen=True, eq=False)
class Levels:
    """All of a circuit; slot 0 holds the constant False, those after it the inputs. `ends`: literals of slots."""

    slots: int
    levels: tuple[Level, ...]
    ends: Literals
    operands: tuple[Literals, Literals]
    """Literals of wires of all ANDs, in the order of the levels."""
    products: Numbers
    """Their own wires."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the instances of a block. `number`: of its first AND among those of all instances in this call."""

    block: slice
    run: Run
    begins: bool
    ends: bool
    number: int

    @property
    def instances(self) -> int:
        """Of the block."""
        return int(self.block.stop - self.block.start)

    @property
    def gates(self) -> slice:
        """Its ANDs among all of one instance."""
        return slice(self.run.first, self.run.first + self.run.gates.ands)

    @property
    def ands(self) -> int:
        """How many ANDs, of all its instances together."""
        return self.run.gates.ands * self.instances


def together(circuit: Circuit, instances: int) -> int:
    """How many instances make a block."""
    return max(1, min(instances, MOST_TOGETHER, PIECE_ANDS // max(circuit.ands, 1)))


def pieces(circuit: Circuit, instances: int) -> Iterator[Piece]:
    """All pieces, block by block, in the order in which all parties go."""
    runs, number, step = _runs(circuit), 0, together(circuit, instances)
    for at in range(0, instances, step):
        block = slice(at, min(at + step, instances))
        for index, run in enumerate(runs):
            piece = Piece(block, run, index == 0, index + 1 == len(runs), number)
            yield piece
            number += piece.ands


@lru_cache(maxsize=64)
def _runs(circuit: Circuit) -> tuple[Run, ...]:
    """The levels of an instance, cut where a piece is full."""
    parts: list[list[Level]] = [[]]
    for level in levels_of(circuit).levels:
        if parts[-1] and sum(len(other.ands) for other in parts[-1]) + len(level.ands) > PIECE_ANDS:
            parts.append([])
        parts[-1].append(level)
    runs, first = [], 0
    for part in parts:
        runs.append(Run(_gates(part), first))
        first += runs[-1].gates.ands
    return tuple(runs)


def _gates(levels: list[Level]) -> Gates:
    both = [(gates, kind) for level in levels for kind, gates in enumerate((level.xors, level.ands)) if len(gates)]
    groups = [(len(gates), kind) for gates, kind in both]
    return Gates(np.concatenate([_NO_GATES, *(gates for gates, _ in both)]), np.array(groups, np.int32).reshape(-1, 2))


@lru_cache(maxsize=64)
def levels_of(circuit: Circuit) -> Levels:
    """The circuit on slots."""
    return _Writer(circuit).levels()


class _Writer:
    """Slots are given and taken back batch by batch."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.batches = [part for batch in batches(circuit) for part in _parted(batch)]
        self.done, self.bounds = self._done_with()
        self.slot_of = np.arange(circuit.wires, dtype=np.int32)
        self.free = np.empty(0, np.int32)
        self.slots = circuit.first_gate

    def levels(self) -> Levels:
        """All of it; XORs after the last AND make a level without ANDs."""
        found: list[Level] = []
        xors: list[Numbers] = []
        nothing = np.empty(0, np.int32)
        for number, batch in enumerate(self.batches):
            operands = self._slots(batch.left), self._slots(batch.right)
            gates = np.stack([*operands, self._given(batch)], axis=1)
            if batch.is_and:
                found.append(Level(np.concatenate([_NO_GATES, *xors]), gates))
                xors = []
            else:
                xors.append(gates)
            self._take_back(number)
        found.append(Level(np.concatenate([_NO_GATES, *xors]), _NO_GATES))
        ands = [batch for batch in self.batches if batch.is_and]
        left, right, wires = (
            np.concatenate([nothing, *arrays]).astype(np.int32)
            for arrays in zip(*((b.left, b.right, b.wires) for b in ands), strict=True)
        ) if ands else (nothing, nothing, nothing)  # fmt: skip
        return Levels(self.slots, tuple(found), self._slots(self.circuit.ends), (left, right), wires)

    def _done_with(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Wires by the last batch that reads them, and where those of each batch begin.

        With what nobody reads one is never done, nor with outputs and the constant.
        """
        last = np.full(self.circuit.wires, len(self.batches))
        for number, batch in enumerate(self.batches):
            last[batch.left >> 1] = last[batch.right >> 1] = number
        last[self.circuit.ends >> 1] = len(self.batches)
        last[0] = len(self.batches)
        done = np.argsort(last, kind="stable")
        return done, np.searchsorted(last[done], np.arange(len(self.batches) + 1))

    def _slots(self, literals: Literals) -> Literals:
        slots: Literals = (2 * self.slot_of[literals >> 1] | literals & 1).astype(np.int32)
        return slots

    def _given(self, batch: Batch) -> Literals:
        """Slots for the results of a batch: free ones, then new ones."""
        count = len(batch.wires)
        new = max(0, count - len(self.free))
        taken = np.concatenate([self.free[: count - new], np.arange(self.slots, self.slots + new, dtype=np.int32)])
        self.free, self.slots = self.free[count - new :], self.slots + new
        self.slot_of[batch.wires] = taken
        return taken

    def _take_back(self, number: int) -> None:
        wires = self.done[self.bounds[number] : self.bounds[number + 1]]
        self.free = np.concatenate([self.slot_of[wires], self.free])


def _parted(batch: Batch) -> Iterator[Batch]:
    """A batch in parts that a piece holds."""
    for at in range(0, len(batch.wires), PIECE_ANDS):
        part = slice(at, at + PIECE_ANDS)
        yield Batch(batch.is_and, batch.left[part], batch.right[part], batch.wires[part])
