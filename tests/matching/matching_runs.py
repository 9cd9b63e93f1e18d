"""Runs of matching with all randomness fixed: what parties end with, and what travelled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import trio

from mpc.context import Context
from mpc.network.transport import memory_network
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import FaultyTransport, insecure_agreements, insecure_seed, recording_network
from mpc.testing.transcripts import Sent
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies

Program = Callable[[Context, Any], Awaitable[Any]]
WITHIN = 20
"""Seconds: a run takes some milliseconds."""


def ends(program: Program, inputs: Sequence[Any], transports: Any = None, seed: str = "matching") -> list[PartyRun]:
    """What each party ends with, errors included."""
    n = len(inputs)

    async def start() -> list[PartyRun]:
        with trio.fail_after(WITHIN):
            supplies = local_supplies(n, [insecure_seed("dealt", i) for i in range(n)])
            return await run_in_memory(
                program, inputs, supplies, Setting(SUITE, collect_errors=True),
                transports=transports or memory_network(n), agreements=insecure_agreements(n, seed),
                private=[insecure_seed(seed, i) for i in range(n)],
            )  # fmt: skip

    return trio.run(start)


def recorded(program: Program, inputs: Sequence[Any], seed: str = "matching") -> tuple[list[PartyRun], list[Sent]]:
    """The same, and all messages."""
    transports, record = recording_network(len(inputs))
    runs = ends(program, inputs, transports, seed)
    return runs, record


def with_faults(program: Program, inputs: Sequence[Any], party: int, *faults: Any) -> tuple[list[PartyRun], int]:
    """The ends where messages of one party suffer faults, and how many did."""
    transports: list[Any] = list(memory_network(len(inputs)))
    transports[party] = faulty = FaultyTransport(transports[party], *faults)
    return ends(program, inputs, transports), faulty.struck
