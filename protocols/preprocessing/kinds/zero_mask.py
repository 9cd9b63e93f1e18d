"""Random small numbers and where they stand, for telling which small numbers are zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.byte_lanes import unpacked, words_of
from mpc.algebra.counted_steps import one_hots
from mpc.algebra.ring import Words
from mpc.correlation import Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind

MOST_BITS = 8


@dataclass(frozen=True, slots=True)
class ZeroMask(Kind):
    """`count` random numbers modulo 256, and for each a column of 2^width bits <1 at its value modulo 2^width>.

    A dealer alone makes it. LocalError `wrong-parameter`.
    """

    count: int
    width: int
    name: ClassVar[str] = "zero_mask"
    drawn: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if not 1 <= self.width <= MOST_BITS:
            raise LocalError(
                "wrong-parameter", f"places of {self.width} bits for numbers modulo 256", f"use 1 to {MOST_BITS}"
            )

    def parts(self) -> tuple[Part, ...]:
        """The numbers; the columns."""
        return Part((words_of(self.count),), "bytes"), Part((words_for(1 << self.width), self.count), "xor")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The columns."""
        size = 1 << self.width
        return (one_hots(unpacked(drawn[0])[: self.count] & np.uint8(size - 1), size),)

    @property
    def elements(self) -> int:
        """One a number."""
        return self.count
