"""A party's own process: it agrees with the others on what runs, has its cluster run it, and combines.

The parties' own processes keep one session from beginning to end. In it they tell each other how large their clusters
are, before each start where their workers are, and turn by turn how the parts stand, so that all decide alike
(`schedule.py`). When all parts are done, `combine` runs in this session, on secrets of which the workers have computed
the parts. What is said of parts counts as bytes, but as no rounds: it holds nothing that was computed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import trio

from mpc.context import Context, Root
from mpc.errors import Abort, LocalError, ParleyError, PeerError, SupplyError
from mpc.network.identity import Endpoint
from mpc.prg import Seed
from mpc.simulation import Main
from mpc.store import key_of
from party_runner.guarding import Guards
from party_runner.join import Choices, Seat, join
from party_runner.program import Program
from party_runner.scale.cluster import Cluster, Task, Worker
from party_runner.scale.parcels import key_of_run, opened
from party_runner.scale.part import Done, Failed, Order
from party_runner.scale.schedule import (
    ATTEMPTS,
    Reports,
    Schedule,
    Start,
    State,
    no_workers,
    refuse_parts,
    width_of,
)
from party_runner.status import Progress
from protocols.array.carried import Carried, secret_carried
from protocols.runs.party import Outcome
from protocols.runs.sources import DEALER, Source

PORT_TAKEN = "address-in-use"
HOST = re.compile(r"[A-Za-z0-9._:%-]*")
HOST_BYTES = 256
LOOK_SECONDS = 0.05
TURN_SECONDS = 1.0
"""How often a party looks at its tasks, and how long it says nothing at most."""

BETWEEN = "between sessions"
"""What the account calls messages on how parts stand, and secrets that come from there."""

WAIT_SECONDS = 60.0
"""For a worker in the place of one that has gone."""


@dataclass(slots=True)
class Computation:
    """One party's side of a computation over clusters.

    `data`: this party's data of each part, as its workers take it (`part.run_part`); None where it has none.
    `accounts` are, in the end, those of the sessions of all parts, in their order.
    """

    seat: Seat
    program: Program
    combine: Main
    data: Sequence[Any]
    cluster: Cluster
    choices: Choices
    progress: Progress
    cores: int = 1
    accounts: list[dict[str, Any]] = field(default_factory=list)
    failed: list[tuple[Start, tuple[str, ...]]] = field(default_factory=list)

    async def run(self, source: Source, guards: Guards) -> Outcome:
        """Compute all parts, then combine them: the result and the account of the last session.

        LocalError `bad-parts`, `bad-material`, `no-port`, `parts-differ`, `part-result`, `part-damaged`, and what a
        part or `combine` raises; PeerError `different-parameters` where parties have different numbers of parts,
        `no-workers`, `part-failed`, and those of any run.
        """
        refuse_parts(len(self.data))
        refuse_material(source)
        self._refuse_ports()
        choices = replace(self.choices, beside={"parts": len(self.data)})
        program = replace(self.program, main=self._whole)
        return await join(self.seat, program, None, choices, source, self.progress, guards)

    async def _whole(self, ctx: Context, mine: Any) -> Any:
        call = ctx.session.root(Root.PARTS, BETWEEN)
        parts = await _Turns(self, call).all_parts()
        await _compare(call, parts)
        secrets = [await _secrets(ctx, part) for part in parts]
        return await self.combine(ctx, secrets)

    def _refuse_ports(self) -> None:
        for endpoint in self.seat.roster.endpoints:
            if endpoint.port + ports_of(len(self.data)) > 65535:
                raise LocalError(
                    "no-port",
                    f"the workers of {endpoint.name} take {ports_of(len(self.data))} ports above {endpoint.port}, and "
                    "there are not so many",
                    "give it a lower port in parties.toml, or fewer parts",
                    party=endpoint.name,
                )


def ports_of(parts: int) -> int:
    """How many ports above its own a party's workers use: one for each attempt at each part."""
    return parts * ATTEMPTS


def offset_of(start: Start, parts: int) -> int:
    """How far above its party's own the port of a worker is."""
    return 1 + start.part + start.attempt * parts


