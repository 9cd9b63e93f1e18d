"""Which of several candidates loses least over all records, as models do on people who were held back.

Each record has a loss for each candidate, and one unit moves the total of any of them by at most `moved`. Minus the
totals are scores; each gets geometric noise, and the place of the largest alone is told: report-noisy-max with
one-sided noise, whose argument is at `protocols.privacy.joint_choice.Choice`. The number of candidates costs nothing,
and neither do losses that nobody learns.

How far off: the least total has noise of at least 0, so that of k candidates the one that is told has a total that is
larger by t or more with probability k exp(-t / scale) at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.noisy_choices import noisy_argmax
from protocols.array.revealing import reveal_charged
from protocols.array.shape import concatenate
from protocols.privacy.amounts import AnyNumber, positive, printed
from protocols.privacy.events import Event
from protocols.privacy.in_words import InWords
from protocols.privacy.joint_choice import Choice
from protocols.privacy.joint_noise import Laplace
from protocols.privacy.ledger.charges import Price
from protocols.statistics.bounded import bounded
from protocols.statistics.columns import AnyColumn, records
from protocols.statistics.distances import moved, row_of
from protocols.statistics.noisy_figures import begun
from protocols.statistics.steps import Figure, exponent_of
from protocols.statistics.totals import SURE


@dataclass(frozen=True, slots=True, repr=False)
class Least(InWords):
    """The `place` of the candidate that was told, of so many `candidates`.

    With this `confidence` its total is larger than the least one by less than `excess`, in the losses' own unit.
    `event` is what happened, `charge` what a ledger booked for it.
    """

    place: int
    candidates: int
    excess: float
    confidence: Fraction
    event: Event
    charge: Price

    def __str__(self) -> str:
        sure = f"{printed(100 * self.confidence)}% sure to {self.excess:.3g} in the total"
        return f"{self.place} of 0 to {self.candidates - 1}, {sure}; {self.charge}, {self.event.neighbours}"


async def least(
    ctx: Context,
    losses: Sequence[AnyColumn],
    *,
    privacy: Laplace,
    range: tuple[float, float] | None = None,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> Least | None:
    """Which of some candidates has the least total of losses over all records: as `np.argmin` of the totals.

    `losses`: for each candidate a column, all of the same parts, each value clipped to the public `range`, or in the
    range that their owners' data are held to. Missing ones count nowhere, for any of the candidates. `privacy`: an
    `mpc.Laplace`; the noise is geometric. Receivers `to`, all if not given, learn the place, and nobody anything else
    of the losses; others get None. Against whom as of `mpc.reveal` with `privacy`. Cost: the largest of as many numbers
    as there are candidates, a private reveal of its place; two comparisons a loss where it is clipped. LocalError
    `wrong-shape` for fewer than two candidates, and as of `count`.
    """
    noise, sure = begun(ctx, "least", privacy, confidence, Laplace)
    held = records(ctx, noise.neighbours, *_several(losses))
    values = [bounded(column, range, held.valid, centred=False) for column in held.columns]
    exponent = exponent_of(max(b.largest for b in values), max(b.finest for b in values))
    totals = [Figure(np.sum(b.x), exponent) for b in values]
    rows = [row_of(total.moves(b.low, b.high)) for total, b in zip(totals, values, strict=True)]
    furthest = max(moved(row, held.rows, noise.neighbours, hidden=held.hidden).l1 for row in rows)
    choice = Choice(positive(privacy.epsilon, "epsilon"), privacy.neighbours)
    scores = concatenate([(-total.in_steps()).reshape(1) for total in totals])
    chosen, sampler = noisy_argmax(scores, furthest, choice)
    promise = choice.promise(sampler, 0)
    place = await reveal_charged(ctx, chosen, privacy=promise, to=to)
    if place is None:
        return None
    rounding = 2 * scores.range.error_of_reals(0)
    excess = (float(sampler.scale) * log(len(totals) / (1 - sure)) + rounding) / 2.0**exponent
    return Least(int(place), len(totals), excess, sure, promise.event, promise.charge)


def _several(losses: Sequence[AnyColumn]) -> Sequence[AnyColumn]:
    if not isinstance(losses, Sequence) or len(losses) < 2:
        raise LocalError(
            "wrong-shape", "losses of fewer than two candidates", "a column for each candidate: [of_a, of_b]",
            line=user_line(),
        )  # fmt: skip
    return losses
