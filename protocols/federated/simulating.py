"""Many clients in one process: the same sites, words, sums and steps as between parties, without a network."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import SEED_BYTES, Seed
from protocols.federated.aggregate import InProcess, Parts, Total
from protocols.federated.course import Course
from protocols.federated.figures import WIDTHS, figure_words, figures_of
from protocols.federated.layout import AVERAGE, layout_of
from protocols.federated.models import Data, Model, weights_of
from protocols.federated.noise import Noise, require_users, running_with
from protocols.federated.noise_sizes import warn_of
from protocols.federated.noisy_means import NoisyPeople, NoisySites
from protocols.federated.outcomes import Held, Round, Trained, held_of
from protocols.federated.sites import Site
from protocols.federated.strategies import Stopping, Strategy, no_held_out
from protocols.federated.terms import terms_of
from protocols.federated.updates import Updates, in_ring

T = TypeVar("T")


def simulate(
    model: Model,
    partitions: Sequence[Data],
    *,
    rounds: int,
    strategy: Strategy | None = None,
    updates: Updates | None = None,
    privacy: Noise | None = None,
    held_out: Sequence[Data] | None = None,
    users: Sequence[npt.ArrayLike] | None = None,
    personal: Sequence[str] = (),
    running: str = AVERAGE,
    sample: int | None = None,
    stopping: Stopping | None = None,
    on_round: Callable[[Round], object] | None = None,
    seed: bytes | None = None,
) -> Trained:
    """`train` with the data of all clients in this process: for development and experiments, as nothing is hidden here.

    `partitions`: each client's data, and `held_out` and `users` likewise. One `model` is all clients' in turn; it has
    the common weights in the end. `seed`: 32 bytes from which everything is drawn, so that a run can be repeated; noise
    of a known seed protects nobody. With `privacy` nothing is charged in any ledger, and with `sample` the noise is
    that of as many parties. Everything else as `train`, of thousands of clients as well.
    """
    clients = len(partitions)
    for what, given in (("held_out", held_out), ("users", users)):
        if given is not None and len(given) != clients:
            raise LocalError(
                "wrong-argument", f"{what}= of {len(given)} clients beside {clients} partitions", "one for each client"
            )
    layout = layout_of(
        weights_of(model), personal=personal, statistics=model.statistics, running=running_with(privacy, running)
    )
    require_users(privacy, users)
    terms = terms_of(
        layout, clients=clients, rounds=rounds, strategy=strategy, updates=updates, privacy=privacy, sample=sample,
        stopping=stopping, at_once=sample, steady=True,
    )  # fmt: skip
    if privacy is not None and (stopping is not None or held_out is not None):
        raise LocalError(
            "wrong-argument",
            "simulate is given losses on held-out data, which have no noise, beside privacy=",
            "the one or the other; public data are no secret",
        )
    root = Seed.fresh() if seed is None else Seed(seed)
    held = held_out or [None] * clients
    whose = [None] * clients if users is None else [np.asarray(ids) for ids in users]
    mine = {name: array for name, array in model.weights().items() if name not in {p.name for p in layout.places}}
    sites = [
        Site(f"client {i}", terms, model, data, root.derive("client", i), held[i], whose[i], dict(mine))
        for i, data in enumerate(partitions)
    ]
    warn_of(terms.warning)
    if stopping is not None and not any(site.has_held_out for site in sites):
        raise no_held_out(stopping, "no client has any")
    course = Course(terms, layout.flatten(model.weights()), Seed(root.prg("common").bytes(SEED_BYTES)))
    central = _central(course, root)
    while not course.over:
        found = course.take(_summed(course, sites, central))
        if on_round is not None:
            on_round(found)
    end = None if terms.private else _evaluated(course, sites)
    model.load(layout.unflatten(course.weights))
    return course.ended(end, None if terms.noise is None else terms.noise.schedule.price, {})


def _central(course: Course, root: Seed) -> Callable[[], npt.NDArray[np.int64]] | None:
    """What gives the noise of one round after the other, where one draws it for all."""
    coder = course.terms.coder
    if not isinstance(coder, NoisySites | NoisyPeople) or not coder.central:
        return None
    if coder.correlated is not None:
        return coder.correlated.stream(coder.sampler, root.prg("central noise"))
    sampler = coder.sampler
    return lambda: sampler.part(root.prg("central noise", course.number))


def _summed(course: Course, sites: Sequence[Site], central: Callable[[], npt.NDArray[np.int64]] | None) -> Total:
    coder = course.terms.coder
    correlated = isinstance(coder, NoisySites | NoisyPeople) and coder.correlated is not None
    adding = range(len(sites)) if correlated else course.chosen

    def vectors() -> Iterator[tuple[int, Parts]]:
        for number in adding:
            chosen = number in course.chosen
            yield (
                number,
                sites[number].contribute(
                    course.weights, course.number, course.seed, chosen=chosen, control=course.control
                ),
            )

    total = _finished(InProcess().sum(vectors(), coder.widths))
    if central is not None:
        total.parts[0] = in_ring(total.parts[0].astype(np.int64) + central(), coder.widths[0][1])
    return total


def _evaluated(course: Course, sites: Sequence[Site]) -> Held | None:
    def vectors() -> Iterator[tuple[int, Parts]]:
        for number, site in enumerate(sites):
            yield number, [figure_words(site.evaluated(course.weights), len(sites))]

    total = _finished(InProcess().sum(vectors(), WIDTHS))
    return held_of(figures_of(total.parts[0]))


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """The result of what never waits for anybody."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("a sum in one process waits for nobody")
