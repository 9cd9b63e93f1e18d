"""How sites train in a round, and what becomes of the mean of their updates: FedAvg, FedProx, and servers' optimisers.

McMahan, Moore, Ramage, Hampson, Aguera y Arcas, AISTATS 2017 (FedAvg: the mean, weighted by examples); Li, Sahu,
Zaheer, Sanjabi, Talwalkar, Smith, MLSys 2020 (FedProx); Reddi, Charles, Zaheer, Garrett, Rush, Konecny, Kumar, McMahan,
ICLR 2021, algorithm 2 (FedAdam, FedYogi); Wang, Liu, Liang, Joshi, Poor, NeurIPS 2020 (FedNova); Karimireddy, Kale,
Mohri, Reddi, Stich, Suresh, ICML 2020 (SCAFFOLD). All parties compute the step for themselves, from the same mean by
the same sums, products and roots of doubles, so that all have the same weights, to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Protocol

import numpy as np

from mpc.errors import LocalError
from protocols.federated.layout import Vector
from protocols.federated.models import Local


class Optimiser(Protocol):
    """What is remembered from round to round of the means."""

    def step(self, mean: Vector) -> Vector:
        """How the common weights move, for a mean update."""

    def kept(self) -> list[Vector]:
        """What is remembered, for a server that may have to start again."""

    def resume(self, kept: Sequence[Vector]) -> None:
        """Remember this instead."""


class Strategy(Protocol):
    """How a training goes: public, the same at all parties."""

    @property
    def local(self) -> Local:
        """How a site trains in a round."""

    @property
    def by_examples(self) -> bool:
        """Whether a site weighs as its examples; all sites alike otherwise."""

    def start(self, size: int) -> Optimiser:
        """At the first round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FedAvg:
    """The common weights move by `rate` times the mean update; with `momentum`, by a sum of the means that fades."""

    local: Local = field(default_factory=Local)
    rate: float = 1.0
    momentum: float = 0.0
    by_examples: bool = True

    def __post_init__(self) -> None:
        _require(self.rate > 0 and 0 <= self.momentum < 1, f"rate {self.rate}, momentum {self.momentum}")

    def start(self, size: int) -> Optimiser:
        """As of `Strategy`."""
        return _Momentum(self.rate, self.momentum, np.zeros(size))


@dataclass(frozen=True, slots=True, kw_only=True)
class FedNova:
    """FedAvg of sites that take different numbers of steps: the common weights move by `rate` times
    tau (sum of p d), with d a site's update divided by its steps, p its weight, and tau the mean of all sites' steps.

    FedAvg weighs a site as its steps too, and ends elsewhere than at the least loss of all rows; so more rows, in
    batches of one size, count twice. For sites that step by plain gradient descent, of which an update is a sum of as
    many gradients as steps: without `Local.proximal`, which has `fed_prox`. `Updates(clip=)` bounds an update divided
    by its steps. Everybody learns the mean number of steps besides.
    """

    local: Local = field(default_factory=Local)
    rate: float = 1.0
    momentum: float = 0.0
    by_examples: bool = True

    def __post_init__(self) -> None:
        _require(self.rate > 0 and 0 <= self.momentum < 1, f"rate {self.rate}, momentum {self.momentum}")
        _refuse_proximal(self.local, "FedNova")

    def start(self, size: int) -> Optimiser:
        """As of `Strategy`."""
        return _Momentum(self.rate, self.momentum, np.zeros(size))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaffold:
    """SCAFFOLD, for sites whose data differ: each corrects its steps by how they differ from all sites' mean step.

    A site remembers its control variate, the mean gradient of its last round, and all have the mean of these. In each
    step it adds what that one has and its own has not, so that it steps as if it had all rows, however many steps it
    takes. Both the updates and how the control variates moved are summed under the masks: **twice the bytes** of
    FedAvg. Everybody learns the mean of the control variates, which is a mean of gradients; no site's own.

    The paper's algorithm 1 with option II, with weights by examples unless `by_examples` is off, and control variates
    in units of a step: rate times gradient. With `sample` those who train move their own, and the mean by as much as
    they are a part of all. For plain gradient descent, without `Local.proximal`. `Updates(clip=)` bounds an update and
    the move of its control variate together; what is cut off there the site does not remember either.
    """

    local: Local = field(default_factory=Local)
    rate: float = 1.0
    by_examples: bool = True

    def __post_init__(self) -> None:
        _require(self.rate > 0, f"rate {self.rate}")
        _refuse_proximal(self.local, "Scaffold")

    def start(self, size: int) -> Controlled:
        """As of `Strategy`."""
        return Controlled(self.rate, np.zeros(size))


