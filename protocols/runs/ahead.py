"""What is made further ahead than the next reveal, and which reveal takes it.

A repetition is the material of one reveal that is still to come, whose path nobody knows yet. It has a number and lies
at addresses of its own, (`Root.AHEAD`, number, place). The first of the program's own reveals that takes the same kinds
in the same order has the pieces renamed to where it takes them. What is made, which numbers it has and who takes it
follows from the order of the program and from what its reveals took so far, which all parties know alike, never from
timing. What nobody has taken when the program ends is burned, and counted.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import trio

from mpc.accounts.ledger import Ledger
from mpc.context import Root
from mpc.correlation import Correlation
from mpc.supply import Entry, Path, Supply
from protocols.preprocessing.workshop import AHEAD_WORDS, words_of

_WORDS_OF_A_PLACE = 16
"""What a piece weighs beside its words."""


class Kinds:
    """What a reveal takes, in the order of paths. Reveals that take the same are alike: their kinds are equal."""

    def __init__(self, each: Sequence[Correlation]) -> None:
        self.each = tuple(each)
        self._hash = hash(self.each)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kinds) and self.each == other.each

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def words(self) -> int:
        """About how many words a piece of each takes where it lies."""
        return sum(_WORDS_OF_A_PLACE + words_of(kind) for kind in self.each)


@dataclass(frozen=True, slots=True, eq=False)
class Repetition:
    """The material of one reveal that is still to come; `made` is set when it lies ready, or never will."""

    number: int
    kinds: Kinds
    made: trio.Event = field(default_factory=trio.Event)

    @property
    def batch(self) -> Path:
        """The batch that begins with this one, where the batch is no reveal's."""
        return (int(Root.AHEAD), self.number)

    @property
    def entries(self) -> list[Entry]:
        """Its pieces, by where they lie."""
        return [((*self.batch, place), kind) for place, kind in enumerate(self.kinds.each)]


class Stock:
    """The repetitions of one party that are made or being made and that no reveal has taken."""

    def __init__(self, supply: Supply, ledger: Ledger) -> None:
        """`ledger` is told what nobody took."""
        self._supply = supply
        self._ledger = ledger
        self._ready: defaultdict[Kinds, deque[Repetition]] = defaultdict(deque)
        self._numbers = 0
        self._words = 0

    def has(self, kinds: Kinds) -> bool:
        """Whether a reveal that takes these finds them here."""
        return bool(self._ready.get(kinds))

    def begin(self, kinds: Kinds, wanted: int) -> list[Repetition]:
        """So many further repetitions, to be made now, or as many as there is room for: AHEAD_WORDS words in all."""
        if not wanted:
            return []
        count = min(wanted, max(0, AHEAD_WORDS - self._words) // kinds.words)
        begun = [Repetition(self._numbers + i, kinds) for i in range(count)]
        self._numbers += count
        self._words += count * kinds.words
        if begun:
            self._ready[kinds] += begun
        return begun

    async def hand_out(self, kinds: Kinds, entries: Sequence[Entry]) -> None:
        """Rename the first repetition of these kinds to the addresses of `entries`, when it is made."""
        repetition = self._next(kinds)
        await repetition.made.wait()
        for (path, kind), (to, _) in zip(repetition.entries, entries, strict=True):
            self._supply.rename(path, kind, to)

    async def burn(self) -> None:
        """Burn what is left, when it is made, and account for it."""
        for kinds in list(self._ready):
            while self.has(kinds):
                repetition = self._next(kinds)
                await repetition.made.wait()
                for path, kind in repetition.entries:
                    self._supply.ready(path, kind)
                    self._ledger.unused[kind.name] += kind.elements

    def _next(self, kinds: Kinds) -> Repetition:
        ready = self._ready[kinds]
        repetition = ready.popleft()
        if not ready:
            del self._ready[kinds]
        self._words -= kinds.words
        return repetition


class Foreseen:
    """How many alike reveals are still to come, by what the program said, and which follows which, by what it did."""

    def __init__(self) -> None:
        self._said: int | None = None
        self._left: dict[Kinds, int] = {}
        self._followed: dict[Kinds, Kinds] = {}
        self._last: Kinds | None = None

    def say(self, n: int) -> None:
        """The next reveal is the first of n that are alike."""
        self._said = n

    def comes(self, kinds: Kinds) -> None:
        """A reveal that takes these is at hand."""
        left = self._left.pop(kinds, 0)
        n, self._said = self._said or left, None
        if n:
            self._left[kinds] = n - 1
        if self._last is not None:
            self._followed[self._last] = kinds
        self._last = kinds

    def left(self, kinds: Kinds) -> int:
        """How many more of them the program has said will come."""
        return self._left.get(kinds, 0)

    @property
    def guess(self) -> Kinds | None:
        """What the next reveal takes, if it is what followed when last a reveal took what this one does.

        None where nothing did, or where the program has said how many of that there are, and they have come.
        """
        kinds = None if self._last is None else self._followed.get(self._last)
        return None if kinds is None or self._left.get(kinds) == 0 else kinds
