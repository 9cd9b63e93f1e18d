"""The server of a star: its clients, what comes of them, and what is sent to them.

It knows links, not sockets: `listening` hands it links over TLS, `memory` links in one process. Whatever a client does,
or fails to do, ends that client's line alone, and the program hears of it as an event. Nothing here waits for a client
but `drained`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

import trio

from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.decoder import SCRATCH, Decoder
from mpc.network.identity import Certificate
from mpc.network.link import Link
from mpc.network.peer import Peer
from mpc.network.session_kinds import STAR
from mpc.network.star.counts import Counts, Loss
from mpc.network.star.endings import (
    CLIENT,
    SERVER,
    client_replaced,
    failure_to,
    link_lost,
    star_full,
    told_by_client,
    too_many_joins,
    too_many_messages,
    too_slow,
)
from mpc.network.star.events import Came, Event, Joined, Later, Left, Payload, message_of
from mpc.network.star.handshake import Parameters, ServerHandshake, ServersPart, StarTerms
from mpc.network.star.inbox import Inbox
from mpc.network.star.limits import StarLimits, TokenBucket
from mpc.network.star.line import Line
from mpc.network.star.meeting import Greeted, within
from mpc.network.star.room import NOTHING
from mpc.network.wire import CHUNK, Aside, Failure, Limits, Message, Outgoing, Tag, is_code, prepare

_MOST_REMEMBERED = 1 << 16
_JOINS_AT_ONCE = 5
_FAREWELL_SECONDS = 10.0
_MEETING_SECONDS = 1.0
_LOOK_SECONDS = 0.01
_AWAY = 5.0
"""A client that goes while others wait for the room it took stays away for so many times as long as it had it."""


T = TypeVar("T")


class Proof(Protocol):
    """How a client has shown who it is."""

    name: str

    def problem(self) -> PeerError | None:
        """What is wrong with it by now, if anything: it may have expired since."""


@dataclass(slots=True)
class _Client:
    """`index`: of the connection, here alone; `connection`: how many times this client has connected."""

    name: str
    index: int
    connection: int
    binding: bytes
    line: Line
    proof: Proof | None
    told: Tag | None = None
    heard: Tag | None = None


class StarServer:
    """What `async def server(star)` works with. Its methods belong to the trio loop that it was made in.

    `name`: the server's. `session`: 32 bytes, other ones each time a server begins. `parameters`: what the clients were
    told. `counts`: see Counts. `authority`: the certificate of who enrols clients, None in memory;
    `revoked`: the file of its list of revoked, where star.toml names one.
    """

    def __init__(
        self,
        name: str,
        terms: StarTerms,
        limits: StarLimits | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> None:
        self.name = name
        self._on_progress = on_progress
        self.session = os.urandom(32)
        self.parameters: Parameters = dict(terms.parameters)
        self.limits = limits or StarLimits()
        self.counts = Counts()
        self.authority: Certificate | None = None
        self.revoked: Path | None = None
        self._terms = terms
        self._kind = STAR
        self._inbox: Inbox[Event | Later] = Inbox(
            self.limits.inbox_bytes, self.limits.inbox_messages, self.limits.spool_bytes
        )
        self._here: dict[str, _Client] = {}
        self._by_index: dict[int, _Client] = {}
        self._lines: set[Line] = set()
        self._meeting: set[Greeted] = set()
        self._joins: dict[str, TokenBucket] = {}
        self._connections: dict[str, int] = {}
        self._away: dict[str, float] = {}
        self._index = 0
        self._scratch = memoryview(bytearray(SCRATCH))
        self._ending: Failure | None = None
        self._closing = False

    @property
    def clients(self) -> Mapping[str, int]:
        """The clients that are here now, each with the number of its connection."""
        return MappingProxyType({name: client.connection for name, client in self._here.items()})

    @property
    def waiting_bytes(self) -> int:
        """Bytes of messages that have come and that the program has not taken, and room kept for those under way."""
        return self._inbox.room.taken

    @property
    def spooled_bytes(self) -> int:
        """The same of those for which memory had no room, in files."""
        return self._inbox.room.spooled

    async def event(self, seconds: float | None = None) -> Event | None:
        """The next event, waiting for it; None once `seconds` have passed without one."""
        if seconds is None:
            return await self._next()
        with trio.move_on_after(max(0.0, seconds)):
            return await self._next()
        return None

    async def __aiter__(self) -> AsyncIterator[Event]:
        """All events from now on; it does not end by itself."""
        while True:
            yield await self._next()

    def send(self, client: str, tag: Tag, payload: Payload, *, connection: int | None = None) -> bool:
        """Queues a message for a client. Never waits. False if it is not here, or no longer on this connection.

        An array must not change until it is sent. A client for which too much waits is parted with as `too-slow`.
        LocalError `malformed-message`, `oversized-message`.
        """
        outgoing = self._prepared(tag, payload)
        found = self._here.get(client)
        if found is None or connection not in (None, found.connection):
            return False
        return self._queue(found, outgoing, tag)

    def broadcast(self, tag: Tag, payload: Payload, to: Iterable[str] | None = None) -> list[str]:
        """Queues one message for all clients, or those of `to` that are here; their names. It is held once, not once a
        client: of an array above 64 KiB each keeps no more than 64 KiB of ciphertext while it is sent.

        As `send` otherwise.
        """
        outgoing = self._prepared(tag, payload)
        names = list(self._here) if to is None else [name for name in to if name in self._here]
        return [name for name in names if self._queue(self._here[name], outgoing, tag)]

    async def drained(self, clients: Iterable[str] | None = None) -> None:
        """Waits until all that was queued for these clients has left, or they have."""
        for name in list(self._here) if clients is None else list(clients):
            while (client := self._here.get(name)) is not None and client.line.peer.queued:
                await client.line.peer.drained()
        await trio.lowlevel.checkpoint()

    def binding(self, client: str) -> bytes | None:
        """32 public bytes that this client's connection has, the same at its end and no other: for signatures over it.
        None if it is not here."""
        found = self._here.get(client)
        return None if found is None else found.binding

    def say(self, text: str) -> None:
        """How far the program is, for whoever looks: the last such line is shown while the server runs."""
        if self._on_progress is not None:
            self._on_progress(text)

    def part_with(self, client: str, code: str, cause: str) -> None:
        """Gives up one client, which is told why in these public words; its Left event has them. Nothing if it is not
        here. `code`: small letters, digits, dashes, 40 at most; LocalError `malformed-message` otherwise."""
        if not is_code(code):
            raise LocalError("malformed-message", f"{code!r} is no code of an error", "use small letters and dashes")
        found = self._here.get(client)
        if found is not None:
            self._kind.gone(self, found.index, PeerError(code, cause, party=client))

    async def admit(self, link: Link, proof: Proof | None, who: str, met: Callable[[], None] | None = None) -> None:
        """Meets whoever is at the other end of a link and serves it until it is gone. Never raises a PeerError.

        `proof`: who it has shown to be; None where the link can be trusted to say so. `met` is called after the
        handshake of one that has become a client.
        """
        greeted = Greeted(link, Decoder(who, Limits(self.limits.message_bytes), self._scratch, asks=True))
        part = ServersPart(
            self.session, self.limits.heartbeat_seconds, self.limits.stall_seconds, self.limits.message_bytes
        )
        handshake = ServerHandshake(self._terms, part, proof.name if proof is not None else None)
        late = link_lost(who, f"did not finish the handshake within {self.limits.handshake_seconds:.0f} seconds")
        with _kept(self._meeting, greeted):
            try:
                events = await within(
                    self.limits.handshake_seconds, late, lambda: greeted.as_server(handshake, self._number_for)
                )
                line = self._linked(self._checked(handshake), greeted, proof)
            except PeerError as error:
                await self.refuse(greeted, error)
                return
            except BaseException:
                link.close()
                raise
        if met is not None:
            met()
        with _kept(self._lines, line):
            await line.run(events, self._scratch)

    async def refuse(self, greeted: Greeted, error: PeerError) -> None:
        """Tells whoever is at the other end why it does not become a client, and counts it."""
        self.counts.refused[error.code] = self.counts.refused.get(error.code, 0) + 1
        try:
            await greeted.refuse(self._ending or Failure(error.code, CLIENT, error.cause))
        finally:
            greeted.link.close()

    def scratch(self) -> memoryview:
        """The space that all decoders of this server share."""
        return self._scratch

    async def pulse(self) -> None:
        """The heartbeat task: signs of life to all clients, and an eye on those that give none."""
        interval = self.limits.heartbeat_seconds
        while True:
            before = trio.current_time()
            await trio.sleep(interval)
            late = trio.current_time() - before - interval
            self._look_after_all(late if late > interval / 2 else 0.0)

    def _look_after_all(self, late: float) -> None:
        limits, now = self.limits, trio.current_time()
        patience = limits.crowded_seconds if self._inbox.room.crowded else limits.message_seconds
        for client in list(self._by_index.values()):
            if late:
                client.line.postpone(late)
            error = client.line.pulse(now, limits.stall_seconds, min(patience, limits.message_seconds))
            error = error or (client.proof.problem() if client.proof is not None else None)
            if error is not None:
                self._kind.gone(self, client.index, error)

    def end(self, error: ParleyError) -> None:
        """Ends the session: every client is told that the server failed."""
        if self._ending is None:
            self._ending = Failure(error.code, SERVER, error.cause)
        for client in list(self._by_index.values()):
            self.part(client.index, PeerError("closed", "the server's session is over", party=client.name))

    def part(self, index: int, error: PeerError) -> None:
        """Gives up one connection alone."""
        client = self._by_index.get(index)
        if client is not None:
            client.line.part(error, self._ending or failure_to(error, client.name))

    async def close(self) -> None:
        """Says goodbye to all, after what is queued for them; those that do not take it in time are left."""
        self._closing = True
        with trio.move_on_after(_FAREWELL_SECONDS):
            for line in list(self._lines):
                if not line.over.is_set():
                    line.leave()
            while self._lines:
                await trio.sleep(_LOOK_SECONDS)
        with trio.move_on_after(_MEETING_SECONDS):
            while self._meeting:
                await trio.sleep(_LOOK_SECONDS)

    def forget(self) -> None:
        """The program takes no more events: files of messages that are left go."""
        self._inbox.close()

    async def _next(self) -> Event:
        item = await self._inbox.take()
        if not isinstance(item, Later):
            return item
        if item.stored.nbytes <= CHUNK:
            return item.now()
        with trio.CancelScope(shield=True):  # it is in the inbox no more
            came = await trio.to_thread.run_sync(item.now)
        return came

    def _prepared(self, tag: Tag, payload: Payload) -> Outgoing:
        return prepare(message_of(tag, payload), self.limits.message_bytes)

    def _queue(self, client: _Client, outgoing: Outgoing, tag: Tag) -> bool:
        peer, limits = client.line.peer, self.limits
        full = peer.queued >= limits.queue_messages
        if full or (peer.queued and peer.queued_bytes + outgoing.size > limits.queue_bytes):
            what = f"has not taken {peer.queued} messages of {peer.queued_bytes} bytes that wait for it"
            self._kind.gone(self, client.index, too_slow(client.name, what))
            return False
        self.counts.sent_bytes += outgoing.size
        client.told = tag[:2]
        client.line.send(outgoing)
        return True

    def _number_for(self, name: str) -> int:
        """The number of a new connection of this client. PeerError `star-full`, `too-many-joins`, `star-ended`."""
        if self._closing or self._ending is not None:
            raise PeerError("star-ended", f"{self.name} has ended the session", party=name)
        if name not in self._here and len(self._here) >= self.limits.clients:
            raise star_full(name)
        if len(self._joins) > _MOST_REMEMBERED:
            self._joins = {name: bucket for name, bucket in self._joins.items() if name in self._here}
        self._refuse_away(name)
        bucket = self._joins.setdefault(name, TokenBucket(self.limits.joins_per_minute, _JOINS_AT_ONCE))
        if not bucket.take(trio.current_time()):
            raise too_many_joins(name, bucket.seconds_until())
        self._connections[name] = self._connections.get(name, 0) + 1
        return self._connections[name]

    def _checked(self, handshake: ServerHandshake) -> ServerHandshake:
        """Checked once more now that the handshake is done: others may have come since, or the end."""
        name = handshake.client
        if self._closing or self._ending is not None:
            raise PeerError("star-ended", f"{self.name} has ended the session", party=name)
        if name not in self._here and len(self._here) >= self.limits.clients:
            raise star_full(name)
        return handshake

    def _linked(self, handshake: ServerHandshake, greeted: Greeted, proof: Proof | None) -> Line:
        """Takes a client in. An older connection of the same client gives way, a newer one does not."""
        name, bond = handshake.client, handshake.bond()
        number = bond.connection
        before = self._here.get(name)
        if before is not None:
            if before.connection > number:
                raise client_replaced(name)
            self._kind.gone(self, before.index, client_replaced(name))
            self._refuse_away(name)  # with this it has gone from what others wait for
        self._index = index = self._index + 1
        peer = Peer(index, name, greeted.link, greeted.encoder, greeted.decoder)
        limits = self.limits
        bucket = TokenBucket(limits.messages_per_minute, limits.messages_per_minute / 6)

        def take(message: Message | Aside) -> None:
            self.counts.messages += 1
            client.heard = message.tag[:2]
            if isinstance(message, Message):
                size = message.array.nbytes
                self._inbox.put_message(Came(name, number, message.tag, message.array), line.sender, size)
            else:
                size, later = message.stored.nbytes, Later(name, number, message.tag, message.stored)
                self._inbox.put_message(later, line.sender, size, message.stored)
            self.counts.received_bytes += size

        def counted(events: int) -> None:
            if not bucket.take(trio.current_time(), events):
                raise too_many_messages(name)

        line = Line(
            peer, self._inbox, take, lambda failure: told_by_client(name, failure),
            lambda error: self._ended(client, error), counted, CLIENT,
        )  # fmt: skip
        client = _Client(name, index, number, bond.binding, line, proof)
        self._here[name] = self._by_index[index] = client
        self.counts.joined += 1
        self._inbox.put(Joined(name, number))
        return line

    def _ended(self, client: _Client, error: PeerError | None) -> None:
        self._by_index.pop(client.index, None)
        self._keep_away(client)
        if self._here.get(client.name) is client:
            del self._here[client.name]
        if error is None:
            self.counts.goodbyes += 1
        else:
            self.counts.lost[error.code] = self.counts.lost.get(error.code, 0) + 1
            self.counts.losses.append(Loss(client.name, error.code, client.told, client.heard))
        self._inbox.put(Left(client.name, client.connection, error))

    def _refuse_away(self, name: str) -> None:
        now = trio.current_time()
        if (left := self._away.get(name, now) - now) > 0:
            raise too_many_joins(name, left)

    def _keep_away(self, client: _Client) -> None:
        """One that leaves with an array half sent, for whose room others wait, would else come and do so again."""
        sender, now = client.line.sender, trio.current_time()
        self._away = {name: until for name, until in self._away.items() if until > now}
        if sender.claim != NOTHING and self._inbox.room.crowded:
            self._away[client.name] = now + _AWAY * (now - sender.since)


@contextmanager
def _kept(kept: set[T], item: T) -> Iterator[None]:
    """The item is among those that are kept until the end of the block."""
    kept.add(item)
    try:
        yield
    finally:
        kept.discard(item)
