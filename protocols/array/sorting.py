"""Sorting, by a shuffle or by Batcher's odd-even merge network (AFIPS 1968), and what follows from an order.

A network compares the same places whatever the values are, so nobody learns anything of the order. All comparators of
a layer are one comparison and one product. Where the order of equal elements counts, what is compared is an element and
its place at first, a strict order: argsort and whatever is sorted along are stable.

m elements take about (log2 m)^2 / 2 layers of a comparison and two rounds, and m (log2 m)^2 / 4 comparisons.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from protocols.array.arithmetic import ADD_PUBLIC, add, scale_by, subtract, sum_
from protocols.array.folding import axis_back, axis_last, axis_number
from protocols.array.implementations import implements
from protocols.array.logic import equal, greater_equal, less, logical_and, logical_not, logical_or, precedes
from protocols.array.missing import missing
from protocols.array.public import encoded
from protocols.array.recording import record
from protocols.array.scales import constant, ring_form
from protocols.array.secret import SecretArray
from protocols.array.selecting import pick
from protocols.array.shape import concatenate, stack
from protocols.array.shuffled import garbles_sort, put_first, sorted_columns
from protocols.array.thresholds import clamped
from protocols.numeric.opened_order import comparisons, level_of, parts_of
from protocols.sorting_network import comparators, size

Before = Callable[[list[SecretArray], list[SecretArray]], SecretArray]
"""Whether rows of columns come strictly before others."""


class Layer(NamedTuple):
    """Comparators that touch no place twice: the places that each compares, and where everything goes afterwards."""

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    idle: npt.NDArray[np.int64]
    back: npt.NDArray[np.int64]


@cache
def network(count: int) -> tuple[Layer, ...]:
    """The layers that sort `count` places."""
    return tuple(_layer(count, low, step) for low, step in comparators(count))


def _layer(count: int, low: npt.NDArray[np.int64], step: int) -> Layer:
    busy = np.zeros(count, np.bool_)
    busy[low] = busy[low + step] = True
    idle = np.flatnonzero(~busy)
    return Layer(low, low + step, idle, np.argsort(np.concatenate([low, low + step, idle])))


def shuffles(rows: SecretArray) -> bool:
    """Whether rows (..., m) are sorted as one operation: by a circuit, or by a shuffle where the suite has one, and it
    takes less than the network."""
    if garbles_sort(rows):
        return True
    if rows.context.suite.shuffle is None or not rows.size:
        return False
    count = rows.shape[-1]
    many = rows.size // count
    layers, exchanged = size(count)
    level = level_of(rows.context.session)
    levels, compared = comparisons(many, count, level, parts_of(rows.context.session))
    return level * (levels + 1) + compared < level * layers + 2 * many * exchanged


def sorted_by(before: Before, columns: Sequence[SecretArray]) -> list[SecretArray]:
    """Columns (..., m) whose rows are brought into the order of `before` along their last axis."""
    rows = list(columns)
    for layer in network(rows[0].shape[-1]):
        rows = _compared(before, rows, layer)
    return rows


def _compared(before: Before, rows: list[SecretArray], layer: Layer) -> list[SecretArray]:
    lows, highs = [x[..., layer.low] for x in rows], [x[..., layer.high] for x in rows]
    swapped = ring_form(before(highs, lows))
    weights = swapped.reshape(*swapped.shape, 1)
    return [_exchanged(x, weights, low, high, layer) for x, low, high in zip(rows, lows, highs, strict=True)]


def _exchanged(x: SecretArray, weights: SecretArray, low: SecretArray, high: SecretArray, layer: Layer) -> SecretArray:
    """One product for both: what is not the lower one afterwards is their sum less it."""
    lower = pick(weights, stack([high, low], -1))
    rest = subtract(low, lower, range_=clamped(low.range - lower.range, x.context))
    higher = add(rest, high).in_range(x.range)
    return concatenate([lower, higher, x[..., layer.idle]], -1)[..., layer.back]


def _by_value(a: list[SecretArray], b: list[SecretArray]) -> SecretArray:
    """What is sorted is the same whichever of two near ones comes first."""
    return precedes(a[0], b[0], decides=False)


def first_before(a: list[SecretArray], b: list[SecretArray]) -> SecretArray:
    """Whether the first columns are less."""
    return less(a[0], b[0])


def by_two(a: list[SecretArray], b: list[SecretArray]) -> SecretArray:
    """Whether the first columns are less, or equal and the second ones less."""
    return logical_or(less(a[0], b[0]), logical_and(equal(a[0], b[0]), less(a[1], b[1])))


@implements(np.sort)
def sort(a: SecretArray, axis: int | None = -1, kind: Any = None, *, stable: Any = None) -> SecretArray:
    """a in ascending order along an axis, flattened for None: a network of a few, a shuffle and opened comparisons of
    many (docs/protocols/order.md); bits are counted instead, in 8 rounds."""
    _check_kind(kind)
    place = axis_number(axis)
    rows = axis_last(a, place)
    return axis_back(_sorted_bits(rows) if a.kind == "bit" else _sorted_numbers(rows), place)


def _sorted_numbers(rows: SecretArray) -> SecretArray:
    if shuffles(rows):
        return sorted_columns([rows], decides=False)[0][0]
    return sorted_by(_by_value, [rows])[0]


def _sorted_bits(rows: SecretArray) -> SecretArray:
    count = rows.shape[-1]
    return greater_equal(sum_(rows, -1, keepdims=True), count - np.arange(count))


@implements(np.argsort)
def argsort(a: SecretArray, axis: int | None = -1, kind: Any = None, *, stable: Any = None) -> SecretArray:
    """The places that would sort a, those of equal elements in order; of bits by one product and a shuffle."""
    _check_kind(kind)
    place = axis_number(axis)
    if a.kind == "bit" and a.context.suite.shuffle is not None:
        return axis_back(put_first(logical_not(axis_last(a, place)), [])[1], place)
    return axis_back(with_places(axis_last(ring_form(a), place))[1], place)


def with_places(rows: SecretArray) -> tuple[SecretArray, SecretArray]:
    """Elements (..., m) in ascending order, and where each of them stood, equal ones in order.

    Where it fits the ring both are one number, element * 2^levels(m) + place in units of the last place, so that one
    comparison tells them apart.
    """
    if shuffles(rows):
        (values,), places = sorted_columns([rows], decides=True)
        return values, places
    count, places = rows.shape[-1], places_of(rows)
    bits = max(count - 1, 0).bit_length()
    if not rows.range.shift_left(bits).fits(rows.context.ring.bits):
        values, places = sorted_by(by_two, [rows, places])
        return values, places.narrowed(0, max(count - 1, 0))
    keys = record(
        ADD_PUBLIC, scale_by(rows, np.asarray(1 << bits)), constant=encoded(rows.context, np.arange(count), 0)
    )
    _, values, places = sorted_by(first_before, [keys, rows, places])
    return values, places


def places_of(rows: SecretArray) -> SecretArray:
    """The place of each element along the last axis, as a secret."""
    return constant(rows.context, np.broadcast_to(np.arange(rows.shape[-1]), rows.shape), 0)


@implements(np.partition)
def partition(a: SecretArray, kth: Any, axis: int | None = -1, kind: Any = None) -> SecretArray:
    """a with the kth smallest where sorting puts them, smaller ones before and larger ones behind: a sorted."""
    _check_places(a, kth, axis)
    return sort(a, axis)


@implements(np.argpartition)
def argpartition(a: SecretArray, kth: Any, axis: int | None = -1, kind: Any = None) -> SecretArray:
    """The places that would partition a: those that would sort it."""
    _check_places(a, kth, axis)
    return argsort(a, axis)


def _check_places(a: SecretArray, kth: Any, axis: int | None) -> None:
    """The refusal of a place that the axis does not have."""
    count = a.size if axis is None or not a.ndim else a.shape[axis]
    places = np.asarray(kth)
    if places.dtype.kind not in "iu" or (places < -count).any() or (places >= count).any():
        raise missing(f"np.partition at {kth!r} of {count} elements", f"give whole places below {count}")


def _check_kind(kind: Any) -> None:
    """All kinds of sorting are one here, which is stable."""
    if kind not in (None, "quicksort", "heapsort", "mergesort", "stable"):
        raise missing(f"np.sort with kind={kind!r}", "leave it out: equal elements keep their order")
