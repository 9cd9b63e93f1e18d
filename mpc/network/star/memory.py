"""A star in one process and one trio loop: the same server, clients, handshake and frames as over TLS, without sockets.

For tests, for simulations of many clients, and as the reference that the real transport is compared with. A client is
who it says it is. With trio's own test clock, hours of heartbeats pass in no time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import trio

from mpc.errors import PeerError
from mpc.network.link import Link
from mpc.network.star.backoff import Backoff
from mpc.network.star.client import StarClient
from mpc.network.star.handshake import Parameters, StarTerms
from mpc.network.star.limits import StarLimits
from mpc.network.star.memory_link import memory_links
from mpc.network.star.running import as_client, as_server
from mpc.network.star.server import StarServer

_VERSION = "in memory"


class MemoryStar:
    """A place where one server at a time serves, and clients find it."""

    def __init__(self, name: str = "server", limits: StarLimits | None = None) -> None:
        self.name = name
        self._limits = limits or StarLimits()
        self._server: StarServer | None = None
        self._tasks: trio.Nursery | None = None
        self.wrap: Callable[[Link], Link] = lambda link: link
        """Called with each new client's end of a link: a test puts in a faulty one."""

    @asynccontextmanager
    async def serve(self, parameters: Parameters | None = None, program_digest: str = "") -> AsyncIterator[StarServer]:
        """The server, until the block ends. Errors as of `mpc.network.star.listening.serve`."""
        server = StarServer(self.name, StarTerms(_VERSION, program_digest, parameters or {}), self._limits)
        async with as_server(server) as tasks:
            self._server, self._tasks = server, tasks
            try:
                yield server
            finally:
                self._server = self._tasks = None

    @asynccontextmanager
    async def dial(
        self,
        name: str,
        expects: Parameters | None = None,
        program_digest: str = "",
        backoff: Backoff | None = None,
    ) -> AsyncIterator[StarClient]:
        """A client that is connected, until the block ends. Errors as of `mpc.network.star.dialling.dial`."""
        terms = StarTerms(_VERSION, program_digest, expects or {})

        def make(tasks: trio.Nursery) -> StarClient:
            return StarClient(name, self.name, terms, self._connect, tasks, self._limits)

        async with as_client(make, backoff or Backoff()) as client:
            yield client

    async def _connect(self) -> Link:
        await trio.lowlevel.checkpoint()
        if self._server is None or self._tasks is None:
            raise PeerError("nobody-listening", f"{self.name} does not serve", "start it", party=self.name)
        ours, theirs = memory_links()
        self._tasks.start_soon(self._server.admit, theirs, None, "a client")
        return self.wrap(ours)