def fed_prox(mu: float, *, local: Local | None = None, rate: float = 1.0, by_examples: bool = True) -> FedAvg:
    """FedAvg of sites that add mu / 2 |w - w0|^2 to their losses, w0 the weights that the round began with."""
    return FedAvg(local=replace(local or Local(), proximal=mu), rate=rate, by_examples=by_examples)


@dataclass(frozen=True, slots=True, kw_only=True)
class FedAdam:
    """Adam on mean updates: m and v are fading means of them and of their squares; weights move by
    rate m / (sqrt(v) + tau)."""

    local: Local = field(default_factory=Local)
    rate: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.99
    tau: float = 1e-3
    by_examples: bool = True

    def __post_init__(self) -> None:
        betas = 0 <= self.beta1 < 1 and 0 <= self.beta2 < 1
        _require(betas and self.rate > 0 and self.tau > 0, f"{type(self).__name__} of {self}")

    def start(self, size: int) -> Optimiser:
        """As of `Strategy`."""
        return _Adaptive(self.rate, self.beta1, self.tau, np.zeros(size), np.full(size, self.tau**2), self._faded)

    def _faded(self, v: Vector, square: Vector) -> Vector:
        return self.beta2 * v + (1 - self.beta2) * square


class FedYogi(FedAdam):
    """As FedAdam, but that v moves towards the square by a part of the square, not of their distance."""

    __slots__ = ()

    def _faded(self, v: Vector, square: Vector) -> Vector:
        return np.asarray(v - (1 - self.beta2) * square * np.sign(v - square))


@dataclass(slots=True)
class _Momentum:
    rate: float
    momentum: float
    faded: Vector

    def step(self, mean: Vector) -> Vector:
        self.faded = self.momentum * self.faded + mean
        return self.rate * self.faded

    def kept(self) -> list[Vector]:
        return [self.faded]

    def resume(self, kept: Sequence[Vector]) -> None:
        (self.faded,) = kept


@dataclass(slots=True)
class Controlled:
    """`control` (size,): the mean of all sites' control variates; `part`: of all sites, who trained in the round."""

    rate: float
    control: Vector
    part: float = 1.0

    def step(self, mean: Vector) -> Vector:
        """Of a mean (2 size,): the update, and how control variates moved."""
        moved, control = np.split(mean, 2)
        self.control = self.control + self.part * control
        return self.rate * moved

    def kept(self) -> list[Vector]:
        """As of `Optimiser`."""
        return [self.control]

    def resume(self, kept: Sequence[Vector]) -> None:
        """As of `Optimiser`."""
        (self.control,) = kept


@dataclass(slots=True)
class _Adaptive:
    rate: float
    beta1: float
    tau: float
    m: Vector
    v: Vector
    faded: Callable[[Vector, Vector], Vector]

    def step(self, mean: Vector) -> Vector:
        self.m = self.beta1 * self.m + (1 - self.beta1) * mean
        self.v = self.faded(self.v, mean * mean)
        return np.asarray(self.rate * self.m / (np.sqrt(self.v) + self.tau))

    def kept(self) -> list[Vector]:
        return [self.m, self.v]

    def resume(self, kept: Sequence[Vector]) -> None:
        self.m, self.v = kept


@dataclass(frozen=True, slots=True)
class Stopping:
    """End when the loss on held-out data has not fallen by `least` for `patience` rounds, with the best weights.

    Some site must have held-out data: LocalError `no-held-out` in the first round of sites that are all there, in that
    of number `patience` where clients come and go.
    """

    patience: int = 3
    least: float = 0.0

    def __post_init__(self) -> None:
        _require(self.patience >= 1 and isfinite(self.least), f"patience {self.patience}, least {self.least}")


def no_held_out(stopping: Stopping, whose: str) -> LocalError:
    """The error of a training that would never stop."""
    return LocalError(
        "no-held-out",
        f"a training is to stop by the loss on held-out data, {stopping}, and {whose}",
        "held_out=(x, y) at one site or more, of rows that nobody trains on; or no stopping=",
    )


def _refuse_proximal(local: Local, name: str) -> None:
    """LocalError `wrong-argument`: a step that pulls back is not the gradient that these strategies count on."""
    if local.proximal:
        raise LocalError(
            "wrong-argument",
            f"{name} of sites with a proximal term, whose updates are no sums of gradients",
            "Local(proximal=0); fed_prox for the other",
        )


def _require(right: bool, said: str) -> None:
    if not right:
        raise LocalError(
            "wrong-amount", f"a strategy with {said}", "rates above 0, betas and momentum from 0 to below 1"
        )
