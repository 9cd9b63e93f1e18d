"""What all learn of a training: of each round, of the weights at the end, and what it cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.accounts.display import Section, as_html, as_text
from protocols.federated.figures import Figures
from protocols.federated.noise_sizes import NoiseSize
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
    in it. `bytes_sent` by this party while it lasted, by the suite too where the mean is a robust one; material apart.
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


@dataclass(frozen=True, slots=True, repr=False)
class Trained:
    """The common weights by name, which all know, and how they came: `rounds`, and `held_out` at the end.

    `stopped`: whether it ended early. `price`: what it cost in privacy, None without noise; `noise`: how large that is
    beside the clip. `own`: arrays that did not travel, of this site alone. `opened`: what `seen_by` saw of the sites'
    updates in each round, which is all but the sum of all only where the mean was a robust one: everybody, or the
    server, if there was one. In a terminal and in a notebook it is a table of its rounds, without a weight.
    """

    weights: dict[str, npt.NDArray[Any]]
    rounds: tuple[Round, ...]
    held_out: Held | None = None
    stopped: bool = False
    price: Price | None = None
    own: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    opened: str = ""
    noise: NoiseSize | None = None
    seen_by: str = "everybody"

    @property
    def _title(self) -> str:
        sites = {len(found.sites) for found in self.rounds}
        between = "" if not sites else f" of {_span(min(sites), max(sites), 'site')}"
        early = ", stopped early" if self.stopped else ""
        numbers = sum(np.size(array) for array in self.weights.values())
        of = f"{_count(numbers, 'weight')} in {_count(len(self.weights), 'array')}"
        return f"{_count(len(self.rounds), 'round')}{between}{early}; {of}"

    @property
    def _sections(self) -> list[Section]:
        return [Section("Rounds", *_table(self.rounds)), Section("In all", ("figure", "value"), self._facts)]

    @property
    def _facts(self) -> list[tuple[str, str]]:
        sent = sum(found.bytes_sent for found in self.rounds)
        facts = [("bytes sent", f"{sent:,} by this party")] if sent else []
        if (rounding := max((found.rounding for found in self.rounds), default=0.0)) > _MUCH:
            said = f"of a round's mean up to {min(rounding, 1):.0%} is rounding: more bits, less most_examples"
            facts.append(("rounding", said))
        if self.held_out is not None:
            facts.append(("held-out data", f"{self.held_out}, of {self.held_out.examples:,} examples"))
        if self.price is not None:
            facts.append(("price of privacy", f"{self.price}, of all rounds together"))
        if self.noise is not None:
            facts.append(("noise", str(self.noise)))
        return facts

    @property
    def _closing(self) -> str:
        return f"In each round {self.seen_by} saw {self.opened}." if self.opened else ""

    def __repr__(self) -> str:
        return f"<{self._title}" + ("" if self.held_out is None else f"; {self.held_out}") + ">"

    def __str__(self) -> str:
        return as_text(self._title, self._sections, self._closing)

    def _repr_html_(self) -> str:
        return as_html(self._title, self._sections, self._closing)


_SHOWN = 12
"""Rounds of a long training that its table has at each end."""

_COLUMNS: tuple[tuple[str, Callable[[Round], str]], ...] = (
    ("round", lambda found: f"{found.number:,}"),
    ("sites", lambda found: f"{len(found.sites):,}"),
    ("examples", lambda found: f"{found.examples:,}" if found.examples else ""),
    ("train loss", lambda found: "" if found.train_loss is None else f"{found.train_loss:.4g}"),
    ("held-out loss", lambda found: "" if found.held_out is None else f"{found.held_out.loss:.4g}"),
    ("right", lambda found: "" if found.held_out is None else _part(found.held_out.accuracy)),
    ("moved", lambda found: f"{found.moved:.3g}"),
    ("shortened", lambda found: f"{found.shortened:,}" if found.shortened else ""),
    ("saturated", lambda found: f"{found.saturated:,}" if found.saturated else ""),
    ("capped", lambda found: f"{found.capped:,}" if found.capped else ""),
    ("rounding", lambda found: _part(min(found.rounding, 1.0)) if found.rounding > _MUCH else ""),
    ("bytes sent", lambda found: f"{found.bytes_sent:,}" if found.bytes_sent else ""),
)


def _table(rounds: Sequence[Round]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """A row for each round, of the columns in which any round has something; of many rounds the first and the last."""
    cells = [[show(found) for _, show in _COLUMNS] for found in rounds]
    kept = [place for place in range(len(_COLUMNS)) if any(row[place] for row in cells)]
    rows = [tuple(row[place] for place in kept) for row in cells]
    if len(rows) > 2 * _SHOWN + 1:
        rows = [*rows[:_SHOWN], ("...",) * len(kept), *rows[-_SHOWN:]]
    return tuple(_COLUMNS[place][0] for place in kept), rows


def _part(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def _span(least: int, most: int, what: str) -> str:
    return _count(least, what) if least == most else f"{least:,} to {_count(most, what)}"


def held_of(figures: Figures) -> Held | None:
    """What sums say of held-out data; None where nobody has any."""
    count, judged = figures.held_out, figures.held_out_judged
    accuracy = figures.held_out_correct / judged if judged > 0 else None
    return Held(count, figures.held_out_loss / count, accuracy) if count > 0 else None
