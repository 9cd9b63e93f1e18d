"""A training over a star, as its server and all clients must mean it: one object of the program that all run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

from mpc.errors import LocalError
from protocols.aggregation.plan import AggregationPlan, plan
from protocols.federated.figures import WIDTHS
from protocols.federated.layout import AVERAGE, layout_of
from protocols.federated.models import Model, weights_of
from protocols.federated.noise import Noise, running_with
from protocols.federated.side_by_side import SideBySide
from protocols.federated.strategies import FedAvg, Stopping, Strategy
from protocols.federated.terms import Terms, terms_of
from protocols.federated.updates import Updates


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """What a training over a star is, for `serve` and `join`: public, the same for all.

    `clients`: how many take part in a round, at most; more may be there. A round's sum is that of those that stay: up
    to `dropouts` of them may vanish, at any step, else there is no sum. Up to `corrupted` of them may work together and
    with the server, which itself follows the protocol unless `malicious`. `training_seconds` are for a client's
    training, and `step_seconds` for each step of the sum. `name`: of this training, other than of all others of
    these clients. The rest as of `train`; noise of `privacy` in parts of clients is made for those that must stay less
    the corrupted, whatever its `honest` says, and then `rounds` counts those that fail as well.

    LocalError `wrong-amount`; `wrong-argument` for `stopping` beside `privacy`.
    """

    clients: int
    rounds: int
    strategy: Strategy = field(default_factory=FedAvg)
    updates: Updates = field(default_factory=Updates)
    privacy: Noise | None = None
    stopping: Stopping | None = None
    personal: Sequence[str] = ()
    running: str = AVERAGE
    dropouts: float = 1 / 3
    corrupted: float = 1 / 5
    malicious: bool = False
    training_seconds: float = 600.0
    step_seconds: float = 60.0
    name: str = "federation"

    def __post_init__(self) -> None:
        times = (self.training_seconds, self.step_seconds)
        if not all(isfinite(seconds) and seconds > 0 for seconds in times):
            raise LocalError("wrong-amount", f"{times} seconds for a round's steps", "numbers above 0")
        if self.privacy is not None and self.stopping is not None:
            raise LocalError(
                "wrong-argument",
                "a federation stops by losses on held-out data, which have no noise, beside privacy=",
                "the one or the other; public data are no secret",
            )

    def agreed(self, model: Model) -> Agreed:
        """What follows for this model, before anything is sent: errors of `terms_of` and `mpc.aggregation.plan`."""
        numbers = plan(self.clients, 1, dropouts=self.dropouts, corrupted=self.corrupted, malicious=self.malicious)
        honest = numbers.quorum - numbers.corrupted
        noise = None if self.privacy is None else replace(self.privacy, honest=honest)
        layout = layout_of(
            weights_of(model), personal=self.personal, statistics=model.statistics,
            running=running_with(noise, self.running),
        )  # fmt: skip
        against = "a malicious server" if self.malicious else "a semi-honest server"
        said = f"of {self.clients} clients {numbers.dropouts} may vanish, {numbers.corrupted} corrupted, {against}"
        terms = terms_of(
            layout, clients=self.clients, rounds=self.rounds, strategy=self.strategy, updates=self.updates,
            privacy=noise, stopping=self.stopping, said=(said, f"name: {self.name}"),
        )  # fmt: skip
        return Agreed(self, terms, numbers)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A federation with a model: `terms` that are compared, and how vectors are summed."""

    federation: Federation
    terms: Terms
    numbers: AggregationPlan

    @property
    def layout(self) -> SideBySide:
        """Of a round's vectors."""
        return SideBySide(self.terms.coder.widths)

    @property
    def plan(self) -> AggregationPlan:
        """Of a round's sum."""
        return self._plan_of(self.layout)

    @property
    def plan_of_figures(self) -> AggregationPlan:
        """Of the sum of figures alone, with which weights are judged at the end."""
        return self._plan_of(FIGURES)

    def _plan_of(self, layout: SideBySide) -> AggregationPlan:
        return replace(self.numbers, length=layout.length, bits=layout.bits)


FIGURES = SideBySide(WIDTHS)
"""Of figures alone."""
