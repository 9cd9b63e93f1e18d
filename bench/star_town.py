"""A star over TLS on loopback for measurements: the server in this process, all clients in another one."""

from __future__ import annotations

import gc
import os
import socket
import time
from collections.abc import Awaitable, Callable
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import trio

from mpc.network.identity import Endpoint, Identity, load_certificate, load_identity, new_identity
from mpc.network.star.authority import Authority, new_authority, new_request
from mpc.network.star.dialling import dial
from mpc.network.star.events import Joined
from mpc.network.star.limits import StarLimits
from mpc.network.star.listening import serve
from mpc.network.star.server import StarServer
from mpc.network.star.star_file import StarFile

Work = Callable[[StarServer, int, Callable[[], None]], Awaitable[list[float]]]
Live = Callable[[StarFile, list[Identity]], None]


class Town:
    """A star with keys for some clients, which live in a process of their own."""

    def __init__(self, folder: Path, clients: int, live: Live | None = None, limits: StarLimits | None = None) -> None:
        """`live`: what the process of the clients does; if None, each sends back what it gets, the first byte of it."""
        self._live = live or answering
        self.center = new_identity("server", folder)
        authority = Authority(new_authority("authority", folder))
        for i in range(clients):
            authority.enroll(f"c{i}", new_request(f"c{i}", folder), folder)
        self.clients: list[Identity] = [load_identity(f"c{i}", folder) for i in range(clients)]
        self._listener = socket.create_server(("127.0.0.1", 0))
        server = Endpoint("server", "127.0.0.1", self._listener.getsockname()[1], self.center.certificate)
        self.star = StarFile(
            server, load_certificate(folder / "authority.crt"), limits=limits or StarLimits(stall_seconds=300)
        )

    def run(self, work: Work) -> list[float]:
        """What `work` gives with a server here, while the clients answer from their process; `go` lets them connect."""
        context = get_context("fork")
        go, told = context.Pipe()
        process = context.Process(target=_begin, args=(self._live, self.star, self.clients, told), daemon=True)
        process.start()
        try:
            return trio.run(self._serve, work, partial(go.send, "go"))
        finally:
            process.join(10)
            process.kill()

    async def _serve(self, work: Work, go: Callable[[], None]) -> list[float]:
        async with serve(self.star, self.center, "bench", listener=self._listener) as server:
            return await work(server, len(self.clients), go)


def _begin(live: Live, star: StarFile, clients: list[Identity], line: Connection) -> None:
    """The clients' process, once it is told to begin."""
    line.recv()
    live(star, clients)


def answering(star: StarFile, clients: list[Identity]) -> None:
    """Each client answers what it gets with its first byte."""

    async def one(identity: Identity) -> None:
        async with dial(star, identity, "bench") as client:
            async for message in client:
                await client.send(message.tag, message.array[:1])

    async def all_of_them() -> None:
        async with trio.open_nursery() as nursery:
            for identity in clients:
                nursery.start_soon(one, identity)

    trio.run(all_of_them)


async def joined(server: StarServer, clients: int, go: Callable[[], None]) -> float:
    """Seconds until all clients are here."""
    began = time.perf_counter()
    go()
    for _ in range(clients):
        event = await server.event()
        assert isinstance(event, Joined), event
    return time.perf_counter() - began


def resident() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
