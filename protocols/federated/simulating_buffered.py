"""A training without rounds in one process: clients that take their time, two aggregators, a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import SEED_BYTES, Seed
from protocols.collecting import Book, Helper, Leader, collect, report, verify_all
from protocols.federated.buffered_nmzyrmh22 import Buffered, Version, Versions, buffered_update
from protocols.federated.models import Data, Model


@dataclass(frozen=True, slots=True)
class TrainedBuffered:
    """The weights by name, the versions on the way, when the last came, and how many reports were too old."""

    weights: dict[str, npt.NDArray[Any]]
    versions: tuple[Version, ...]
    time: float
    too_old: int

    def __str__(self) -> str:
        return "\n".join(map(str, self.versions))


def simulate_buffered(
    model: Model,
    partitions: Sequence[Data],
    *,
    versions: int,
    durations: Sequence[float],
    terms: Buffered | None = None,
    at_once: int | None = None,
    on_version: Callable[[Version], object] | None = None,
    seed: bytes | None = None,
) -> TrainedBuffered:
    """Train until there are so many versions, with clients of which each takes its own time for a report.

    `durations`: of each client's training, in any unit, above 0. `at_once`: so many train at any time, all if not
    given; who is done is followed by another one that does not train then, drawn by `seed`. Reports, proofs, books and
    messages of the two aggregators are those of a service; for development, as nothing is hidden in one process.
    LocalError `wrong-argument`; errors as `buffered_update`.
    """
    clients, plan = len(partitions), terms or Buffered()
    training = clients if at_once is None else at_once
    if len(durations) != clients or not all(d > 0 for d in durations) or not 1 <= training <= clients or versions < 1:
        raise LocalError(
            "wrong-argument",
            f"{len(durations)} durations and {training} at once for {clients} clients and {versions} versions",
            "a duration above 0 for each client, and 1 to all of them at once",
        )
    run = _Run(plan, model, partitions, durations, Seed.fresh() if seed is None else Seed(seed))
    for _ in range(training):
        run.begin()
    while run.server.number < versions:
        run.arrive()
        found = run.fill()
        if found is not None and on_version is not None:
            on_version(found)
    model.load(run.server.layout.unflatten(run.server.weights))
    return TrainedBuffered(
        run.server.layout.unflatten(run.server.weights), tuple(run.server.seen), run.now, run.too_old
    )


class _Run:
    """All sides. The queue has who is training: when it is done, its weights and their version."""

    def __init__(
        self, terms: Buffered, model: Model, partitions: Sequence[Data], durations: Sequence[float], seed: Seed
    ) -> None:
        layout = terms.layout(model)
        self.terms, self.model, self.partitions, self.durations = terms, model, partitions, durations
        self.server = Versions(terms, layout, layout.flatten(model.weights()))
        task = terms.task(b"simulation", layout.size, seed.prg("verify key").bytes(SEED_BYTES))
        self.leader, self.helper = Leader(task, Book()), Helper(task, Book())
        self.seed, self.order = seed, seed.prg("clients in their order")
        self.idle, self.busy = list(range(len(partitions))), list[tuple[float, int, int, int, Any]]()
        self.now, self.begun, self.too_old = 0.0, 0, 0
        self.reported = [-1] * len(partitions)

    def begin(self) -> None:
        """One of those that do not train begins, from the weights of now."""
        client = self.idle.pop(int(self.order.words(1)[0]) % len(self.idle))
        self.begun += 1
        done = self.now + self.durations[client]
        heappush(self.busy, (done, self.begun, client, self.server.number, self.server.weights))

    def arrive(self) -> None:
        """The next one is done and reports, unless it is too late, or has reported on that version; another begins."""
        self.now, number, client, version, weights = heappop(self.busy)
        if self.server.number - version > self.terms.oldest:
            self.too_old += 1
        elif version > self.reported[client]:
            self.reported[client] = version
            own = self.seed.derive("client's report", number)
            data, layout = self.partitions[client], self.server.layout
            moved = buffered_update(self.terms, layout, self.model, data, weights, own)
            reports = report(self.leader.task, moved, version)
            for aggregator, sent in zip((self.leader, self.helper), reports, strict=True):
                aggregator.upload(f"client {client}", sent, self.server.number)
        self.idle.append(client)
        self.begin()

    def fill(self) -> Version | None:
        """When a buffer is full, the aggregators verify it and close it, and the weights move."""
        batch = self.server.batch
        if self.leader.waiting + self.leader.counted(batch) < self.terms.reports:
            return None
        verify_all(self.leader, self.helper, batch.name)
        if self.leader.counted(batch) < self.terms.reports:
            return None
        found = self.server.take(collect(self.leader, self.helper, batch))
        for aggregator in (self.leader, self.helper):
            aggregator.forget(self.server.number)
        return found
