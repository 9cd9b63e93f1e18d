"""How far one unit moves figures that are sums of a vector of each row: L1 and squared L2, in whole steps.

A row adds a vector v to the figures, in one of several blocks of them; a row that is not there adds nothing. Let
|v| <= size, and |v - w| <= apart for vectors of one block. A unit is in m rows.

| what changes | a row moves the figures by |
|---|---|
| a row comes or goes | size |
| a row is another one, of the same block | apart |
| a row is another one, of another block | size in one and size in the other: 2 size in L1, 2 size^2 in squared L2 |
| where adding a unit means that its row, which is always there, was zero | apart or size |

How many rows there are is public, so that a unit comes or goes only where a secret bit of its own says that its row is
there; beside a bit that is another's, as where two parties hold columns of one row, what it has becomes zero. By
the triangle inequality m rows move them m times as far, squared L2 m^2 times. `protocols/privacy/sensitivity.py` has
the same for one figure a block.
"""

from __future__ import annotations

from typing import NamedTuple

from protocols.privacy.neighbours import Neighbours, Relation


class Distance(NamedTuple):
    """L1, and the square of L2."""

    l1: int
    l2_squared: int

    def furthest(self, other: Distance) -> Distance:
        """The larger of each."""
        return Distance(max(self.l1, other.l1), max(self.l2_squared, other.l2_squared))


class Row(NamedTuple):
    """What bounds the vector of one row: its own length, and how far two of one block lie apart."""

    size: Distance
    apart: Distance


def row_of(*coordinates: tuple[int, int]) -> Row:
    """A row whose vector has a coordinate in each of these ranges, low to high, in steps."""
    sizes = [max(abs(low), abs(high)) for low, high in coordinates]
    spans = [high - low for low, high in coordinates]
    return Row(*(Distance(sum(each), sum(x * x for x in each)) for each in (sizes, spans)))


def moved(row: Row, rows: int, neighbours: Neighbours, *, hidden: bool, blocks: int = 1) -> Distance:
    """How far one unit, which is in at most so many rows, moves all figures together.

    `hidden`: whether a secret bit says which rows are there (`Records.hidden`). `blocks`: in how many a row may be;
    more than 1 where it may be in none.
    """
    of_one = _of_a_row(row, neighbours, hidden, blocks)
    return Distance(rows * of_one.l1, rows**2 * of_one.l2_squared)


def _of_a_row(row: Row, neighbours: Neighbours, hidden: bool, blocks: int) -> Distance:
    comes_or_goes = neighbours.relation is Relation.ADD_OR_REMOVE
    if comes_or_goes and hidden:
        return row.size
    found = row.apart
    if hidden or comes_or_goes:
        found = found.furthest(row.size)
    if blocks > 1:
        found = found.furthest(Distance(2 * row.size.l1, 2 * row.size.l2_squared))
    return found
