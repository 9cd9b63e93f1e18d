"""Counts, sums and histograms before their noise: exact whole numbers of steps, with their sensitivity."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber
from protocols.privacy.grid import Grid, Whole, unmasked
from protocols.privacy.neighbours import Neighbours
from protocols.privacy.sensitivity import Sensitivity, counted, of_sums

MOST = 1 << 62
"""No sum is larger: what noise adds to it then fits too."""


class Aggregate:
    """Figures in steps of a grid, to be released with noise. They are secret until then, and are not shown."""

    __slots__ = ("sensitivity", "steps", "width")

    def __init__(self, steps: Whole, width: Fraction, sensitivity: Sensitivity) -> None:
        """`steps`: the figures, int64, any shape, below 2^62; `width` of a step: a power of two."""
        self.steps = steps
        self.width = width
        self.sensitivity = sensitivity

    def __repr__(self) -> str:
        of = self.sensitivity
        return f"Aggregate(shape {self.steps.shape}, L1 {of.l1}, squared L2 {of.l2_squared}, {of.neighbours})"


def count(where: npt.NDArray[np.bool_], neighbours: Neighbours, users: npt.ArrayLike | None = None) -> Aggregate:
    """How many records `where`, one bool each, picks. How many there are is public if they are substituted."""
    where = unmasked(where)
    if where.dtype != np.bool_ or where.ndim != 1:
        raise LocalError("wrong-dtype", "a count takes one bool for each record", "count(ages < 30, ...)")
    total = np.count_nonzero(where & counted(len(where), neighbours, users))
    return Aggregate(np.array(total, np.int64), Fraction(1), of_sums(0, 1, 1, neighbours))


def clipped_sum(
    values: npt.NDArray[Any],
    on: Grid,
    neighbours: Neighbours,
    *,
    users: npt.ArrayLike | None = None,
    missing: AnyNumber | None = None,
) -> Aggregate:
    """The sum of values, each clipped to the grid's bounds and rounded to it: (records,) to ().

    Raises LocalError: as `Grid.place` and `counted`; `too-many-records` where the sum may pass 2^62 steps.
    """
    return sum_of(on.place(values, missing), (on.low, on.high), on.step, neighbours, users)


def sum_of(
    placed: Whole, bounds: tuple[int, int], width: Fraction, neighbours: Neighbours, users: npt.ArrayLike | None
) -> Aggregate:
    """The sum of whole numbers that were put within bounds, record by record; errors as of `clipped_sum`."""
    _require_records(placed, bounds)
    total = placed[counted(len(placed), neighbours, users)].sum(dtype=np.int64)
    return Aggregate(np.asarray(total), width, of_sums(*bounds, 1, neighbours))


def histogram(
    values: npt.NDArray[Any], categories: Sequence[Any], neighbours: Neighbours, users: npt.ArrayLike | None = None
) -> Aggregate:
    """How many records have each of some public, different categories; others count nowhere: (len(categories),)."""
    codes = _codes(unmasked(values), categories)
    codes = codes[counted(len(codes), neighbours, users)]
    counts = np.bincount(codes[codes >= 0], minlength=len(categories)).astype(np.int64)
    return Aggregate(counts, Fraction(1), of_sums(0, 1, max(len(categories), 2), neighbours))


def sums_by(
    values: npt.NDArray[Any],
    keys: npt.NDArray[Any],
    categories: Sequence[Any],
    on: Grid,
    neighbours: Neighbours,
    *,
    users: npt.ArrayLike | None = None,
    missing: AnyNumber | None = None,
) -> Aggregate:
    """The clipped sum of the records of each public category of `keys`, one a record: (len(categories),).

    Errors as of `clipped_sum`, and `wrong-shape` where keys and values differ in length.
    """
    placed, codes = on.place(values, missing), _codes(unmasked(keys), categories)
    _require_records(placed, (on.low, on.high))
    if codes.shape != placed.shape:
        raise LocalError("wrong-shape", f"{len(codes)} keys for {len(placed)} values", "one key for each record")
    kept = counted(len(placed), neighbours, users) & (codes >= 0)
    sums = np.zeros(len(categories), np.int64)
    np.add.at(sums, codes[kept], placed[kept])
    return Aggregate(sums, on.step, of_sums(on.low, on.high, max(len(categories), 2), neighbours))


def _require_records(placed: Whole, bounds: tuple[int, int]) -> None:
    if placed.ndim != 1:
        raise LocalError("wrong-shape", f"records of shape {placed.shape}", "one value for each record")
    if len(placed) * max(map(abs, bounds)) > MOST:
        raise LocalError("too-many-records", "the sum may pass 2^62 steps of the grid", "a coarser grid")


def _codes(values: npt.NDArray[Any], categories: Sequence[Any]) -> Whole:
    """The place of each value among the categories, -1 where it is none of them."""
    of = unmasked(categories)
    order = np.argsort(of)
    if of.ndim != 1 or values.ndim != 1 or not len(of) or (of[order][1:] == of[order][:-1]).any():
        raise LocalError("wrong-categories", "categories are a list of different values", "public ones, each once")
    places = np.minimum(np.searchsorted(of[order], values), len(of) - 1)
    return np.where(of[order][places] == values, order[places], -1).astype(np.int64)
