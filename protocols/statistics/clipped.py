"""A mean whose bounds are taken from the data privately, with an interval that holds for what was not clipped too.

Where public bounds are wide and most values are not, noise that is made for the bounds drowns the mean. A part of
epsilon finds two quantiles near the ends, values are clipped to these, and the rest is spent on their mean, whose noise
is made for the narrow bounds (Smith, STOC 2011; Andrew, Thakkar, McMahan, Ramaswamy, NeurIPS 2021, clip updates at a
quantile). The two are composed: what they cost adds up.

What is clipped away moves the mean by a known amount at most. Of n values at most q n + ranks are below the lower
quantile's interval, since that is right up to so many ranks; each of them loses low - least at most by clipping, and so
above. With n no less than its own interval says, that bounds how far the clipped mean is from the mean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.privacy.amounts import AnyNumber, positive, probability
from protocols.privacy.in_words import InWords
from protocols.privacy.joint_noise import Laplace
from protocols.statistics.averages import mean_and_number, shared
from protocols.statistics.columns import AnyColumn, records
from protocols.statistics.estimate import Estimate, Floats, Interval
from protocols.statistics.noisy_figures import begun
from protocols.statistics.quantiles import Quantile, quantile_between
from protocols.statistics.totals import SURE

INTERVALS = 128
"""Between which edges quantiles are looked for."""

FOR_BOUNDS = Fraction(1, 4)
"""Of epsilon."""


@dataclass(frozen=True, slots=True, repr=False)
class ClippedMean(InWords):
    """`clipped`: the mean of values as clipped to `bounds`, and its interval. `low` to `high`: where the mean lies of
    values that are held to the public range alone. `tails`: what bounds were found by. All of it holds with the
    confidence that was asked for; the interval of `clipped` by itself with more."""

    clipped: Estimate
    bounds: tuple[float, float]
    low: float
    high: float
    tails: Quantile

    def __str__(self) -> str:
        low, high = self.bounds
        spread = f"not clipped from {self.low:.6g} to {self.high:.6g}"
        return f"clipped to {low:.6g} to {high:.6g}: {self.clipped}; {spread}; bounds for {self.tails.charge}"


async def clipped_mean(
    ctx: Context,
    x: AnyColumn,
    *,
    range: tuple[float, float],
    privacy: Laplace,
    tail: AnyNumber = "1/50",
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> ClippedMean | None:
    """The mean of values, clipped between about their `tail` and 1 - `tail` quantiles, which lie in the public `range`.

    A quarter of epsilon goes to the bounds, which everybody learns, the rest to the mean, which receivers `to` learn.
    Two private reveals, each charged. With `confidence` both intervals hold: of the mean of values as clipped, and of
    those that are only held to `range`. What is missing counts nowhere. Against whom as of `count`. Cost: as
    `quantile` of two parts with 128 intervals, and `mean`. LocalError as of these; `bad-range`;
    `amount-out-of-range` for a tail that is not from 0 to below 1/2.
    """
    _, sure = begun(ctx, "clipped_mean", privacy, confidence, Laplace)
    part, epsilon = probability(tail, "the tail"), positive(privacy.epsilon, "epsilon")
    if part >= Fraction(1, 2):
        raise LocalError("amount-out-of-range", "a tail of a half or more", "such as '1/50'", line=user_line())
    noise = replace(privacy, epsilon=FOR_BOUNDS * epsilon)
    edges = _edges(range)
    held = records(ctx, privacy.neighbours, x)
    found = await quantile_between(ctx, held, [part, 1 - part], edges, noise, shared(sure, 4), None)
    assert found is not None
    bounds = float(found.low.min()), float(found.high.max())
    rest = replace(privacy, epsilon=epsilon - FOR_BOUNDS * epsilon)
    told = await mean_and_number(ctx, x, bounds, rest, shared(sure, 2), to)
    return None if told is None else _widened(*told, bounds, found, part, edges)


def _edges(bounds: tuple[float, float]) -> Floats:
    low, high = bounds
    if not -inf < low < high < inf:
        raise LocalError("bad-range", f"range={bounds!r} has no width", "two finite bounds that rise, (lo, hi)",
                         line=user_line())  # fmt: skip
    return np.linspace(low, high, INTERVALS + 1)


def _widened(
    clipped: Estimate, among: Interval, bounds: tuple[float, float], tails: Quantile, part: Fraction, edges: Floats
) -> ClippedMean:
    """With what clipping may have moved the mean by, of as few values as there may be."""
    most = min(float(part) + tails.ranks / float(among.low), 1.0)
    low = clipped.low - most * (bounds[0] - edges[0])
    high = clipped.high + most * (edges[-1] - bounds[1])
    return ClippedMean(clipped, bounds, low, high, tails)
