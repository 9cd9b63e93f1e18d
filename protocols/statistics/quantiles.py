"""Quantiles: the interval between public edges in which each lies. Of noisy scores the place of the largest leaves.

With B values below an interval [e_i, e_i+1), U below its upper edge and n in all, the q-quantile is there if q n is
from B to U; the score is minus the distance of q n from there (Smith, STOC 2011, algorithm 2, of public intervals).
In units of 1 / d, for q = p / d, scores are whole numbers. Where values may lie beyond the edges, there is an interval
more on that side, to the end of the range that they are held to, so that what is told is true of all of them.

Each score gets geometric noise G of scale 2 moved / epsilon, and the first of the largest is told: report-noisy-max
with one-sided noise. With continuous noise that is permute-and-flip (McKenna, Sheldon, NeurIPS 2020; Ding, Kifer et
al., 2021). On whole numbers it is (epsilon, 0)-private by the argument of Dwork and Roth (2014, claim 3.9): whatever
the other noisy scores are, i is told if G_i is at least a whole number t; on a neighbour, of which each score is at
most `moved` elsewhere, if G_i is at least some number that is t + 2 moved or less. And P[G >= t + s] >= exp(-s / scale)
P[G >= t] for whole s >= 0, for t below 0 too. Equal scores are told apart by their places, which are public.

How far off: the interval with q n has score 0 and noise of at least 0, so that of the one that is told scores at least
minus its noise: with k intervals, minus t or below with probability k exp(-t / scale) at most.

Several quantiles share epsilon evenly: what is told of all together is composed of what is told of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm, ldexp, log
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.extremes import argmax
from protocols.array.lines import user_line
from protocols.array.logic import maximum
from protocols.array.matrices import matmul
from protocols.array.private_reveals import noised
from protocols.array.revealing import reveal_charged
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.array.thresholds import below_each, threshold
from protocols.privacy.amounts import AnyNumber, positive, printed, probability
from protocols.privacy.charging import charge_of
from protocols.privacy.events import Event, NearEvent, PureEvent
from protocols.privacy.in_words import InWords
from protocols.privacy.joint_geometric_dkmmn06 import JointGeometric, joint_geometric
from protocols.privacy.joint_noise import Laplace, Promise
from protocols.privacy.ledger.charges import Price
from protocols.privacy.neighbours import Relation
from protocols.statistics.bounded import there
from protocols.statistics.columns import AnyColumn, Records, records
from protocols.statistics.estimate import Floats, confidence_of
from protocols.statistics.noisy_figures import begun
from protocols.statistics.totals import SURE

MOST_DENOMINATOR = 1 << 16


@dataclass(frozen=True, slots=True, repr=False)
class Quantile(InWords):
    """For each part `q` the interval that was told, from `low` to `high`, and its middle, `value`.

    With this `confidence`, for each by itself, the interval is right for a part of the n values that is at most `ranks`
    values from q n. Beyond the edges there are intervals to the ends of the range that values are held to. `event` is
    what happened, `charge` what a ledger booked for all of it.
    """

    q: Any
    value: Any
    low: Any
    high: Any
    ranks: float
    confidence: Fraction
    event: Event
    charge: Price

    def __str__(self) -> str:
        told = zip(*(np.atleast_1d(each) for each in (self.value, self.low, self.high)), strict=True)
        shown = ", ".join(f"{value:.6g} ({low:.6g} to {high:.6g})" for value, low, high in told)
        sure = f"{printed(100 * self.confidence)}% sure to {self.ranks:.3g} ranks"
        return f"{shown}, {sure}; {self.charge}, {self.event.neighbours}"


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of quantiles, p / d each."""

    ps: tuple[int, ...]
    d: int

    def moved(self, held: Records, relation: Relation) -> int:
        """How far one unit moves a score: by d where a row takes another's place, or comes to be zero; by p or d - p
        where it comes or goes."""
        comes_or_goes = relation is Relation.ADD_OR_REMOVE and held.hidden
        return held.rows * (max(max(p, self.d - p) for p in self.ps) if comes_or_goes else self.d)


