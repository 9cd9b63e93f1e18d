"""A sender and a receiver of oblivious transfers as two parties of a simulated session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import trio

from mpc.context import Context
from mpc.network.transport import Transport, memory_network
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport, insecure_agreements, insecure_seed, recording_network, transcript_digest
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies

Role = Callable[[Context, int], Awaitable[Any]]
"""What a party does: called with its context and its peer's index."""


def run_pair(
    send: Role,
    receive: Role,
    *,
    n: int = 2,
    places: tuple[int, int] = (0, 1),
    seed: str = "pair",
    audit: bool = False,
    collect: bool = False,
    transports: Callable[[], Sequence[Transport]] | None = None,
) -> list[PartyRun]:
    """The ends of sender and receiver, at `places` among n parties; the others do nothing. All seeds are fixed."""
    sender, receiver = places

    async def main(ctx: Context, mine: object) -> Any:
        if ctx.me == sender:
            return await send(ctx, receiver)
        return await receive(ctx, sender) if ctx.me == receiver else None

    async def start() -> list[PartyRun]:
        seeds = [insecure_seed("dealt", i) for i in range(n)]
        return await run_in_memory(
            main, [None] * n, local_supplies(n, seeds), Setting(SUITE, audit=audit, collect_errors=collect),
            transports=transports() if transports else memory_network(n), agreements=insecure_agreements(n, seed),
            private=[insecure_seed(seed, i) for i in range(n)],
        )  # fmt: skip

    runs = trio.run(start)
    return [runs[sender], runs[receiver]]


def results(send: Role, receive: Role, **options: Any) -> tuple[Any, Any]:
    """What sender and receiver end with."""
    sent, received = run_pair(send, receive, **options)
    return sent.result, received.result


def digest(send: Role, receive: Role, **options: Any) -> str:
    """The digest of all messages."""
    records: list[Any] = []

    def network() -> Sequence[Transport]:
        transports, record = recording_network(options.get("n", 2))
        records.append(record)
        return transports

    run_pair(send, receive, transports=network, **options)
    return transcript_digest(records[0])


def with_fault(send: Role, receive: Role, party: int, fault: Fault, **options: Any) -> tuple[list[PartyRun], int]:
    """Both ends where the messages of `party` suffer a fault, and how many did."""
    faulty: list[FaultyTransport] = []

    def network() -> Sequence[Transport]:
        transports: list[Transport] = list(memory_network(2))
        faulty.append(FaultyTransport(transports[party], fault))
        transports[party] = faulty[0]
        return transports

    runs = run_pair(send, receive, transports=network, collect=True, **options)
    return runs, faulty[0].struck


def all_choices(count: int) -> list[npt.NDArray[np.uint8]]:
    """Every pattern of `count` choice bits."""
    return [np.array([v >> i & 1 for i in range(count)], np.uint8) for v in range(2**count)]


def chosen(pairs: npt.NDArray[np.generic], choices: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """From pairs (count, 2, ...), those that the choices stand for."""
    return pairs[np.arange(len(choices)), choices.astype(np.intp)]


class Noted:
    """An end of an extension that remembers what it gave: labels, or choices and labels, call after call."""

    def __init__(self, end: Any) -> None:
        self._end = end
        self.gave: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._end, name)

    async def extend(self, ctx: Context, count: int) -> Any:
        made = await self._end.extend(ctx, count)
        self.gave += made if isinstance(made, tuple) else [made]
        return made
