"""Dealing by seeds and corrections: the expansion, written once for the maker and the parties.

A maker that knows every share (a dealer) needs to send little: each party expands a seed of its own for every random
part, and one party receives, for each derived part, the correction that makes the shares add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.correlation import Correlation, Material, Part, draw
from mpc.errors import LocalError
from mpc.prg import Encoded, Seed
from mpc.supply import Path


def corrected(kind: Correlation, party: int, n: int) -> list[Part]:
    """The parts of `kind` for which this party receives words from the maker instead of expanding its seed.

    LocalError `no-maker` for a kind that is not dealt.
    """
    if not kind.dealt:
        raise LocalError(
            "no-maker", f"a dealer does not make {kind.name}, which nobody but the parties may know",
            "let the parties make it: --preprocessing ot, silent or paillier",
        )  # fmt: skip
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
    brought: dict[Path, Words] = field(default_factory=dict, repr=False)
    """Standing material of one part that this party alone has and drew elsewhere."""

    def shares(self, path: Path, kind: Correlation) -> list[Words | None]:
        """This party's share of each part from its seed; None where it needs a correction or holds nothing."""
        if (words := self.brought.get(path)) is not None and kind.parts() == (Part(words.shape, "clear", self.party),):
            return [words]
        prg = self.seed.prg("material", path, more=_encoded(kind))
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


@lru_cache(1 << 12)
def _encoded(kind: Correlation) -> Encoded:
    """A kind as the last parts of the domain of its streams: of many pieces the same."""
    return Encoded(*kind.encoding())


def corrections(dealings: Sequence[Dealing], path: Path, kind: Correlation) -> list[list[Words]]:
    """What a maker that knows every seed sends each party for one path: the derived parts less the others' shares."""
    shares = [dealing.shares(path, kind) for dealing in dealings]
    return _corrections(shares, kind, kind.derive(*_drawn(shares, kind)))


def corrections_on(dealings: Sequence[Dealing], entries: Sequence[tuple[Path, Correlation]]) -> list[list[list[Words]]]:
    """The same of each of several pieces of one type that stand on the same material, which is read once for all."""
    (_, first), *_ = entries
    assert first.stands_on is not None
    below, kind = first.stands_on
    standing = _drawn([dealing.shares(below, kind) for dealing in dealings], kind)
    shares = [[dealing.shares(*entry) for dealing in dealings] for entry in entries]
    kinds = [kind for _, kind in entries]
    drawn = [_drawn(held, kind) for held, kind in zip(shares, kinds, strict=True)]
    derived = type(first).derive_on(standing, kinds, drawn)
    return [_corrections(*piece) for piece in zip(shares, kinds, derived, strict=True)]


def _drawn(shares: Sequence[list[Words | None]], kind: Correlation) -> Material:
    """The drawn parts in the clear."""
    return tuple(_total(shares, i, part, kind) for i, part in enumerate(kind.parts()[: kind.drawn]))


def _corrections(
    shares: Sequence[list[Words | None]], kind: Correlation, derived: Sequence[Words]
) -> list[list[Words]]:
    n = len(shares)
    found: list[list[Words]] = [[] for _ in range(n)]
    for i, (part, value) in enumerate(zip(kind.parts()[kind.drawn :], derived, strict=True), kind.drawn):
        for party in range(n):
            if _receives(kind, i, part, party, n):
                found[party].append(_complement(shares, i, part, value, kind))
    return found


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
