"""Dealing by seeds and corrections: the expansion, written once for the maker and the parties.

A maker that knows every share (a dealer) needs to send little: each party expands a seed of its own for every random
part, and one party receives, for each derived part, the correction that makes the shares add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import compress
from math import prod

from mpc.algebra.ring import Words
from mpc.correlation import Correlation, Material, Part, apart, together
from mpc.errors import LocalError
from mpc.prg import Encoded, Prg, Seed
from mpc.supply import Path

WORDS_TOGETHER = 1 << 12
"""Up to so many, a piece's randomness is drawn in one go: 32 KiB."""


@dataclass(frozen=True, slots=True)
class _Role:
    """What a party does for a piece of a kind, which is the same for all pieces of it."""

    parts: tuple[Part, ...]
    receives: tuple[bool, ...]
    expands: tuple[bool, ...]
    corrected: tuple[Part, ...]
    words_received: int
    words_expanded: int
    kind: Encoded
    """As the last parts of the domain of its streams."""


@lru_cache(maxsize=1 << 12)
def _role(kind: Correlation, party: int, n: int) -> _Role:
    parts = kind.parts()
    receives = tuple(_receives(kind, i, part, party, n) for i, part in enumerate(parts))
    expands = tuple(_expands(kind, i, part, party, n) for i, part in enumerate(parts))
    received = tuple(compress(parts, receives))
    words = _words_of(received), _words_of(compress(parts, expands))
    return _Role(parts, receives, expands, received, *words, Encoded(*kind.encoding()))


def _words_of(parts: Iterable[Part]) -> int:
    return sum(prod(part.shape) for part in parts)


def corrected(kind: Correlation, party: int, n: int) -> Sequence[Part]:
    """The parts of `kind` for which this party receives words from the maker instead of expanding its seed.

    LocalError `no-maker` for a kind that is not dealt.
    """
    return _dealt_role(kind, party, n).corrected


def words_received(kind: Correlation, party: int, n: int) -> int:
    """The words of these parts. LocalError `no-maker`."""
    return _dealt_role(kind, party, n).words_received


def _dealt_role(kind: Correlation, party: int, n: int) -> _Role:
    if not kind.dealt:
        raise LocalError(
            "no-maker", f"a dealer does not make {kind.name}, which nobody but the parties may know",
            "let the parties make it: --preprocessing ot, silent or paillier",
        )  # fmt: skip
    return _role(kind, party, n)


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
        role, shares = _role(kind, self.party, self.n), list[Words | None]()
        if (here := self.brought.get(path)) is not None and role.parts == (Part(here.shape, "clear", self.party),):
            return [here]
        drawn = _expanded(self.seed.prg("material", path, more=role.kind), role)
        for part, own in zip(role.parts, role.expands, strict=True):
            words = next(drawn) if own else None
            shares.append(kind.ring.reduce(words) if words is not None and part.sharing == "sum" else words)
        return shares

    def material(self, path: Path, kind: Correlation, corrections: Sequence[Words]) -> Material:
        """This party's whole material for one path."""
        left, receives = iter(corrections), _role(kind, self.party, self.n).receives
        empty = kind.ring.zeros((0,))
        return tuple(
            share if share is not None else next(left) if received else empty
            for share, received in zip(self.shares(path, kind), receives, strict=True)
        )


def _expanded(prg: Prg, role: _Role) -> Iterator[Words]:
    """The parts that a party expands, in order. Large ones have memory of their own, free when a part is let go."""
    parts = compress(role.parts, role.expands)
    if role.words_expanded > WORDS_TOGETHER:
        yield from (prg.words(part.shape) for part in parts)
        return
    words, at = prg.words((role.words_expanded,)), 0
    for part in parts:
        end = at + prod(part.shape)
        yield words[at:end].reshape(part.shape)
        at = end


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
    parts = _role(kind, 0, len(shares)).parts
    return tuple(_total(shares, i, part, kind) for i, part in enumerate(parts[: kind.drawn]))


def _corrections(
    shares: Sequence[list[Words | None]], kind: Correlation, derived: Sequence[Words]
) -> list[list[Words]]:
    n = len(shares)
    roles, found = [_role(kind, party, n) for party in range(n)], [list[Words]() for _ in range(n)]
    for i, (part, value) in enumerate(zip(roles[0].parts[kind.drawn :], derived, strict=True), kind.drawn):
        for role, words in zip(roles, found, strict=True):
            if role.receives[i]:
                words.append(_complement(shares, i, part, value, kind))
    return found


def _total(shares: Sequence[list[Words | None]], i: int, part: Part, kind: Correlation) -> Words:
    held = [words for s in shares if (words := s[i]) is not None]
    if not held:
        raise LocalError(
            "wrong-parameter", f"a {kind.name} of party {part.holder} among {len(shares)}", "count parties from 0"
        )
    first, *others = held
    for words in others:
        first = together(part, kind.ring, first, words)
    return first


def _complement(shares: Sequence[list[Words | None]], i: int, part: Part, value: Words, kind: Correlation) -> Words:
    if part.sharing == "clear":
        return value
    others = _total(shares, i, part, kind)
    return apart(part, kind.ring, value, others)
