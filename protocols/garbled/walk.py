"""How a garbler and an evaluator go through a circuit, whatever the way of garbling: piece by piece, block by block.

Tables go from garbler to evaluator in pieces, so that neither ever holds them all, and both hold the labels only of
wires that are still needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mpc.algebra.ring import U64, Words
from mpc.algebra.words import Stream, aligned
from mpc.garbling import Gates, shifted
from mpc.prg import Prg
from protocols.circuits.circuit import Circuit
from protocols.garbled.program import PIECE_ANDS, Program, program_of

Bytes = npt.NDArray[np.uint8]
LEAST_TOGETHER, MOST_TOGETHER = 32, 4096
NEAR = 3 << 18
"""Bytes of labels that a near cache holds."""
FEW_GATES = 1 << 14


@lru_cache(maxsize=64)
def together(circuit: Circuit) -> int:
    """Instances that are computed side by side: they fill the registers and, of few gates, the near cache."""
    if circuit.gates > FEW_GATES:
        return LEAST_TOGETHER
    of_instance, most = 16 * program_of(circuit, LEAST_TOGETHER).slots, LEAST_TOGETHER
    while most < MOST_TOGETHER and 2 * most * of_instance <= NEAR:
        most *= 2
    return most


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
        return program_of(self.circuit, min(self.instances, self.together))

    @property
    def together(self) -> int:
        """How many instances are one block."""
        return together(self.circuit)

    def pieces(self) -> Iterator[Piece]:
        """All of them, in the order in which both parties go: block by block."""
        runs, first, most = self.program.runs, 0, self.together
        for at in range(0, self.instances, most):
            block = slice(at, min(at + most, self.instances))
            for index, gates in enumerate(runs):
                piece = Piece(block, gates, index == 0, index + 1 == len(runs), first)
                yield piece
                first += piece.ands


@dataclass(frozen=True, slots=True)
class Seeded:
    """Inputs that the garbler has all of, `which` (bits,): both parties draw their labels from one stream, by blocks.

    The evaluator holds what is drawn, whatever the bit is; to the garbler it is the label of that bit.
    """

    which: npt.NDArray[np.bool_]
    stream: Stream

    def parts(self) -> Iterator[tuple[slice, slice | None]]:
        """Inputs in runs of one sort, and their places among the other inputs, None for those that are seeded."""
        ends = [*(np.flatnonzero(np.diff(self.which)) + 1).tolist(), len(self.which)]
        begin = given = 0
        for end in ends:
            count = 0 if self.which[begin] else end - begin
            yield slice(begin, end), slice(given, given + count) if count else None
            begin, given = end, given + count


class Side:
    """Either party: the labels that it goes on with, those of the inputs (bits, instances, 2) but the seeded ones."""

    def __init__(self, execution: Execution, labels: Words, seeded: Seeded | None = None) -> None:
        self.execution, self.program, self.labels, self.seeded = execution, execution.program, labels, seeded
        self.outputs = np.empty((len(self.program.ends), execution.instances, 2), U64)
        self.slots = np.empty((0, 0, 2), U64)

    def _begin(self, piece: Piece) -> None:
        """The slots of a block begin with the labels of its inputs."""
        if not piece.begins:
            return
        shape = self.program.slots, piece.block.stop - piece.block.start, 2
        if self.slots.shape != shape:
            self.slots = aligned(shape)
        self.slots[0] = 0
        for inputs, labels in self._inputs(piece.block):
            self._put(self.slots[1 + inputs.start : 1 + inputs.stop], labels, inputs, piece.block)

    def _inputs(self, block: slice) -> Iterator[tuple[slice, Words]]:
        """The labels of the inputs of some instances."""
        if self.seeded is None:
            yield slice(0, self.labels.shape[0]), self.labels[:, block]
            return
        for inputs, given in self.seeded.parts():
            shape = inputs.stop - inputs.start, block.stop - block.start, 2
            yield inputs, self.seeded.stream.words(shape) if given is None else self.labels[given, block]

    def _put(self, slots: Words, labels: Words, inputs: slice, block: slice) -> None:
        slots[:] = labels

    def _end(self, piece: Piece, offset: Words) -> None:
        """After the last piece of a block its outputs are known; a negated one is shifted by the offset."""
        if piece.ends:
            ends = self.program.ends
            shifts = np.where((ends & 1)[:, None], offset, np.zeros(2, U64))
            self.outputs[:, piece.block] = self.slots[ends >> 1] ^ shifts[:, None]


class GarblingSide(Side):
    """The garbler's: `labels` and, in the end, `outputs` are labels of zero, (bits, instances, 2).

    `exchanged`: of all inputs bits (bits, instances), 1 where what is given, or drawn, is the label of one.
    """

    def __init__(
        self,
        execution: Execution,
        labels: Words,
        delta: Words,
        exchanged: Bytes | None = None,
        seeded: Seeded | None = None,
    ) -> None:
        super().__init__(execution, labels, seeded)
        self.delta, self.exchanged = delta, exchanged

    def _put(self, slots: Words, labels: Words, inputs: slice, block: slice) -> None:
        """Shifted by the offset where they are exchanged; of few instances at a time, which a near cache holds."""
        if self.exchanged is None:
            super()._put(slots, labels, inputs, block)
        else:
            shifted(slots, labels, self.exchanged[inputs, block], self.delta)


class Garbler(Protocol):
    """A garbler on its walk; `outputs`, in the end: the labels of zero of the outputs, (bits, instances, 2)."""

    outputs: Words

    def tables(self, piece: Piece, place: Words | None = None) -> Words:
        """The tables of the next piece, as they are sent; `place`: where they go, flat."""


class Evaluator(Protocol):
    """An evaluator on its walk; `outputs`, in the end: the labels that it has of the outputs."""

    outputs: Words

    def take(self, piece: Piece, tables: Words) -> None:
        """Go on by the tables of the next piece."""


class MakesGarbler(Protocol):
    """A garbler's beginning."""

    def __call__(
        self,
        execution: Execution,
        labels: Words,
        delta: Words,
        dice: Prg,
        exchanged: Bytes | None = None,
        seeded: Seeded | None = None,
    ) -> Garbler:
        """At the first piece."""


