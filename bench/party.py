"""One process of a measurement: a computing party, or the dealer that prepares its material.

`python -m bench.party ROLE`, ROLE in JSON; `bench.crew` is the other side and says what it reads and prints. Every
party does each repetition from a common start; the clock is the machine's, so that one party's start can be
subtracted from another's end.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trio

from bench.harness import BEAVER
from bench.slow_network import slowed
from bench.workloads import Share, Workload
from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.context import Context, Session
from mpc.network.handshake import Agreement, Terms
from mpc.network.identity import Roster, load_identity
from mpc.network.joining import connect
from mpc.network.transport import Transport
from mpc.planning import NETWORKS
from mpc.supply import Entry, Supply
from native import keep_memory
from protocols.preprocessing.dealer import serve
from protocols.runs.planning import plan
from protocols.runs.sources import Provision, Source
from protocols.runs.suites import find_suite, security_sentence
from protocols.shares import BooleanShare
from protocols.suite import suite_of

_INPUT, _START, _CHECK = 2 << 20, 3 << 20, 4 << 20


@dataclass(frozen=True, slots=True)
class Role:
    """What a process is told. `table` names the module that lists `workload`."""

    roster: str
    me: int
    listener: int
    tls: bool
    table: str
    workload: str
    size: int
    network: str
    supplier: str
    cores: int
    suite: str = BEAVER

    def found(self) -> Workload:
        """The workload by its name."""
        workloads: dict[str, Workload] = importlib.import_module(f"bench.{self.table}").WORKLOADS
        return workloads[self.workload]


@dataclass(frozen=True, slots=True)
class Repetition:
    """One party's repetition: when it began and ended by the machine's clock, processor time, bytes sent, rounds; how
    far the first result was from that in the clear, if that is a number, and what its material took, if it has any."""

    began: float
    ended: float
    busy: float
    bytes: int
    rounds: int
    error: float | None
    offline: float | None


@asynccontextmanager
async def connected(role: Role) -> AsyncIterator[tuple[Transport, Agreement, int]]:
    """This endpoint, connected to all others, over the network that the role says; how many parties compute."""
    roster = Roster.load(role.roster)
    identity = load_identity(roster.names[role.me], Path(role.roster).parent)
    terms = Terms("bench", roster.names, roster.has_dealer, f"{role.table} {role.workload} {role.size}", role.suite)
    connection = connect(
        roster, role.me, identity, terms,
        listener=socket.socket(fileno=os.dup(role.listener)), insecure_plaintext=not role.tls,
    )  # fmt: skip
    network = NETWORKS[role.network if role.me < roster.parties else "loopback"]
    async with connection as (transport, agreement), slowed(transport, network, roster.parties) as slow:
        yield slow, agreement, roster.parties


async def live(role: Role) -> None:
    """Connect, take part, say goodbye."""
    keep_memory()
    async with connected(role) as (transport, agreement, n):
        if role.me == n:
            await deal(transport, n)
        else:
            await _Party(role, transport, agreement, n).live()


async def deal(transport: Transport, n: int) -> None:
    """The dealer's part in a measurement."""
    await serve(transport, n)
    await transport.finish({})


class _Party:
    def __init__(self, role: Role, transport: Transport, agreement: Agreement, n: int) -> None:
        self.workload = role.found()
        self.factory = find_suite(role.suite)
        self.role = role
        self.transport = transport
        self.agreement = agreement
        self.n = n
        self.error: float | None = None

    async def live(self) -> None:
        """A repetition for every line that comes; the first is checked."""
        with self.transport.working():
            demand = await trio.to_thread.run_sync(self._demand)
        source = Source(self.role.supplier)
        provision = await Provision.open(source, self.transport, self.agreement, lambda done, expected: None)
        supply = provision.supply
        sentence = security_sentence(self.factory, self.n, supply, material=bool(demand))
        say({"security": sentence, "version": ""})
        number = 0
        while await told(self.transport):
            say(asdict(await self._repetition(number, demand, supply)))
            number += 1
        provision.done()
        await self.transport.finish({})

    def _demand(self) -> list[Entry]:
        """The material of one repetition, by a plan on shapes."""
        size = self.role.size
        values = self.workload.values(self.agreement.common.prg("shapes"), size)

        async def main(ctx: Context, mine: object) -> None:
            await self.workload.online(ctx, self.workload.blank(ctx, values, size), size)

        return plan(main, [None] * self.n, ring=self.workload.algebra.bits, suite=self.role.suite).demand

    async def _repetition(self, number: int, demand: list[Entry], supply: Supply) -> Repetition:
        offline, before = None, time.monotonic()
        if demand:
            await supply.provide((number,), [((number, *path[1:]), kind) for path, kind in demand])
            offline = time.monotonic() - before
        values = self.workload.values(self.agreement.common.prg("values", number), self.role.size)
        inputs = (await self._session(supply)).root(_INPUT + number)
        shares = await self.workload.put_in(inputs, values, self.role.size)
        ctx = (await self._session(supply)).root(number)
        start = (await self._session(supply)).root(_START + number)
        with steady():
            await start.exchange(np.zeros(1, np.uint64))
            busy, began = time.process_time(), time.monotonic()
            result = await self.workload.online(ctx, shares, self.role.size)
            ended, busy = time.monotonic(), time.process_time() - busy
        if number == 0:
            self.error = await self._check(result, values, supply)
        sent = ctx.session.ledger.bytes_sent
        return Repetition(began, ended, busy, sent, ctx.depth, self.error, offline)

    async def _check(self, result: Share, values: Sequence[Words], supply: Supply) -> float | None:
        ctx = (await self._session(supply)).root(_CHECK)
        return self.workload.off_by(await opened(ctx, result), values, self.role.size)

    async def _session(self, supply: Supply) -> Session:
        session = Session(self.transport, supply, self.agreement, self.factory, self.n, ring=self.workload.algebra)
        await session.start()
        return session


async def opened(ctx: Context, result: Share) -> Words:
    """The result in the clear; bits packed, with zeros in the padding."""
    if isinstance(result, BooleanShare):
        words = await suite_of(ctx).open_bits(ctx, result)
        rows = words.reshape(-1, words.shape[-1])
        return np.stack([bits.pack(bits.unpack(row, result.size)) for row in rows]).reshape(words.shape)
    (words,) = await suite_of(ctx).open(ctx, result)
    return words


async def told(transport: Transport | None = None) -> bool:
    """Waits for the next line of standard input; whether there is one."""
    with transport.working() if transport else nullcontext():
        return bool(await trio.to_thread.run_sync(sys.stdin.readline))


def say(line: dict[str, Any]) -> None:
    """One line of the answer."""
    print(json.dumps(line), flush=True)


@contextmanager
def steady() -> Iterator[None]:
    """No collection of cyclic garbage that an earlier phase left."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


if __name__ == "__main__":
    trio.run(live, Role(**json.loads(sys.argv[1])))
