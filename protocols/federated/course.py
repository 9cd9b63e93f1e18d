"""The common side of a training: the weights that all know, round after round, and what is told of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.federated.aggregate import Total
from protocols.federated.layout import Vector
from protocols.federated.outcomes import Held, Round, Trained, held_of
from protocols.federated.strategies import Controlled, Optimiser, no_held_out
from protocols.federated.terms import Terms
from protocols.federated.updates import Mean, no_examples
from protocols.privacy.ledger.charges import Price


@dataclass(frozen=True, slots=True)
class Kept:
    """A training on paper: `least` is the smallest loss on held-out data, of the weights `best` of round `best_at`."""

    weights: Vector
    optimiser: Sequence[Vector]
    common: Seed
    rounds: Sequence[Round]
    stopped: bool
    least: float
    best: Vector | None
    best_at: int


@dataclass(slots=True)
class Course:
    """A training as it goes: `weights` are the common ones, `common` a seed that all have."""

    terms: Terms
    weights: Vector
    common: Seed
    rounds: list[Round] = field(default_factory=list)
    stopped: bool = False
    _optimiser: Optimiser = field(init=False)
    _best: tuple[float, Vector | None, int] = (inf, None, 0)

    def __post_init__(self) -> None:
        self._optimiser = self.terms.strategy.start(self.terms.layout.size)

    @property
    def number(self) -> int:
        """Of the round that comes next, from 1."""
        return len(self.rounds) + 1

    @property
    def over(self) -> bool:
        """Whether all rounds were, or no more are worth it."""
        return self.stopped or len(self.rounds) == self.terms.rounds

    @property
    def seed(self) -> Seed:
        """All sites' seed for the next round."""
        return self.common.derive("round of training", self.number)

    @property
    def chosen(self) -> tuple[int, ...]:
        """Who trains in the next round."""
        return self.terms.chosen(self.number, self.common)

    def take(self, total: Total) -> Round:
        """The sums of a round: the weights move, but for a sample of clients that have no examples.

        LocalError `no-examples` where nobody of all has any, `training-diverged`.
        """
        mean = self.terms.coder.mean(total.parts, len(total.survivors), self.seed)
        if not self.terms.private and mean.figures.weight <= 0 and self.terms.sample is None:
            raise no_examples()
        return self.move(mean, total)

    def move(self, mean: Mean, total: Total) -> Round:
        """As `take`, for a mean that came another way."""
        held = held_of(mean.figures)
        self._refuse_to_wait(held)
        if self._ends(held):
            self.stopped = True
        moved = np.zeros(0) if self.stopped else self._moved(mean)
        length = sqrt(float(np.square(moved).sum()))
        chosen = set(self.chosen)
        if not chosen.issuperset(total.survivors):  # else the list stays the one of all rounds in which so many are
            total = replace(total, survivors=tuple(i for i in total.survivors if i in chosen))
        found = _round(self.number, total, length, mean, held, private=self.terms.private)
        self.rounds.append(found)
        return found

    def kept(self) -> Kept:
        """All that the next round depends on."""
        least, best, at = self._best
        return Kept(self.weights, self._optimiser.kept(), self.common, self.rounds, self.stopped, least, best, at)

    def resume(self, kept: Kept) -> None:
        """Go on from there, under the same terms."""
        self.weights, self.common, self.rounds = kept.weights, kept.common, list(kept.rounds)
        self.stopped = kept.stopped
        self._optimiser.resume(kept.optimiser)
        self._best = kept.least, kept.best, kept.best_at

    def ended(self, held: Held | None, price: Price | None, own: dict[str, npt.NDArray[Any]]) -> Trained:
        """The result."""
        terms, layout = self.terms, self.terms.layout
        return Trained(
            layout.unflatten(self.weights), tuple(self.rounds), held, self.stopped, price, own, terms.opened,
            terms.noise_size,
        )  # fmt: skip

    @property
    def control(self) -> Vector | None:
        """The mean of all sites' control variates, where the strategy has any."""
        return self._optimiser.control if isinstance(self._optimiser, Controlled) else None

    def _moved(self, mean: Mean) -> Vector:
        if isinstance(self._optimiser, Controlled):
            self._optimiser.part = len(self.chosen) / self.terms.clients
        with np.errstate(over="ignore", invalid="ignore"):
            step = self._optimiser.step(mean.moved * mean.steps)
        running = self.terms.layout.running
        if running.any():
            step = np.where(running, mean.moved[: len(step)], step)
        self.weights = self.weights + step
        if not np.isfinite(self.weights).all():
            raise LocalError(
                "training-diverged",
                f"the common weights are no longer finite after round {self.number}",
                "a smaller rate, of the sites or of the strategy",
            )
        return step

    def _refuse_to_wait(self, held: Held | None) -> None:
        """Where all sites are in every round the first one tells whether any has held-out data; where clients come and
        go, some of as many rounds as stopping has patience."""
        stopping = self.terms.stopping
        waited = 1 if self.terms.steady or stopping is None else stopping.patience
        seen = held is not None or any(found.held_out is not None for found in self.rounds)
        if stopping is not None and not seen and self.number >= waited:
            raise no_held_out(stopping, "no site has any" if waited == 1 else f"nobody in {waited} rounds had any")

    def _ends(self, held: Held | None) -> bool:
        """Whether the weights of the best round are to stay: that of this round's beginning among them."""
        stopping = self.terms.stopping
        if stopping is None or held is None:
            return False
        least, _, at = self._best
        if held.loss < least - stopping.least:
            self._best = (held.loss, self.weights, self.number)
            return False
        if self.number - at < stopping.patience:
            return False
        best = self._best[1]
        self.weights = self.weights if best is None else best
        return True


def _round(number: int, total: Total, moved: float, mean: Mean, held: Held | None, *, private: bool) -> Round:
    if private:
        return Round(number, total.survivors, moved, total.bytes_sent)
    figures, length = mean.figures, sqrt(float(np.square(mean.moved).sum()))
    rounding = mean.rounding / length if length else (inf if mean.rounding else 0.0)
    loss = figures.loss / figures.told if figures.told else None
    return Round(
        number, total.survivors, moved, total.bytes_sent, figures.examples, loss, held,
        figures.shortened, figures.saturated, figures.capped, rounding,
    )  # fmt: skip