async def quantile(
    ctx: Context,
    x: AnyColumn,
    q: AnyNumber | Sequence[AnyNumber],
    edges: Any,
    *,
    privacy: Laplace,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Quantile | None:
    """In which of the intervals between public, rising edges a quantile of values lies; or several, one for each q.

    `q`: from 0 to 1, fractions whose common denominator is at most 2^16. `privacy`: an `mpc.Laplace`, whose epsilon all
    quantiles share; the noise is geometric. Where the range that values are held to goes on beyond the edges, what lies
    there is an interval too. Missing values count nowhere. Of no values every interval is right.

    Receivers `to`, all if not given, learn which intervals, and nobody anything else of the values; others get None.
    Against whom as of `mpc.reveal` with `privacy`. Cost: a comparison of each value with each inner edge, the largest
    of as many scores as there are intervals for each q, a private reveal of their places. LocalError `bad-bins`,
    `amount-out-of-range`, and as of `count`.
    """
    begun(ctx, "quantile", privacy, confidence, Laplace)
    held, line = records(ctx, privacy.neighbours, x), _edges_of(edges)
    return await quantile_between(ctx, held, q, _to_the_ends(line, held), privacy, confidence, to)


async def median(
    ctx: Context, x: AnyColumn, edges: Any, *, privacy: Laplace, confidence: AnyNumber = SURE, to: Any = None
) -> Quantile | None:
    """In which of the intervals between public, rising edges the quantile at 1/2 lies. All else as of `quantile`."""
    begun(ctx, "median", privacy, confidence, Laplace)
    return await quantile(ctx, x, "1/2", edges, privacy=privacy, confidence=confidence, to=to)


async def quantile_between(
    ctx: Context, held: Records, q: Any, line: Floats, privacy: Laplace, confidence: AnyNumber, to: Any
) -> Quantile | None:
    """The same of values as they are held between the first and the last edge: those beyond count in the outer
    intervals."""
    sure, parts = confidence_of(confidence), _parts_of(q)
    scores = _scores(_below(held, line), there(held.valid, held.count), parts)
    moved = parts.moved(held, privacy.neighbours.relation)
    each = positive(privacy.epsilon, "epsilon") / len(parts.ps)
    sampler = joint_geometric(Fraction(2 * moved) / each, scores.size)
    places = argmax(noised(scores.reshape(-1), sampler).reshape(*scores.shape), 1)
    ranks = [_ranks(sampler, len(line) - 1, parts.d, c) for c in (SURE, sure)]
    event = NearEvent(PureEvent(positive(privacy.epsilon, "epsilon"), privacy.neighbours), sampler.tau)
    promise = Promise(event, Price((charge_of(event),)), float(sampler.scale) / parts.d, ranks[0])
    found = await reveal_charged(ctx, places, privacy=promise, to=to)
    if found is None:
        return None
    at = found[0] if _is_one(q) else found
    low, high = line[at], line[at + 1]
    return Quantile(q, (low + high) / 2, low, high, ranks[1], sure, event, promise.charge)


def _scores(below: SecretArray, n: Any, parts: _Parts) -> SecretArray:
    """Minus d times the distance of q n from [B, U]: (parts, intervals)."""
    ps = np.array(parts.ps).reshape(-1, 1)
    wanted, d = ps * n, parts.d
    scaled = (d * below).reshape(1, -1)
    beyond = maximum(scaled[:, :-1] - wanted, wanted - scaled[:, 1:])
    scores: SecretArray = -maximum(beyond, 0)
    return scores


def _below(held: Records, edges: Floats) -> SecretArray:
    """How many values are below each edge; below the first none, below the last all."""
    x = ring_form(held.columns[0])
    ends = [np.zeros(1, np.int64), there(held.valid, held.count)]
    inner = below_each(x, threshold(x, edges[1:-1], or_equal=False))
    weights = np.ones(held.count, np.int64) if held.valid is None else ring_form(held.valid)
    return concatenate([ends[0], matmul(inner, weights), np.reshape(ends[1], 1)])


def _ranks(sampler: JointGeometric, intervals: int, d: int, sure: Fraction) -> float:
    """No noise of so many scores is larger with this confidence: k exp(-t / scale) is at most 1 - confidence."""
    return ceil(float(sampler.scale) * log(intervals / (1 - sure))) / d


def _parts_of(q: Any) -> _Parts:
    """LocalError `amount-out-of-range`."""
    exact = [probability(each, "the part of a quantile") for each in ([q] if _is_one(q) else list(q))]
    d = lcm(*(part.denominator for part in exact))
    if not exact or d > MOST_DENOMINATOR:
        raise LocalError(
            "amount-out-of-range", "the parts of quantiles are none, or have too fine a common denominator",
            "q such as '1/3'", line=user_line(),
        )  # fmt: skip
    return _Parts(tuple(int(part * d) for part in exact), d)


def _to_the_ends(line: Floats, held: Records) -> Floats:
    """The edges, and the ends of the range of the values where these lie further out than rounding goes."""
    x = ring_form(held.columns[0])
    low, high = (ldexp(end, -x.scale) for end in (x.range.lo, x.range.hi))
    last_place = ldexp(1, -x.scale) if x.scale else 0.0
    below = [low] if low < line[0] - last_place else []
    above = [high] if high > line[-1] + last_place else []
    return np.array([*below, *line, *above])


def _is_one(q: Any) -> bool:
    return not isinstance(q, Sequence | np.ndarray) or isinstance(q, str)


def _edges_of(edges: Any) -> Floats:
    line = np.asarray(edges, np.float64)
    if line.ndim != 1 or len(line) < 3 or not (np.diff(line) > 0).all():
        raise LocalError(
            "bad-bins", "edges that do not rise, or of fewer than two intervals", "public ones, such as range(0, 121)",
            line=user_line(),
        )  # fmt: skip
    return line
