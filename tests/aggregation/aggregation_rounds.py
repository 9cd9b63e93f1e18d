"""Rounds for tests: clients and a server from fixed seeds, driven step by step."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field

import numpy as np
import pytest

from mpc.errors import PeerError
from mpc.prg import Seed
from protocols.aggregation import AggregationPlan, Authority, Client, Credential, Demands, Server, Step, Terms, plan

NOW = 1_700_000_000
AUTHORITY = Authority(bytes(range(32)))
ANY = Demands(failure=0.5, corrupted=0)
FIXED = Seed(bytes(range(32)))


@contextmanager
def refused(code: str, of: str) -> Iterator[None]:
    """Raises a PeerError of this code that names this peer."""
    with pytest.raises(PeerError) as error:
        yield
    assert (error.value.code, error.value.party) == (code, of)


def credential(name: str, authority: Authority = AUTHORITY) -> Credential:
    return Credential.enrolled(authority, name, not_before=NOW - 10, not_after=NOW + 10)


def small_plan(clients: int = 5, length: int = 3, **changes: object) -> AggregationPlan:
    dropouts = 0.2 if changes.get("malicious") else 0.4
    return plan(clients, length, **{"dropouts": dropouts, "corrupted": 0.2, **changes})  # type: ignore[arg-type]


def vectors(clients: int, length: int = 3, bits: int = 32) -> np.ndarray:
    rows = np.random.default_rng(clients).integers(0, 2**bits, (clients, length), dtype=np.uint64)
    return rows.astype(plan(4, 1, bits=bits).dtype)


@dataclass
class Round:
    """Everybody in a round, and what is on the way to each client. `said` has the last message of each."""

    terms: Terms
    rows: np.ndarray
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    seed: Seed = field(default_factory=lambda: FIXED)

    def __post_init__(self) -> None:
        names = [f"c{i}" for i in range(len(self.rows))]
        if self.terms.plan.malicious and not self.credentials:
            self.credentials = {name: credential(name) for name in names}
        self.clients = {name: self.client(name) for name in names}
        self.server = Server(self.terms, authority=AUTHORITY.public_key, now=NOW, seed=self.seed)
        self.told: dict[str, bytes] = dict.fromkeys(names, b"")
        self.said: dict[str, bytes] = {}
        self.log: list[dict[str, bytes]] = []

    def client(self, name: str) -> Client:
        own = {"credential": self.credentials.get(name), "authority": AUTHORITY.public_key, "now": NOW, "demands": ANY}
        return Client(self.terms, name, self.rows[int(name[1:])], seed=self.seed.derive(name), **own)  # type: ignore[arg-type]

    def answers(self, gone: Collection[str] = ()) -> dict[str, bytes]:
        """What the clients that are there say in this step."""
        there = {name: body for name, body in self.told.items() if name not in gone}
        first = self.server.step == Step.ADVERTISE
        self.said = {n: self.clients[n].advertise() if first else self.clients[n].answer(b) for n, b in there.items()}
        return self.said

    def step(self, gone: Collection[str] = ()) -> None:
        """A whole step without those who are gone."""
        assert self.server.step is not None
        for name, body in self.answers(gone).items():
            self.server.receive(name, self.server.step, body)
        self.told = self.server.advance()
        self.log.append(self.said)

    def copied(self, name: str) -> Client:
        """A client as it is now, once more."""
        twin = copy(self.clients[name])
        twin._held, twin.complaints = dict(twin._held), {}
        return twin

    def again(self) -> Round:
        """Everybody as now, once more: clients are copied, and a new server hears what this one has heard."""
        twin = Round(self.terms, self.rows, self.credentials, self.seed)
        twin.clients = {name: self.copied(name) for name in self.clients}
        for twin.said in self.log:
            assert twin.server.step is not None
            for name, body in twin.said.items():
                twin.server.receive(name, twin.server.step, body)
            twin.told = twin.server.advance()
            twin.log.append(twin.said)
        return twin

    def until(self, step: Step | None, gone: Mapping[Step, Collection[str]] | None = None) -> Round:
        """On to the beginning of a step, or to the end."""
        while self.server.step is not None and self.server.step != step:
            self.step((gone or {}).get(self.server.step, ()))
        return self


def a_round(clients: int = 5, *, number: int = 0, session: str = "tests", **changes: object) -> Round:
    given = small_plan(clients, **changes)
    return Round(Terms(given, session, number), vectors(clients, given.length, given.bits))
