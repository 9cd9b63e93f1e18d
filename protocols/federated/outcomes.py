"""What all learn of a training: of each round, of the weights at the end, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from protocols.federated.figures import Figures
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


def held_of(figures: Figures) -> Held | None:
    """What sums say of held-out data; None where nobody has any."""
    count, judged = figures.held_out, figures.held_out_judged
    accuracy = figures.held_out_correct / judged if judged > 0 else None
    return Held(count, figures.held_out_loss / count, accuracy) if count > 0 else None
