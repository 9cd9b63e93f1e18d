"""A connection in memory: two pipes of bytes with little room, in place of a socket. For many clients in one process.

What is written is handed over as it is, a view of the sender's array where it is one, and copied when it is read.
"""

from __future__ import annotations

from collections import deque

import trio

from mpc.network.link import NOTHING

ROOM = 1 << 18
"""Bytes that a pipe holds, beyond the last part that was put in, before its writer waits."""


class _Pipe:
    """One direction."""

    __slots__ = ("ended", "held", "parts", "readers", "writers")

    def __init__(self) -> None:
        self.parts: deque[memoryview] = deque()
        self.held = 0
        self.ended = False
        self.readers = trio.lowlevel.ParkingLot()
        self.writers = trio.lowlevel.ParkingLot()

    def put(self, part: memoryview) -> None:
        self.parts.append(part)
        self.held += len(part)
        self.readers.unpark_all()

    def take(self, space: memoryview) -> int:
        count = 0
        while self.parts and count < len(space):
            part = self.parts[0][: len(space) - count]
            space[count : count + len(part)] = part
            count += len(part)
            if len(part) == len(self.parts[0]):
                self.parts.popleft()
            else:
                self.parts[0] = self.parts[0][len(part) :]
        self.held -= count
        if self.held < ROOM:
            self.writers.unpark_all()
        return count

    def end(self) -> None:
        self.ended = True
        self.readers.unpark_all()
        self.writers.unpark_all()


class MemoryLink:
    """One end; `mpc.network.link.Link` says what its methods promise."""

    def __init__(self, outward: _Pipe, inward: _Pipe) -> None:
        self.sent_bytes = 0
        self._out = outward
        self._in = inward
        self._unsent: deque[memoryview] = deque()

    def write_now(self, data: bytes) -> bool:
        """Hands `data` over if there is room."""
        self._unsent.append(memoryview(data))
        return self._send()

    async def write(self, *parts: bytes | memoryview) -> None:
        """Hands over `parts`, waiting for room."""
        self._unsent += [memoryview(part) for part in parts if len(part)]
        await self.flush()

    async def flush(self) -> None:
        """Hands over what is left, waiting for room."""
        while not self._send():
            await self._out.writers.park()

    def read_now(self, space: memoryview) -> int:
        """Puts what has come into `space`: how much, 0 at the end, NOTHING when nothing has."""
        return self._in.take(space) or (0 if self._in.ended else NOTHING)

    @property
    def left_over(self) -> bool:
        """Nothing is kept beside the pipe."""
        return False

    async def readable(self) -> None:
        """Waits until `read_now` is worth another try."""
        await trio.lowlevel.checkpoint()
        while not (self._in.parts or self._in.ended):
            await self._in.readers.park()

    def end(self) -> None:
        """Says that no more will be written."""
        self._out.end()

    def close(self) -> None:
        """Ends both directions at once; what is under way to this end is lost."""
        self._out.end()
        self._in.parts.clear()
        self._in.end()

    def _send(self) -> bool:
        while self._unsent:
            if self._out.ended:
                self._unsent.clear()
                raise BrokenPipeError
            if self._out.held >= ROOM:
                return False
            part = self._unsent.popleft()
            self.sent_bytes += len(part)
            self._out.put(part)
        return True


def memory_links() -> tuple[MemoryLink, MemoryLink]:
    """The two ends of a new connection."""
    there, back = _Pipe(), _Pipe()
    return MemoryLink(there, back), MemoryLink(back, there)
