"""A client of a star: one line to the server, which may be lost and dialled anew.

It knows links, not sockets: `dialling` gives it a way to make them over TLS, `memory` one in the same process.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from copy import copy
from pathlib import Path

import trio

from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.decoder import Decoder
from mpc.network.identity import Certificate, Identity
from mpc.network.link import Link
from mpc.network.peer import Peer
from mpc.network.star.backoff import Backoff
from mpc.network.star.endings import CLIENT, FINAL, SERVER, link_lost, star_ended, told_by_server
from mpc.network.star.events import Delivery, Payload, message_of
from mpc.network.star.handshake import Bond, ClientHandshake, Parameters, StarTerms
from mpc.network.star.inbox import Inbox
from mpc.network.star.limits import StarLimits
from mpc.network.star.line import Line
from mpc.network.star.meeting import Greeted, within
from mpc.network.wire import Aside, Event, Failure, Limits, Message, prepare

SEND_AHEAD = 1 << 24
"""So many bytes may wait to be sent before `send` waits too."""
_FAREWELL_SECONDS = 30.0

Enrolment = tuple[Identity, Certificate]
"""A client's own key and certificate, and the certificate of the authority that enrolled it."""

Connect = Callable[[], Awaitable[Link]]
"""Makes a link to the server, which has shown that it is the one; PeerError otherwise."""


