"""Means and variances of bounded values: noisy sums, and a noisy count where the number of records is private.

A sum divided by a private number tells that number, so where secret bits say which records are there, their number has
noise of its own (`protocols/privacy/averages.py`). Sums are taken around the middle of the bounds, which halves how far
a record that comes or goes moves them.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from mpc.context import Context
from protocols.privacy.amounts import AnyNumber
from protocols.privacy.joint_noise import JointNoise
from protocols.statistics.bounded import Bounded, bounded, there
from protocols.statistics.columns import AnyColumn, Records, filled, records
from protocols.statistics.distances import moved, row_of
from protocols.statistics.estimate import Estimate, Interval
from protocols.statistics.noisy_figures import AnyNoise, Opened, begun, opened
from protocols.statistics.steps import Figure, as_far, exponent_of
from protocols.statistics.totals import SURE


async def mean(
    ctx: Context,
    x: AnyColumn,
    *,
    privacy: AnyNoise,
    range: tuple[float, float] | None = None,
    missing: float | None = None,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """The mean of values, each clipped to the public `range`, or in the range that their owners' data are held to.

    Of what is not missing, or with the public number `missing` in its place. Where noise leaves open whether any is
    there, the interval is all of the range. The estimate lies within the bounds, whatever the noise.
    Who learns what, against whom and errors as of `count`. Cost: one private reveal, of one number or, where values may
    be missing, of two; two comparisons a value where it is clipped.
    """
    noise, sure = begun(ctx, "mean", privacy, confidence)
    found = await mean_and_number(ctx, filled(ctx, x, missing), range, noise, sure, to, "mean")
    return None if found is None else found[0]


async def mean_and_number(
    ctx: Context, x: AnyColumn, bounds: tuple[float, float] | None, noise: JointNoise, sure: Fraction, to: Any,
    name: str = "",
) -> tuple[Estimate, Interval] | None:  # fmt: skip
    """The mean of what is there, and the interval of how many values that are; both hold with this confidence. `name`:
    as of `opened`."""
    held = records(ctx, noise.neighbours, x)
    b = bounded(held.columns[0], bounds, held.valid)
    total = Figure(np.sum(b.x), exponent_of(b.largest, b.finest))
    counts = _counts(held, as_far(b.largest, total.exponent))
    row = row_of(total.moves(b.low, b.high), *[2 * (int(n.steps),) for n in counts])
    distance = moved(row, held.rows, noise.neighbours, hidden=held.hidden)
    found = await opened(ctx, [total, *counts], distance, noise, to, name=name, over=max(held.count, 1))
    return None if found is None else _mean_of(found, b, held.count, sure)


async def variance(
    ctx: Context,
    x: AnyColumn,
    *,
    privacy: AnyNoise,
    range: tuple[float, float] | None = None,
    missing: float | None = None,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """The mean squared distance of clipped values from their mean (ddof 0), from 0 to a quarter of the squared span.

    As `mean`, with one number more that is revealed in the same reveal, and a square of each value.
    """
    noise, sure = begun(ctx, "variance", privacy, confidence)
    held = records(ctx, noise.neighbours, filled(ctx, x, missing))
    b = bounded(held.columns[0], range, held.valid)
    most = b.largest**2
    squares = Figure(np.sum(np.square(b.x)), exponent_of(most, b.finest))
    total = Figure(np.sum(b.x), as_far(b.largest, squares.exponent))
    counts = _counts(held, as_far(most, squares.exponent))
    sizes = total.moves(b.low, b.high), squares.moves(Fraction(0), most)
    row = row_of(*sizes, *[2 * (int(n.steps),) for n in counts])
    distance = moved(row, held.rows, noise.neighbours, hidden=held.hidden)
    found = await opened(ctx, [total, squares, *counts], distance, noise, to)
    return None if found is None else _variance_of(found, b, held.count, sure)


async def std(
    ctx: Context,
    x: AnyColumn,
    *,
    privacy: AnyNoise,
    range: tuple[float, float] | None = None,
    missing: float | None = None,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """The standard deviation of clipped values (ddof 0): the root of what `variance` releases, and of its interval.

    As `variance` in all else.
    """
    begun(ctx, "std", privacy, confidence)
    given: dict[str, Any] = {"range": range, "missing": missing, "confidence": confidence, "to": to}
    found = await variance(ctx, x, privacy=privacy, **given)
    if found is None:
        return None
    return replace(found, values=np.sqrt(found.values), low=np.sqrt(found.low), high=np.sqrt(found.high))


def _counts(held: Records, exponent: int) -> list[Figure]:
    return [] if held.valid is None else [Figure(there(held.valid, held.count), exponent)]


def _mean_of(found: Opened, b: Bounded, rows: int, sure: Fraction) -> tuple[Estimate, Interval]:
    each = shared(sure, len(found.figures))
    number, among, none = number_of(found, 1, rows, each)
    value = np.clip(b.middle + found.figures[0] / number, *b.bounds)
    within = found.interval(0, each).over(among)
    interval = Interval(b.middle + within.low, b.middle + within.high).within(*b.bounds, unknown=none)
    event, charge = found.promise.event, found.promise.charge
    return Estimate(value[()], interval.low[()], interval.high[()], sure, event, charge), among


def _variance_of(found: Opened, b: Bounded, rows: int, sure: Fraction) -> Estimate:
    each = shared(sure, len(found.figures))
    number, among, none = number_of(found, 2, rows, each)
    most = float((b.high - b.low) ** 2 / 4)
    value = np.clip(found.figures[1] / number - (found.figures[0] / number) ** 2, 0, most)
    firsts, seconds = (found.interval(place, each).over(among) for place in (0, 1))
    interval = seconds.less(firsts.square()).within(0, most, unknown=none)
    return Estimate(value[()], interval.low[()], interval.high[()], sure, found.promise.event, found.promise.charge)


def shared(sure: Fraction, figures: int) -> Fraction:
    """The confidence in each of several figures with which all are right at once."""
    return 1 - (1 - sure) / figures


def number_of(found: Opened, place: int, rows: int, each: Fraction) -> tuple[Any, Interval, Any]:
    """How many records there are, noisy and at least 1, what it lies between if there are some, and whether there may
    be none; or their public number."""
    if len(found.figures) == place:
        exact = np.asarray(float(rows))
        return exact, Interval(exact, exact), False
    most, among = max(float(rows), 1.0), found.interval(place, each)
    return np.clip(found.figures[place], 1.0, most), among.within(1.0, most), among.low <= 0
