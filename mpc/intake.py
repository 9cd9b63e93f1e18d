"""How much the shapes that peers tell can make this party hold: a few bytes announce an array of any size."""

from __future__ import annotations

from collections.abc import Callable

from mpc.errors import PeerError

MAX_ELEMENTS = 1 << 26
"""What a real party allows unless told otherwise: 67 million elements, half a gibibyte for each array of them."""


class Intake:
    """The elements of what peers have announced and this party holds, of which there may be `limit`; None: any number.

    All parties of a simulation are one process, and have no limit.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.held = 0

    def admit(self, count: int, name: str, what: str, line: str | None = None) -> Callable[[], None]:
        """Take so many elements in; returns what lets go of them. PeerError `too-many-elements` that names the peer."""
        if self.limit is not None and self.held + count > self.limit:
            beside = f" beside {self.held} told before" if self.held else ""
            raise too_many(name, f"{what}, {count} elements{beside}", self.limit, line)
        self.held += count

        def release() -> None:
            self.held -= count

        return release


def too_many(name: str, what: str, limit: int, line: str | None = None) -> PeerError:
    """A peer asks for more than this endpoint is willing to hold."""
    return PeerError(
        "too-many-elements",
        f"{name} announces {what}; this endpoint holds at most {limit} at a time",
        "if so many are meant, raise --max-elements everywhere, where there is memory for them",
        party=name,
        line=line,
    )
