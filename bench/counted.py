"""A transport that counts what passes it: all frames that this endpoint sends, and those that a dealer sends it."""

from __future__ import annotations

from contextlib import AbstractContextManager

from mpc.network.transport import Transport
from mpc.network.wire import Message, Tag, frame_bytes


class CountedTransport:
    """An endpoint; `mpc.network.transport.Transport` says what its methods promise.

    `bytes`: framed, before TLS. `answers`: how many messages a dealer has sent. The first `parties` endpoints are no
    dealers.
    """

    def __init__(self, transport: Transport, parties: int) -> None:
        self.me = transport.me
        self.n = transport.n
        self.names = transport.names
        self.bytes = 0
        self.answers = 0
        self._within = transport
        self._parties = parties

    def send(self, to: int, message: Message) -> int:
        """As the endpoint within."""
        size = self._within.send(to, message)
        self.bytes += size
        return size

    async def receive(self, sender: int, tag: Tag) -> Message:
        """As the endpoint within."""
        message = await self._within.receive(sender, tag)
        if sender >= self._parties:
            self.bytes += frame_bytes(message)
            self.answers += 1
        return message

    async def drained(self, to: int) -> None:
        """As the endpoint within."""
        await self._within.drained(to)

    def working(self) -> AbstractContextManager[None]:
        """As the endpoint within."""
        return self._within.working()

    async def finish(self, counters: dict[str, int]) -> list[dict[str, int] | None]:
        """As the endpoint within."""
        return await self._within.finish(counters)

    def fail(self, code: str, cause: str, party: str | None = None) -> None:
        """As the endpoint within."""
        self._within.fail(code, cause, party)

    async def close(self) -> None:
        """As the endpoint within."""
        await self._within.close()
