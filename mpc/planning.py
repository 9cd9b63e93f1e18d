"""What plans count with: a supply that hands out nothing, and networks by name.

A plan runs a program for all parties on shapes, with a supply that writes down what was asked for. It runs the very
code of the real run, so its counts of rounds, bytes and material are equal to a run's as long as the program's course
does not depend on revealed values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.shapes_only import ShapesOfRing, blank
from mpc.algebra.words import Words
from mpc.correlation import Correlation, Material
from mpc.errors import LocalError
from mpc.supply import Entry, Path, WorkedOut

MAX_CALLS = 2_000_000
"""A plan ends after this many pieces of material: a loop that waits for a revealed value may never end in it."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network by name: bandwidth of each party's link in bytes a second, one-way delay in seconds."""

    name: str
    bandwidth: float
    delay: float

    def seconds(self, rounds: int, bytes_sent: int) -> float:
        """Time on the wire for a party that sends this much: computation comes on top."""
        return rounds * self.delay + bytes_sent / self.bandwidth


NETWORKS = {
    network.name: network
    for network in (
        Network("loopback", 2.0e9, 60e-6),
        Network("lan", 1e9 / 8, 0.3e-3),
        Network("wan", 100e6 / 8, 40e-3),
    )
}


class CountingSupply:
    """Writes down, in order, what was asked for, and hands out zeros: on shapes, zeros without content.

    `dealt`, `means`, `deals_standing`: as the supply that it stands for; the last as `dealt` by default.
    """

    name = "plan"
    received_bytes = 0

    def __init__(self, *, dealt: bool, means: str = "", deals_standing: bool | None = None) -> None:
        self.dealt, self.means = dealt, means
        self.deals_standing = dealt if deals_standing is None else deals_standing
        self.trust = "that whoever makes the correlations colludes with none of them" if dealt else ""
        self.demand: list[Entry] = []

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """A plan needs nothing ready."""

    async def provide(self, batch: Path, entries: Sequence[Entry]) -> None:
        """Not even for a part of it."""

    def ready(self, path: Path, kind: Correlation) -> Material:
        """Zeros in the shapes of this kind."""
        ring = cast(Z2k, kind.ring.of) if isinstance(kind.ring, ShapesOfRing) else kind.ring
        self.count([(path, replace(kind, ring=ring))])
        return _zeros(kind)

    def count(self, entries: Sequence[Entry]) -> None:
        """Write down what was asked for. Raises LocalError `dry-run-endless` beyond MAX_CALLS."""
        if len(self.demand) >= MAX_CALLS:
            raise LocalError(
                "dry-run-endless",
                f"the plan took material {MAX_CALLS} times without coming to an end",
                "a loop whose end depends on a revealed value needs a bound, or a value to plan with: "
                "mpc.reveal(ctx, x, planned=True)",
            )
        self.demand += entries

    async def make(self, path: Path, kind: Correlation) -> Material:
        """The same as `ready`."""
        return self.ready(path, kind)

    def rename(self, path: Path, kind: Correlation, to: Path) -> None:
        """Nothing lies ready here."""

    async def standing(self, path: Path, kind: Correlation) -> Material:
        """Zeros that no plan has, since a store must never hold what does not burn."""
        return _zeros(kind)

    def bring(self, standing: Path, words: Words) -> None:
        """Nothing is made of it."""

    def when_made(self, standing: Path, work: WorkedOut | None) -> None:
        """Nothing is made."""


def _zeros(kind: Correlation) -> Material:
    zeros = blank if isinstance(kind.ring, ShapesOfRing) else _words
    return tuple(zeros(part.shape) for part in kind.parts())


def _words(shape: tuple[int, ...]) -> Words:
    return np.zeros(shape, np.uint64)
