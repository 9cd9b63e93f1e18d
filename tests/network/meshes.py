"""Endpoints for the tests: n of them in one trio loop, in memory or over TLS on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import trio

from mpc.network.handshake import Terms
from mpc.network.identity import Endpoint, Identity, Roster, new_identity
from mpc.network.joining import connect
from mpc.network.transport import Transport, memory_network
from mpc.network.wire import Limits, Message

Mesh = Callable[..., AbstractAsyncContextManager[list[Transport]]]
NAMES = ("north", "south", "east", "west", "up", "down", "left", "right")


class Town:
    """A roster of n endpoints on loopback with fresh keys, and a bound listener for each."""

    def __init__(self, n: int, folder: Path, *, dealer: bool = False) -> None:
        names = (*NAMES[: n - 1], "dealer") if dealer else NAMES[:n]
        self.identities: list[Identity] = [new_identity(name, folder) for name in names]
        self.listeners = [socket.create_server(("127.0.0.1", 0)) for _ in names]
        self.roster = Roster(
            tuple(
                Endpoint(identity.name, "127.0.0.1", listener.getsockname()[1], identity.certificate)
                for identity, listener in zip(self.identities, self.listeners, strict=True)
            ),
            dealer,
        )

    def terms(self, **changes: Any) -> Terms:
        """Terms that everybody agrees on, but for `changes`."""
        values: dict[str, Any] = {
            "version": "1",
            "parties": self.roster.names,
            "has_dealer": self.roster.has_dealer,
            "program_digest": "abc",
            "suite": "beaver",
            "parameters": {"fractional_bits": 16},
        }
        return Terms(**(values | changes))

    def join(self, me: int, **options: Any) -> AbstractAsyncContextManager[Any]:
        """`connect` for endpoint `me`; options replace what this town would say."""
        roster = options.pop("roster", self.roster)
        identity = options.pop("identity", self.identities[me])
        terms = options.pop("terms", self.terms())
        return connect(roster, me, identity, terms, **({"listener": self.listeners[me]} | options))

    def forget(self) -> None:
        """Lets go of the listeners that nobody has taken."""
        for listener in self.listeners:
            listener.close()


@asynccontextmanager
async def memory_mesh(n: int, limits: Limits | None = None) -> AsyncIterator[list[Transport]]:
    """n endpoints in memory."""
    network = memory_network(n, NAMES[:n], limits)
    yield list(network)
    for endpoint in network:
        await endpoint.close()


def tls_mesh(folder: Path, **options: Any) -> Mesh:
    """n endpoints over TLS in one loop, with keys in `folder`."""

    @asynccontextmanager
    async def mesh(n: int, limits: Limits | None = None) -> AsyncIterator[list[Transport]]:
        town = Town(n, folder)
        found: dict[int, Transport] = {}
        everyone, done = trio.Event(), trio.Event()

        async def live(me: int) -> None:
            async with town.join(me, limits=limits, **options) as (transport, _):
                found[me] = transport
                if len(found) == n:
                    everyone.set()
                await done.wait()

        async with trio.open_nursery() as nursery:
            for me in range(n):
                nursery.start_soon(live, me)
            await everyone.wait()
            try:
                yield [found[me] for me in range(n)]
            finally:
                done.set()

    return mesh


def message(*tag: int, array: Any = None, label: int = 7, depth: int = 3) -> Message:
    """A small message."""
    return Message(tag, label, depth, np.arange(2, dtype=np.uint64) if array is None else array)


async def side_by_side(*calls: tuple[Any, ...]) -> list[Any]:
    """Runs (function, *args) calls at once; results in order, an exception in place of the result of a call."""
    results: list[Any] = [None] * len(calls)

    async def one(i: int, call: Any, *args: Any) -> None:
        try:
            results[i] = await call(*args)
        except Exception as error:
            results[i] = error

    async with trio.open_nursery() as nursery:
        for i, (call, *args) in enumerate(calls):
            nursery.start_soon(one, i, call, *args)
    return results
