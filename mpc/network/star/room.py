"""Bytes that may be taken, of memory and of files, and those who wait for some.  No I/O here."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import trio


@dataclass(frozen=True, slots=True)
class Claim:
    """Bytes that somebody has, of memory or of files."""

    memory: int = 0
    spooled: int = 0


NOTHING = Claim()


@dataclass(slots=True, eq=False)
class _Request:
    """Somebody who waits."""

    size: int
    in_memory: bool
    granted: trio.Event
    claim: Claim = NOTHING


class Room:
    """So many bytes of memory and of files, handed out in the order of asking; `held` are those of messages that are
    here, `taken` of memory with what was reserved. A request for more than there ever is is granted where nobody has
    any reserved."""

    def __init__(self, most: int, spool: int = 0) -> None:
        self._most = most
        self._spool = spool
        self.held = 0
        self.taken = 0
        self.spooled = 0
        self._arrays: deque[_Request] = deque()
        self._messages: deque[_Request] = deque()

    @property
    def crowded(self) -> bool:
        """Whether somebody waits for room for an array."""
        return bool(self._arrays)

    @property
    def free(self) -> bool:
        """Whether messages that are here take no more than there is."""
        return self.held <= self._most and not self._messages

    async def take(self, size: int, *, in_memory: bool = False) -> Claim:
        """Waits until there is room for an array of `size` bytes, in memory only if so said; of no bytes, until
        messages that are here take no more than there is, whoever waits for more."""
        queue = self._arrays if size else self._messages
        if not queue and (claim := self._fitting(size, in_memory)) is not None:
            return self._claimed(claim)
        request = _Request(size, in_memory, trio.Event())
        queue.append(request)
        try:
            await request.granted.wait()
        except BaseException:
            if request in queue:
                queue.remove(request)
                self._serve()
            else:
                self.give(request.claim)
            raise
        return request.claim

    def hold(self, count: int) -> None:
        """Takes `count` bytes though there may be fewer: what is here already counts."""
        self.taken += count
        self.held += count

    def let_go(self, count: int) -> None:
        """Gives back what was held."""
        self.held -= count
        self.give(Claim(count))

    def give(self, claim: Claim) -> None:
        """Gives back what was taken."""
        self.taken -= claim.memory
        self.spooled -= claim.spooled
        self._serve()

    def _fitting(self, size: int, in_memory: bool) -> Claim | None:
        if not size:
            return NOTHING if self.held <= self._most else None
        if self.taken + size <= self._most:
            return Claim(memory=size)
        if in_memory or size > self._spool:  # one at a time may be more than there is
            return Claim(memory=size) if self.taken == self.held <= self._most else None
        return Claim(spooled=size) if self.spooled + size <= self._spool else None

    def _claimed(self, claim: Claim) -> Claim:
        self.taken += claim.memory
        self.spooled += claim.spooled
        return claim

    def _serve(self) -> None:
        for queue in (self._arrays, self._messages):
            while queue and (claim := self._fitting(queue[0].size, queue[0].in_memory)) is not None:
                request = queue.popleft()
                request.claim = self._claimed(claim)
                request.granted.set()
