"""How many records satisfy something, and sums of bounded values."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.logic import logical_and, where
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.privacy.amounts import AnyNumber
from protocols.statistics.bounded import bounded
from protocols.statistics.columns import AnyColumn, Records, filled, records
from protocols.statistics.distances import moved, row_of
from protocols.statistics.estimate import Estimate
from protocols.statistics.noisy_figures import AnyNoise, Opened, begun, opened
from protocols.statistics.steps import Figure, exponent_of

SURE = Fraction(19, 20)
"""Of intervals, unless another confidence is asked for."""


async def count(
    ctx: Context, where: AnyColumn, *, privacy: AnyNoise, confidence: AnyNumber = SURE, to: Any = None
) -> Estimate | None:
    """How many records a column picks, of bits or of whole numbers in a range of 0 to 1: a whole number, from 0 on.

    Rows that are not there do not count. Receivers `to`, all if not given, learn the number with noise that nobody
    knows; others get None. What holds of the noise, against whom, and errors: as of `mpc.reveal` with `privacy`;
    `not-a-bit`, and as of `records`. Cost: a private reveal of one number, and n conversions of a bit.
    """
    noise, sure = begun(ctx, "count", privacy, confidence)
    held = records(ctx, noise.neighbours, where)
    picked = _picked(held)
    distance = moved(row_of((0, 1)), held.rows, noise.neighbours, hidden=held.hidden)
    found = await opened(ctx, [Figure(np.sum(picked), 0)], distance, noise, to, name="count")
    return None if found is None else one_figure(found, sure, 0, held.count)


def _picked(held: Records) -> SecretArray:
    """A one for each record that counts, as numbers."""
    (x,) = held.columns
    if x.kind == "bit":
        return ring_form(x if held.valid is None else logical_and(x, held.valid))
    numbers = ring_form(x)
    if x.kind != "int" or not 0 <= numbers.range.lo <= numbers.range.hi <= 1:
        raise LocalError(
            "not-a-bit", "a count of what are no bits, nor whole numbers in a range of 0 to 1",
            "compare first: ages < 30, or flags == 1", line=user_line(),
        )  # fmt: skip
    return numbers if held.valid is None else where(held.valid, numbers, 0)


async def sum_(
    ctx: Context,
    x: AnyColumn,
    *,
    privacy: AnyNoise,
    range: tuple[float, float] | None = None,
    missing: float | None = None,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Estimate | None:
    """The sum of values, each clipped to the public `range`, or in the range that their owners' data are held to.

    What is missing adds nothing, or `missing`, a public number, like any other value. Who learns what, against whom and
    errors as of `count`. Cost: a private reveal of one number, and two comparisons a value where it is clipped.
    """
    noise, sure = begun(ctx, "sum", privacy, confidence)
    held = records(ctx, noise.neighbours, filled(ctx, x, missing))
    b = bounded(held.columns[0], range, held.valid, centred=False)
    total = Figure(np.sum(b.x), exponent_of(b.largest, b.finest))
    row = row_of(total.moves(b.low, b.high))
    distance = moved(row, held.rows, noise.neighbours, hidden=held.hidden)
    found = await opened(ctx, [total], distance, noise, to, name="sum")
    low, high = (held.count * bound for bound in b.bounds)
    outer = (low, high) if held.valid is None else (min(low, 0), max(high, 0))
    return None if found is None else one_figure(found, sure, *outer)


def one_figure(found: Opened, sure: Fraction, low: float, high: float) -> Estimate:
    """The first figure, whose true numbers are known to lie between two."""
    interval = found.interval(0, sure).within(low, high)
    return Estimate(
        found.figures[0][()], interval.low[()], interval.high[()], sure, found.promise.event, found.promise.charge
    )
