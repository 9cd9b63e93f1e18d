"""The largest of a row, and rows in order, by one garbled circuit for each row: two rounds, and nothing is opened.

As `protocols.numeric.garbled`, of numbers along the last axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from mpc.context import Context
from protocols.circuits.choosing import argmax, argmin
from protocols.circuits.kinds import Int, UInt
from protocols.circuits.library.fixed_point.values import number
from protocols.circuits.values import Number, Value, mux
from protocols.garbled.joint import Joint, joint_of_numbers
from protocols.numeric.garbled import Kind, kind_of
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, stack
from protocols.sorting_network import comparators
from protocols.suite import suite_of

MOST_ANDS = 1 << 16
"""Of the circuit of one row; longer rows are left to what needs no circuit."""


def extreme_fits(count: int, r: Range) -> bool:
    """Whether a row of so many numbers is short enough for a circuit."""
    return count * 3 * kind_of(r).width <= MOST_ANDS


def sort_fits(count: int, ranges: Sequence[Range]) -> bool:
    """Whether a row of so many records is short enough for a circuit."""
    bits = sum(kind_of(r).width for r in ranges)
    pairs = sum(len(places) for places, _ in comparators(count))
    return pairs * (2 * bits + 2 * count.bit_length()) + count * bits <= MOST_ANDS


@lru_cache(maxsize=64)
def _extreme(count: int, kind: Kind, smaller: bool) -> Joint:
    def best(**values: Number) -> dict[str, Value]:
        place, value = (argmin if smaller else argmax)(list(values.values()))
        return {"value": value, "place": place}

    return joint_of_numbers(best, {f"x{i}": kind for i in range(count)}, "smallest" if smaller else "largest")


async def extreme(ctx: Context, x: ArithmeticShare, r: Range, smaller: bool) -> ArithmeticShare:
    """[the largest along the last axis, or the smallest, and the place of the first such], (2, ...)."""
    kind, count = kind_of(r), x.shape[-1]
    small = x.modulo(kind.width)
    columns = [small[..., i] for i in range(count)]
    found: list[ArithmeticShare] = await suite_of(ctx).garbled_numbers(ctx, _extreme(count, kind, smaller), columns)
    return stack(found)


@lru_cache(maxsize=64)
def _sorted(count: int, kinds: tuple[Kind, ...]) -> Joint:
    def ordered(**values: Number) -> dict[str, Value]:
        given = list(values.values())
        rows = [_record(given[i::count], i, count) for i in range(count)]
        for places, step in comparators(count):
            for low in places.tolist():
                rows[low], rows[low + step] = _in_order(rows[low], rows[low + step])
        columns = [[row[1 + c] for row in rows] for c in range(len(kinds))] + [[_place(row, count) for row in rows]]
        return {f"c{c}_{i}": value for c, column in enumerate(columns) for i, value in enumerate(column)}

    named = {f"c{c}_{i}": kind for c, kind in enumerate(kinds) for i in range(count)}
    return joint_of_numbers(ordered, named, "sort")


Row = list[Number]
"""A key, which is the first column with the place below it, and all columns."""


def _record(columns: Sequence[Number], place: int, count: int) -> Row:
    first, width = columns[0], max(count - 1, 1).bit_length()
    kind = Int(first.kind.width + width) if isinstance(first.kind, Int) else UInt(first.kind.width + width)
    key = number(first.builder, kind, [*UInt(width).encoded(place), *first.literals])
    return [key, *columns]


def _place(row: Row, count: int) -> Number:
    width = max(count - 1, 1).bit_length()
    return number(row[0].builder, UInt(width), [*row[0].literals[:width], 0])


def _in_order(one: Row, other: Row) -> tuple[Row, Row]:
    """Two rows, that with the smaller key first; the first column is part of the key, so it moves with it."""
    later = one[0] > other[0]
    changes = [mux(later, x ^ y, 0) for x, y in zip(one, other, strict=True)]
    return [x ^ c for x, c in zip(one, changes, strict=True)], [y ^ c for y, c in zip(other, changes, strict=True)]


async def sort(ctx: Context, columns: Sequence[ArithmeticShare], ranges: Sequence[Range]) -> ArithmeticShare:
    """[the columns in ascending order of the first along the last axis, equal ones in order, and the places at which
    they stood], (columns + 1, ..., count)."""
    kinds, count = tuple(kind_of(r) for r in ranges), columns[0].shape[-1]
    small = [x.modulo(kind.width) for x, kind in zip(columns, kinds, strict=True)]
    flat = [x[..., i] for x in small for i in range(count)]
    found: list[ArithmeticShare] = await suite_of(ctx).garbled_numbers(ctx, _sorted(count, kinds), flat)
    return stack([stack(found[c * count : (c + 1) * count], -1) for c in range(len(kinds) + 1)])
