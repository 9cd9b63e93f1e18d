"""Which keys many records have, where nobody knows beforehand which there are: only those that enough have are told.

Keys are sorted, so that equal ones lie beside one another, and the ends of their runs brought to the front: what is
between two ends is a count. Each place, of as many as there are records, gets noise, and what reaches the threshold is
brought to the front again, in the order of keys. So what is opened is the keys that are told, with their noisy counts,
and zeros behind them: how many keys there are, and where others lay, is never seen. Why it is private:
`protocols/privacy/thresholds_kkmn09.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.compaction import compress
from protocols.array.lines import naming_line, user_line
from protocols.array.logic import greater_equal, logical_and, not_equal, where
from protocols.array.private_reveals import noised
from protocols.array.revealing import reveal_charged
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate, stack
from protocols.array.sorting import sort
from protocols.privacy.amounts import AnyNumber, positive, printed, probability
from protocols.privacy.events import ApproximateEvent, ComposedEvent, Event
from protocols.privacy.in_words import InWords
from protocols.privacy.joint_gaussian_cks20 import JointGaussian
from protocols.privacy.joint_laplace_dkmmn06 import JointLaplace
from protocols.privacy.joint_noise import Gaussian, JointNoise, Laplace, Promise
from protocols.privacy.ledger.charges import Charge, Price, charge
from protocols.privacy.neighbours import Relation
from protocols.privacy.thresholds_kkmn09 import threshold_for, told_alone
from protocols.statistics.averages import shared
from protocols.statistics.columns import AnyColumn, Records, records
from protocols.statistics.distances import moved, row_of
from protocols.statistics.estimate import Estimate
from protocols.statistics.noisy_figures import begun, bound_of, moves_of
from protocols.statistics.tables import SEVERAL
from protocols.statistics.totals import SURE


@dataclass(frozen=True, slots=True, repr=False)
class PrivateKeys(InWords):
    """The keys that were told, ascending, and how many records have each: at least `threshold`, noise included.

    With their confidence the intervals of `counts` hold for all keys at once, so for those that were told too, whose
    noise is more often up than down.
    """

    keys: npt.NDArray[np.int64]
    counts: Estimate
    threshold: int

    def __str__(self) -> str:
        cost = f"{self.counts.charge}, {self.counts.event.neighbours}"
        half = np.max(np.subtract(self.counts.high, self.counts.values), initial=0)
        shown = ", ".join(f"{key}: {n:.0f}" for key, n in zip(self.keys, self.counts.values, strict=True))
        sure = f"all within {half:.3g}, {printed(100 * self.counts.confidence)}% sure"
        return f"{{{shown}}} ({sure}), keys of {self.threshold} or more; {cost}"


async def private_keys(
    ctx: Context,
    keys: AnyColumn,
    *,
    privacy: JointNoise,
    delta: AnyNumber,
    confidence: AnyNumber = SURE,
    to: Any = None,
) -> PrivateKeys | None:
    """The keys that enough records have, with noisy counts; keys are whole numbers, which nobody knows beforehand.

    `delta`: the chance, beside that of `privacy`, with which a key may be told that one unit alone brings or takes;
    from it the threshold follows. What comes of the keys afterwards is public: give them to `mean_by` as categories.

    Receivers `to`, all if not given, learn what is told; everybody the threshold, and how many records there are. Of
    keys that are missing nothing is counted. Against whom as of `mpc.reveal` with `privacy`. Cost: a sort of all
    records, two times what brings some to the front, two comparisons and a draw of noise for each record, and a private
    reveal of two numbers for each. LocalError `bad-kind` for reals, `amount-out-of-range`, `delta-too-small`,
    and as of `count`.
    """
    _, sure = begun(ctx, "private_keys", privacy, confidence, Laplace, Gaussian)
    allowed = positive(probability(delta, "delta", below_one=True), "delta")
    held = records(ctx, privacy.neighbours, keys)
    _check(held)
    distance = moved(row_of((0, 1)), held.rows, privacy.neighbours, hidden=held.hidden, blocks=SEVERAL)
    sampler = privacy.sampler(moves_of(distance), held.count)
    assert isinstance(sampler, JointLaplace | JointGaussian)
    both = privacy.neighbours.relation is Relation.SUBSTITUTE or not held.hidden
    with naming_line():
        threshold = threshold_for(sampler, held.rows, both, allowed)
    promise = _promise(privacy, sampler, told_alone(sampler, held.rows, both, threshold))
    told = await reveal_charged(ctx, _told(_runs(held), sampler, threshold), privacy=promise, to=to)
    return None if told is None else _result(told, sampler, threshold, promise, sure)


def _runs(held: Records) -> SecretArray:
    """Each key that there is, how many records have it, and a 1, (records, 3), ascending; and other numbers behind
    them, with 0 for the 1."""
    keys, n = ring_form(held.columns[0]), held.count
    beyond = keys.range.hi + 1
    ordered = sort(keys if held.valid is None else where(held.valid, keys, beyond))
    ends = concatenate([not_equal(ordered[1:], ordered[:-1]), np.ones(1, np.bool_)])
    if held.valid is not None:
        ends = logical_and(ends, not_equal(ordered, beyond))
    upto = np.arange(1, n + 1)
    key, last, there = np.transpose(compress(ends, stack([ordered, ordered * 0 + upto, ordered * 0 + 1], -1), n))
    return stack([key, last - concatenate([np.zeros(1, np.int64), last[:-1]]), there], -1)


def _told(runs: SecretArray, sampler: JointLaplace | JointGaussian, threshold: int) -> SecretArray:
    """Keys whose noisy counts reach the threshold, with these, (records, 2), and zeros behind them."""
    key, counts, there = np.transpose(runs)
    noisy = noised(counts, sampler)
    never = max(noisy.range.hi - threshold + 1, 1)
    enough = greater_equal(noisy + never * there, threshold + never)
    return compress(enough, stack([key, noisy], -1), len(noisy))


def _promise(privacy: JointNoise, sampler: JointLaplace | JointGaussian, alone: Fraction) -> Promise:
    """That of the noise, with the chance that a key of one neighbour alone is told."""
    noise = privacy.promise(sampler, 0)
    event = ComposedEvent((noise.event, ApproximateEvent(Fraction(0), alone, privacy.neighbours)))
    return replace(noise, event=event, charge=Price(tuple(_beside(way, alone) for way in noise.charge.ways)))


def _beside(of_noise: Charge, alone: Fraction) -> Charge:
    return charge(
        epsilon=of_noise.epsilon, rho=of_noise.rho, delta=of_noise.delta + alone, neighbours=of_noise.neighbours
    )


def _result(
    told: npt.NDArray[np.int64], sampler: JointLaplace | JointGaussian, threshold: int, promise: Promise, sure: Fraction
) -> PrivateKeys:
    found = told[told[:, 1] > 0]
    off = bound_of(sampler, shared(sure, len(told)))
    low, high = (np.clip(found[:, 1] + side * off, 1.0, len(told)) for side in (-1, 1))
    event: Event = promise.event
    return PrivateKeys(found[:, 0], Estimate(found[:, 1], low, high, sure, event, promise.charge), threshold)


def _check(held: Records) -> None:
    if held.columns[0].kind == "fixed":
        raise LocalError("bad-kind", "keys of reals", "whole numbers: codes of what they stand for", line=user_line())
