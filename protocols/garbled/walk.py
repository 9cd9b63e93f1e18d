"""How a garbler and an evaluator go through a circuit, whatever the way of garbling: piece by piece, block by block.

Tables go from garbler to evaluator in pieces, so that neither ever holds them all, and both hold the labels only of
wires that are still needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words
from mpc.garbling import Gates
from mpc.prg import Prg
from protocols.circuits.circuit import Circuit
from protocols.garbled.program import Program, program_of

Bytes = npt.NDArray[np.uint8]
TOGETHER = 32
"""Instances that are computed side by side: their labels stay in a near cache, and their gates fill the registers."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One run of gates for some instances; the tables of its `ands` ANDs are one message. `ends`: the last of these."""

    block: slice
    gates: Gates
    begins: bool
    ends: bool
    first: int

    @property
    def ands(self) -> int:
        """How many ANDs, of all its instances together."""
        return self.gates.ands * int(self.block.stop - self.block.start)


@dataclass(frozen=True, slots=True)
class Execution:
    """A circuit on `instances`, as garbler and evaluator go through it; `start` (2,) is public, fresh for each."""

    circuit: Circuit
    instances: int
    start: Words

    @property
    def program(self) -> Program:
        """As is quickest for so many instances."""
        return program_of(self.circuit, min(self.instances, TOGETHER))

    def pieces(self) -> Iterator[Piece]:
        """All of them, in the order in which both parties go: block by block."""
        runs, first = self.program.runs, 0
        for at in range(0, self.instances, TOGETHER):
            block = slice(at, min(at + TOGETHER, self.instances))
            for index, gates in enumerate(runs):
                piece = Piece(block, gates, index == 0, index + 1 == len(runs), first)
                yield piece
                first += piece.ands


class Side:
    """Either party: the labels that it goes on with."""

    def __init__(self, execution: Execution, labels: Words) -> None:
        self.execution, self.program, self.labels = execution, execution.program, labels
        self.outputs = np.empty((len(self.program.ends), execution.instances, 2), U64)
        self.slots = np.empty((0, 0, 2), U64)

    def _begin(self, piece: Piece) -> None:
        """The slots of a block begin with the labels of its inputs."""
        if piece.begins:
            self.slots = np.empty((self.program.slots, piece.block.stop - piece.block.start, 2), U64)
            self.slots[0] = 0
            self.slots[self.program.inputs] = self._inputs(piece.block)

    def _inputs(self, block: slice) -> Words:
        """The labels of the inputs of some instances."""
        return self.labels[:, block]

    def _end(self, piece: Piece, offset: Words) -> None:
        """After the last piece of a block its outputs are known; a negated one is shifted by the offset."""
        if piece.ends:
            ends = self.program.ends
            shifts = np.where((ends & 1)[:, None], offset, np.zeros(2, U64))
            self.outputs[:, piece.block] = self.slots[ends >> 1] ^ shifts[:, None]


class GarblingSide(Side):
    """The garbler's: `labels` and, in the end, `outputs` are labels of zero, (bits, instances, 2).

    `exchanged`: bits (bits, instances), 1 where what is given is the label of one.
    """

    def __init__(self, execution: Execution, labels: Words, delta: Words, exchanged: Bytes | None = None) -> None:
        super().__init__(execution, labels)
        self.delta, self.exchanged = delta, exchanged

    def _inputs(self, block: slice) -> Words:
        """Shifted by the offset where they are exchanged; of few instances at a time, which a near cache holds."""
        labels = super()._inputs(block)
        if self.exchanged is None:
            return labels
        masks = np.uint64(0) - self.exchanged[:, block].astype(U64)
        shifted = np.empty_like(labels)
        for half, offset in enumerate(self.delta):
            shifted[..., half] = labels[..., half] ^ (masks & offset)
        return shifted


class Garbler(Protocol):
    """A garbler on its walk; `outputs`, in the end: the labels of zero of the outputs, (bits, instances, 2)."""

    outputs: Words

    def tables(self, piece: Piece) -> Words:
        """The tables of the next piece, as they are sent."""


class Evaluator(Protocol):
    """An evaluator on its walk; `outputs`, in the end: the labels that it has of the outputs."""

    outputs: Words

    def take(self, piece: Piece, tables: Words) -> None:
        """Go on by the tables of the next piece."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way of garbling: both walks, and what a message of tables looks like.

    garbler: from an execution, labels of its inputs (bits, instances, 2), the odd offset, a stream of secret randomness
    for this execution only, and which of the labels are those of one; evaluator: from an execution and one label of
    each input. domain: that of the execution's `start`. shape: of the tables of so many ANDs; well_formed: whether
    tables of that shape are such as a garbler sends.
    """

    name: str
    domain: str
    garbler: Callable[[Execution, Words, Words, Prg, Bytes | None], Garbler]
    evaluator: Callable[[Execution, Words], Evaluator]
    shape: Callable[[int], tuple[int, ...]]
    well_formed: Callable[[Words, int], bool]