class StarClient:
    """What `async def client(star, mine)` works with. Its methods belong to the trio loop that it was made in.

    `name`: this client's. `server`: the server's. `attempts`: how often it has dialled. `enrolment`: its key with the
    certificate that it dials with, and the authority's; None in memory, where a client is who it says it is.
    `revoked`: the file of the authority's list of revoked, where star.toml names one.
    """

    def __init__(
        self,
        name: str,
        server: str,
        terms: StarTerms,
        connect: Connect,
        tasks: trio.Nursery,
        limits: StarLimits | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> None:
        self.name = name
        self.server = server
        self.attempts = 0
        self.enrolment: Enrolment | None = None
        self.revoked: Path | None = None
        self._terms = terms
        self._connect = connect
        self._tasks = tasks
        self._limits = limits or StarLimits()
        self._on_progress = on_progress
        self._line: Line | None = None
        self._bond: Bond | None = None
        self._inbox: Inbox[Delivery | PeerError] = self._empty()

    @property
    def parameters(self) -> Parameters:
        """What the server has set, public."""
        return self._agreed().parameters

    @property
    def session(self) -> bytes:
        """32 public bytes, the same for all clients, other ones each time the server begins."""
        return self._agreed().session

    @property
    def binding(self) -> bytes:
        """32 public bytes that only this connection has, the same at the server: for signatures over it."""
        return self._agreed().binding

    @property
    def connection(self) -> int:
        """The number of this connection at the server. It grows when this client connects again to the same session."""
        return self._agreed().connection

    async def send(self, tag: tuple[int, ...], payload: Payload) -> int:
        """Sends a message to the server; returns its bytes on the wire before TLS. It waits while much is unsent.

        An array must not change until it has left (`drained`). PeerError once the line has ended; LocalError
        `malformed-message`, `oversized-message`.
        """
        line, limit = self._open(), min(self._limits.message_bytes, self._agreed().message_bytes)
        outgoing = prepare(message_of(tag, payload), limit)
        line.send(outgoing)
        await trio.lowlevel.checkpoint()
        if line.peer.queued_bytes > SEND_AHEAD:
            await line.peer.drained()
            self._open()
        return outgoing.size

    async def drained(self) -> None:
        """Waits until all that was sent has left this machine. PeerError once the line has ended."""
        await self._open().peer.drained()
        self._open()

    async def receive(self, seconds: float | None = None) -> Delivery:
        """The server's next message, in its order. What had come before the line ended is still given.

        PeerError that says how the line ended, `star-ended` when the server has said goodbye; `peer-stalled` if nothing
        comes for `seconds`, after which it may be called again.
        """
        with trio.move_on_after(float("inf") if seconds is None else max(0.0, seconds)):
            found = await self._inbox.take()
            if isinstance(found, Delivery):
                return found
            self._inbox.put(found)  # so that the next call learns it too
            raise copy(found)
        cause = f"no message has come from {self.server} for {seconds:.3g} seconds"
        raise PeerError("peer-stalled", cause, "wait longer, or end", party=self.server)

    def put_back(self, delivery: Delivery) -> None:
        """The next `receive` gives this message once more: for one that belongs to what the program does next."""
        self._inbox.put_first(delivery)

    async def __aiter__(self) -> AsyncIterator[Delivery]:
        """The server's messages until it says goodbye. PeerError for every other end of the line."""
        while True:
            try:
                yield await self.receive()
            except PeerError as error:
                if error.code == "star-ended":
                    return
                raise

    async def reconnect(self, backoff: Backoff | None = None) -> None:
        """Gives up the line, if there still is one, and dials until there is a new one; messages that were queued, or
        have come and were not received, are forgotten. The server's program sees a new connection.

        PeerError: the last reason why there is none, once the backoff allows no more attempts; at once where another
        attempt would not help (`mpc.network.star.endings.FINAL`).
        """
        plan = backoff or Backoff()
        self._let_go()
        began = trio.current_time()
        for pause in plan.pauses():
            try:
                self.attempts += 1
                await self._join()
            except PeerError as error:
                left = began + plan.within - trio.current_time()
                if error.code in FINAL or pause > left:
                    raise
                self._say(f"waiting for {self.server}: {error.cause}")
            else:
                self._say(f"connected to {self.server}")
                return
            await trio.sleep(pause)

    async def leave(self) -> None:
        """Says goodbye after all that was sent; waits until the server knows, or half a minute."""
        line = self._line
        if line is None or line.over.is_set():
            return
        line.leave()
        with trio.move_on_after(_FAREWELL_SECONDS):
            await line.over.wait()

    async def fail(self, error: ParleyError, seconds: float) -> None:
        """Ends the line; the server learns the code and the cause. Waits until it is closed, so long at most."""
        line = self._line
        if line is None:
            return
        blamed = SERVER if error.party == self.server else CLIENT
        line.part(link_lost(self.server, "was given up"), Failure(error.code, blamed, error.cause))
        with trio.move_on_after(seconds):
            await line.closed.wait()

    async def pulse(self) -> None:
        """The heartbeat task: signs of life to the server, and an eye on it."""
        while True:
            bond = self._bond
            interval = min(1.0 if bond is None else bond.heartbeat, 10.0)
            before = trio.current_time()
            await trio.sleep(interval)
            late = trio.current_time() - before - interval
            if bond is not None and bond is self._bond:
                self._look_after(bond, late if late > interval / 2 else 0.0)

    def _look_after(self, bond: Bond, late: float) -> None:
        line = self._line
        if line is None or line.over.is_set():
            return
        if late:
            line.postpone(late)
        error = line.pulse(trio.current_time(), bond.stall, self._limits.message_seconds)
        if error is not None:
            line.part(error, Failure(error.code, SERVER, error.cause))

    async def _join(self) -> None:
        """One attempt."""
        link = await self._connect()
        try:
            greeted = Greeted(link, Decoder(self.server, Limits(self._limits.message_bytes), asks=True))
            handshake = ClientHandshake(self._terms, self.name, self.server)
            seconds = self._limits.handshake_seconds
            late = link_lost(self.server, f"did not finish the handshake within {seconds:.0f} seconds")
            events = await within(seconds, late, lambda: greeted.as_client(handshake, self._told))
        except PeerError as error:
            with trio.CancelScope(shield=True):
                await greeted.refuse(Failure(error.code, SERVER, error.cause))
            link.close()
            raise
        except BaseException:
            link.close()
            raise
        self._bond = handshake.bond()
        self._begin(greeted, events)

    def _begin(self, greeted: Greeted, events: Sequence[Event]) -> None:
        peer = Peer(0, self.server, greeted.link, greeted.encoder, greeted.decoder)
        inbox = self._inbox = self._empty()

        def take(message: Message | Aside) -> None:
            assert isinstance(message, Message)
            inbox.put_message(Delivery(message.tag, message.array), line.sender, message.array.nbytes)

        def ended(error: PeerError | None) -> None:
            inbox.put(error or star_ended(self.server))

        line = self._line = Line(peer, inbox, take, self._told, ended)
        self._tasks.start_soon(line.run, events, memoryview(bytearray(1 << 12)))

    def _told(self, failure: Failure) -> PeerError:
        return told_by_server(self.server, failure)

    def _open(self) -> Line:
        line = self._line
        if line is None or line.peer.closing or line.over.is_set():
            raise copy(line.error) if line is not None and line.error is not None else star_ended(self.server)
        return line

    def _agreed(self) -> Bond:
        if self._bond is None:
            raise LocalError("closed", "this client is not connected yet", "connect before asking for what was agreed")
        return self._bond

    def _let_go(self) -> None:
        if self._line is not None:
            self._line.part(link_lost(self.server, "was given up"), Failure("peer-lost", CLIENT, "connects again"))
            self._line = None

    def _empty(self) -> Inbox[Delivery | PeerError]:
        return Inbox(self._limits.inbox_bytes, self._limits.inbox_messages)

    def _say(self, text: str) -> None:
        if self._on_progress is not None:
            self._on_progress(text)
