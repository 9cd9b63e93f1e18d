"""Counts by public edges and categories, tables of several columns, sums and means of groups with public keys."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.counting import histogram as counts_between
from protocols.array.lines import user_line
from protocols.array.logic import equal, logical_and
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.privacy.amounts import AnyNumber
from protocols.privacy.joint_noise import JointNoise
from protocols.statistics.averages import number_of, shared
from protocols.statistics.bounded import Bounded, bounded
from protocols.statistics.columns import AnyColumn, Records, records
from protocols.statistics.distances import moved, row_of
from protocols.statistics.estimate import Estimate, Interval
from protocols.statistics.noisy_figures import AnyNoise, Opened, begun, opened
from protocols.statistics.steps import Figure, as_far, exponent_of
from protocols.statistics.totals import SURE, one_figure

SEVERAL = 2
"""Places that a row may be in: one of the cells, or none, so never fewer."""

Keys = npt.NDArray[np.int64]


async def histogram(
    ctx: Context,
    x: AnyColumn,
    bins: Any,
    *,
    privacy: AnyNoise,
    range: tuple[float, float] | None = None,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """How many values lie between neighbouring public edges, as `np.histogram`: (bins,). Others count nowhere.

    `bins`: edges that rise, or how many of equal width lie in `range`. What is missing counts nowhere. Who learns what
    and against whom as of `count`. Cost: a comparison of each value with each edge, and a private reveal of the counts.
    LocalError `bad-bins`, and as of `count`.
    """
    noise, sure = begun(ctx, "histogram", privacy, confidence)
    held = records(ctx, noise.neighbours, x)
    weights = None if held.valid is None else ring_form(held.valid)
    counts, edges = counts_between(ring_form(held.columns[0]), bins, range, weights=weights)
    if not (np.diff(edges) > 0).all():
        raise LocalError("bad-bins", "edges that do not rise", "sort them, each once", line=user_line())
    return await _counts(ctx, counts, held, noise, sure, to)


async def value_counts(
    ctx: Context,
    x: AnyColumn,
    categories: Sequence[int],
    *,
    privacy: AnyNoise,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """How many records have each of some public, different whole numbers: (categories,). Others count nowhere.

    As `crosstab` of one column, whose cost and errors it has.
    """
    return await crosstab(ctx, [x], [categories], privacy=privacy, confidence=confidence, to=to)


async def crosstab(
    ctx: Context,
    columns: Sequence[AnyColumn],
    categories: Sequence[Sequence[int]],
    *,
    privacy: AnyNoise,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """How many records have each combination of categories: an axis for each column, of as many as it has categories.

    Columns are whole numbers or bits, and lie beside one another; categories are public and differ. Records with a
    value that is none of them, or missing, count nowhere. Who learns what and against whom as of `count`. Cost: a
    comparison with each category, a product of matrices, and a private reveal of the table. LocalError
    `wrong-categories`, `bad-kind` for reals, and as of `count`.
    """
    noise, sure = begun(ctx, "crosstab", privacy, confidence)
    held = records(ctx, noise.neighbours, *columns)
    if len(held.columns) != len(categories):
        raise _wrong_categories(f"{len(categories)} lists of categories for {len(held.columns)} columns")
    cells = [_matches(c, each) for c, each in zip(held.columns, categories, strict=True)]
    first = reduce(_both, cells[:-1]) if len(cells) > 1 else None
    last = _there(cells[-1], held.valid)
    table = np.sum(last, 0) if first is None else np.matmul(np.transpose(ring_form(first)), last)
    return await _counts(ctx, table.reshape(*map(len, categories)), held, noise, sure, to)


async def sum_by(
    ctx: Context,
    x: AnyColumn,
    keys: AnyColumn,
    categories: Sequence[int],
    *,
    privacy: AnyNoise,
    range: tuple[float, float] | None = None,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """The sum of clipped values of the records of each public category of `keys`: (categories,).

    Values as of `sum`, keys as of `crosstab`; who learns what, against whom, cost and errors are theirs.
    """
    noise, sure = begun(ctx, "sum_by", privacy, confidence)
    held, b, cells = _grouped(ctx, x, keys, categories, noise, range, centred=False)
    total = Figure(np.matmul(np.transpose(cells), b.x), exponent_of(b.largest, b.finest))
    distance = moved(
        row_of(total.moves(b.low, b.high)), held.rows, noise.neighbours,
        hidden=held.hidden, blocks=SEVERAL,
    )  # fmt: skip
    found = await opened(ctx, [total], distance, noise, to, name="sum_by")
    low, high = (held.count * bound for bound in b.bounds)
    return None if found is None else one_figure(found, sure, min(low, 0), max(high, 0))


async def mean_by(
    ctx: Context,
    x: AnyColumn,
    keys: AnyColumn,
    categories: Sequence[int],
    *,
    privacy: AnyNoise,
    range: tuple[float, float] | None = None,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """The mean of clipped values of the records of each public category of `keys`: (categories,), within the bounds.

    How many records each has is private, so that it has noise too, in the same reveal. The interval of a category that
    may have none, as far as noise tells, is all of the range. As `sum_by`.
    """
    noise, sure = begun(ctx, "mean_by", privacy, confidence)
    held, b, cells = _grouped(ctx, x, keys, categories, noise, range, centred=True)
    total = Figure(np.matmul(np.transpose(cells), b.x), exponent_of(b.largest, b.finest))
    number = Figure(np.sum(cells, 0), as_far(b.largest, total.exponent))
    row = row_of(total.moves(b.low, b.high), 2 * (int(number.steps),))
    distance = moved(row, held.rows, noise.neighbours, hidden=held.hidden, blocks=SEVERAL)
    found = await opened(ctx, [total, number], distance, noise, to)
    return None if found is None else _means(found, b, held.count, sure)


def _means(found: Opened, b: Bounded, rows: int, sure: Fraction) -> Estimate:
    each = shared(sure, 2)
    number, among, none = number_of(found, 1, rows, each)
    within = found.interval(0, each).over(among)
    interval = Interval(b.middle + within.low, b.middle + within.high).within(*b.bounds, unknown=none)
    values = np.clip(b.middle + found.figures[0] / number, *b.bounds)
    return Estimate(values, interval.low, interval.high, sure, found.promise.event, found.promise.charge)


async def _counts(
    ctx: Context, counts: SecretArray, held: Records, noise: JointNoise, sure: Fraction, to: Any
) -> Estimate | None:
    """Cells, of which a row is in one at most."""
    distance = moved(row_of((0, 1)), held.rows, noise.neighbours, hidden=held.hidden, blocks=SEVERAL)
    found = await opened(ctx, [Figure(ring_form(counts), 0)], distance, noise, to, name="counts")
    return None if found is None else one_figure(found, sure, 0, held.count)


def _grouped(
    ctx: Context, x: AnyColumn, keys: AnyColumn, categories: Sequence[int], noise: JointNoise,
    range_: tuple[float, float] | None, *, centred: bool,
) -> tuple[Records, Bounded, Any]:  # fmt: skip
    """The records, their values, and for each whether it is of each category: (records, categories) of 0 and 1."""
    held = records(ctx, noise.neighbours, x, keys)
    cells = _there(_matches(held.columns[1], categories), held.valid)
    return held, bounded(held.columns[0], range_, None, centred=centred), cells


def _matches(x: SecretArray, categories: Sequence[int]) -> Any:
    """Whether each record has each category: at most one each."""
    of = np.asarray(categories)
    if of.ndim != 1 or not of.size or of.dtype.kind not in "biu" or len(np.unique(of)) < len(of):
        raise _wrong_categories("categories are no list of different whole numbers")
    if x.kind == "fixed":
        raise LocalError("bad-kind", "categories of reals", "whole numbers: codes of what they stand for",
                         line=user_line())  # fmt: skip
    return equal(ring_form(x).reshape(-1, 1), of.astype(np.int64))


def _both(cells: Any, others: Any) -> Any:
    """Whether each record has each combination."""
    joint = logical_and(cells.reshape(*cells.shape, 1), others.reshape(others.shape[0], 1, -1))
    return joint.reshape(cells.shape[0], -1)


def _there(cells: Any, valid: SecretArray | None) -> Any:
    return ring_form(cells if valid is None else logical_and(cells, valid.reshape(-1, 1)))


def _wrong_categories(cause: str) -> LocalError:
    return LocalError("wrong-categories", cause, "a list of public ones for each column, each once", line=user_line())
