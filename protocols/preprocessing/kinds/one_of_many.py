"""Tables that one party holds and another one reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.bit_tables import look_up
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.correlation import Material, Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Transfers

MAX_DEPTH = 8
"""Of tables: every further bit doubles what they cost."""

_Form = tuple[int, int, int, int]
"""Sender, receiver, depth and width."""


@dataclass(frozen=True, slots=True)
class OneOfMany(Kind):
    """Random tables of 2^depth entries of `width` bits, known to `sender`; random places in them and the entries that
    stand there, known to `receiver`: 64 of them a word, as `mpc.algebra.bit_tables` has them.

    Random 1-out-of-N transfer (Naor, Pinkas, STOC 1999). LocalError `wrong-parameter`.
    """

    words: int
    depth: int
    width: int
    sender: int
    receiver: int
    name: ClassVar[str] = "one_of_many"
    drawn: ClassVar[int] = 2

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= MAX_DEPTH or self.sender == self.receiver:
            raise LocalError(
                "wrong-parameter", f"tables of 2^{self.depth} entries of party {self.sender} for {self.receiver}",
                f"depths are 1 to {MAX_DEPTH}, and two parties take part",
            )  # fmt: skip

    def parts(self) -> tuple[Part, ...]:
        """The tables, the places, the entries there."""
        return (
            Part((1 << self.depth, self.width, self.words), "clear", self.sender),
            Part((self.depth, self.words), "clear", self.receiver),
            Part((self.width, self.words), "clear", self.receiver),
        )

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The entries at the places."""
        return (look_up(*drawn),)

    @property
    def elements(self) -> int:
        """One for each table."""
        return 64 * self.words

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """All of one form are made together. Who neither sends nor receives has empty parts."""
        made: list[Material] = [()] * len(kinds)
        for form in sorted({_form(kind) for kind in kinds}):
            places = [i for i, kind in enumerate(kinds) if _form(kind) == form]
            ends_of = np.cumsum([kinds[i].words for i in places])
            sender, receiver, depth, width = form
            whole = await tools.tables(ctx, sender, receiver, int(ends_of[-1]), depth, width)
            cut = [_split(part, ends_of) for part in whole]
            for i, parts in zip(places, zip(*cut, strict=True), strict=True):
                made[i] = parts
        return made

    def transfers(self, n: int) -> Transfers:
        """A label for each bit of a place, whose pad has a part of every entry; nothing else is sent."""
        group = 64 * self.words * self.depth, self.width << self.depth
        return Transfers((group,), "one", chosen=False, masked=False, sender=self.sender, receiver=self.receiver)


def _form(kind: OneOfMany) -> _Form:
    return kind.sender, kind.receiver, kind.depth, kind.width


def _split(part: Words, ends: Words) -> list[Words]:
    if part.ndim == 1:
        return [part] * len(ends)
    return [np.ascontiguousarray(piece) for piece in np.split(part, ends[:-1], axis=-1)]
