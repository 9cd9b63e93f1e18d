"""What has come and the program has not taken yet: in order, and no more of it than there is room for.

Whoever reads a link asks for room before it reads on. Room of bytes is given in the order in which it is asked for, and
covers arrays of which a part is still to come, so that a thousand clients that send at once fill no memory: they wait.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

import trio

OVERHEAD = 512
"""Bytes that each message counts for beside its array."""

T = TypeVar("T")


class Budget:
    """So many bytes, handed out in the order of asking. One request for more than all of it gets it all to itself."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0
        self._waiting: deque[tuple[int, trio.Event]] = deque()

    @property
    def crowded(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    async def take(self, count: int) -> None:
        """Waits until there are `count` bytes."""
        if not self._waiting and self._fits(count):
            self.taken += count
            return
        request = (count, trio.Event())
        self._waiting.append(request)
        try:
            await request[1].wait()
        except BaseException:
            if request[1].is_set():
                self.give(count)
            else:
                self._waiting.remove(request)
                self._serve()
            raise

    def force(self, count: int) -> None:
        """Takes `count` bytes though there may be fewer: what is here already counts."""
        self.taken += count

    def give(self, count: int) -> None:
        """Gives back."""
        self.taken -= count
        self._serve()

    def _fits(self, count: int) -> bool:
        return self.taken + count <= self._most or not self.taken

    def _serve(self) -> None:
        while self._waiting and self._fits(self._waiting[0][0]):
            count, granted = self._waiting.popleft()
            self.taken += count
            granted.set()


class Sender:
    """What one link has here: `count` messages that were not taken, and `reserved` bytes for the one under way, `since`
    when (seconds)."""

    __slots__ = ("count", "fewer", "reserved", "since")

    def __init__(self) -> None:
        self.count = 0
        self.reserved = 0
        self.since = 0.0
        self.fewer = trio.lowlevel.ParkingLot()


class Inbox(Generic[T]):
    """Items for one program, of many senders, in the order in which they came."""

    def __init__(self, most_bytes: int, most_messages: int) -> None:
        self.budget = Budget(most_bytes)
        self._most_messages = most_messages
        self._items: deque[tuple[T, Sender | None, int]] = deque()
        self._some = trio.lowlevel.ParkingLot()

    def put(self, item: T) -> None:
        """An item that counts for nothing."""
        self._items.append((item, None, 0))
        self._some.unpark()

    def put_first(self, item: T) -> None:
        """An item that is taken before all others, and counts for nothing."""
        self._items.appendleft((item, None, 0))
        self._some.unpark()

    def put_message(self, item: T, sender: Sender, size: int) -> None:
        """A message of `sender` whose array takes `size` bytes; what was reserved for it is given back."""
        held = size + OVERHEAD
        self.budget.force(held)
        self.release(sender)
        sender.count += 1
        self._items.append((item, sender, held))
        self._some.unpark()

    async def room(self, sender: Sender, filling: int) -> None:
        """Waits until the sender has few messages here, and there is room for the `filling` bytes of its array."""
        while sender.count >= self._most_messages:
            await sender.fewer.park()
        if not sender.reserved:  # who has room for an array goes on, or it would wait for those that wait for it
            await self.budget.take(filling)
            sender.reserved, sender.since = filling, trio.current_time()

    def release(self, sender: Sender) -> None:
        """The array under way has come, or will not come any more."""
        reserved, sender.reserved = sender.reserved, 0
        if reserved:
            self.budget.give(reserved)

    async def take(self) -> T:
        """The next item, waiting for it."""
        while not self._items:
            await self._some.park()
        item, sender, held = self._items.popleft()
        if sender is not None:
            sender.count -= 1
            sender.fewer.unpark_all()
            self.budget.give(held)
        return item

    def __len__(self) -> int:
        return len(self._items)
