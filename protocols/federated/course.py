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
from protocols.federated.figures import Figures
from protocols.federated.layout import Layout, Vector
from protocols.federated.strategies import Optimiser, no_held_out
from protocols.federated.terms import Terms
from protocols.federated.updates import Mean, no_examples
from protocols.privacy.ledger.charges import Price

_MUCH = 0.1
"""Of rounding in a mean update, from which a report speaks of it."""


@dataclass(frozen=True, slots=True)
class Held:
    """On held-out data of all sites: the mean loss of so many examples, and the part that was right of those that can
    be right or wrong; None where there are none."""

    examples: int
    loss: float
    accuracy: float | None

    def __str__(self) -> str:
        return f"loss {self.loss:.4g}" + ("" if self.accuracy is None else f", {self.accuracy:.1%} right")


@dataclass(frozen=True, slots=True)
class Round:
    """What all learn of a round: nothing of one site, but for what follows from sums.

    `sites`: whose vectors are in the mean, by number. `examples` they trained on; `train_loss`: the mean of theirs
    before each of their steps, None where no site told it. `held_out`: of the weights that the round began with.
    `shortened`: sites whose update was longer than the clip; `saturated`: coordinates that were cut off; `capped`:
    sites with more examples than count. `moved`: how far the common weights moved (L2). `rounding`: how long what
    rounding added to the mean update is beside it, as a part of 1, at most on average; from 1 on there is little else
    in it. `bytes_sent` by this party.
    With noise for privacy only `sites`, `moved` and `bytes_sent` are known.
    """

    number: int
    sites: tuple[int, ...]
    moved: float
    bytes_sent: int
    examples: int = 0
    train_loss: float | None = None
    held_out: Held | None = None
    shortened: int = 0
    saturated: int = 0
    capped: int = 0
    rounding: float = 0.0

    def __str__(self) -> str:
        said = [f"round {self.number}: {len(self.sites)} sites", f"moved {self.moved:.3g}"]
        if self.train_loss is not None:
            said.append(f"train loss {self.train_loss:.4g} on {self.examples:,} examples")
        if self.held_out is not None:
            said.append(f"began at {self.held_out}")
        cut = {"shortened": self.shortened, "saturated": self.saturated, "capped": self.capped}
        said += [f"{count:,} {what}" for what, count in cut.items() if count]
        if self.rounding > _MUCH:
            said.append(f"of its mean update {min(self.rounding, 1):.0%} is rounding: more bits, less most_examples")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Trained:
    """The common weights by name, which all know, and how they came: `rounds`, and `held_out` at the end.

    `stopped`: whether it ended early. `price`: what it cost in privacy, None without noise. `own`: arrays that did not
    travel, of this site alone. `opened`: what everybody saw of the sites' updates in each round, which is all but the
    sum of all only where the mean was a robust one.
    """

    weights: dict[str, npt.NDArray[Any]]
    rounds: tuple[Round, ...]
    held_out: Held | None = None
    stopped: bool = False
    price: Price | None = None
    own: dict[str, npt.NDArray[Any]] = field(default_factory=dict, repr=False)
    opened: str = ""

    def __str__(self) -> str:
        said = [*map(str, self.rounds)]
        if self.held_out is not None:
            said.append(f"in the end {self.held_out}")
        return "\n".join([*said, *([] if self.price is None else [f"for {self.price}"])])


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
        moved = np.zeros(0) if self.stopped else self._moved(mean.moved)
        length = sqrt(float(np.square(moved).sum()))
        chosen = set(self.chosen)
        trained = replace(total, survivors=tuple(i for i in total.survivors if i in chosen))
        found = _round(self.number, trained, length, mean, held, private=self.terms.private)
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
        layout: Layout = self.terms.layout
        rounds, opened = tuple(self.rounds), self.terms.opened
        return Trained(layout.unflatten(self.weights), rounds, held, self.stopped, price, own, opened)

    def _moved(self, mean: Vector) -> Vector:
        with np.errstate(over="ignore", invalid="ignore"):
            step = self._optimiser.step(mean)
        running = self.terms.layout.running
        if running.any():
            step = np.where(running, mean, step)
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


def held_of(figures: Figures) -> Held | None:
    """What sums say of held-out data; None where nobody has any."""
    count, judged = figures.held_out, figures.held_out_judged
    accuracy = figures.held_out_correct / judged if judged > 0 else None
    return Held(count, figures.held_out_loss / count, accuracy) if count > 0 else None


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
