"""Stars for the tests: the same calls in memory and over TLS on loopback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

import trio
from free_ports import free_ports
from trio.testing import MockClock

from mpc.errors import PeerError
from mpc.network.identity import Endpoint, Identity, load_certificate, load_identity, new_identity
from mpc.network.star.authority import Authority, new_authority, new_request
from mpc.network.star.backoff import Backoff
from mpc.network.star.client import StarClient
from mpc.network.star.dialling import dial
from mpc.network.star.events import Came, Event, Left
from mpc.network.star.limits import StarLimits
from mpc.network.star.listening import serve
from mpc.network.star.memory import MemoryStar
from mpc.network.star.server import StarServer
from mpc.network.star.star_file import StarFile

SOON = Backoff(0.02, 0.05, 0.4)
"""For tests in which an attempt fails."""


class Place(Protocol):
    """Where a server serves and clients find it."""

    def serve(self, **options: Any) -> AbstractAsyncContextManager[StarServer]:
        """The server; options as of `MemoryStar.serve`."""

    def dial(self, name: str, **options: Any) -> AbstractAsyncContextManager[StarClient]:
        """A client; options as of `MemoryStar.dial`."""


MakePlace = Callable[..., Place]


class TlsPlace:
    """A star.toml with fresh keys on a free port of loopback."""

    def __init__(self, folder: Path, limits: StarLimits | None = None) -> None:
        self.folder = folder
        self.authority = Authority(new_authority("authority", folder))
        self.center = new_identity("server", folder)
        (self.port,) = free_ports(1)
        endpoint = Endpoint("server", "127.0.0.1", self.port, self.center.certificate)
        root = load_certificate(folder / "authority.crt")
        self.star = StarFile(endpoint, root, folder / "authority.crl", None, limits or StarLimits())

    def identity(self, name: str) -> Identity:
        """The client of this name, enrolled when it is first asked for."""
        if not (self.folder / f"{name}.key").exists():
            self.authority.enroll(name, new_request(name, self.folder), self.folder)
        return load_identity(name, self.folder)

    def serve(self, **options: Any) -> AbstractAsyncContextManager[StarServer]:
        """The server."""
        return serve(self.star, self.center, "1", **options)

    def dial(self, name: str, **options: Any) -> AbstractAsyncContextManager[StarClient]:
        """A client."""
        return dial(self.star, self.identity(name), "1", **options)


def memory_place(limits: StarLimits | None = None) -> MemoryStar:
    """A star in memory."""
    return MemoryStar("server", limits)


def run(main: Callable[[], Awaitable[None]], seconds: float = 20.0) -> None:
    """Runs a test, not for ever."""

    async def limited() -> None:
        with trio.fail_after(seconds):
            await main()

    trio.run(limited)


def run_at_once(main: Callable[[], Awaitable[None]], hours: float = 24.0) -> None:
    """Runs a test in memory, in which time passes as soon as nothing else happens."""

    async def limited() -> None:
        with trio.fail_after(hours * 3600):
            await main()

    trio.run(limited, clock=MockClock(autojump_threshold=0))


async def next_of(star: StarServer, kind: type[Event]) -> Any:
    """The next event of a kind; others are passed over."""
    while True:
        event = await star.event()
        if isinstance(event, kind):
            return event


async def left(star: StarServer, client: str) -> PeerError | None:
    """Why a client left, once it has."""
    while True:
        event = await next_of(star, Left)
        if event.client == client:
            return event.why  # type: ignore[no-any-return]


async def came(star: StarServer, *tag: int) -> Came:
    """The next message under this tag."""
    while True:
        event: Came = await next_of(star, Came)
        if event.tag == tag:
            return event
