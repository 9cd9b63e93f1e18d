"""Half-gates for whole circuits and many instances: two blocks of table for each AND, nothing for other gates.

Zahur, Rosulek, Evans, "Two Halves Make a Whole", EUROCRYPT 2015. The hash has a key for each half of a gate
(docs/algorithms/label_hash.md), which begins with the execution's public `start`.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import U64, Words
from mpc.garbling import evaluate, garble
from mpc.prg import Prg
from protocols.garbled.walk import Bytes, Execution, GarblingSide, Piece, Scheme, Seeded, Side


class Garbler(GarblingSide):
    """The garbler's walk; it throws no dice."""

    def __init__(
        self,
        execution: Execution,
        labels: Words,
        delta: Words,
        dice: Prg,
        exchanged: Bytes | None = None,
        seeded: Seeded | None = None,
    ) -> None:
        super().__init__(execution, labels, delta, exchanged, seeded)

    def tables(self, piece: Piece, place: Words | None = None) -> Words:
        """The tables of the next piece: (ANDs, 2, 2)."""
        self._begin(piece)
        place = None if place is None else place.reshape(_shape(piece.ands))
        tables = garble(self.slots, piece.gates, self.delta, self.execution.start, piece.first, place)
        self._end(piece, self.delta)
        return tables


class Evaluator(Side):
    """The evaluator's walk: one label of each wire, (bits, instances, 2)."""

    def take(self, piece: Piece, tables: Words) -> None:
        """Go on by the tables of the next piece."""
        self._begin(piece)
        evaluate(self.slots, piece.gates, tables.reshape(_shape(piece.ands)), self.execution.start, piece.first)
        self._end(piece, np.zeros(2, U64))


def _shape(ands: int) -> tuple[int, ...]:
    return ands, 2, 2


HALF_GATES = Scheme("half-gates", "garbled", Garbler, Evaluator, _shape, lambda tables, ands: True)
"""32 bytes for each AND."""
