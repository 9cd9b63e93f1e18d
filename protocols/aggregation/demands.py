"""What a client demands of a plan before it takes part, whoever made the plan.

A plan says how probably a client's vector shows. A server that makes the plans of its clients could make one that says
less than is true, or that takes nobody for corrupted; so a client works the probabilities out again from the plan's
numbers, and takes no word of `odds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import log2

from mpc.errors import LocalError
from protocols.aggregation.plan import (
    FEWEST_CLIENTS,
    MOST_CLIENTS,
    MOST_ELEMENTS,
    AggregationPlan,
    fewest_corrupted,
    log2_exposed,
)
from protocols.aggregation.refusals import weak_plan

_WIDEST = 64
_SLACK = 2**-16
"""By how much log2 of a probability may be above what is asked for: machines round differently."""


@dataclass(frozen=True, slots=True)
class Demands:
    """The least that a plan must promise.

    `failure`: with what probability a round may show more than its sum, at most. `corrupted`: which part of the clients
    the plan must take for corrupted, at least (rounded down, and one at least); None: one of them; 0: nobody.
    `honest`: how many others must be in every sum, this client counted. `malicious`: whether the server may do what it
    likes. LocalError `aggregation-plan` for what is no probability, part or number.
    """

    failure: float = 2**-40
    corrupted: float | Fraction | None = None
    honest: int = 2
    malicious: bool = False

    def __post_init__(self) -> None:
        if not (0 < self.failure < 1 and 0 <= (self.corrupted or 0) < 1 and self.honest >= 2):
            cause = f"a failure of {self.failure}, {self.corrupted} corrupted, {self.honest} honest"
            raise LocalError("aggregation-plan", cause, "take probabilities and parts below 1, and 2 honest or more")

    def check(self, plan: AggregationPlan) -> None:
        """LocalError `aggregation-weak-plan`, with the numbers, unless the plan is as good as this. Once computed it is
        known; the first time takes as long as a small part of making the plan."""
        for flaw in (*_flaws(plan), *self._missed(plan)):
            raise weak_plan(flaw)
        shows = _log2_shows(
            plan.clients, plan.dropouts, plan.corrupted, plan.malicious, plan.degree, plan.threshold
        )  # fmt: skip
        if shows > log2(self.failure) + _SLACK:
            raise weak_plan(
                f"more than the sum shows with probability 2^{shows:.1f}, and 2^{log2(self.failure):.1f} may be"
            )

    def _missed(self, plan: AggregationPlan) -> Iterator[str]:
        part = self.corrupted
        wanted = 1 if part is None else fewest_corrupted(plan.clients, part)
        if plan.corrupted < wanted:
            yield f"it takes {plan.corrupted} of {plan.clients} clients for corrupted, and {wanted} may be"
        if self.malicious and not plan.malicious:
            yield "it holds against a server that follows the protocol, and this one need not"
        if _honest(plan) < self.honest:
            yield f"a sum may be of {_honest(plan)} honest clients, and {self.honest} are the least"


def _honest(plan: AggregationPlan) -> int:
    """How many honest clients are in every sum."""
    return (plan.quorum if plan.malicious else min(plan.quorum, plan.least)) - plan.corrupted


def _flaws(plan: AggregationPlan) -> Iterator[str]:
    """What no plan may have, whatever is demanded."""
    numbers = (
        plan.clients,
        plan.length,
        plan.bits,
        plan.corrupted,
        plan.dropouts,
        plan.degree,
        plan.threshold,
        plan.quorum,
    )
    if not all(type(number) is int and number >= 0 for number in numbers):
        yield "its numbers are no whole numbers"
        return
    if not (FEWEST_CLIENTS <= plan.clients <= MOST_CLIENTS and 1 <= plan.length <= MOST_ELEMENTS):
        yield f"it has {plan.clients} clients and {plan.length} elements"
    if not 1 <= plan.bits <= _WIDEST:
        yield f"its elements have {plan.bits} bits"
    if plan.least - plan.corrupted < 2:
        yield f"{plan.least - plan.corrupted} honest clients may be left, whose sum hides nothing"
    if plan.degree % 2 or plan.degree > max(plan.least - 2, 0):
        yield f"where {plan.least} clients are left, {plan.degree} holders are no graph"
    if not plan.corrupted * plan.complete < plan.threshold <= (plan.degree or plan.least - 1):
        yield f"{plan.threshold} holders give back a secret, and {plan.corrupted} clients are corrupted"
    if plan.malicious and 2 * plan.quorum <= plan.clients + plan.corrupted:
        yield f"two sets of survivors may both have a quorum of {plan.quorum} signatures"
    if not plan.malicious and plan.quorum < plan.least:
        yield f"a sum of {plan.quorum} clients is let out, fewer than the {plan.least} that must be left"


@lru_cache(maxsize=64)
def _log2_shows(clients: int, gone: int, bad: int, malicious: bool, degree: int, threshold: int) -> float:
    return log2_exposed(clients, gone, bad, malicious, degree, threshold)
