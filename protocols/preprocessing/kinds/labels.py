"""Labels of wires: of each one party has that of zero, the other that of a random bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.bits import unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from mpc.correlation import Material, Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Transfers

ODD = np.array([1, 0], U64)
"""What every offset has set: the lowest bit, which tells the two labels of a wire apart and says no more."""


AT_ONCE = 1 << 12
"""Labels that are computed at once, which a near cache holds."""


@dataclass(frozen=True, slots=True)
class Labels(Kind):
    """A garbler's offset and `count` labels of zero; random bits of the evaluator, packed, and their labels.

    The label of bit c is that of zero ^ c (offset | 1): correlated transfers, used as they are. LocalError
    `wrong-parameter`.
    """

    count: int
    garbler: int
    evaluator: int
    name: ClassVar[str] = "labels"
    drawn: ClassVar[int] = 3

    def __post_init__(self) -> None:
        if self.garbler == self.evaluator or self.count < 0:
            what = f"{self.count} labels of party {self.garbler} for {self.evaluator}"
            raise LocalError("wrong-parameter", what, "two parties take part")

    def parts(self) -> tuple[Part, ...]:
        """The offset, the labels of zero, the bits, their labels."""
        return (
            Part((2,), "clear", self.garbler),
            Part((self.count, 2), "clear", self.garbler),
            Part((words_for(self.count),), "clear", self.evaluator),
            Part((self.count, 2), "clear", self.evaluator),
        )

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The labels of the bits."""
        offset, zeros, bits = drawn
        labels, chosen = np.empty_like(zeros), unpack(bits, self.count)
        for begin in range(0, self.count, AT_ONCE):
            some = slice(begin, begin + AT_ONCE)
            masks = np.uint64(0) - chosen[some].astype(U64)
            for half, word in enumerate(offset | ODD):
                np.bitwise_xor(zeros[some, half], masks & word, out=labels[some, half])
        return (labels,)

    @property
    def checker(self) -> int:
        """The garbler: its offset is that of all transfers to the evaluator, and of whatever is made of them."""
        return self.garbler

    @property
    def elements(self) -> int:
        """One for each wire."""
        return self.count

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """All of one direction are made together. Others than the two have empty parts."""
        made: list[Material] = [()] * len(kinds)
        for direction in sorted({(kind.garbler, kind.evaluator) for kind in kinds}):
            places = [i for i, kind in enumerate(kinds) if (kind.garbler, kind.evaluator) == direction]
            for place in places:
                made[place] = await tools.labels(ctx, *direction, kinds[place].count)
        return made

    def transfers(self, n: int) -> Transfers:
        """A correlation for each label, and nothing else."""
        group = self.count, 0
        return Transfers((group,), "one", chosen=False, masked=False, sender=self.garbler, receiver=self.evaluator)
