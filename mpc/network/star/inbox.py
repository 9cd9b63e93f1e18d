"""What has come and the program has not taken yet: in order, and no more of it than there is room for.

Whoever reads a link asks for room before it reads on. Room for arrays is given in the order in which it is asked for,
and covers what is still to come of them: in memory, where that is full in files (`mpc.network.star.spool`), and where
there is no room for these either, one waits. So a thousand clients that send at once fill no memory, and one that sends
slowly keeps no other from sending.
"""

from __future__ import annotations

from collections import deque
from copy import copy
from typing import Generic, TypeVar

import trio

from mpc.errors import LocalError
from mpc.network.star.room import NOTHING, Claim, Room
from mpc.network.star.spool import InFile, Spool
from mpc.network.wire import Stored

OVERHEAD = 512
"""Bytes that each message counts for beside its array."""

T = TypeVar("T")


class Sender:
    """What one link has here: `count` messages that were not taken, and a `claim` for the one under way, `since` when
    (seconds), with its `file` where it goes into one."""

    __slots__ = ("claim", "count", "fewer", "file", "since")

    def __init__(self) -> None:
        self.count = 0
        self.claim = NOTHING
        self.file: InFile | None = None
        self.since = 0.0
        self.fewer = trio.lowlevel.ParkingLot()


class Inbox(Generic[T]):
    """Items for one program, of many senders, in the order in which they came."""

    def __init__(self, most_bytes: int, most_messages: int, spool_bytes: int = 0, spool: Spool | None = None) -> None:
        self.room = Room(most_bytes, spool_bytes)
        self._spool = spool or Spool()
        self._most_messages = most_messages
        self._items: deque[tuple[T, Sender | None, int, int, Stored | None]] = deque()
        self._some = trio.lowlevel.ParkingLot()
        self._failure: LocalError | None = None

    def put(self, item: T) -> None:
        """An item that counts for nothing."""
        self._items.append((item, None, 0, 0, None))
        self._some.unpark()

    def put_first(self, item: T) -> None:
        """An item that is taken before all others, and counts for nothing."""
        self._items.appendleft((item, None, 0, 0, None))
        self._some.unpark()

    def put_message(self, item: T, sender: Sender, size: int, stored: Stored | None = None) -> None:
        """A message of `sender` whose array takes `size` bytes, in memory or where it is `stored`; what was reserved
        for it goes over to it."""
        held, spooled = (size + OVERHEAD, 0) if stored is None else (OVERHEAD, size)
        self.room.hold(held)
        sender.count += 1
        self._items.append((item, sender, held, spooled, stored))
        if stored is not None:
            sender.claim, sender.file = NOTHING, None
        self.release(sender)
        self._some.unpark()

    def free(self, sender: Sender) -> bool:
        """Whether its link may be read on at once, where no array waits for a place."""
        return sender.count < self._most_messages and (sender.claim != NOTHING or self.room.free)

    async def place(self, sender: Sender, filling: int) -> InFile | None:
        """Waits until the sender has few messages here, and there is room for the `filling` bytes of its array, which
        it has until `release`: the file that they go to, or None for memory."""
        while sender.count >= self._most_messages:
            await sender.fewer.park()
        if sender.claim != NOTHING:  # who has room for an array goes on, or it would wait for those that wait for it
            return None
        sender.claim = await self.room.take(filling)
        if sender.claim.spooled:
            sender.file = self._spool.place(filling)
            if sender.file is None:
                self.release(sender)
                sender.claim = await self.room.take(filling, in_memory=True)
        sender.since = trio.current_time()
        return sender.file

    def release(self, sender: Sender) -> None:
        """The array under way has come, or will not come any more."""
        claim, sender.claim = sender.claim, NOTHING
        if sender.file is not None:
            sender.file.close()
            sender.file = None
        if claim != NOTHING:
            self.room.give(claim)

    def fail(self, error: LocalError) -> None:
        """Whoever takes an item next gets this error instead."""
        self._failure = self._failure or error
        self._some.unpark_all()

    async def take(self) -> T:
        """The next item, waiting for it. LocalError as of `fail`."""
        while not self._items and self._failure is None:
            await self._some.park()
        if self._failure is not None:
            raise copy(self._failure)
        item, sender, held, spooled, _ = self._items.popleft()
        if sender is not None:
            sender.count -= 1
            sender.fewer.unpark_all()
            self.room.let_go(held)
            self.room.give(Claim(spooled=spooled))
        return item

    def close(self) -> None:
        """Nobody will take what is here."""
        for *_, stored in self._items:
            if stored is not None:
                stored.close()
        self._items.clear()

    def __len__(self) -> int:
        return len(self._items)
