"""Three halves of a label as the table of an AND, and five bits: 25 bytes where half-gates send 32.

Rosulek, Roy, "Three Halves Make a Whole? Beating the Half-Gates Lower Bound for Garbled Circuits", CRYPTO 2021.
Labels are taken apart into halves of 64 bits, each an own linear combination of hashes, tables and halves of labels
("slicing"); which one, the evaluator reads in control bits that the garbler has randomised ("dicing") by two secret
bits for each gate. The algebra, what is asked of the hash, and how it is met: docs/algorithms/three_halves.md.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.ring import U64, Words
from mpc.garbling import evaluate_three_halves, garble_three_halves, three_halves_are_whole, three_halves_words
from mpc.prg import Prg
from protocols.garbled.walk import Bytes, Execution, GarblingSide, Piece, Scheme, Seeded, Side


class Garbler(GarblingSide):
    """The garbler's walk, with two secret bits for each AND."""

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
        self.dice = dice

    def tables(self, piece: Piece, place: Words | None = None) -> Words:
        """The tables of the next piece, flat: `mpc.garbling.three_halves_words` words."""
        self._begin(piece)
        dice = self.dice.words(-(-piece.ands // 8)).view(np.uint8)
        tables = garble_three_halves(
            self.slots, piece.gates, self.delta, self.execution.start, dice[: piece.ands], piece.first, place
        )
        self._end(piece, self.delta)
        return tables


class Evaluator(Side):
    """The evaluator's walk: one label of each wire, (bits, instances, 2)."""

    def take(self, piece: Piece, tables: Words) -> None:
        """Go on by the tables of the next piece."""
        self._begin(piece)
        evaluate_three_halves(self.slots, piece.gates, tables, self.execution.start, piece.first)
        self._end(piece, np.zeros(2, U64))


def _shape(ands: int) -> tuple[int, ...]:
    return (three_halves_words(ands),)


THREE_HALVES = Scheme(
    "three-halves", "garbled in three halves", Garbler, Evaluator, _shape, three_halves_are_whole
)  # fmt: skip
"""25 bytes for each AND, in whole words for each piece; a good half more time for garbling than half-gates."""
