"""What a star's server holds: while clients send large vectors at once, and over a thousand rounds in which they die.

Secure sums over TLS on loopback, the server in a process of its own, so that what others have left free hides nothing,
and all clients in another one. `star.sum_2mb_N`: of N clients with 524,288 numbers of 32 bits each; `memory` is the
peak of the round above what the server held when all were connected. `star.rounds_1000`: short vectors and clients that
lose their lines at random, in every step, and dial anew; `memory` is by how much more the server holds after the last
round than after a tenth of them, garbage of cycles collected.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import trio

from bench.harness import PARLEY, Making, Options
from bench.memory import Peak
from bench.star_town import Town, resident
from mpc.errors import PeerError
from mpc.network.identity import Identity
from mpc.network.star.backoff import Backoff
from mpc.network.star.client import StarClient
from mpc.network.star.dialling import dial
from mpc.network.star.gathering import assemble
from mpc.network.star.limits import StarLimits
from mpc.network.star.rounds import Rounds
from mpc.network.star.server import StarServer
from mpc.network.star.star_file import StarFile
from protocols import aggregation
from protocols.aggregation import AggregationPlan, Client, Terms, sum_at_client, sum_at_server

LENGTH = 1 << 19
_SUMS = {f"star.sum_2mb_{clients}": clients for clients in (10, 50, 200)}
_SOAK = "star.rounds_1000"
NAMES = (*_SUMS, _SOAK)
SOAK_CLIENTS, SOAK_LENGTH, SOAK_ROUNDS = 12, 500, 1000
DIES = 0.04
"""In a round, so that one round in twelve or so has too few left for its sum."""
SECURITY = "semi-honest server and clients; TLS 1.3"
_SECONDS = 120.0
_SOON = Backoff(0.01, 0.1, 60)
_SESSION = "bench"


def measure(table: str, options: Options) -> Iterator[list[Making]]:
    """The rows, each from processes of its own."""
    for name in options.chosen(NAMES):
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            if name in _SUMS:
                clients = max(3, round(_SUMS[name] * min(1.0, options.scale)))
                length = max(16, round(LENGTH * options.scale))
                yield [_sum_row(table, name, clients, length, alone.submit(_summing, clients, length).result())]
            else:
                rounds = max(20, round(SOAK_ROUNDS * options.scale))
                yield [_soak_row(table, rounds, alone.submit(_soaking, rounds).result())]


def _sum_row(table: str, name: str, clients: int, length: int, found: list[float]) -> Making:
    seconds, peak, after = found
    note = f"{4 * length:,} bytes of each client; {after / 1e6:.1f} MB more than before are held after the round"
    return _row(table, name, clients, clients, "clients", seconds, round(peak), note)


def _soak_row(table: str, rounds: int, found: list[float]) -> Making:
    seconds, early, late, summed, joins = found
    note = (
        f"{early / 1e6:.1f} MB after round {rounds // 10}, {late / 1e6:.1f} MB after round {rounds}; {summed:.0f} "
        f"sums, clients have come {joins:,.0f} times"
    )
    return _row(table, _SOAK, SOAK_CLIENTS, rounds, "rounds", seconds, max(0, round(late - early)), note)


def _row(
    table: str, name: str, clients: int, size: int, unit: str, seconds: float, memory: int, note: str
) -> Making:  # fmt: skip
    return Making(
        table, name, PARLEY, "", clients + 1, True, 1, size, unit, seconds=seconds, per_second=size / seconds,
        memory=memory, security=SECURITY, note=note,
    )  # fmt: skip


def _plan(clients: int, length: int) -> AggregationPlan:
    return aggregation.plan(clients, length, dropouts=0.1, corrupted=0.1)


def _summing(clients: int, length: int) -> list[float]:
    plan = _plan(clients, length)
    with tempfile.TemporaryDirectory() as folder:
        return Town(Path(folder), clients, partial(_contribute, plan)).run(partial(_sums, plan))


async def _sums(plan: AggregationPlan, server: StarServer, clients: int, go: Callable[[], None]) -> list[float]:
    rounds = Rounds()
    go()
    await assemble(server, rounds, clients, _SECONDS)
    before, began, peak = resident(), time.perf_counter(), Peak()
    done = await sum_at_server(server, rounds, Terms(plan, _SESSION, 0), seconds=_SECONDS)
    seconds, held = time.perf_counter() - began, peak.bytes()
    assert (done.total == clients).all()
    return [seconds, held, resident() - before]


def _contribute(plan: AggregationPlan, star: StarFile, identities: list[Identity]) -> None:
    ones = np.ones(plan.length, plan.dtype)

    async def one(identity: Identity) -> None:
        async with dial(star, identity, "bench") as client:
            await sum_at_client(client, Client(Terms(plan, _SESSION, 0), client.name, ones))
            await _until_over(client)

    _all_of_them(identities, one)


def _soaking(rounds: int) -> list[float]:
    plan, limits = _plan(SOAK_CLIENTS, SOAK_LENGTH), StarLimits(joins_per_minute=6000, messages_per_minute=1e6)
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), SOAK_CLIENTS, partial(_come_and_go, plan, rounds), limits)
        return town.run(partial(_rounds, plan, rounds))


async def _rounds(
    plan: AggregationPlan, count: int, server: StarServer, clients: int, go: Callable[[], None]
) -> list[float]:  # fmt: skip
    held, began = list[float](), time.perf_counter()

    async def look(number: int) -> None:
        if (number + 1) % (count // 10) == 0:  # where Python collects cycles later the same is held, some MB above
            held.append(resident())

    go()
    summed = await sums_of_rounds(server, plan, count, look)
    return [time.perf_counter() - began, held[0], held[-1], summed, server.counts.joined]


async def sums_of_rounds(
    server: StarServer, plan: AggregationPlan, count: int, after: Callable[[int], Awaitable[None]]
) -> int:  # fmt: skip
    """So many rounds one after the other, each begun by all clients; of how many there was a sum, of ones, which is
    checked. `after` gets the number of each round."""
    rounds, summed = Rounds(), 0
    for number in range(count):
        await assemble(server, rounds, plan.clients, _SECONDS)
        try:
            done = await sum_at_server(server, rounds, Terms(plan, _SESSION, number), seconds=_SECONDS)
        except PeerError as error:
            if error.code not in ("quorum-missed", "aggregation-too-few"):
                raise
        else:
            assert (done.total == len(done.survivors)).all()
            summed += 1
        await after(number)
    return summed


def _come_and_go(plan: AggregationPlan, rounds: int, star: StarFile, identities: list[Identity]) -> None:
    dice = random.Random(1)

    async def one(identity: Identity) -> None:
        async with dial(star, identity, "bench", backoff=_SOON) as client:
            await come_and_go(client, plan, rounds, lambda: dice.random() < DIES and dice.randrange(4))

    _all_of_them(identities, one)


async def come_and_go(client: StarClient, plan: AggregationPlan, rounds: int, dies: Callable[[], int | bool]) -> None:
    """A client that adds ones in each round. `dies` says after how many steps of it it loses its line, or False; it
    dials anew then."""
    ones, number = np.ones(plan.length, plan.dtype), -1
    while number < rounds - 1:
        try:
            number = await _next_round(client)
            of_round, steps = Client(Terms(plan, _SESSION, number), client.name, ones), dies()
            if steps is False:
                await sum_at_client(client, of_round)
            else:
                await _until(client, of_round, steps)
                await client.reconnect(_SOON)
        except PeerError as error:
            if error.code == "star-ended":
                return
            if error.code != "aggregation-other-round":
                raise
    await _until_over(client)


async def _next_round(client: StarClient) -> int:
    """The number of the round that the next opening is of, which is put back."""
    while True:
        delivery = await client.receive()
        number, step = delivery.tag
        if step == 0:
            client.put_back(delivery)
            return number


async def _until(client: StarClient, of_round: Client, steps: int) -> None:
    """So many steps of the round, and what asks for the next one; or as far as the round goes."""
    for index in range(steps + 1):
        delivery = await client.receive()
        if delivery.tag != (of_round.terms.round, index) or index == steps:
            return
        answer = of_round.answer(delivery.content) if index else of_round.advertise()
        await client.send(delivery.tag, answer)


async def _until_over(client: StarClient) -> None:
    async for _ in client:
        pass


def _all_of_them(identities: list[Identity], one: Callable[[Identity], Awaitable[None]]) -> None:
    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for identity in identities:
                nursery.start_soon(one, identity)

    trio.run(main)
