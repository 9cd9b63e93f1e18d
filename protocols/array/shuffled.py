"""Sorting by a shuffle and comparisons that are opened after it: what networks do, in fewer comparisons and rounds.

What is opened is how elements of a strict order, (element, place), compare after they were brought into a random order:
a uniformly random order of as many, whatever the elements are (`protocols.numeric.opened_order`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from mpc.context import Context
from protocols.array.node import Facts, Node, operation
from protocols.array.recording import record
from protocols.array.secret import SecretArray
from protocols.numeric.opened_order import sorted_places
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of


def _sorted(first: Node, *others: Node, place_bits: int | None, decides: int) -> Facts:
    range_ = Range(0, max(first.shape[-1] - 1, 0))
    for column in (first, *others):
        range_ = range_ | column.range
    return Facts((len(others) + 2, *first.shape), "int", 0, range_)


async def _sort(ctx: Context, node: Node, *columns: ArithmeticShare) -> ArithmeticShare:
    """The columns in ascending order of the first, and the places; n rounds, and those of the comparisons."""
    *lead, count = columns[0].shape
    rows, suite = prod(lead), suite_of(ctx)
    places = suite.constant(ctx, ctx.ring.from_ints(np.broadcast_to(np.arange(count), (rows, count))))
    shuffled = await suite.shuffle(ctx, *(column.reshape((rows, count)) for column in columns), places)
    order = await sorted_places(ctx, _keys(shuffled[0], shuffled[-1], node.parameters["place_bits"]))
    row = np.arange(rows)[:, None]
    ordered: ArithmeticShare = stack([column[row, order] for column in shuffled])
    return ordered.reshape(node.shape)


def _keys(values: ArithmeticShare, places: ArithmeticShare, place_bits: int | None) -> list[ArithmeticShare]:
    """(element, place) as one number where the range leaves room for it, else as two."""
    return [values, places] if place_bits is None else [values.scale(1 << place_bits) + places]


SORT = operation("sort shuffled", _sorted, _sort, decides=True)
COLUMN = operation("column", lambda x, index, facts: facts, lambda ctx, node, x: x[node.parameters["index"]])


def sorted_columns(columns: Sequence[SecretArray], *, decides: bool) -> tuple[list[SecretArray], SecretArray]:
    """Columns (..., count) in ascending order of the first along the last axis, equal elements in order, and the place
    at which each element stood. `decides` unless what is made of it is the same whichever of two near ones comes first.
    """
    values = columns[0]
    last = max(values.shape[-1] - 1, 0)
    bits = last.bit_length()
    place_bits = bits if values.range.shift_left(bits).fits(values.context.ring.bits) else None
    both = record(SORT, *columns, place_bits=place_bits, decides=2 * decides)
    found = [_column(both, i, x.shape, x.kind, x.scale, x.range) for i, x in enumerate(columns)]
    return found, _column(both, len(columns), values.shape, "int", 0, Range(0, last))


def _column(both: SecretArray, index: int, *facts: Any) -> SecretArray:
    return record(COLUMN, both, index=index, facts=Facts(*facts))
