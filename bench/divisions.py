"""Dependent divisions over an imitated WAN, by shares and by circuits: rows beside those of `bench.garbled`, a process.

`python -m bench.divisions ROLE`, ROLE in JSON (`bench.party.Role`): a party that runs a user's program for each line
that it reads, from its inputs to the opened result. A dealer's material is there before; what a plan says of the same
program stands beside what was measured.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import trio

import mpc
from bench import launch
from bench.contest import Contender, contest, with_figures
from bench.crew import Crew
from bench.harness import PARLEY, Making, Options
from bench.party import Role, connected, deal, say, steady, told
from bench.preprocessing import Lines
from bench.suppliers import DEALER
from bench.workloads import Workload
from mpc.context import Context, Session
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.supply import Supply
from mpc.ways import Ways
from native import keep_memory
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import DealerLink
from protocols.runs.planning import Plan, plan
from protocols.runs.suites import security_sentence

TABLE, TABLE_OF_ROWS, NETWORK = "divisions", "garbled", "wan"
"""Where the process finds its workload, where its rows stand, and on which network they are measured."""
STEPS = 20
VALUES = 1000
WAYS = {
    "wan.divisions.arithmetic": Ways(numeric="arithmetic"),
    "wan.divisions.garbled": Ways(numeric="yao"),
    "wan.divisions.ahead": Ways(numeric="yao", garbling="ahead"),
}
"""By workload, how the divisions are computed."""
WORKLOADS: dict[str, Workload] = {}
"""None that compute on shares."""
MOST_REPETITIONS = 1
"""Each takes up to half a minute."""
_START = 1 << 20
_UNIT = "chains of 20 quotients"
_OFF = 2.0**-8


async def program(ctx: Context, mine: npt.NDArray[np.float64] | None) -> Any:
    """x and y from two owners, 20 quotients of which each divides by the one before, and what they come to."""
    x = await mpc.secret(ctx, owner=0, value=mine, range=(0.5, 2))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(0.5, 2))
    for _ in range(STEPS):
        x = (y / x).within(0.2, 4)
    return await mpc.reveal(ctx, x)


def rows(name: str, options: Options) -> Iterator[Sequence[Making]]:
    """The row of a workload."""
    for size in options.sizes or (max(1, round(VALUES * options.scale)),):
        setup = launch.Setup(TABLE, name, size, 2, options.tls, NETWORK, program="bench.divisions")
        row = Making(TABLE_OF_ROWS, name, PARLEY, DEALER, 2, options.tls, 0, size, _UNIT, network=NETWORK)
        contender = Contender(row, partial(launch.ours, setup))
        repeat = min(options.repeat, MOST_REPETITIONS)
        found, _ = contest([contender], Crew.lines, _measured, lambda: None, repeat, 0)
        yield found


def _measured(row: Making, repetitions: list[Lines]) -> Making:
    found, planned = with_figures(row, repetitions), repetitions[-1][0]["planned"]
    assert found.seconds is not None
    return replace(
        found, bandwidth_limit=row.size / planned, part_of_limit=planned / found.seconds,
        note=f"planned {planned:.2f} s",
    )  # fmt: skip


async def live(role: Role) -> None:
    """Connect, make material, a repetition for every line, goodbye."""
    keep_memory()
    async with connected(role) as (transport, agreement, n):
        if role.me == n:
            await deal(transport, n)
            return
        with transport.working():
            planned = await trio.to_thread.run_sync(_planned, role)
        link = DealerLink(transport, n)
        supply = await link.supply()
        say({"security": security_sentence(SUITE, n, supply), "version": ""})
        number = 0
        while await told(transport):
            say(await _repetition(role, transport, agreement, supply, planned, number))
            number += 1
        link.done()
        await transport.finish({})


def _planned(role: Role) -> Plan:
    ways = WAYS[role.workload]
    return plan(program, list(_inputs(role.size)), numeric=ways.numeric, garbling=ways.garbling)


def _inputs(size: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    return np.linspace(0.5, 2, size), np.linspace(2, 0.7, size)


async def _repetition(
    role: Role, transport: Transport, agreement: Agreement, supply: Supply, planned: Plan, number: int
) -> dict[str, Any]:
    """One party's repetition; every result is compared with numpy's."""
    await supply.provide((number,), [((number, *path[1:]), kind) for path, kind in planned.demand])
    session = Session(transport, supply, agreement, SUITE, 2, ways=WAYS[role.workload])
    await session.start()
    ctx, values = session.root(number), _inputs(role.size)
    await session.root(_START + number).exchange(np.zeros(1, np.uint64))
    with steady():
        before, busy, began = session.ledger.bytes_sent, time.process_time(), time.monotonic()
        found = await program(ctx, values[role.me])
        ended, busy = time.monotonic(), time.process_time() - busy
    if np.abs(found - values[0]).max(initial=0.0) > _OFF:
        raise ArithmeticError(f"{STEPS} quotients, each by the one before, gave a wrong result")
    return {
        "began": began, "ended": ended, "busy": busy, "bytes": session.ledger.bytes_sent - before,
        "rounds": ctx.depth, "planned": planned.seconds_on(NETWORK),
    }  # fmt: skip


if __name__ == "__main__":
    trio.run(live, Role(**json.loads(sys.argv[1])))
