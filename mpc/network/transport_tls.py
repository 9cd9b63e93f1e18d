"""The real transport: one connection to each peer, a reader and a writer task for each, one heartbeat for all.

`peer` says when a message leaves; the reader hands what comes straight to the task that waits for it. Every failure
goes through `end`: the first one wakes all tasks with its error and tells every peer who is to blame, so that all
parties name the same one. `connecting` makes the connections; `joining.connect` owns the nursery.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy

import trio

from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.deadlines import Deadlines
from mpc.network.endings import STOPPED, diverged, peer_lost, peer_stalled, reported, standstill
from mpc.network.handshake import Agreement, Handshake
from mpc.network.lookout import Lookout
from mpc.network.mailbox import Mailbox
from mpc.network.peer import Peer
from mpc.network.session_kinds import MESH, SessionKind
from mpc.network.wire import (
    CHUNK,
    Bye,
    Event,
    Failure,
    Greeting,
    Heartbeat,
    KnownHeads,
    Limits,
    Message,
    Outgoing,
    Tag,
    prepare,
)

HEARTBEAT_SECONDS = 1.0
STILL_BEATS = 3
FAREWELL_SECONDS = 1.0
WAIT_SECONDS = 3600.0


class TlsTransport:
    """One party's connections to all peers; made by `joining.connect`, described by `transport.Transport`."""

    def __init__(
        self,
        me: int,
        names: tuple[str, ...],
        handshake: Handshake,
        stall_timeout: float,
        limits: Limits | None = None,
        kind: SessionKind = MESH,
        wait_timeout: float = WAIT_SECONDS,
    ) -> None:
        self.me = me
        self.n = len(names)
        self.names = names
        self.limits = limits or Limits()
        self.agreed = trio.Event()
        self._kind = kind
        self._handshake = handshake
        self._stall_timeout = stall_timeout
        self._deadlines = Deadlines(names, stall_timeout, wait_timeout)
        self._mailbox = Mailbox(me, names, limits=limits)
        self._lookout = Lookout(self._take_in, self._mailbox.decided)
        trio.lowlevel.add_instrument(self._lookout)
        self._peers: list[Peer | None] = [None] * self.n
        self._linked: list[Peer] = []
        self._known = KnownHeads()
        self._last: tuple[Message | None, Outgoing | None] = (None, None)
        self._sent = [0] * self.n
        self._working = 0
        self._running = 0
        self._stopped = trio.Event()
        self._scopes: list[trio.CancelScope] = []
        self._last_words: Failure | None = None
        self._closed = False
        self._still: tuple[int, tuple[Heartbeat, ...]] = (0, ())

    def send(self, to: int, message: Message) -> int:
        """Queues `message` for endpoint `to`; returns its bytes on the wire before TLS."""
        if self._mailbox.error is not None:
            raise copy(self._mailbox.error)
        peer = self._peers[to] if 0 <= to < self.n else None
        if parting := self._mailbox.parting(to):
            raise copy(parting)
        if peer is None:
            raise LocalError("unexpected-message", f"endpoint {self.me} of {self.n} cannot send to {to}")
        outgoing = self._prepared(message)
        self._sent[to] += 1
        if peer.queue(outgoing):
            self._lookout.add(peer)
        return outgoing.size

    def _prepared(self, message: Message) -> Outgoing:
        """`message` ready to be framed. A small one that goes to several endpoints is prepared once."""
        before, outgoing = self._last
        if message is not before or outgoing is None:
            outgoing = prepare(message, self.limits.message_bytes, self._known)
            self._last = (message, outgoing) if outgoing.size <= CHUNK else (None, None)
        return outgoing

    async def receive(self, sender: int, tag: Tag) -> Message:
        """Waits for the message of `sender` under `tag`."""
        peer = self._peers[sender]
        try:
            if peer is not None and not self._mailbox.decided(sender, tag):
                self._lookout.look(peer, tag)
            return await self._mailbox.get(sender, tag)
        except PeerError as error:
            self._kind.gone(self, sender, error)
            raise

    async def drained(self, to: int) -> None:
        """Waits until all that was queued for endpoint `to` has left."""
        peer = self._peers[to]
        if peer is not None:
            await peer.drained()
        ended = self._mailbox.error or self._mailbox.parting(to)
        if ended is not None:
            raise copy(ended)

    @contextmanager
    def working(self) -> Iterator[None]:
        """While open, this endpoint is not taken for stuck."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    async def finish(self, counters: dict[str, int]) -> list[dict[str, int] | None]:
        """Says bye and waits for every bye."""
        if self._mailbox.error is not None:
            raise copy(self._mailbox.error)
        for peer in self._linked:
            peer.queue(Bye(counters))
        self._mailbox.leave(self.me, counters)
        try:
            return await self._mailbox.everyone_left()
        except PeerError as error:
            self.end(error)
            raise

    def fail(self, code: str, cause: str, party: str | None = None) -> None:
        """Ends the session for everybody; peers name this endpoint, or `party` if it is given."""
        self.end(PeerError(code, cause, party=party) if party else LocalError(code, cause))

    async def close(self) -> None:
        """Sends what is queued, within a second; waits as long for the peers to leave; closes the connections."""
        self._mailbox.fail(LocalError("closed", "this endpoint was closed"))
        for peer in self._linked:
            peer.closing = True
            peer.wake()
        with trio.CancelScope(shield=True):
            if self._running:
                with trio.move_on_after(FAREWELL_SECONDS):
                    await self._stopped.wait()
                for scope in self._scopes:
                    scope.cancel()
                await self._stopped.wait()
        for peer in self._linked:
            peer.link.close()
        if not self._closed:
            self._closed = True
            trio.lowlevel.remove_instrument(self._lookout)

    def end(self, error: ParleyError) -> None:
        """Fails with `error`, unless the session has failed before, and tells every peer who is to blame.

        Where a peer has stopped, what is ready for the others leaves first.
        """
        if not self._mailbox.fail(error):
            return
        if error.code in STOPPED:
            for peer in self._linked:
                peer.flush_now()
        blamed = self.names.index(error.party) if error.party in self.names else self.me
        self._last_words = Failure(error.code, blamed, error.cause)
        for peer in self._linked:
            peer.tell(self._last_words)
        self.agreed.set()

    def part(self, index: int, error: PeerError) -> None:
        """Gives up one peer; the session goes on with the others."""
        self._mailbox.part(index, error)
        peer = self._peers[index]
        if peer is not None:
            peer.silent = True
            peer.beat = None
            peer.tell(Failure(error.code, index, error.cause))

    def linked(self, index: int) -> bool:
        """Whether there is a connection to endpoint `index`."""
        return self._peers[index] is not None

    def unlinked(self) -> list[int]:
        """The endpoints that there is no connection to."""
        return [j for j in range(self.n) if j != self.me and self._peers[j] is None]

    def unconfirmed(self) -> list[int]:
        """The endpoints whose part of the handshake is not complete."""
        return list(self._handshake.missing())

    def agreement(self) -> Agreement:
        """The handshake's outcome, once `agreed` is set; raises the error that ended the session instead."""
        if self._mailbox.error is not None:
            raise copy(self._mailbox.error)
        return self._handshake.agreement()

    def link(self, peer: Peer, events: list[Event], nursery: trio.Nursery) -> None:
        """Takes over a connection on which this endpoint's HELLO has gone and `events` have come."""
        self._peers[peer.index] = peer
        self._linked.append(peer)
        peer.decoder.known = self._known
        self._running += 2
        if self._last_words is not None:
            peer.tell(self._last_words)
        nursery.start_soon(self._run, peer.write_all)
        nursery.start_soon(self._run, self._read_all, peer, events)

    async def pulse(self) -> None:
        """The heartbeat task: tells the peers what this endpoint is doing, and notices who is silent or stuck."""
        interval = min(HEARTBEAT_SECONDS, self._stall_timeout / 4)
        while True:
            before = trio.current_time()
            await trio.sleep(interval)
            late = trio.current_time() - before - interval
            if late > interval:
                self._deadlines.postpone(self._linked, late)
            for peer in self._linked:
                if self._mailbox.parting(peer.index):
                    continue
                if trio.current_time() - peer.heard > self._stall_timeout and not peer.decoder.ended:
                    self._kind.gone(self, peer.index, peer_stalled(peer.name, self._stall_timeout))
                elif not peer.closing:
                    peer.urge(lambda peer=peer: peer.encoder.heartbeat(self._beat()))  # type: ignore[misc]
            self._look_for_standstill()
            self._look_for_deadlines()

    async def _run(self, work: Callable[..., Awaitable[None]], *args: object) -> None:
        """Runs a reader or writer until `close` ends it: a cancelled party still says why it leaves."""
        try:
            with trio.CancelScope(shield=True) as scope:
                self._scopes.append(scope)
                await work(*args)
        except Exception as error:
            self.fail("program-failed", f"its connection raised {type(error).__name__}")
            raise
        finally:
            self._running -= 1
            if not self._running:
                self._stopped.set()

    async def _read_all(self, peer: Peer, events: list[Event]) -> None:
        """The reader task of one peer: takes in what comes, where no task that waits for it has done so."""
        self._take_in(peer, events)
        while not peer.silent:
            await peer.link.readable()
            await self._mailbox.room(peer.index)
            self._take_in(peer)

    def _take_in(self, peer: Peer, events: Sequence[Event] = ()) -> None:
        """Takes in `events` of a peer, or what has come from it since, without waiting.

        All of it: what the link has read from the socket and keeps would wake nobody.
        """
        if peer.silent:
            return
        try:
            for event in events:
                self._take(peer, event)
            while not events:
                for event in peer.read():
                    self._take(peer, event)
                if peer.silent or not peer.link.left_over:
                    return
        except PeerError as error:
            self._fall_silent(peer, error)
        except ssl.SSLError:
            self._fall_silent(peer, peer_lost(peer.name, "sent bytes that TLS refuses"))
        except OSError:
            self._fall_silent(peer, peer_lost(peer.name))

    def _fall_silent(self, peer: Peer, error: PeerError) -> None:
        """Nothing more is read from a peer. That is its end, unless it has said bye."""
        peer.silent = True
        if error.code != "peer-lost" or not peer.decoder.ended:
            self._kind.gone(self, peer.index, error)

    def _take(self, peer: Peer, event: Event) -> None:
        if type(event) is Message:
            self._mailbox.put(peer.index, event)
        elif isinstance(event, Heartbeat):
            peer.beat = self._checked(peer, event)
        elif isinstance(event, Greeting):
            self._greet(peer, event)
        elif isinstance(event, Bye):
            peer.beat = None
            self._mailbox.leave(peer.index, event.counters)
        elif isinstance(event, Failure):
            self._kind.gone(self, peer.index, reported(self.names, self.me, peer.index, event))

    def _greet(self, peer: Peer, event: Greeting) -> None:
        """Hands a HELLO or CONFIRM on; with the last HELLO, confirms to everybody."""
        before = self._handshake.greeted
        self._handshake.receive(peer.index, event.kind, event.body)
        if self._handshake.greeted and not before:
            for other in self._linked:
                kind, body = self._handshake.confirm(other.index)
                other.urge(lambda other=other, kind=kind, body=body: other.encoder.greeting(kind, body))  # type: ignore[misc]
        if self._handshake.complete:
            self.agreed.set()

    def _checked(self, peer: Peer, beat: Heartbeat) -> Heartbeat:
        if len(beat.sent) != self.n or len(beat.received) != self.n or any(j >= self.n for j, _ in beat.waiting):
            cause = f"{peer.name} sent a heartbeat for another number of endpoints"
            raise PeerError("malformed-message", cause, party=peer.name)
        return beat

    def _beat(self) -> Heartbeat:
        return Heartbeat(self._working > 0, self._mailbox.waiting(), tuple(self._sent), tuple(self._mailbox.received))

    def _look_for_standstill(self) -> None:
        """Ends the session when nothing has changed, for some heartbeats, about endpoints that wait in a circle."""
        beats: list[Heartbeat | None] = [peer.beat if peer else self._beat() for peer in self._peers]
        stuck = standstill(beats)
        if self.me not in stuck:
            self._still = (0, ())
            return
        now = tuple(beat for j in sorted(stuck) if (beat := beats[j]))
        times = self._still[0] + 1 if self._still[1] == now else 1
        self._still = (times, now)
        if times >= STILL_BEATS:
            self.end(diverged(self.names, beats, stuck))

    def _look_for_deadlines(self) -> None:
        """Gives up the peers that this endpoint has waited for too long, though they live."""
        heard = [peer for peer in self._linked if not (peer.silent or self._mailbox.parting(peer.index))]
        for index, error in list(self._deadlines.passed(heard, self._mailbox, self.me, trio.current_time())):
            if not self._mailbox.parting(index):
                self._kind.gone(self, index, error)
