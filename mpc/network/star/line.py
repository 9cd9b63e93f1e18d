"""One link of a star after its handshake, the same at both ends: a reader, a writer, signs of life, and one ending.

A line ends once, for one reason: the other said goodbye, or an error that names it. It then sends what it has to say,
reads what still comes without looking at it, so that the system does not throw its last words away, and is closed
within FAREWELL_SECONDS.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import trio

from mpc.errors import LocalError, PeerError
from mpc.network.link import Link, PlainLink
from mpc.network.peer import Peer
from mpc.network.placing import Nowhere, Place
from mpc.network.star.endings import CLIENT, SERVER, link_lost, link_stalled, too_slow
from mpc.network.star.inbox import Inbox, Sender
from mpc.network.wire import Aside, Bye, Event, Failure, Heartbeat, Message, Outgoing

FAREWELL_SECONDS = 2.0

_BROKEN_SECONDS = 0.5
_ALIVE = Heartbeat(False, (), (), ())


class Line:
    """Runs one link. `take(message)` gets what comes, in order; the inbox is asked for a place before more is read.

    `told(failure)` makes an error of what the other says of its end; `ended(error)` is called once, with None after a
    goodbye. `counted(events)` may raise a PeerError for too many. None of them waits. `other`: which end the other one
    is.
    """

    def __init__(
        self,
        peer: Peer,
        inbox: Inbox[Any],
        take: Callable[[Message | Aside], None],
        told: Callable[[Failure], PeerError],
        ended: Callable[[PeerError | None], None],
        counted: Callable[[int], None] | None = None,
        other: int = SERVER,
    ) -> None:
        self.peer = peer
        self.sender = Sender()
        self.over = trio.Event()
        self.closed = trio.Event()
        self.error: PeerError | None = None
        self.received_bytes = 0
        self._inbox = inbox
        self._take = take
        self._told = told
        self._ended = ended
        self._counted = counted
        self._other = other
        self._paused = False
        self._pause = trio.CancelScope()
        self._begun: float | None = None

    def send(self, outgoing: Outgoing) -> None:
        """Queues a message."""
        self.peer.queue(outgoing)
        self.peer.wake()

    def leave(self, counters: dict[str, int] | None = None) -> None:
        """Says goodbye after all that is queued; what still comes is for nobody. The line is over once the other has
        heard it, or `part` ends it."""
        self.peer.queue(Bye(counters or {}))
        self.peer.closing = True
        self.peer.wake()
        self._pause.cancel()

    def part(self, error: PeerError | None, failure: Failure | None = None) -> None:
        """Ends the line, unless it is over; `failure` is the last that the other hears."""
        if self.over.is_set():
            return
        self.error = error
        self.over.set()
        self.peer.closing = True
        if failure is not None:
            self.peer.tell(failure)
        self.peer.wake()
        self._ended(error)

    def pulse(self, now: float, stall: float, message_seconds: float) -> PeerError | None:
        """Gives a sign of life; the error if the other has been silent, or is slow, for too long. `now` in seconds."""
        peer = self.peer
        if self._paused:
            peer.heard = now
            self._begun = now if self._begun is not None else None
        if now - peer.heard > stall:
            return link_stalled(peer.name, stall)
        if peer.blocked_for(now) > stall:
            return too_slow(peer.name, f"has taken in nothing of what was sent to it for {stall:.0f} seconds")
        if self._begun is not None and now - self._begun > message_seconds:
            return too_slow(peer.name, f"has not finished one message within {message_seconds:.0f} seconds")
        if not peer.closing:
            peer.urge(lambda: peer.encoder.heartbeat(_ALIVE))
        return None

    def postpone(self, seconds: float) -> None:
        """This process did not run for so long."""
        self.peer.postpone(seconds)
        if self._begun is not None:
            self._begun += seconds

    async def run(self, events: Sequence[Event], waste: memoryview) -> None:
        """Reads and writes until the line is over and both sides know, then closes it. `events` have come already;
        `waste` is space for what nobody looks at."""
        try:
            async with trio.open_nursery() as both:
                both.start_soon(self._write_all)
                both.start_soon(self._read_all, events, waste)
                await self.over.wait()
                both.cancel_scope.deadline = trio.current_time() + FAREWELL_SECONDS
        finally:
            self.part(link_lost(self.peer.name, "was let go"))
            self._inbox.release(self.sender)
            self.peer.link.close()
            self.closed.set()

    async def _write_all(self) -> None:
        """Writes; where that fails, what the other has said before it went is to be read first, if it comes soon."""
        await self.peer.write_all()
        if self.peer.broken:
            with trio.move_on_after(_BROKEN_SECONDS):
                await self.over.wait()
            self.part(link_lost(self.peer.name))

    async def _read_all(self, events: Sequence[Event], waste: memoryview) -> None:
        link = self.peer.link
        self._take_in(lambda: events)
        while not self.over.is_set():
            await self._room()
            await (trio.lowlevel.checkpoint() if link.left_over else link.readable())
            await self._room()  # others have come meanwhile
            if not self.over.is_set():
                self._take_in(self.peer.read)
        await discard(link, waste)

    def _take_in(self, read: Callable[[], Sequence[Event]]) -> None:
        try:
            events = read()
            if events and self._counted is not None:
                self._counted(len(events))
            for event in events:
                self._hear(event)
        except PeerError as error:
            self.part(error, Failure(error.code, self._other, error.cause))
        except LocalError as error:
            self._inbox.fail(error)
            gone = PeerError("closed", "this side cannot take in what comes", party=self.peer.name)
            self.part(gone, Failure(error.code, SERVER + CLIENT - self._other, error.cause))
        except ssl.SSLError:
            self.part(link_lost(self.peer.name, "sent bytes that TLS refuses"))
        except OSError:
            self.part(None if self.peer.closing else link_lost(self.peer.name))

    def _hear(self, event: Event) -> None:
        if self.over.is_set():
            return
        if isinstance(event, Message | Aside):
            self._begun = None
            if self.peer.closing:
                return
            self.received_bytes += event.array.nbytes if isinstance(event, Message) else event.stored.nbytes
            self._take(event)
        elif isinstance(event, Bye):
            self.part(None)
        elif isinstance(event, Failure):
            self.part(self._told(event))

    async def _room(self) -> None:
        """Waits where there is too much here already, and gives an array that has begun its place. The time that it is
        under way begins after that."""
        decoder = self.peer.decoder
        if decoder.filling and self._begun is None:
            self._begun = trio.current_time()
        if not decoder.unplaced and self._inbox.free(self.sender):
            return
        place: Place | None = Nowhere()
        if not self.peer.closing:
            self._paused = True
            try:
                with trio.CancelScope() as self._pause:
                    place = await self._inbox.place(self.sender, decoder.filling if decoder.unplaced else 0)
            finally:
                self._paused = False
        if decoder.unplaced and not self.over.is_set():
            self._take_in(lambda: self._placed(place))

    def _placed(self, place: Place | None) -> Sequence[Event]:
        self.peer.decoder.place(place)
        return ()


async def discard(link: Link, waste: memoryview) -> None:
    """Reads until the other side has ended, and looks at nothing: what has come and was never read would make the
    system throw away what this side said last. Under TLS it stays encrypted."""
    with suppress(OSError, ssl.SSLError):
        if isinstance(link, PlainLink):
            while PlainLink.read_now(link, waste):
                await PlainLink.readable(link)
        else:
            while link.read_now(waste):
                await link.readable()
