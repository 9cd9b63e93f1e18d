"""What happens in a star, as its program hears of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.errors import LocalError, PeerError
from mpc.network.wire import Array, Message, Stored, Tag

Payload = bytes | bytearray | memoryview | Array
"""What a message carries: bytes, or an array of uint8 or uint64 in any shape of at most 8 dimensions."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A client is here. `connection`: how many times it has connected in this session; another one each time, which
    tells a client nothing of others."""

    client: str
    connection: int


@dataclass(frozen=True, slots=True)
class Left:
    """A client is here no more. `why`: None if it said goodbye, else the error, which names it."""

    client: str
    connection: int
    why: PeerError | None


@dataclass(frozen=True, slots=True, eq=False)
class Came:
    """A message of a client, in the order in which that client sent them; `array` is read-only."""

    client: str
    connection: int
    tag: Tag
    array: Array

    @property
    def content(self) -> bytes:
        """The array's bytes, little-endian."""
        return self.array.tobytes()

    @property
    def view(self) -> memoryview:
        """The same without a copy, read-only."""
        return self.array.reshape(-1).view(np.uint8).data


Event = Joined | Left | Came


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """A message of a client whose array lies elsewhere until the program takes it."""

    client: str
    connection: int
    tag: Tag
    stored: Stored

    def now(self) -> Came:
        """With its array in memory; once."""
        return Came(self.client, self.connection, self.tag, self.stored.load())


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """A message of the server, as a client gets it; `array` is read-only."""

    tag: Tag
    array: Array

    @property
    def content(self) -> bytes:
        """The array's bytes, little-endian."""
        return self.array.tobytes()


def message_of(tag: Tag, payload: Payload) -> Message:
    """What travels: bytes become an array of uint8, without a copy. LocalError `malformed-message`."""
    if isinstance(payload, np.ndarray):
        return Message(tag, 0, 0, payload)
    if not isinstance(payload, bytes | bytearray | memoryview):
        remedy = "send bytes, or a numpy array of uint8 or uint64; others go as `array.view(np.uint8)`"
        raise LocalError("malformed-message", f"cannot send {type(payload).__name__}", remedy)
    return Message(tag, 0, 0, np.frombuffer(payload, np.uint8))