class MakesEvaluator(Protocol):
    """An evaluator's beginning."""

    def __call__(self, execution: Execution, labels: Words, seeded: Seeded | None = None) -> Evaluator:
        """At the first piece."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way of garbling: both walks, and what a message of tables looks like.

    garbler: from an execution, labels of its inputs (bits, instances, 2), the odd offset, a stream of secret randomness
    for this execution only, and which of the labels are those of one; evaluator: from an execution and one label of
    each input; both also from the seeded inputs, if any. domain: that of the execution's `start`. shape: of the
    tables of so many ANDs; well_formed: whether tables of that shape are such as a garbler sends.
    """

    name: str
    domain: str
    garbler: MakesGarbler
    evaluator: MakesEvaluator
    shape: Callable[[int], tuple[int, ...]]
    well_formed: Callable[[Words, int], bool]

    def words(self, piece: Piece) -> int:
        """Of the tables of a piece."""
        return prod(self.shape(piece.ands))


FIRST_MESSAGE, MOST_IN_MESSAGE = PIECE_ANDS, 1 << 17
"""ANDs of the first message, and of those that follow when many do: at first the evaluator should soon have work."""


def messages(execution: Execution) -> Iterator[list[Piece]]:
    """All pieces, those of one message together: the first has about a mebibyte, each next twice as much up to four."""
    some, ands, most = list[Piece](), 0, FIRST_MESSAGE
    for piece in execution.pieces():
        if some and ands + piece.ands > most:
            yield some
            some, ands, most = [], 0, min(2 * most, MOST_IN_MESSAGE)
        some.append(piece)
        ands += piece.ands
    if some:
        yield some


def message_words(scheme: Scheme, pieces: Sequence[Piece]) -> int:
    """Of the tables of all these pieces."""
    return sum(scheme.words(piece) for piece in pieces)
