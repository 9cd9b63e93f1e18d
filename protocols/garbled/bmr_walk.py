"""How garblers and their evaluator go through a circuit, piece by piece: what each holds on slots. Local."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bits import pack
from mpc.algebra.ring import U64, Words
from mpc.algebra.words import aligned
from mpc.garbling_jointly import Keys, evaluate, garble, table_shape
from protocols.garbled.bmr_levels import Levels, Piece
from protocols.garbled.bmr_masks import Bytes

_LOW = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Bound:
    """A garbler's part of a piece: labels of the block's inputs (bits x instances, 2), lowest bits cleared, and shares
    (garblers, count, 2) of masks times offsets: of these inputs; of the ANDs, and then of what their operands give."""

    labels: Words = field(repr=False)
    inputs: Words = field(repr=False)
    shares: Words = field(repr=False)


class _Side:
    """Slots (slots, rows, instances of a block, 2): of each wire so many labels of each instance."""

    def __init__(self, levels: Levels, rows: int) -> None:
        self.levels, self.rows = levels, rows
        self.slots: Words = np.empty((0, 0, 0, 2), U64)

    def _begin(self, piece: Piece, *inputs: Words) -> None:
        """inputs: of some rows each, (rows, bits x instances, 2)."""
        if not piece.begins:
            return
        shape = self.levels.slots, self.rows, piece.instances, 2
        if self.slots.shape != shape:
            self.slots = aligned(shape)
        self.slots[0], row = 0, 0
        for labels in inputs:
            bits = labels.shape[1] // piece.instances
            rows = labels.reshape(len(labels), bits, piece.instances, 2)
            self.slots[1 : 1 + bits, row : row + len(rows)] = rows.transpose(1, 0, 2, 3)
            row += len(rows)


class Garbler(_Side):
    """A slot holds the garbler's own label and its shares of the mask times each offset."""

    def __init__(self, levels: Levels, keys: Keys) -> None:
        super().__init__(levels, 1 + keys.garblers)
        self.keys = keys

    def tables(self, piece: Piece, bound: Bound) -> tuple[Words, Words]:
        """The tables of the next piece, and its labels' lowest bits, packed."""
        self._begin(piece, bound.labels[None], bound.inputs)
        tables = aligned(table_shape(self.keys.garblers, piece.ands))
        lowest = garble(self.slots, piece.run.gates, self.keys, bound.shares, piece.number, tables)
        return tables, pack(lowest)


class Evaluator(_Side):
    """A slot holds one label of each garbler, whose lowest bits are the masked value."""

    def __init__(self, levels: Levels, starts: Words) -> None:
        super().__init__(levels, len(starts))
        self.starts = starts

    def take(self, piece: Piece, inputs: Words, total: Words, lowest: Bytes) -> Bytes | None:
        """Go on by the tables of the next piece; after the last of a block the masked outputs (bits, instances).

        inputs: (garblers, bits x instances, 2), where a block begins; total: all garblers' tables, added; lowest:
        (garblers, ANDs).
        """
        self._begin(piece, inputs)
        evaluate(self.slots, piece.run.gates, self.starts, total, lowest, piece.number)
        return (self.slots[self.levels.ends >> 1, 0, :, 0] & _LOW).astype(np.uint8) if piece.ends else None
