"""Where the bytes of a large array go as they come: into an array in memory, elsewhere, or nowhere."""

from __future__ import annotations

from math import prod
from typing import Protocol

import numpy as np

from mpc.network.wire import DTYPES, Array, Aside, Head, Message


class Place(Protocol):
    """Takes the bytes of one array, in order. Either they are put into `space` and counted, or handed over."""

    def space(self, most: int, scratch: memoryview) -> memoryview:
        """Where the next bytes go, `most` of them or fewer; it may be a part of `scratch`, which is lent until then."""

    def filled(self, count: int) -> None:
        """So many bytes are in the last `space`."""

    def put(self, part: memoryview) -> None:
        """The next bytes, to be copied."""

    def whole(self, head: Head) -> Message | Aside:
        """The message, now that all bytes are here."""


class InMemory:
    """An array that is read into directly. MemoryError where there is none."""

    __slots__ = ("_array", "_at", "_view")

    def __init__(self, head: Head) -> None:
        width, shape = head[3:]
        self._array: Array = np.empty(prod(shape), DTYPES[width])
        self._view = self._array.data.cast("B")
        self._at = 0

    def space(self, most: int, scratch: memoryview) -> memoryview:
        """The next part of the array."""
        return self._view[self._at : self._at + most]

    def filled(self, count: int) -> None:
        """They are where they belong."""
        self._at += count

    def put(self, part: memoryview) -> None:
        """Copied into the array."""
        self._view[self._at : self._at + len(part)] = part
        self._at += len(part)

    def whole(self, head: Head) -> Message:
        """A message with the array, read-only."""
        tag, label, depth, _, shape = head
        self._array.flags.writeable = False
        return Message(tag, label, depth, self._array.reshape(shape))


class Nowhere:
    """For what nobody will look at: the message is there, and its array is empty."""

    def space(self, most: int, scratch: memoryview) -> memoryview:
        """Lent space."""
        return scratch[:most]

    def filled(self, count: int) -> None:
        """Let go."""

    def put(self, part: memoryview) -> None:
        """Let go."""

    def whole(self, head: Head) -> Message:
        """Without its content."""
        return Message(head[0], head[1], head[2], np.empty(0, DTYPES[1]))
