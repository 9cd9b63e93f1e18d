"""All clients and the server of a round in one process, with clients that vanish where a script says so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.aggregation.client_bbglr20 import Client
from protocols.aggregation.demands import Demands
from protocols.aggregation.enrolment import Authority, Credential
from protocols.aggregation.masks import Vector
from protocols.aggregation.plan import AggregationPlan
from protocols.aggregation.server_bbglr20 import Server
from protocols.aggregation.terms import Step, Terms

_NOW = 1_000_000
_ANY = Demands(failure=0.5, corrupted=0)
"""Nobody here hides anything from anybody else."""


@dataclass(frozen=True, slots=True)
class StepFigures:
    """Of one step: seconds of the clients that took it, together, and of the server; bytes they sent and got."""

    step: Step
    clients: int
    client_seconds: float
    server_seconds: float
    received: int
    answered: int

    @property
    def seconds_each(self) -> float:
        """Seconds of a client, the mean."""
        return self.client_seconds / max(self.clients, 1)


@dataclass(frozen=True, slots=True)
class Simulated:
    """The sum, whose vectors are in it (rows of the input), and figures step by step."""

    total: Vector
    survivors: tuple[int, ...]
    steps: tuple[StepFigures, ...]

    @property
    def client_seconds(self) -> float:
        """Of a client that stays, all its steps."""
        return sum(step.seconds_each for step in self.steps)

    @property
    def server_seconds(self) -> float:
        """Of the server, all steps."""
        return sum(step.server_seconds for step in self.steps)

    @property
    def client_bytes(self) -> float:
        """What a client that stays sends and gets."""
        return sum((step.received + step.answered) / max(step.clients, 1) for step in self.steps)


def simulate(
    vectors: Vector,
    plan: AggregationPlan,
    *,
    vanish: Mapping[Step, Collection[int]] | None = None,
    session: str = "simulation",
    round: int = 0,
    seed: Seed | None = None,
) -> Simulated:
    """One round with the vectors (clients, length), of which row i is client i's.

    `vanish`: which clients (rows) send nothing in a step, nor in later ones. With a plan against a malicious server an
    authority enrols all first. Errors as of `Client` and `Server`; LocalError `aggregation-vector` for too many rows.
    """
    if not isinstance(vectors, np.ndarray) or vectors.ndim != 2 or not 1 <= len(vectors) <= plan.clients:
        raise LocalError(
            "aggregation-vector", f"vectors of shape {np.shape(vectors)} for up to {plan.clients} clients",
            f"give an array (clients, {plan.length})",
        )  # fmt: skip
    for row in {row for rows in (vanish or {}).values() for row in rows} - set(range(len(vectors))):
        raise LocalError("aggregation-vector", f"row {row} vanishes, and there are {len(vectors)}", "count from 0")
    terms, seed, authority = Terms(plan, session, round), seed or Seed.fresh(), Authority()
    names = [f"client-{i:09d}" for i in range(len(vectors))]
    clients = [_client(terms, name, row, authority, seed) for name, row in zip(names, vectors, strict=True)]
    server = Server(terms, invited=names, authority=authority.public_key, now=_NOW, seed=seed.derive("server"))
    answers: dict[str, bytes] = dict.fromkeys(names, b"")
    figures, gone = [], set[int]()
    while (step := server.step) is not None:
        gone |= set((vanish or {}).get(step, ()))
        active = {i: answers[names[i]] for i in range(len(names)) if names[i] in answers and i not in gone}
        answers, counted = _one_step(server, step, clients, active)
        figures.append(counted)
    survivors = tuple(names.index(name) for name in server.survivors)
    return Simulated(np.array(server.total), survivors, tuple(figures))


def _client(terms: Terms, name: str, vector: Vector, authority: Authority, seed: Seed) -> Client:
    own = seed.derive("client", name)
    if not terms.plan.malicious:
        return Client(terms, name, vector, seed=own, demands=_ANY)
    credential = Credential.enrolled(authority, name, not_before=0, not_after=2 * _NOW)
    public = authority.public_key
    return Client(terms, name, vector, credential=credential, authority=public, now=_NOW, seed=own, demands=_ANY)


def _one_step(
    server: Server, step: Step, clients: list[Client], active: Mapping[int, bytes]
) -> tuple[dict[str, bytes], StepFigures]:
    spent = heard = 0.0
    received = 0
    for i, told in active.items():
        begin = perf_counter()
        body = clients[i].advertise() if step == Step.ADVERTISE else clients[i].answer(told)
        middle = perf_counter()
        server.receive(clients[i].name, step, body)
        spent, heard = spent + middle - begin, heard + perf_counter() - middle
        received += len(body)
    begin = perf_counter()
    answers = server.advance()
    heard += perf_counter() - begin
    return answers, StepFigures(step, len(active), spent, heard, received, sum(map(len, answers.values())))
