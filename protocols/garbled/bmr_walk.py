"""How garblers and their evaluator go through a circuit, piece by piece: what each holds on slots. Local."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bits import pack
from mpc.algebra.ring import U64, Words
from mpc.garbling import Gates
from mpc.garbling import evaluate as add_labels
from protocols.circuits.circuit import Literals
from protocols.garbled import bmr_gates
from protocols.garbled.bmr_gates import Keys, Operands
from protocols.garbled.bmr_levels import Level, Levels, Piece
from protocols.garbled.bmr_masks import Bytes

_LOW = np.uint64(1)
_NOTHING: Words = np.zeros(2, U64)


@dataclass(frozen=True, slots=True)
class Bound:
    """A garbler's part of a piece: labels of the block's inputs (bits x instances, 2), lowest bits cleared, and shares
    (garblers, count, 2) of masks times offsets: of these inputs, of the ANDs, and of what the ANDs' operands give."""

    labels: Words = field(repr=False)
    inputs: Words = field(repr=False)
    masks: Words = field(repr=False)
    products: Words = field(repr=False)


class _Side:
    """Slots (width, slots, instances of a block, 2): of each wire so many labels."""

    def __init__(self, levels: Levels, width: int) -> None:
        self.levels, self.width = levels, width
        self.slots: Words = np.empty((0, 0, 0, 2), U64)

    def _begin(self, piece: Piece, inputs: Words) -> None:
        """inputs: (width, bits x instances, 2)."""
        if piece.begins:
            self.slots = np.empty((self.width, self.levels.slots, piece.instances, 2), U64)
            self.slots[:, 0] = 0
            bits = inputs.shape[1] // piece.instances
            self.slots[:, 1 : 1 + bits] = inputs.reshape(self.width, bits, piece.instances, 2)

    def _add(self, gates: Gates) -> None:
        """XORs: of all labels of a slot alike."""
        for slots in self.slots if len(gates.groups) else ():
            add_labels(slots, gates, np.empty((0, 2, 2), U64), _NOTHING, 0)

    def _of(self, literals: Literals) -> Words:
        """What the slots of literals hold: (width, literals x instances, 2)."""
        return np.take(self.slots, literals >> 1, axis=1).reshape(self.width, -1, 2)

    def _put(self, level: Level, results: Words) -> None:
        self.slots[:, level.results] = results.reshape(self.width, level.ands, -1, 2)


class Garbler(_Side):
    """A slot holds the garbler's own label and its shares of the mask times each offset."""

    def __init__(self, levels: Levels, keys: Keys) -> None:
        super().__init__(levels, 1 + keys.garblers)
        self.keys = keys

    def tables(self, piece: Piece, bound: Bound) -> tuple[Words, Words]:
        """The tables of the next piece, and its labels' lowest bits, packed."""
        tables = np.empty(bmr_gates.table_shape(self.keys.garblers, piece.ands), U64)
        lowest = np.empty(piece.ands, np.uint8)
        self._begin(piece, np.concatenate([bound.labels[None], bound.inputs]))
        at = 0
        for level in piece.levels:
            self._add(level.xors)
            some = slice(at, at + level.ands * piece.instances)
            if level.ands:
                lowest[some] = self._garble(piece, level, bound, some, tables[:, some])
            at = some.stop
        return tables, pack(lowest)

    def _garble(self, piece: Piece, level: Level, bound: Bound, some: slice, tables: Words) -> Bytes:
        left, right = self._of(level.left), self._of(level.right)
        for operand, literals in ((left, level.left), (right, level.right)):
            self._negate(operand[1 + self.keys.me], literals, piece.instances)
        operands = Operands(left[0], right[0], left[1:], right[1:], bound.products[:, some])
        labels, lowest = bmr_gates.garble(self.keys, operands, piece.number + some.start, tables)
        self._put(level, np.concatenate([labels[None], bound.masks[:, some]]))
        return lowest.astype(np.uint8)

    def _negate(self, own: Words, literals: Literals, instances: int) -> None:
        """A negated wire has the same labels and another mask, of whose product with the own offset this is a share."""
        negated = np.repeat((literals & 1).astype(U64), instances)
        own ^= (np.uint64(0) - negated)[:, None] & self.keys.delta


class Evaluator(_Side):
    """A slot holds one label of each garbler, whose lowest bits are the masked value."""

    def __init__(self, levels: Levels, starts: Words) -> None:
        super().__init__(levels, len(starts))
        self.starts = starts

    def take(self, piece: Piece, inputs: Words, total: Words, lowest: Words) -> Bytes | None:
        """Go on by the tables of the next piece; after the last of a block the masked outputs (bits, instances).

        inputs: (garblers, bits x instances, 2), where a block begins; total: all garblers' tables, added; lowest:
        (garblers, ANDs).
        """
        self._begin(piece, inputs)
        at = 0
        for level in piece.levels:
            self._add(level.xors)
            some = slice(at, at + level.ands * piece.instances)
            if level.ands:
                left, right, number = self._of(level.left), self._of(level.right), piece.number + some.start
                gates = total[:, some], lowest[:, some]
                self._put(level, bmr_gates.evaluate(self.starts, left, right, *gates, number))
            at = some.stop
        return (self.slots[0, self.levels.ends >> 1, :, 0] & _LOW).astype(np.uint8) if piece.ends else None
