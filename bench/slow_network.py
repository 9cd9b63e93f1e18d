"""A transport that lets messages through as a network of a given delay and bandwidth would.

For figures of LAN and WAN on one machine: loopback carries the bytes, and what is sent waits first for the link to be
free, then for as long as the link takes for it, then for the one-way delay. Every party has one link out, which its
messages to all other parties share; links in are as fast as they come. What goes to the dealer does not wait.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager

import trio

from mpc.network.transport import Transport
from mpc.network.wire import Message, Tag, frame_bytes
from mpc.planning import Network

COARSE = 2e-3
"""Seconds by which a sleep may be too long: the system's wait for sockets counts whole milliseconds."""


async def exactly(due: float) -> None:
    """Waits until trio's clock shows `due`: asleep at first, and looking at the clock at the end."""
    await trio.sleep_until(due - COARSE)
    while trio.current_time() < due:
        await trio.lowlevel.checkpoint()


@asynccontextmanager
async def slowed(
    transport: Transport, network: Network, parties: int, until: Callable[[float], Awaitable[None]] = exactly
) -> AsyncIterator[Transport]:
    """`transport` as it would be on `network`, for messages between the first `parties` endpoints.

    `until` waits for a time of trio's clock. On `loopback` the transport itself is handed out: its figures are those
    of the real thing.
    """
    if network.name == "loopback":
        yield transport
        return
    async with trio.open_nursery() as nursery:
        slow = SlowTransport(transport, network, parties, until)
        nursery.start_soon(slow.carry)
        yield slow
        nursery.cancel_scope.cancel()


class SlowTransport:
    """An endpoint whose messages take their time; `mpc.network.transport.Transport` says what its methods promise."""

    def __init__(
        self, transport: Transport, network: Network, parties: int, until: Callable[[float], Awaitable[None]]
    ) -> None:
        self.me = transport.me
        self.n = transport.n
        self.names = transport.names
        self._within = transport
        self._network = network
        self._parties = parties
        self._until = until
        self._free = -math.inf
        self._waiting = 0
        self._quiet = trio.Event()
        self._put, self._take = trio.open_memory_channel[tuple[float, int, Message]](math.inf)

    def send(self, to: int, message: Message) -> int:
        """Puts the message on the link; returns its bytes on the wire."""
        if to >= self._parties:
            return self._within.send(to, message)
        size = frame_bytes(message)
        self._free = max(self._free, trio.current_time()) + size / self._network.bandwidth
        self._waiting += 1
        self._put.send_nowait((self._free + self._network.delay, to, message))
        return size

    async def carry(self) -> None:
        """Hands the messages over when they are due: in the order they were sent in, since all wait equally long."""
        async for due, to, message in self._take:
            with self._within.working():
                await self._until(due)
                self._within.send(to, message)
            self._waiting -= 1
            if not self._waiting:
                self._quiet.set()
                self._quiet = trio.Event()

    async def receive(self, sender: int, tag: Tag) -> Message:
        """As the endpoint within."""
        return await self._within.receive(sender, tag)

    async def drained(self, to: int) -> None:
        """As the endpoint within."""
        await self._within.drained(to)

    def working(self) -> AbstractContextManager[None]:
        """As the endpoint within."""
        return self._within.working()

    async def finish(self, counters: dict[str, int]) -> list[dict[str, int] | None]:
        """Says bye once everything has been handed over."""
        while self._waiting:
            await self._quiet.wait()
        return await self._within.finish(counters)

    def fail(self, code: str, cause: str, party: str | None = None) -> None:
        """As the endpoint within."""
        self._within.fail(code, cause, party)

    async def close(self) -> None:
        """As the endpoint within."""
        await self._within.close()
