"""What becomes of a session when a peer is gone: the one place where kinds of session differ.

In a mesh everybody needs everybody, so a peer that is lost, stalls, fails or misbehaves ends the session for all. Where
peers may come and go, a session can part with one and go on with the others.
"""

from __future__ import annotations

from typing import Protocol

from mpc.errors import ParleyError, PeerError


class Ending(Protocol):
    """What can be done about a peer that is gone; a transport offers it."""

    def end(self, error: ParleyError) -> None:
        """Ends the session, telling every peer who is to blame. The first error wins."""

    def part(self, index: int, error: PeerError) -> None:
        """Gives up peer `index` alone: it is told why, and whoever waits for it or sends to it gets the error."""


class SessionKind(Protocol):
    """Decides, for every peer that is gone, what becomes of the session."""

    def gone(self, session: Ending, index: int, error: PeerError) -> None:
        """Peer `index` of `session` is gone, as `error` says: call `end` or `part`. It must not wait."""


class Mesh:
    """A peer that is gone ends the session for everybody."""

    def gone(self, session: Ending, index: int, error: PeerError) -> None:
        """Ends the session."""
        session.end(error)


class Star:
    """A client that is gone is an event: the server parts with it and goes on with the others."""

    def gone(self, session: Ending, index: int, error: PeerError) -> None:
        """Parts with the one."""
        session.part(index, error)


MESH = Mesh()
STAR = Star()
