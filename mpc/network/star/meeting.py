"""The first frames of a star's connection, at either end: the handshake over a link, in bounded time.

A side that finds something wrong says so in a FAILURE frame before it goes, so that the other learns more than that the
connection was closed.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import trio

from mpc.errors import PeerError
from mpc.network.decoder import Decoder
from mpc.network.introduction import not_parley
from mpc.network.link import NOTHING, Link
from mpc.network.star.endings import link_lost, tls_refusal
from mpc.network.star.handshake import ClientHandshake, ServerHandshake
from mpc.network.star.line import discard
from mpc.network.wire import Encoder, Event, Failure, Greeting

_TELLING_SECONDS = 1.0
_WASTE = 1 << 12


class Greeted:
    """A link with the coders of its two directions, until its handshake is done."""

    def __init__(self, link: Link, decoder: Decoder) -> None:
        self.link = link
        self.encoder = Encoder()
        self.decoder = decoder
        self._events: list[Event] = []

    async def as_server(self, handshake: ServerHandshake, admit: Callable[[str], int]) -> Sequence[Event]:
        """Meets a client; `admit(name)` gives its connection a number, or raises PeerError. What came after."""
        await self.link.write(self.encoder.greeting(*handshake.hello()))
        while not handshake.complete:
            greeting = await self._greeting()
            before = handshake.greeted
            handshake.receive(greeting.kind, greeting.body)
            self.decoder.peer = handshake.client
            if not before:
                number = admit(handshake.client)
                await self.link.write(self.encoder.greeting(*handshake.confirm(number)))
        return self._events

    async def as_client(self, handshake: ClientHandshake, told: Callable[[Failure], PeerError]) -> Sequence[Event]:
        """Meets the server; `told(failure)` makes an error of its refusal. What came after."""
        with suppress(OSError):  # it may have refused already, and its reason is still to be read
            await self.link.write(self.encoder.greeting(*handshake.hello()))
        while not handshake.complete:
            greeting = await self._greeting(told)
            answer = handshake.receive(greeting.kind, greeting.body)
            if answer is not None:
                await self.link.write(self.encoder.greeting(*answer))
        return self._events

    async def refuse(self, failure: Failure) -> None:
        """Says why this side goes, and reads on until the other has gone, for a moment, so that it hears it."""
        with trio.move_on_after(_TELLING_SECONDS):
            with suppress(OSError, ssl.SSLError):
                await self.link.write(self.encoder.failure(failure))
            self.link.end()
            await discard(self.link, memoryview(bytearray(_WASTE)))

    async def _greeting(self, told: Callable[[Failure], PeerError] | None = None) -> Greeting:
        while not self._events:
            count = self.link.read_now(self.decoder.buffer())
            if not count:
                raise link_lost(self.decoder.peer, "closed the connection during the handshake")
            if count == NOTHING:
                await self.link.readable()
                continue
            self._events = self._read(count)
        event = self._events.pop(0)
        if isinstance(event, Greeting):
            return event
        if isinstance(event, Failure) and told is not None:
            raise told(event)
        raise link_lost(self.decoder.peer, "gave up during the handshake")

    def _read(self, count: int) -> list[Event]:
        try:
            return self.decoder.received(count)
        except PeerError as error:
            if self.decoder.greeted:
                raise
            raise not_parley(error.party or self.decoder.peer) from None


async def within(seconds: float, late: PeerError, work: Callable[[], Awaitable[Sequence[Event]]]) -> Sequence[Event]:
    """The result of `work`; `late` if it takes longer, and errors of the system and of TLS as the loss of the link."""
    try:
        with trio.move_on_after(seconds):
            return await work()
    except ssl.SSLError as error:
        raise tls_refusal(late.party or "", error) from None
    except OSError:
        raise link_lost(late.party or "", "broke the connection during the handshake") from None
    raise late
