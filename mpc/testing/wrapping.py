"""An endpoint around an endpoint: what the kit's transports have in common."""

from __future__ import annotations

from contextlib import AbstractContextManager

from mpc.network.transport import Transport
from mpc.network.wire import Message, Tag


class WrappedTransport:
    """Passes everything on to the endpoint within; its children change one thing."""

    def __init__(self, transport: Transport) -> None:
        self.me = transport.me
        self.n = transport.n
        self.names = transport.names
        self.within = transport

    def send(self, to: int, message: Message) -> int:
        """As the endpoint within."""
        return self.within.send(to, message)

    async def receive(self, sender: int, tag: Tag) -> Message:
        """As the endpoint within."""
        return await self.within.receive(sender, tag)

    async def drained(self, to: int) -> None:
        """As the endpoint within."""
        await self.within.drained(to)

    def working(self) -> AbstractContextManager[None]:
        """As the endpoint within."""
        return self.within.working()

    async def finish(self, counters: dict[str, int]) -> list[dict[str, int] | None]:
        """As the endpoint within."""
        return await self.within.finish(counters)

    def fail(self, code: str, cause: str, party: str | None = None) -> None:
        """As the endpoint within."""
        self.within.fail(code, cause, party)

    async def close(self) -> None:
        """As the endpoint within."""
        await self.within.close()
