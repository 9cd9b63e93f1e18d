"""Memory of a device: room for one operation, operands that stay, and nothing left behind.

Everything here may be secret, so memory is wiped before it goes back to the driver. What an operation is done with is
kept for the next one. Operands stay only if they are `frozen`: then their content cannot have changed since, and
while the array lives, or until the room is needed, it is not sent again.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.accelerator import Words, frozen_root
from mpc.device.platforms import opencl

Key = tuple[int, int, int]
SMALLEST = 4096


class NoRoom(Exception):
    """An operation needs more memory than the device's budget."""


@dataclass(slots=True, eq=False)
class Room:
    """A buffer of at least the bytes that were asked for."""

    handle: Any
    nbytes: int


@dataclass(slots=True)
class _Kept:
    root: weakref.ref[Words]
    room: Room
    users: int = 0


class Memory:
    """All memory that one device lends us, at most `budget` bytes. One thread at a time; but arrays die at any time."""

    def __init__(self, context: Any, queue: Any, budget: int) -> None:
        self._cl, self._context, self._queue = opencl(), context, queue
        self.budget = budget
        self.used = 0
        self.sent_bytes = 0
        self._free: list[Room] = []
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._dead: deque[Key] = deque()
        self._abandoned: deque[Room] = deque()

    def take(self, nbytes: int) -> Room:
        """Room whose content is undefined. NoRoom if the budget does not allow it."""
        self._bury()
        size = _rounded(nbytes)
        for i, room in enumerate(self._free):
            if room.nbytes == size:
                return self._free.pop(i)
        self._make_way(size)
        room = Room(self._cl.Buffer(self._context, self._cl.mem_flags.READ_WRITE, size), size)
        self.used += size
        return room

    def give_back(self, room: Room) -> None:
        """The room is no longer needed; its content stays on the device until it is taken anew or wiped."""
        self._free.append(room)

    def abandon(self, room: Room) -> None:
        """As `give_back`, from any thread at any time: for what is collected as garbage."""
        self._abandoned.append(room)

    def send(self, room: Room, array: npt.NDArray[Any]) -> None:
        """Copy a contiguous array to the beginning of the room."""
        if array.nbytes:
            self._cl.enqueue_copy(self._queue, room.handle, array)
        self.sent_bytes += array.nbytes

    def kept(self, words: Words, root: Words) -> _Kept:
        """The lasting copy of frozen words, sent now if it is not there. Who needs it counts up `users` meanwhile."""
        key = _key(root, words)
        entry = self._kept.get(key)
        if entry is not None and entry.root() is root:
            self._kept.move_to_end(key)
            return entry
        if entry is not None:
            self._wipe(self._kept.pop(key).room)
        room = self.take(words.nbytes)
        self.send(room, words)
        entry = self._kept[key] = _Kept(weakref.ref(root, lambda _: self._dead.append(key)), room)
        return entry

    def drop_kept(self) -> None:
        """Forget and wipe all operands that nobody is using."""
        for key in [key for key, entry in self._kept.items() if not entry.users]:
            self._wipe(self._kept.pop(key).room)

    def close(self) -> None:
        """Wipe and return everything. A device that is lost keeps what it has: it cannot be told."""
        with suppress(self._cl.Error):
            self._bury()
            self.drop_kept()
            while self._free:
                self._wipe(self._free.pop())
            self._queue.finish()

    def _make_way(self, size: int) -> None:
        if size > self.budget:
            raise NoRoom(f"{size} bytes, of {self.budget}")
        while self.used + size > self.budget and self._free:
            self._wipe(self._free.pop(0))
        for key in list(self._kept):
            if self.used + size <= self.budget:
                return
            if not self._kept[key].users:
                self._wipe(self._kept.pop(key).room)
        if self.used + size > self.budget:
            raise NoRoom(f"{size} bytes beside {self.used}, of {self.budget}")

    def _bury(self) -> None:
        """Wipe the copies of arrays that are gone. Not done where they go: that may be amid another operation."""
        while self._abandoned:
            self._free.append(self._abandoned.popleft())
        while self._dead:
            key = self._dead.popleft()
            entry = self._kept.get(key)
            if entry is not None and entry.root() is None and not entry.users:
                self._wipe(self._kept.pop(key).room)

    def _wipe(self, room: Room) -> None:
        self._cl.enqueue_fill_buffer(self._queue, room.handle, np.zeros(1, np.uint64), 0, room.nbytes)
        room.handle.release()
        self.used -= room.nbytes


@dataclass(slots=True)
class Scope:
    """The memory of one operation. Use it as a context manager: at its end all goes back."""

    memory: Memory
    _rooms: list[Room] = field(default_factory=list)
    _kept: list[_Kept] = field(default_factory=list)

    def new(self, nbytes: int) -> Any:
        """A buffer of `nbytes`, undefined."""
        room = self.memory.take(nbytes)
        self._rooms.append(room)
        return room.handle

    def hold(self, array: npt.NDArray[Any]) -> Any:
        """A buffer with the content of a contiguous array; frozen words stay on the device for the next time."""
        root = frozen_root(array) if array.dtype == np.uint64 else None
        if root is None:
            room = self.memory.take(array.nbytes)
            self._rooms.append(room)
            self.memory.send(room, array)
            return room.handle
        kept = self.memory.kept(array, root)
        kept.users += 1
        self._kept.append(kept)
        return kept.room.handle

    def __enter__(self) -> Scope:
        return self

    def __exit__(self, *error: object) -> None:
        for room in self._rooms:
            self.memory.give_back(room)
        for kept in self._kept:
            kept.users -= 1


def _key(root: Words, words: Words) -> Key:
    return id(root), int(words.__array_interface__["data"][0]), words.nbytes


def _rounded(nbytes: int) -> int:
    """A size that few sizes round to, so that rooms are used again: eight between a power of two and the next."""
    step = max(1 << max(nbytes - 1, 0).bit_length() >> 4, SMALLEST)
    return max(-(-nbytes // step), 1) * step
