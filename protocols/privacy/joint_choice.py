"""A choice among scores by noise that all parties draw and none knows: how it is asked for, and what it promises."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from protocols.privacy.charging import charge_of
from protocols.privacy.events import NearEvent, PureEvent
from protocols.privacy.joint_geometric_dkmmn06 import JointGeometric, joint_geometric
from protocols.privacy.joint_noise import Moves, Promise, Sampler
from protocols.privacy.ledger.charges import Price
from protocols.privacy.neighbours import Neighbours


class ChoicePromise(Promise):
    """What is known of a place that was chosen: it has no error in a unit of its own."""

    __slots__ = ()

    def __str__(self) -> str:
        paid = self.charge if self.step is None else f"{self.step}, paid for beforehand"
        return f"{paid}, {self.event.neighbours}; a choice by noisy scores"


@dataclass(frozen=True, slots=True)
class Choice:
    """Report-noisy-max with one-sided noise, (epsilon, delta) with a delta below (1 + e^epsilon) 2^-50: as the noises
    of figures, a `JointNoise`.

    Score i gets a geometric G_i, P[G_i >= g] = a^g with a = exp(-epsilon / (2 m)), where m is how far one unit moves
    any score, and the place of the largest alone is told. Whatever the noise of all others, i is told if G_i is at
    least some t. A neighbour moves each score by m at most, and so t by 2 m; and P[G_i >= t + 2 m] >= a^(2 m)
    P[G_i >= t] = e^-epsilon P[G_i >= t], for t below 0 as well (Dwork, Roth, "The algorithmic foundations of
    differential privacy", 2014, claim 3.9, whose proof uses no more of the noise). On real numbers it is
    permute-and-flip (Ding et al., "The permute-and-flip mechanism is identical to report-noisy-max with exponential
    noise", 2021).
    """

    epsilon: Fraction
    neighbours: Neighbours
    sensitivity: None = None

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        """Any score by so many units of the last place."""
        return Moves.alike(1, -(-steps // 1) + slack)

    def distance(self, moves: Moves) -> int:
        """The most that one score moves."""
        return moves.step

    def sampler(self, moves: Moves, count: int) -> Sampler:
        """LocalError `noise-out-of-range`."""
        return self.noise(moves.step, count)

    def noise(self, moved: int, count: int) -> JointGeometric:
        """For so many scores, of which one unit moves each by `moved` at most. LocalError `noise-out-of-range`."""
        return joint_geometric(2 * moved / self.epsilon, count)

    @property
    def event(self) -> PureEvent:
        """What it costs where it is drawn exactly."""
        return PureEvent(self.epsilon, self.neighbours)

    def promise(self, sampler: Sampler, scale: int, price: Price | None = None, step: Any = None) -> Promise:
        """Charged as an epsilon with its delta, unless it was paid for with others."""
        event = NearEvent(self.event, sampler.tau)
        return ChoicePromise(event, price or Price((charge_of(event),)), 0.0, 0.0, step)
