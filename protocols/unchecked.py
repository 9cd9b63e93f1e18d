"""Openings that a suite has not checked yet.

A suite against malicious parties opens many values and checks them later, all at once, when it is settled. All parties
must check the same values in the same order, and calls side by side end in another order at every party: so an
opening is kept under the path of the call that made it, which is the same everywhere.
"""

from __future__ import annotations

from mpc.algebra.words import Words
from mpc.context import Context

Path = tuple[int, ...]


class Unchecked:
    """What was opened since the last check, by the path of its call."""

    def __init__(self) -> None:
        self._opened: dict[Path, tuple[Words, ...]] = {}

    def note(self, ctx: Context, *opened: Words) -> None:
        """Keep what this call opened; a suite calls it once in each call that opens."""
        self._opened[ctx.path] = opened

    def take(self) -> list[tuple[Path, tuple[Words, ...]]]:
        """Everything kept, in the order of the program, to be checked now: it is forgotten here.

        Settling is for moments when no call of the program that opens is under way, at any party.
        """
        opened = sorted(self._opened.items())
        self._opened = {}
        return opened
