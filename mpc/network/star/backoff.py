"""When to try again: soon at first, then ever later, never at the same moment as everybody else, and not for ever."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from mpc.errors import LocalError


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses in seconds: drawn from half of to one and a half times `first`, twice that, and so on up to `longest`; no
    attempt begins later than `within` seconds after the first one. LocalError `bad-backoff`.

    A server that restarts is not met by all of its clients at once, since each draws for itself.
    """

    first: float = 0.5
    longest: float = 30.0
    within: float = 300.0

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.longest or not self.within > 0:
            cause = f"pauses from {self.first} to {self.longest} seconds, {self.within} in all, are no plan"
            raise LocalError("bad-backoff", cause, "give 0 < first <= longest, and within > 0")

    def pauses(self) -> Iterator[float]:
        """The pauses after each attempt that has failed, without end; the caller looks at the clock."""
        pause = self.first
        while True:
            yield pause * (0.5 + random.random())
            pause = min(2 * pause, self.longest)
