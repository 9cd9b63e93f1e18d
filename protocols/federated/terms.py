"""All that the parties of a training must mean alike, and what follows from it before the first round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.federated.layout import Layout
from protocols.federated.noise import Noise, PersonNoise, Rounds, SiteNoise, rounds_of
from protocols.federated.noise_sizes import NoiseSize, warning_of
from protocols.federated.noisy_means import NoisyPeople, NoisySites, noisy_people, noisy_sites
from protocols.federated.robust_means import Robust
from protocols.federated.strategies import FedAvg, FedNova, Scaffold, Stopping, Strategy
from protocols.federated.updates import Coder, Updates, weighted_mean
from protocols.privacy.amounts import count_of


@dataclass(frozen=True, slots=True)
class Terms:
    """A training's public terms. `coder` and `noise` follow from the others."""

    layout: Layout
    strategy: Strategy
    updates: Updates
    clients: int
    rounds: int
    coder: Coder
    noise: Rounds | None
    sample: int | None
    stopping: Stopping | None
    robust: Robust | None = None
    said: tuple[str, ...] = ()
    grouped: bool = False
    cohorts: int = 1
    """In how many groups clients are by their numbers, of which one after the other trains."""
    steady: bool = False
    """Whether the figures of all sites are in every round's."""

    @property
    def noise_size(self) -> NoiseSize | None:
        """How large noise is in a round's mean; None without."""
        return self.coder.noise_size if isinstance(self.coder, NoisySites | NoisyPeople) else None

    @property
    def warning(self) -> str:
        """What is to be said before the first round: of noise in which updates drown; "" where there is nothing."""
        return "" if self.noise is None else warning_of(self.noise_size, self.noise.schedule.price, self.rounds)

    @property
    def opened(self) -> str:
        """What everybody sees in a round of sites' updates, in words."""
        if self.robust is not None:
            return self.robust.opens(self.clients)
        if isinstance(self.strategy, Scaffold):
            return "the sums of all updates and of how control variates moved"
        if isinstance(self.strategy, FedNova):
            return "the sum of all updates, each divided by its steps, and the mean number of steps"
        if isinstance(self.coder, NoisySites | NoisyPeople):
            drawn = " that one had drawn, who saw it without" if self.coder.central else ""
            return f"the sum of all updates, with noise{drawn}"
        return "the sum of all updates"

    @property
    def private(self) -> bool:
        """Whether there is noise, and nothing but what has noise may be told."""
        return self.noise is not None

    @property
    def text(self) -> str:
        """What parties compare: a line for each term, before the layout's."""
        return "\n".join([*self.said, f"clients: {self.clients}, rounds: {self.rounds}", self.layout.text])

    def chosen(self, number: int, common: Seed) -> tuple[int, ...]:
        """Who trains in a round: drawn by the common seed, so that nobody chooses. All without `sample`.

        `grouped`: one of the groups of `sample` or more that the clients are in for the whole training. Of sums over
        other groups in each round everybody could tell, after some rounds, each client's number of examples, and nearly
        its update (So, Ali, Guler, Jiao, Avestimehr, AAAI 2023).
        """
        if self.sample is None:
            return tuple(range((number - 1) % self.cohorts, self.clients, self.cohorts))
        if self.grouped:
            groups = self._groups(common)
            return groups[int(common.prg("group of a round", number).words(1)[0]) % len(groups)]
        order = np.argsort(common.prg("clients of a round", number).words(self.clients), kind="stable")
        return tuple(sorted(order[: self.sample].tolist()))

    @property
    def hides_nothing_of_two(self) -> bool:
        """Whether a mean of two parties alone, without noise, is told: each takes its own update off."""
        together = self.clients // (1 if self.sample is None else self.clients // self.sample)
        return not self.private and self.robust is None and together == 2

    def _groups(self, common: Seed) -> list[tuple[int, ...]]:
        """Each client is in one, of `sample` clients or, where they do not divide, fewer than twice as many."""
        order = np.argsort(common.prg("groups of clients").words(self.clients), kind="stable")
        groups = np.array_split(order, max(1, self.clients // (self.sample or self.clients)))
        return [tuple(sorted(group.tolist())) for group in groups]


def terms_of(
    layout: Layout,
    *,
    clients: int,
    rounds: int,
    strategy: Strategy | None,
    updates: Updates | None,
    privacy: Noise | None,
    sample: int | None = None,
    stopping: Stopping | None = None,
    robust: Robust | None = None,
    at_once: int | None = None,
    steady: bool = False,
    said: Sequence[str] = (),
) -> Terms:
    """The terms, with the proof that sums fit. `at_once`: how many clients' vectors are summed, all by default, where
    those that are not chosen send zeros and the others are always the same together (`Terms.chosen`). `steady`: all
    sites are there in every round, as noise that goes with that of other rounds needs it.

    LocalError `ring-too-small` with the numbers, `too-few-sites`, `wrong-amount`; errors of the noise.
    """
    count_of(rounds, "the number of rounds")
    _require_kinds(strategy, updates, robust, stopping)
    plan, how, summed = strategy or FedAvg(), updates or Updates(), at_once or clients
    if sample is not None and not 1 <= count_of(sample, "the clients that train in a round") <= clients:
        raise LocalError("amount-out-of-range", f"{sample} of {clients} clients train in a round", "1 to all of them")
    if isinstance(privacy, Noise) and privacy.correlated is not None:
        _require_steady(privacy, clients, sample, steady)
    noise = None if privacy is None else rounds_of(privacy, rounds, summed)
    texts = [
        f"strategy: {plan}",
        f"updates: {how}",
        f"privacy: {privacy}",
        f"sample: {sample}",
        f"stopping: {stopping}",
    ]
    texts.append(f"robust: {robust}")
    _refuse_beside(plan, privacy, robust)
    if isinstance(plan, Scaffold) and not steady:
        raise LocalError(
            "wrong-argument",
            "Scaffold with clients that may vanish: who is not in a sum would remember a control variate that the mean "
            "of all does not have",
            "Scaffold in a mesh; FedNova or fed_prox over a star",
        )
    if isinstance(plan, Scaffold) and how.keep < 1:
        raise LocalError(
            "wrong-argument",
            "Scaffold with coordinates that are left out: what their places would have told is in the sites' control "
            "variates and not in the mean of these, and stays out of it",
            "Updates(keep=1); fewer bits= for fewer bytes",
        )
    coder = _coder(plan, how, privacy, noise, layout.size * (2 if isinstance(plan, Scaffold) else 1), summed)
    if robust is not None:
        robust.require(clients)
        if robust.by_coordinate and how.rotate:
            raise LocalError(
                "wrong-argument",
                f"{robust} of rotated updates, whose coordinates are sums of the model's: what comes of them may be "
                "far from those of every honest site",
                "Updates(rotate=False), or Krum",
            )
        coder = weighted_mean(how, layout.size, summed, by_examples=False, most_radius=robust.most_radius)
    return Terms(
        layout, plan, how, clients, rounds, coder, noise, sample, stopping, robust, (*texts, *said), at_once is None,
        privacy.groups if isinstance(privacy, SiteNoise) else 1, steady and (sample is None or at_once is None),
    )  # fmt: skip


def _require_steady(privacy: Noise, clients: int, sample: int | None, steady: bool) -> None:
    wrong = ""
    if not steady:
        wrong = "clients that may vanish, whose noise of later rounds would not cancel that of earlier ones"
    elif sample is not None:
        wrong = "sample=, where every= says who takes part in a round"
    elif isinstance(privacy, SiteNoise) and privacy.groups > clients:
        wrong = f"{privacy.groups} groups of {clients} clients, some of them empty"
    if wrong:
        raise LocalError(
            "wrong-argument",
            f"correlated noise beside {wrong}",
            "noise that is independent from round to round; or train, or simulate, with all clients in every round",
        )


def _require_kinds(
    strategy: Strategy | None, updates: Updates | None, robust: Robust | None, stopping: Stopping | None
) -> None:
    """LocalError `wrong-argument` for a name or a class in the place of an object."""
    for name, given, method, remedy in (
        ("strategy", strategy, "start", "mpc.federated.FedAvg(), or another strategy, with its parentheses"),
        ("updates", updates, "bits", "mpc.federated.Updates(...)"),
        ("stopping", stopping, "patience", "mpc.federated.Stopping(patience=3)"),
        ("robust", robust, "opens", "mpc.federated.TrimmedMean(f), Median() or Krum(f)"),
    ):
        if given is not None and (isinstance(given, type) or not hasattr(given, method)):
            kind = f"the class {given.__name__}" if isinstance(given, type) else f"of type {type(given).__name__}"
            raise LocalError("wrong-argument", f"{name}= is {kind}", remedy)


def _refuse_beside(strategy: Strategy, privacy: Noise | None, robust: Robust | None) -> None:
    """LocalError `wrong-argument` for a strategy that needs more of each site than noise or a robust mean lets out."""
    if isinstance(strategy, FedNova | Scaffold) and (privacy is not None or robust is not None):
        beside = "privacy=" if privacy is not None else "robust="
        raise LocalError(
            "wrong-argument",
            f"{type(strategy).__name__} beside {beside}: what it sums besides updates has no noise, and is no update",
            "FedAvg, or neither of these",
        )


def _coder(
    strategy: Strategy, updates: Updates, privacy: Noise | None, noise: Rounds | None, size: int, clients: int
) -> Coder:
    if isinstance(privacy, PersonNoise) and noise is not None:
        return noisy_people(updates, privacy, noise, size, clients, strategy.local.rate)
    if isinstance(privacy, SiteNoise) and noise is not None:
        return noisy_sites(updates, privacy, noise, size, clients)
    by_steps = isinstance(strategy, FedNova)
    return weighted_mean(updates, size, clients, by_examples=strategy.by_examples, by_steps=by_steps)
