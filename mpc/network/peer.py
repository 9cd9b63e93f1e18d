"""One connection: what is queued for a peer and when it leaves, and what has come from it.

Small messages leave when their party has nothing else to do (`mpc.network.lookout`), all in one write. What the socket
does not take at once, large arrays, and control frames are the writer task's (`Peer.write_all`). Control frames go
before messages, and between the pieces of a large array; what a failing endpoint has to say goes before everything and
is the last.
"""

from __future__ import annotations

import select
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from functools import cached_property

import trio

from mpc.network.decoder import Decoder
from mpc.network.link import NOTHING, Link, PlainLink
from mpc.network.wire import CHUNK, Bye, Encoder, Event, Failure, Heartbeat, Message, Outgoing

_COALESCE = 1 << 18


class Peer:
    """One connection: what is queued for it, when it was last `heard` of, and when last of more than life (`moved`)."""

    def __init__(self, index: int, name: str, link: Link, encoder: Encoder, decoder: Decoder) -> None:
        self.index = index
        self.name = name
        self.link = link
        self.encoder = encoder
        self.decoder = decoder
        self.heard = self.moved = trio.current_time()
        self.beat: Heartbeat | None = None
        self.closing = False
        self.silent = False
        self.broken = False
        self.queued_bytes = 0
        self._queue: deque[Outgoing | Bye] = deque()
        self._last_words: Failure | None = None
        self._urgent: deque[Callable[[], bytes]] = deque()
        self._busy = False
        self._parked: trio.lowlevel.Task | None = None
        self._emptied = trio.lowlevel.ParkingLot()
        self._mark: int | None = None
        self._blocked = self.heard

    @cached_property
    def arrivals(self) -> select.poll:
        """Tells without waiting whether something has come; for a link that is a socket."""
        assert isinstance(self.link, PlainLink)
        poll = select.poll()
        poll.register(self.link.socket, select.POLLIN)
        return poll

    @property
    def queued(self) -> int:
        """How many messages wait; the one that is under way is none of them."""
        return len(self._queue)

    def read(self) -> Sequence[Event]:
        """What has come, without waiting. ConnectionError at the end of the stream, PeerError for nonsense."""
        count = self.link.read_now(self.decoder.buffer())
        if count == NOTHING:
            return ()
        if not count:
            raise ConnectionResetError
        self.heard = trio.current_time()
        events = self.decoder.received(count)
        if not events or type(events[-1]) is Message or any(type(event) is not Heartbeat for event in events):
            self.moved = self.heard
        return events

    def blocked_for(self, now: float) -> float:
        """For how many seconds the peer has taken nothing of what is to go to it; asked now and then."""
        mark = self.link.sent_bytes if self._busy else None
        if mark is None or mark != self._mark:
            self._mark, self._blocked = mark, now
        return now - self._blocked

    def postpone(self, seconds: float) -> None:
        """This process did not run for so long: what the peer did not do meanwhile does not count."""
        self.heard += seconds
        self.moved += seconds
        self._blocked += seconds

    def queue(self, item: Outgoing | Bye) -> bool:
        """Queues a message, or the bye that follows the last one; True when `flush_now` may send it."""
        self._queue.append(item)
        if type(item) is Outgoing:
            self.queued_bytes += item.size
            if item.size <= _COALESCE:
                return not self._busy
        self.wake()
        return False

    async def drained(self) -> None:
        """Waits until nothing is queued any more: it was sent, or the session is at its end."""
        await trio.lowlevel.checkpoint()
        while (self._queue or self._busy) and self._last_words is None:
            await self._emptied.park()

    def urge(self, frame: Callable[[], bytes]) -> None:
        """Queues a control frame before everything else; `frame` is called when its turn has come."""
        self._urgent.append(frame)
        self.wake()

    def wake(self) -> None:
        """Lets the writer task look at the queue."""
        if self._parked is not None:
            trio.lowlevel.reschedule(self._parked)
            self._parked = None

    def tell(self, failure: Failure) -> None:
        """Forgets what has not been sent; the failure is the last that the peer hears."""
        self._last_words = failure
        self._forget()
        self.wake()

    def flush_now(self) -> bool:
        """Sends small messages from the head of the queue without waiting; True when the writer task is to go on."""
        if self._busy or self._urgent or self._last_words is not None:
            return False
        try:
            self._busy = not self.link.write_now(self._gather())
        except (OSError, ssl.SSLError):
            self._forget()
        if not (self._busy or self._queue):
            if self._emptied:
                self._emptied.unpark_all()
            return False
        self.wake()
        return True

    async def write_all(self) -> None:
        """The writer task: sends what is queued until the connection is closing or broken."""
        try:
            while True:
                if self._busy:
                    await self.link.flush()
                    self._busy = False
                if self._last_words is not None:
                    await self._write(self.encoder.failure(self._last_words))
                    self.link.end()
                    return
                if self._urgent:
                    await self._write(self._urgent.popleft()())
                elif self._queue:
                    await self._write_queued()
                elif self.closing:
                    self.link.end()
                    return
                else:
                    self._emptied.unpark_all()
                    await self._park()
        except (OSError, ssl.SSLError):
            self.broken = True
            self._forget()
        finally:
            self._busy = False
            self._emptied.unpark_all()

    def _forget(self) -> None:
        self._queue.clear()
        self.queued_bytes = 0
        self._emptied.unpark_all()

    async def _write_queued(self) -> None:
        data = self._gather()
        if data:
            await self._write(data)
            return
        item = self._queue.popleft()
        if isinstance(item, Bye):
            await self._write(self.encoder.bye(item.counters))
            return
        self.queued_bytes -= item.size
        pieces = self.encoder.pieces(item)
        for _ in range(0, len(item.payload), CHUNK):
            while self._urgent:
                await self._write(self._urgent.popleft()())
            if self._last_words is not None:
                return
            await self._write(*next(pieces))

    async def _write(self, *parts: bytes | memoryview) -> None:
        self._busy = True
        await self.link.write(*parts)
        self._busy = False

    async def _park(self) -> None:
        self._parked = trio.lowlevel.current_task()

        def abort(_: object) -> trio.lowlevel.Abort:
            self._parked = None
            return trio.lowlevel.Abort.SUCCEEDED

        await trio.lowlevel.wait_task_rescheduled(abort)

    def _gather(self) -> bytes:
        """The next small messages as one buffer."""
        queue, frames, size = self._queue, [], 0
        while queue and size < _COALESCE:
            item = queue[0]
            if type(item) is not Outgoing or item.size > _COALESCE:
                break
            frames.append(self.encoder.small(item))
            size += item.size
            queue.popleft()
        self.queued_bytes -= size
        return frames[0] if len(frames) == 1 else b"".join(frames)
