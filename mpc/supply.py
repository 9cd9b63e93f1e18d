"""Who provides preprocessed material, and the promise that no piece of it is handed out twice.

Material is addressed by the path of the call that takes it. It is made when a call asks for it, or before, in batches
that are exactly known: the whole of a plan is one, what a single reveal will take is one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol

from mpc.algebra.words import Words
from mpc.correlation import Correlation, Material
from mpc.errors import SupplyError

Path = tuple[int, ...]
Entry = tuple[Path, Correlation]

WorkedOut = Callable[[Sequence[Any], Sequence[Material]], Awaitable[list[Material]]]
"""What a party makes of pieces of these kinds by itself: the parts that calls take instead."""

PLAN: Path = ()
"""The batch that a whole plan is."""


class Supply(Protocol):
    """What a context takes material from."""

    name: str

    @property
    def dealt(self) -> bool:
        """Whether someone who knows every share makes the material, so that all kinds are nearly free.

        Protocols that have a choice of material choose by it; all parties of a run have the same answer.
        """

    @property
    def deals_standing(self) -> bool:
        """Whether a dealer in the session makes what stands in it and what stands on that, which no store holds; all
        parties of a run have the same answer."""

    @property
    def received_bytes(self) -> int:
        """What was sent to this party so that it has the material handed out so far."""

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """Have a whole plan made, before the program starts, or see that it will be; once, as the batch `PLAN`."""

    async def provide(self, batch: Path, entries: Sequence[Entry]) -> None:
        """Have exactly this material ready when it returns; its calls then find it without waiting.

        All parties ask for the same `batch`, each path once, with the same entries. Several may be asked for at a time,
        in another order at every party: party 0 says which is made next. What a store lacks raises SupplyError. A
        party that asks for a batch of other entries than the others, or for one that they never ask for, ends with a
        PeerError (`different-plan`, `program-diverged`).
        """

    def ready(self, path: Path, kind: Correlation) -> Material | None:
        """Hand out and burn the material of this path if it is here already."""

    async def make(self, path: Path, kind: Correlation) -> Material:
        """Have material made for this path now, hand it out and burn it."""

    def rename(self, path: Path, kind: Correlation, to: Path) -> None:
        """Burn the address of material that lies ready: the call of path `to` takes it, and none of `path` any more.

        All parties do so alike. SupplyError `material-spent` if none of this kind lies there, as when it was taken or
        renamed before.
        """

    async def standing(self, path: Path, kind: Correlation) -> Material:
        """Have material made that lives as long as the session: by whoever makes some in it, never from a store."""

    def bring(self, standing: Path, words: Words) -> None:
        """Let this be the standing material that is made there, which this party draws alone, and tell who makes what
        stands on it: so it can be the same in another session. Before anybody asks for either, at a supply that is
        `dealt`. SupplyError `material-spent` after that."""

    def when_made(self, standing: Path, work: WorkedOut | None) -> None:
        """From now on have this done to pieces that stand on what was made there, when they are made: what follows from
        them alone is then worked out before a call takes them. A supply may leave it; calls see it by the parts. None:
        nothing any more, and what was to be done is forgotten."""


class Spent:
    """The paths whose material has been handed out; marking one twice raises."""

    def __init__(self) -> None:
        self._paths: set[Path] = set()

    def mark(self, path: Path, kind: Correlation) -> None:
        """Burn this path. Raises SupplyError `material-spent` if that happened before."""
        if path in self._paths:
            raise spent(path, kind)
        self._paths.add(path)

    def has(self, path: Path) -> bool:
        """Whether this path is burned."""
        return path in self._paths


def some_at_a_time(demand: Sequence[Entry], weight: int) -> Iterator[Sequence[Entry]]:
    """Consecutive runs of entries that together weigh (`Correlation.weight`) this much or a piece more, the last one
    less; the same at every party."""
    start = so_far = 0
    for i, (_, kind) in enumerate(demand):
        so_far += weight_of(kind)
        if so_far >= weight:
            yield demand[start : i + 1]
            start, so_far = i + 1, 0
    if start < len(demand):
        yield demand[start:]


@lru_cache(1 << 12)
def weight_of(kind: Correlation) -> int:
    """`Correlation.weight`, computed once for alike pieces."""
    return kind.weight


def spent(path: Path, kind: Correlation) -> SupplyError:
    """What a second use of material raises."""
    return SupplyError(
        "material-spent",
        f"the {kind.name} of call {'.'.join(map(str, path))} was asked for twice",
        "every call takes its own material: make one context a call with ctx.child",
        path=path,
    )