def refuse_material(source: Source) -> None:
    """LocalError `bad-material` where sessions of parts could not make their own as they go."""
    if source.plans or source.maker in (None, DEALER):
        raise LocalError(
            "bad-material",
            "every part is a session of its own, whose parties make its material between them as it goes; nothing of a "
            "store or a dealer is used, and nothing is planned",
            "leave --material and --preprocessing out, or choose ot, silent or paillier",
        )


@dataclass(slots=True)
class _Turns:
    """One party's part in the turns: what it has started, and what has come of it."""

    whole: Computation
    call: Context
    tasks: dict[int, tuple[Start, Worker, Task]] = field(default_factory=dict)
    ended: dict[int, State] = field(default_factory=dict)
    parcels: dict[int, tuple[Start, Done]] = field(default_factory=dict)

    async def all_parts(self) -> list[Any]:
        """What this party holds of each part's result, once all are done."""
        call, whole = self.call, self.whole
        slots = len(await call.in_thread(whole.cluster.workers))
        every = [int(words[0]) for words in (await call.exchange(np.array([slots], np.uint64)))[0]]
        schedule = Schedule(len(whole.data), width_of(every, call.names))
        try:
            while not schedule.finished:
                await self._start(schedule.starts())
                with call.session.transport.working():
                    report = await self._report(len(whole.data))
                reports = (await call.exchange(report))[0]
                schedule.take(reports, call.names)
                whole.progress("parts", len(schedule.done), len(whole.data))
        finally:
            for _, _, task in self.tasks.values():
                task.drop()
        whole.failed = schedule.failed
        whole.accounts = [self.parcels[part][1].account for part in range(schedule.parts)]
        return await call.in_thread(self._opened)

    def _opened(self) -> list[Any]:
        key = self._key()
        ordered = [self.parcels[part] for part in range(len(self.whole.data))]
        return [opened(done.parcel, key, start.part, start.attempt) for start, done in ordered]

    async def _start(self, starts: Sequence[Start]) -> None:
        """Choose a worker for each, tell the others where it is, and have it begin."""
        if not starts:
            return
        with self.call.session.transport.working():
            workers = await self._free(len(starts))
        hosts = (await self.call.exchange(_hosts(workers)))[0]
        for place, start in enumerate(starts):
            order = self._order(
                start, [_host(rows[place], name) for rows, name in zip(hosts, self.call.names, strict=True)]
            )
            data = self.whole.data[start.part]
            task = await self.call.in_thread(self.whole.cluster.start, workers[place], order, data)
            self.ended.pop(start.part, None)
            self.tasks[start.part] = (start, workers[place], task)

    async def _free(self, count: int) -> list[Worker]:
        """Workers that have nothing to do. PeerError `no-workers` where none comes in time."""
        with trio.move_on_after(WAIT_SECONDS):
            while True:
                busy = {worker.name for _, worker, _ in self.tasks.values()}
                alive = await trio.to_thread.run_sync(self.whole.cluster.workers)
                free = [worker for worker in alive if worker.name not in busy]
                if len(free) >= count:
                    return free[:count]
                await trio.sleep(LOOK_SECONDS)
        raise no_workers(self.call.names[self.call.me])

    def _order(self, start: Start, hosts: Sequence[str]) -> Order:
        whole = self.whole
        seat = whole.seat
        offset = offset_of(start, len(whole.data))
        endpoints = zip(seat.roster.endpoints, hosts, strict=True)
        return Order(
            tuple(_worker_of(endpoint, host, offset) for endpoint, host in endpoints), seat.me,
            str(seat.identity.key_file.absolute()), str(whole.program.path.absolute()), whole.program.digest,
            whole.choices, seat.patience, self.call.session.agreement.session.hex(), start.part, start.attempt,
            len(whole.data), whole.cores,
        )  # fmt: skip

    async def _report(self, parts: int) -> Reports:
        """How this party's parts stand: when something has changed, or a moment has passed."""
        alive = {worker.name for worker in await trio.to_thread.run_sync(self.whole.cluster.workers)}
        with trio.move_on_after(TURN_SECONDS):
            while not await self._look(alive):
                await trio.sleep(LOOK_SECONDS)
        report = np.zeros(parts, np.uint8)
        report[list(self.tasks)] = State.RUNS
        for part, state in self.ended.items():
            report[part] = state
        return report

    async def _look(self, alive: set[str]) -> bool:
        """Take in what has ended; whether anything has."""
        states = {part: task.state(alive) for part, (_, _, task) in self.tasks.items()}
        over = [part for part, state in states.items() if state is not State.RUNS]
        for part in over:
            start, _, task = self.tasks.pop(part)
            said = await trio.to_thread.run_sync(task.outcome) if states[part] is State.DONE else None
            self.ended[part] = self._ended(start, said)
            task.drop()
        return bool(over)

    def _ended(self, start: Start, said: Done | Failed | None) -> State:
        if said is None:
            return State.LOST
        if isinstance(said, Done):
            self.parcels[start.part] = (start, said)
            return State.DONE
        if said.left:
            return State.LEFT
        words = opened(said.words, self._key(), start.part, start.attempt) if said.words else said.cause
        if said.code == PORT_TAKEN:
            raise self._port_taken(start, said)
        raise _error_of(replace(said, cause=words), start.part)

    def _port_taken(self, start: Start, said: Failed) -> LocalError:
        """Of a worker's own port, which is another than the party's in parties.toml."""
        parts = len(self.whole.data)
        return LocalError(
            said.code,
            f"in part {start.part}: another program listens at port {offset_of(start, parts)} above this party's own, "
            "which its worker takes",
            f"workers take {ports_of(parts)} ports above their party's: give parties on one machine ports in "
            f"parties.toml that are more than {ports_of(parts)} apart, or end that program",
            party=said.party,
        )

    def _key(self) -> Seed:
        return key_of_run(key_of(self.whole.seat.identity), self.call.session.agreement.session)


