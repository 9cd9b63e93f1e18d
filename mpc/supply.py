"""Who provides preprocessed material, and the promise that no piece of it is handed out twice.

Material is addressed by the path of the call that takes it. A maker that knows every share (a dealer) needs to send
little: each party expands a seed of its own for every random part, and one party receives, for each derived part, the
correction that makes the shares add up. `Dealing` is that expansion, written once for the maker and the parties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.correlation import Correlation, Material, Part, draw
from mpc.errors import LocalError, SupplyError
from mpc.prg import Seed

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
    return [part for i, part in enumerate(kind.parts()) if _receives(kind, i, part, party, n)]


def _receives(kind: Correlation, i: int, part: Part, party: int, n: int) -> bool:
    return i >= kind.drawn and party == (part.holder if part.sharing == "clear" else n - 1)


def _expands(kind: Correlation, i: int, part: Part, party: int, n: int) -> bool:
    if part.sharing == "clear":
        return i < kind.drawn and party == part.holder
    return not _receives(kind, i, part, party, n)


@dataclass(frozen=True, slots=True)
class Dealing:
    """One party's half of seed-and-correction dealing; the maker holds one for every party."""

    party: int
    n: int
    seed: Seed

    def shares(self, path: Path, kind: Correlation) -> list[Words | None]:
        """This party's share of each part from its seed; None where it needs a correction or holds nothing."""
        prg = self.seed.prg("material", path, *kind.encoding())
        return [
            draw(prg, part, kind.ring) if _expands(kind, i, part, self.party, self.n) else None
            for i, part in enumerate(kind.parts())
        ]

    def material(self, path: Path, kind: Correlation, corrections: Sequence[Words]) -> Material:
        """This party's whole material for one path."""
        left = iter(corrections)
        empty = kind.ring.zeros((0,))
        return tuple(
            share if share is not None else next(left) if _receives(kind, i, part, self.party, self.n) else empty
            for i, (share, part) in enumerate(zip(self.shares(path, kind), kind.parts(), strict=True))
        )


def corrections(dealings: Sequence[Dealing], party: int, path: Path, kind: Correlation) -> list[Words]:
    """What a maker that knows every seed sends `party` for one path: the derived parts less the others' shares."""
    n = len(dealings)
    if not corrected(kind, party, n):
        return []
    shares = [dealing.shares(path, kind) for dealing in dealings]
    drawn = [_total(shares, i, part, kind) for i, part in enumerate(kind.parts()[: kind.drawn])]
    derived = zip(kind.parts()[kind.drawn :], kind.derive(*drawn), strict=True)
    return [
        _complement(shares, i, part, value, kind)
        for i, (part, value) in enumerate(derived, kind.drawn)
        if _receives(kind, i, part, party, n)
    ]


def _total(shares: Sequence[list[Words | None]], i: int, part: Part, kind: Correlation) -> Words:
    held = [words for s in shares if (words := s[i]) is not None]
    if not held:
        raise LocalError(
            "wrong-parameter", f"a {kind.name} of party {part.holder} among {len(shares)}", "count parties from 0"
        )
    first, *others = held
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
