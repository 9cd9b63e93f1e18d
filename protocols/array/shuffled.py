"""Sorting by a shuffle and comparisons that are opened after it: what networks do, in fewer comparisons and rounds.

What is opened is how elements of a strict order, (element, place), compare after they were brought into a random order,
or where each of them goes: a uniformly random order of as many, whatever they are (`protocols.numeric.opened_order`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import prod
from operator import or_
from typing import Any

import numpy as np

from mpc.context import Context
from protocols.array.arithmetic import add, subtract
from protocols.array.cumulative import cumsum
from protocols.array.logic import where
from protocols.array.lowering import asks_for_circuits, garble_rows
from protocols.array.node import Facts, Node, operation
from protocols.array.recording import record
from protocols.array.scales import constant
from protocols.array.secret import SecretArray
from protocols.numeric import garbled_rows
from protocols.numeric.arg_maximum import arg_maximum, keys_of, place_bits
from protocols.numeric.fixed_point import plus
from protocols.numeric.opened_order import placed, sorted_places
from protocols.numeric.radix import sorted_by_bits, takes_less
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of


def _sorted(first: Node, *others: Node, place_bits: int | None, key_bits: int | None, decides: int) -> Facts:
    places = Range(0, max(first.shape[-1] - 1, 0))
    return Facts((len(others) + 2, *first.shape), "int", 0, places | stacked_range([first, *others]))


def stacked_range(columns: Sequence[Node]) -> Range:
    """The range of columns of whatever scales, as elements of the ring."""
    return reduce(or_, [column.range for column in columns])


async def _sort(ctx: Context, node: Node, *columns: ArithmeticShare) -> ArithmeticShare:
    """The columns in ascending order of the first, and the places; n rounds, and those of the comparisons."""
    *lead, count = columns[0].shape
    rows, suite = prod(lead), suite_of(ctx)
    places = suite.constant(ctx, ctx.ring.from_ints(np.broadcast_to(np.arange(count), (rows, count))))
    flat = [*(column.reshape((rows, count)) for column in columns), places]
    if (width := node.parameters["key_bits"]) is not None:
        lowest = node.operands[0].range.lo
        ordered: ArithmeticShare = stack(await sorted_by_bits(ctx, plus(ctx, flat[0], -lowest), width, flat))
        return ordered.reshape(node.shape)
    shuffled = await suite.shuffle(ctx, *flat)
    order = await sorted_places(
        ctx, keys_of(shuffled[0], shuffled[-1], node.parameters["place_bits"], node.operands[0].range)
    )
    row = np.arange(rows)[:, None]
    ordered = stack([column[row, order] for column in shuffled])
    return ordered.reshape(node.shape)


async def _place(ctx: Context, node: Node, places: ArithmeticShare, *columns: ArithmeticShare) -> ArithmeticShare:
    """Columns in the order that their places say, each once in a row; n rounds and one."""
    *lead, count = places.shape
    flat = [column.reshape((prod(lead), count)) for column in (places, *columns)]
    found: ArithmeticShare = stack(await placed(ctx, *flat))
    return found.reshape(node.shape)


def _placed(places: Node, *columns: Node) -> Facts:
    return Facts((len(columns), *places.shape), "int", 0, stacked_range(columns))


def _last(values: Node, smaller: bool, decides: int) -> Facts:
    places = Range(0, max(values.shape[-1] - 1, 0))
    return Facts((2, *values.shape[:-1]), "int", 0, places | values.range)


async def _find_last(ctx: Context, node: Node, values: ArithmeticShare) -> ArithmeticShare:
    """The largest of each row, or the smallest, the first of equal ones, and its place."""
    *lead, count = values.shape
    flat, limit = values.reshape((prod(lead), count)), node.operands[0].range
    smaller = node.parameters["smaller"]
    value, place = await arg_maximum(ctx, -flat if smaller else flat, -limit if smaller else limit)
    best: ArithmeticShare = stack([-value if smaller else value, place])
    return best.reshape(node.shape)


async def _find_last_garbled(ctx: Context, node: Node, values: ArithmeticShare) -> ArithmeticShare:
    return await garbled_rows.extreme(ctx, values, node.operands[0].range, node.parameters["smaller"])


def _last_fits(node: Node) -> bool:
    (values,) = node.operands
    return garbled_rows.extreme_fits(values.shape[-1], values.range)


async def _sort_garbled(ctx: Context, node: Node, *columns: ArithmeticShare) -> ArithmeticShare:
    return await garbled_rows.sort(ctx, columns, [operand.range for operand in node.operands])


def _sort_fits(node: Node) -> bool:
    ranges = [operand.range for operand in node.operands]
    return node.shape[-1] > 1 and garbled_rows.sort_fits(node.shape[-1], ranges)


LAST = operation("extreme shuffled", _last, _find_last, decides=True)
SORT = operation("sort shuffled", _sorted, _sort, decides=True)
garble_rows(LAST, "compare", _find_last_garbled, _last_fits)
garble_rows(SORT, "compare", _sort_garbled, _sort_fits)
PLACE = operation("place", _placed, _place)
COLUMN = operation("column", lambda x, index, facts: facts, lambda ctx, node, x: x[node.parameters["index"]])


def garbles_extreme(rows: SecretArray) -> bool:
    """Whether the extreme of each row (..., count) is to be found by a circuit, and the rows are short enough."""
    fits = rows.size > 0 and garbled_rows.extreme_fits(rows.shape[-1], rows.range)
    return fits and asks_for_circuits(rows.context.session, "compare")


def garbles_sort(rows: SecretArray) -> bool:
    """Whether rows (..., count) are to be sorted by a circuit, and are short enough."""
    fits = rows.size > 0 and rows.shape[-1] > 1 and garbled_rows.sort_fits(rows.shape[-1], [rows.range])
    return fits and asks_for_circuits(rows.context.session, "compare")


def sorted_columns(columns: Sequence[SecretArray], *, decides: bool) -> tuple[list[SecretArray], SecretArray]:
    """Columns (..., count) in ascending order of the first along the last axis, equal elements in order, and the place
    at which each element stood. `decides` unless what is made of it is the same whichever of two near ones comes first.
    """
    values = columns[0]
    last = max(values.shape[-1] - 1, 0)
    room = place_bits(values.range, values.shape[-1], values.context.ring.bits)
    sizes: dict[str, Any] = {"place_bits": room, "key_bits": _key_bits(values)}
    both = record(SORT, *columns, **sizes, decides=2 * decides)
    places = record(COLUMN, both, index=len(columns), facts=Facts(values.shape, "int", 0, Range(0, last)))
    return columns_of(both, columns), places


def extreme(values: SecretArray, *, smaller: bool, decides: bool) -> tuple[SecretArray, SecretArray]:
    """The largest element along the last axis of (..., count), count > 0, or the smallest, and the place of the first
    such."""
    both = record(LAST, values, smaller=smaller, decides=2 * decides)
    lead, count = values.shape[:-1], values.shape[-1]
    best = record(COLUMN, both, index=0, facts=Facts(lead, values.kind, values.scale, values.range))
    return best, record(COLUMN, both, index=1, facts=Facts(lead, "int", 0, Range(0, count - 1)))


def _key_bits(values: SecretArray) -> int | None:
    """How many bits tell the elements apart, if it takes least to sort them bit by bit."""
    count = values.shape[-1]
    width = max((values.range.hi - values.range.lo).bit_length(), 1)
    fits = width < values.context.ring.bits - 2
    return width if fits and takes_less(values.context.session, values.size // count, count, width) else None


def columns_of(both: SecretArray, columns: Sequence[SecretArray]) -> list[SecretArray]:
    """What stands in an array of columns, one after the other, where they are these."""
    facts = [Facts(x.shape, x.kind, x.scale, x.range) for x in columns]
    return [record(COLUMN, both, index=i, facts=each) for i, each in enumerate(facts)]


def put_first(condition: SecretArray, columns: Sequence[SecretArray]) -> tuple[list[SecretArray], SecretArray]:
    """Columns (..., count): those elements first for which the condition holds, then the others, both in their order;
    and the places at which they stood. One conversion to the ring, one product, and a shuffle."""
    count = condition.shape[-1]
    last = max(count - 1, 0)
    before = cumsum(condition, -1)
    behind = add(before[..., -1:], subtract(np.arange(count), before))
    places = where(condition, subtract(before, 1), behind).narrowed(0, last)
    numbers = constant(condition.context, np.broadcast_to(np.arange(count), condition.shape), 0)
    moved = [*columns, numbers]
    *found, stood = columns_of(record(PLACE, places, *moved), moved)
    return found, stood