def _error_of(said: Failed, part: int) -> ParleyError:
    """The error with which a worker's session ended, in this process."""
    kind = next(
        kind for kind in (Abort, PeerError, SupplyError, LocalError) if kind.__name__ in (said.kind, "LocalError")
    )
    return kind(said.code, f"in part {part}: {said.cause}", said.remedy, party=said.party, line=said.line)


def _worker_of(endpoint: Endpoint, host: str, offset: int) -> tuple[str, str, int, bytes]:
    return endpoint.name, host or endpoint.host, endpoint.port + offset, endpoint.certificate.der


def _hosts(workers: Sequence[Worker]) -> Reports:
    """The hosts of workers as a message: (workers, HOST_BYTES)."""
    rows = np.zeros((len(workers), HOST_BYTES), np.uint8)
    for row, worker in zip(rows, workers, strict=True):
        text = worker.host.encode()[:HOST_BYTES]
        row[: len(text)] = np.frombuffer(text, np.uint8)
    return rows


def _host(row: Reports, name: str) -> str:
    """A host that a party has told, "" for its own address. PeerError `unexpected-message`."""
    text = row.tobytes().rstrip(b"\0").decode("latin-1")
    if not HOST.fullmatch(text):
        raise PeerError(
            "unexpected-message",
            f"{name} says that its worker is at a place that is no host",
            "every party must run the same version of Parley; else the peer is not to be trusted",
            party=name,
        )
    return text


async def _compare(call: Context, parts: Sequence[Any]) -> None:
    """All parties must hold parts of the same secrets. PeerError `parts-differ`."""
    digest = np.frombuffer(hashlib.sha256(json.dumps([_public(part) for part in parts]).encode()).digest(), np.uint64)
    for name, other in zip(call.names, (await call.exchange(digest))[0], strict=True):
        if not np.array_equal(digest, other):
            raise PeerError(
                "parts-differ",
                f"{name} has other secrets in the results of its parts than this party: other shapes, kinds or ranges",
                "`main` must return the same secrets in the same places at every party",
                party=name,
            )


def _public(value: Any) -> Any:
    """What is public of a result: where which secrets are. None where there are none: the rest is the party's own."""
    if isinstance(value, Carried):
        return value.public
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    return [[str(key), told] for key, inner in inside if (told := _public(inner)) is not None] or None


async def _secrets(ctx: Context, value: Any) -> Any:
    """A part's result with secrets of this session where it holds parts of secrets."""
    if isinstance(value, Carried):
        return await secret_carried(ctx, value, BETWEEN)
    if isinstance(value, dict):
        return {key: await _secrets(ctx, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        inner = [await _secrets(ctx, each) for each in value]
        return inner if isinstance(value, list) else tuple(inner)
    return value
