"""Who provides preprocessed material, and the promise that no piece of it is handed out twice.

Material is addressed by the path of the call that takes it. A maker that knows every share (a dealer) needs to send
little: each party expands a seed of its own for every random part, and one party receives, for each derived part, the
correction that makes the shares add up. `Dealing` is that expansion, written once for the maker and the parties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mpc import bits
from mpc.correlations import Correlation, Material, Part, draw
from mpc.errors import SupplyError
from mpc.prg import Seed
from mpc.ring import Words

Path = tuple[int, ...]
Entry = tuple[Path, Correlation]


class Supply(Protocol):
    """What a context takes material from."""

    name: str

    @property
    def dealt(self) -> bool:
        """Whether someone who knows every share makes the material, so that all kinds are nearly free.

        Protocols that have a choice of material choose by it; all parties of a run have the same answer.
        """

    @property
    def received_bytes(self) -> int:
        """What was sent to this party so that it has the material handed out so far."""

    async def prepare(self, demand: Sequence[Entry]) -> None:
        """Have exactly this material ready before it is asked for."""

    def ready(self, path: Path, kind: Correlation) -> Material | None:
        """Hand out and burn the material of this path if it is here already."""

    async def make(self, path: Path, kind: Correlation) -> Material:
        """Have material made for this path now, hand it out and burn it."""


def corrected(kind: Correlation, party: int, n: int) -> list[Part]:
    """The parts of `kind` for which this party receives words from the maker instead of expanding its seed."""
    derived = kind.parts()[kind.drawn :]
    return [part for part in derived if (part.holder if part.sharing == "clear" else n - 1) == party]


@dataclass(frozen=True, slots=True)
class Dealing:
    """One party's half of seed-and-correction dealing; the maker holds one for every party."""

    party: int
    n: int
    seed: Seed

    def shares(self, path: Path, kind: Correlation) -> list[Words | None]:
        """This party's share of each part from its seed; None where it needs a correction or holds nothing."""
        prg = self.seed.prg("material", path, *kind.encoding())
        mine = corrected(kind, self.party, self.n)
        return [
            None if part.sharing == "clear" or (i >= kind.drawn and part in mine) else draw(prg, part, kind.ring)
            for i, part in enumerate(kind.parts())
        ]

    def material(self, path: Path, kind: Correlation, corrections: Sequence[Words]) -> Material:
        """This party's whole material for one path."""
        left = iter(corrections)
        mine = corrected(kind, self.party, self.n)
        empty = kind.ring.zeros((0,))
        return tuple(
            share if share is not None else (next(left) if part in mine else empty)
            for share, part in zip(self.shares(path, kind), kind.parts(), strict=True)
        )


def corrections(dealings: Sequence[Dealing], party: int, path: Path, kind: Correlation) -> list[Words]:
    """What a maker that knows every seed sends `party` for one path: the derived parts less the others' shares."""
    wanted = corrected(kind, party, len(dealings))
    if not wanted:
        return []
    shares = [dealing.shares(path, kind) for dealing in dealings]
    drawn = [_total(shares, i, part, kind) for i, part in enumerate(kind.parts()[: kind.drawn])]
    derived = zip(kind.parts()[kind.drawn :], kind.derive(*drawn), strict=True)
    return [
        _complement(shares, i, part, value, kind)
        for i, (part, value) in enumerate(derived, kind.drawn)
        if part in wanted
    ]


def _total(shares: Sequence[list[Words | None]], i: int, part: Part, kind: Correlation) -> Words:
    first, *others = [words for s in shares if (words := s[i]) is not None]
    for words in others:
        first = kind.ring.add(first, words) if part.sharing == "sum" else bits.bit_xor(first, words)
    return first


def _complement(shares: Sequence[list[Words | None]], i: int, part: Part, value: Words, kind: Correlation) -> Words:
    if part.sharing == "clear":
        return value
    others = _total(shares, i, part, kind)
    return kind.ring.sub(value, others) if part.sharing == "sum" else bits.bit_xor(value, others)


class Spent:
    """The paths whose material has been handed out; marking one twice raises."""

    def __init__(self) -> None:
        self._paths: set[Path] = set()

    def mark(self, path: Path, kind: Correlation) -> None:
        """Burn this path. Raises SupplyError `material-spent` if that happened before."""
        if path in self._paths:
            raise spent(path, kind)
        self._paths.add(path)


def spent(path: Path, kind: Correlation) -> SupplyError:
    """What a second use of material raises."""
    return SupplyError(
        "material-spent",
        f"the {kind.name} of call {'.'.join(map(str, path))} was asked for twice",
        "every call takes its own material: make one context a call with ctx.child",
        path=path,
    )
