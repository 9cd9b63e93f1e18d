"""Training without rounds: a client reports when it is done, and the common weights move when a buffer is full.

FedBuff: Nguyen, Malik, Zhan, Yousefpour, Rabbat, Malek, Huba, AISTATS 2022, algorithm 1. A client takes the weights of
version v, trains, and reports how they moved, in a vector w_i. When K reports are there, at version t, the weights move
by the server's step of (1/K) sum of s(t - v_i) w_i, s(age) = (1 + age)^(-1/2), and that is version t + 1.

Masks of pairs need all clients of a sum at one time. Here two aggregators take the reports, which need nobody else
(`protocols.collecting`): each proves that its norm is bounded, and counts s(age) times, a public whole number of 2^-12,
by which the aggregators multiply their own shares. Only the sum of a buffer is put together, whatever the versions in
it are: a report that is alone with its version is not seen alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite, sqrt

import numpy as np

from mpc.errors import LocalError
from mpc.prg import Prg, Seed
from protocols.collecting import Batch, Collected, Task, report
from protocols.federated.layout import KEEP, Layout, Vector, layout_of
from protocols.federated.models import Data, Model
from protocols.federated.rounding_kls21 import Whole, most_squared, rounded, shortened
from protocols.federated.strategies import FedAvg, Optimiser, Strategy
from protocols.prio3 import Prio3BoundedL2

ONE = 1 << 12
"""The weight of a report of the newest version."""
MOST_AGE = 1 << 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffered:
    """What clients, aggregators and server mean alike; public.

    `clip`: no report moves the weights by more (L2); that is proven, not trusted. `bits` of a number, 2 to 24.
    `reports`: of a buffer, 2 or more; so many at least are in whatever anybody sees. `oldest`: a report may be made
    with weights so many versions old, and counts (1 + age)^-`exponent` times. `strategy`: how clients train, and the
    server's step; clients weigh alike, as a proof bounds what one moves. LocalError `wrong-amount`.
    """

    clip: float = 1.0
    bits: int = 16
    reports: int = 10
    oldest: int = 20
    exponent: float = 0.5
    strategy: Strategy = field(default_factory=FedAvg)

    def __post_init__(self) -> None:
        bounds = isfinite(self.clip) and self.clip > 0 and isfinite(self.exponent) and self.exponent >= 0
        if not (bounds and 2 <= self.bits <= 24 and self.reports >= 2 and 1 <= self.oldest <= MOST_AGE):
            raise LocalError(
                "wrong-amount",
                f"clip {self.clip}, {self.bits} bits, {self.reports} reports, oldest {self.oldest}, exponent "
                f"{self.exponent}",
                f"a clip above 0, 2 to 24 bits, 2 reports or more, 1 to {MOST_AGE} versions, an exponent from 0",
            )

    @property
    def weights(self) -> tuple[int, ...]:
        """How many times 2^-12 a report counts, by its age."""
        return tuple(max(1, round(ONE * (1 + age) ** -self.exponent)) for age in range(self.oldest + 1))

    @staticmethod
    def layout(model: Model) -> Layout:
        """What travels of a model: floats, without running statistics, which clients keep. LocalError `no-weights`."""
        return layout_of(model.weights(), statistics=model.statistics, running=KEEP)

    def radius(self, size: int) -> float:
        """The clip in steps: as many as leave room for rounding at random below the bound that is proven.

        LocalError `ring-too-small` where rounding alone may be as long.
        """
        most = 1 << (self.bits - 1)
        low, high = 0.0, float(most)
        for _ in range(64):
            middle = (low + high) / 2
            low, high = (middle, high) if most_squared(middle, size) < most**2 else (low, middle)
        if low < 1:
            raise LocalError(
                "ring-too-small",
                f"{size:,} numbers of {self.bits} bits are longer by rounding than {most} steps, which is the bound",
                "more bits, or fewer weights (federated.adapters_of)",
            )
        return low

    def task(self, name: bytes, size: int, verify_key: bytes = b"") -> Task:
        """The aggregators' task, for so many weights: times are versions, and batches the versions that follow.

        `name`: another one for each training. LocalError `wrong-task`, `wrong-prio3-parameters`, `ring-too-small`.
        """
        self.radius(size)
        return Task(
            name, Prio3BoundedL2(2, size, self.bits), verify_key, least=self.reports, precision=1, by_name=True,
            weights=self.weights, keep=self.oldest, early=0,
        )  # fmt: skip

    def measured(self, moved: Vector, stream: Prg) -> Whole:
        """An update in whole steps, shortened to the clip, rounded at random: right on average, never too long."""
        radius = self.radius(len(moved))
        return rounded(shortened(moved * (radius / self.clip), radius), radius, stream)


@dataclass(frozen=True, slots=True)
class Version:
    """What all learn when the weights have moved: `number` from 1, of how many reports, what their weights add up to
    (as many, if none was old), and how far the weights moved (L2)."""

    number: int
    reports: int
    weight: float
    moved: float

    def __str__(self) -> str:
        return f"version {self.number}: {self.reports} reports of weight {self.weight:.4g}, moved {self.moved:.3g}"


@dataclass(slots=True)
class Versions:
    """The common side: the weights as they are, which anybody may take, and how a buffer moves them. No I/O."""

    terms: Buffered
    layout: Layout
    weights: Vector
    seen: list[Version] = field(default_factory=list)
    _optimiser: Optimiser = field(init=False)

    def __post_init__(self) -> None:
        if self.layout.running.any():
            raise LocalError(
                "wrong-argument",
                "running statistics would be averaged in a buffer of several versions",
                'layout_of(..., running="keep"), so that each client keeps its own',
            )
        self._optimiser = self.terms.strategy.start(self.layout.size)

    @property
    def number(self) -> int:
        """Of the version that clients take now, from 0: the time by which aggregators judge reports."""
        return len(self.seen)

    @property
    def batch(self) -> Batch:
        """That the aggregators fill now."""
        return Batch.of(self.number)

    def take(self, collected: Collected) -> Version:
        """The sum of the buffer `batch`: the weights move. LocalError `training-diverged`."""
        step = self.terms.clip / self.terms.radius(self.layout.size)
        mean = np.array(collected.result, np.float64) * (step / (ONE * collected.count))
        with np.errstate(over="ignore", invalid="ignore"):
            moved = self._optimiser.step(mean)
            weights = self.weights + moved
        if not np.isfinite(weights).all():
            raise LocalError(
                "training-diverged", f"the weights are no longer finite after version {self.number}", "a smaller rate"
            )
        self.weights = weights
        length = sqrt(float(np.square(moved).sum()))
        self.seen.append(Version(self.number + 1, collected.count, collected.weight / ONE, length))
        return self.seen[-1]


def buffered_update(terms: Buffered, layout: Layout, model: Model, data: Data, weights: Vector, seed: Seed) -> Whole:
    """What a client measures: it trains from these weights, and brings to whole steps how its own moved.

    `seed`: of this client, for this report alone. LocalError `update-not-finite`, `wrong-shape`, `wrong-dtype`.
    """
    model.load(layout.unflatten(weights))
    model.fit(data, terms.strategy.local, seed.prg("buffered training"))
    moved = layout.flatten(model.weights()) - layout.flatten(layout.unflatten(weights))
    if not np.isfinite(moved).all():
        raise LocalError(
            "update-not-finite",
            f"{np.count_nonzero(~np.isfinite(moved)):,} numbers of an update are NaN or infinite",
            "a smaller rate, and data without NaN or infinities. Nothing was sent",
        )
    return terms.measured(moved, seed.prg("buffered rounding"))


def buffered_report(
    terms: Buffered, task: Task, layout: Layout, model: Model, data: Data, weights: Vector, version: int
) -> tuple[bytes, bytes]:
    """A client's reports, for the leader and for the helper, of training from the weights of a version.

    A client sends one for each version at most. It may send them again, as they are. Errors as `buffered_update`.
    """
    return report(task, buffered_update(terms, layout, model, data, weights, Seed.fresh()), version)
