"""n endpoints in one process and one trio loop: the reference that the real transport is compared with.

Messages are handed over at once and shared, not copied: the receiver gets a read-only view. Bytes are counted as
they would be on the wire. When no task can go on and endpoints wait for each other, they are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy

import trio

from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.endings import diverged, peer_lost, reported, standstill
from mpc.network.mailbox import Mailbox
from mpc.network.wire import MAX_CAUSE, Failure, Heartbeat, Limits, Message, Tag, checked_size, printable


def memory_network(n: int, names: Sequence[str] | None = None, limits: Limits | None = None) -> list[MemoryTransport]:
    """`n` connected endpoints, for use inside one trio loop. `names` default to party0, party1, ..."""
    named = tuple(names) if names is not None else tuple(f"party{i}" for i in range(n))
    if len(named) != n:
        raise LocalError("different-parties", f"{len(named)} names for {n} endpoints")
    network: list[MemoryTransport] = []
    network += [MemoryTransport(me, named, network, limits) for me in range(n)]
    return network


class MemoryTransport:
    """One endpoint of a `memory_network`; `mpc.network.transport.Transport` says what its methods promise."""

    def __init__(
        self, me: int, names: tuple[str, ...], network: list[MemoryTransport], limits: Limits | None = None
    ) -> None:
        self.me = me
        self.n = len(names)
        self.names = names
        self._network = network
        self._limits = limits or Limits()
        self._mailbox = Mailbox(me, names, self._look_for_standstill, limits)
        self._working = 0
        self._sent = [0] * self.n
        self._closed = False
        self._watching = False

    def send(self, to: int, message: Message) -> int:
        """Hands `message` to endpoint `to`; returns its bytes as they would be on the wire."""
        self._check_open()
        if to == self.me or not 0 <= to < self.n:
            raise LocalError("unexpected-message", f"endpoint {self.me} of {self.n} cannot send to {to}")
        size = checked_size(message, self._limits.message_bytes)
        view = message.array.view()
        view.flags.writeable = False
        self._sent[to] += 1
        self._network[to]._deliver(self.me, Message(message.tag, message.label, message.depth, view))
        return size

    async def receive(self, sender: int, tag: Tag) -> Message:
        """Waits for the message of `sender` under `tag`."""
        try:
            return await self._mailbox.get(sender, tag)
        except PeerError as error:
            self._end(error)
            raise

    async def drained(self, to: int) -> None:
        """What is sent is handed over at once; waits, for a moment at most, while `to` has plenty of it left."""
        await trio.lowlevel.checkpoint()
        await self._network[to]._mailbox.room(self.me)

    @contextmanager
    def working(self) -> Iterator[None]:
        """While open, this endpoint is not taken for stuck."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1
            self._look_for_standstill()

    async def finish(self, counters: dict[str, int]) -> list[dict[str, int] | None]:
        """Says bye and waits for every bye."""
        self._check_open()
        self._mailbox.leave(self.me, counters)
        for peer in self._peers():
            peer._hear_bye(self.me, counters)
        try:
            return await self._mailbox.everyone_left()
        except PeerError as error:
            self._end(error)
            raise

    def fail(self, code: str, cause: str, party: str | None = None) -> None:
        """Ends the session for everybody; peers name this endpoint, or `party` if it is given."""
        self._end(PeerError(code, cause, party=party) if party else LocalError(code, cause))

    async def close(self) -> None:
        """Leaves; without a bye before, every other endpoint fails with `peer-lost`."""
        if not self._closed:
            self._closed = True
            if not self._mailbox.has_left(self.me):
                for peer in self._peers():
                    peer._end(peer_lost(self.names[self.me]))
            self._mailbox.fail(LocalError("closed", "this endpoint was closed"))
        await trio.lowlevel.checkpoint()

    def _peers(self) -> list[MemoryTransport]:
        return [peer for peer in self._network if peer is not self and not peer._closed]

    def _deliver(self, sender: int, message: Message) -> None:
        if self._closed:
            return
        try:
            self._mailbox.put(sender, message)
        except PeerError as error:
            self._end(error)

    def _hear_bye(self, sender: int, counters: dict[str, int]) -> None:
        try:
            self._mailbox.leave(sender, dict(counters))
        except PeerError as error:
            self._end(error)

    def _end(self, error: ParleyError) -> None:
        """Fails here, and tells the others who is to blame."""
        if self._mailbox.fail(error):
            self._tell(error)

    def _tell(self, error: ParleyError) -> None:
        blamed = self.names.index(error.party) if error.party in self.names else self.me
        failure = Failure(error.code, blamed, printable(error.cause)[:MAX_CAUSE])
        for peer in self._peers():
            peer._mailbox.fail(reported(self.names, peer.me, self.me, failure))

    def _check_open(self) -> None:
        if self._mailbox.error is not None:
            raise copy(self._mailbox.error)

    def _beat(self) -> Heartbeat:
        return Heartbeat(self._working > 0, self._mailbox.waiting(), tuple(self._sent), tuple(self._mailbox.received))

    def _look_for_standstill(self) -> None:
        """A standstill needs two endpoints that wait; this one waits, or is about to."""
        first = self._network[0]
        if not first._watching and any(not peer._mailbox.idle for peer in self._peers()):
            first._watching = True
            trio.lowlevel.spawn_system_task(first._watch)

    async def _watch(self) -> None:
        """Once no task in the loop can go on: ends the session if endpoints wait for each other."""
        from trio.testing import wait_all_tasks_blocked  # here: it imports pytest where there is one

        await wait_all_tasks_blocked()
        self._watching = False
        beats = [endpoint._beat() for endpoint in self._network]
        stuck = standstill(beats)
        for me in stuck:
            self._network[me]._mailbox.fail(diverged(self.names, beats, stuck))
        for me in stuck:
            error = self._network[me]._mailbox.error
            assert error is not None
            self._network[me]._tell(error)
