"""Messages between endpoints: the interface of its two implementations, and the one for a single process.

`memory_network` connects endpoints in one process (`MemoryTransport`); `mpc.network.joining` parties over TLS
(`TlsTransport`). Endpoints are numbered: the computing parties in order, then the dealer if there is one.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from mpc.network.transport_memory import MemoryTransport, memory_network
from mpc.network.wire import Message, Tag

__all__ = ["MemoryTransport", "Transport", "memory_network"]


class Transport(Protocol):
    """One endpoint's connections to all others. Every method belongs to the trio loop it was made in.

    Once the session has failed, `send`, `receive` and `finish` raise the error that ended it: a PeerError that
    names the party to blame. The first failure wins; later ones follow from it.
    """

    me: int
    n: int
    names: tuple[str, ...]

    def send(self, to: int, message: Message) -> int:
        """Queues `message` for endpoint `to` and returns its bytes on the wire (`mpc.network.wire.frame_bytes`).

        Never waits. The array must not change afterwards. LocalError for an array or tag that cannot travel, or
        an endpoint that does not exist.
        """

    async def receive(self, sender: int, tag: Tag) -> Message:
        """The message of endpoint `sender` under `tag`, waiting for it; its array is read-only.

        Messages may be received in any order, each once, by one task a tag. PeerError `program-diverged` when
        it can never come: the sender has finished, or waits itself, in a circle, with nothing under way.
        """

    async def drained(self, to: int) -> None:
        """Waits until all that was queued for endpoint `to` has left: whoever sends much keeps little in memory so."""

    def working(self) -> AbstractContextManager[None]:
        """While open, this endpoint computes or waits for something other than a message, and is not stuck.

        Whoever leaves the trio loop for longer than an instant (a thread, a file, a clock) says so with this.
        """

    async def finish(self, counters: dict[str, int]) -> list[dict[str, int] | None]:
        """Says bye with this endpoint's closing counters; waits for every bye; returns all counters by endpoint.

        Nothing may be sent afterwards. PeerError `unexpected-message` when a message was never asked for.
        """

    def fail(self, code: str, cause: str, party: str | None = None) -> None:
        """Ends the session, telling every peer why, in public words. They name this endpoint, or `party`."""

    async def close(self) -> None:
        """Lets go of everything. Without `finish` before, every peer fails with `peer-lost`."""
