"""The life of both ends of a star around a program: their tasks, goodbye at its end, and what the others learn of its
error. What the program raises comes out as it is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import trio

from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.beside import public_error, tasks_beside
from mpc.network.star.backoff import Backoff
from mpc.network.star.client import StarClient
from mpc.network.star.server import StarServer

_TELLING_SECONDS = 3.0


@asynccontextmanager
async def as_server(server: StarServer) -> AsyncIterator[trio.Nursery]:
    """The server's tasks beside the block: its nursery, for links and whoever makes them."""

    async def leave(error: BaseException | None) -> None:
        if error is None:
            await server.close()
            return
        server.end(_without_text(error))
        with trio.move_on_after(_TELLING_SECONDS, shield=True):
            await server.close()

    try:
        async with tasks_beside(leave) as tasks:
            tasks.start_soon(server.pulse)
            yield tasks
    finally:
        server.forget()


@asynccontextmanager
async def as_client(make: Callable[[trio.Nursery], StarClient], backoff: Backoff) -> AsyncIterator[StarClient]:
    """A client that is connected beside the block; it says goodbye at the end."""
    client: list[StarClient] = []

    async def leave(error: BaseException | None) -> None:
        if error is None:
            await client[0].leave()
        elif client:
            with trio.CancelScope(shield=True):
                told = public_error(error)
                about_server = isinstance(told, PeerError) and told.party == client[0].server
                await client[0].fail(told if about_server else _without_text(error), _TELLING_SECONDS)

    async with tasks_beside(leave) as tasks:
        client.append(make(tasks))
        tasks.start_soon(client[0].pulse)
        await client[0].reconnect(backoff)
        yield client[0]


def _without_text(error: BaseException) -> ParleyError:
    """What the others learn of an error: its code. Its text may name other clients, or files."""
    told = public_error(error)
    if told.code in ("interrupted", "program-failed"):
        return told
    return LocalError(told.code, "its program ended with this error")
