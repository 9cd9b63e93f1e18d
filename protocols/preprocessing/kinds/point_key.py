"""Random numbers as points of functions that two parties have keys of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mpc.algebra.bits import words_for
from mpc.algebra.words import Words
from mpc.correlation import Part
from mpc.errors import LocalError
from protocols.function_sharing.points_gywzxlz23 import LABEL_WORDS, MAX_WIDTH, corrections_shape, deal
from protocols.preprocessing.kind import Kind


@dataclass(frozen=True, slots=True)
class PointKey(Kind):
    """`count` random ring elements r as [r], a key of each party of the point r mod 2^width, and the bits of r above.

    For two parties whom a dealer serves: it knows the points, and the parties know of them what their keys say, which
    is nothing. The ring's elements have one word, and at most one bit more than `width`. Of each value the dealer sends
    16 bytes a level to both parties; protocols/function_sharing/points_gywzxlz23.py has the construction.
    """

    count: int
    width: int
    name: ClassVar[str] = "point_key"
    drawn: ClassVar[int] = 4

    def parts(self) -> tuple[Part, ...]:
        """[r]; the roots of party 0 and of party 1, (count, 2) each; where the keys' hashes start, (2,), at party 0.
        Then the same start at party 1, the bits above, (planes, words), and the corrections, at either party."""
        if self.ring.words != 1 or not self.ring.bits - 1 <= self.width <= min(self.ring.bits, MAX_WIDTH):
            raise LocalError(
                "wrong-parameter", f"keys of {self.width} bits of elements of {self.ring.bits}",
                "take a ring of at most 64 bits, and all its bits or all but one",
            )  # fmt: skip
        roots, shape = (self.count, LABEL_WORDS), corrections_shape(self.width, self.count)
        above = self.ring.bits - self.width, words_for(self.count)
        return (
            self.of_ring((self.count,)), Part(roots, "clear", 0), Part(roots, "clear", 1), Part((2,), "clear", 0),
            Part((2,), "clear", 1), Part(above, "xor"), Part(shape, "clear", 0), Part(shape, "clear", 1),
        )  # fmt: skip

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The start once more, the planes above, the corrections twice."""
        r, *roots, start = drawn
        corrections = deal(r, (roots[0], roots[1]), start, self.width)
        planes = self.ring.planes(r, self.ring.bits)[self.width :]
        return start, planes, corrections, corrections

    @property
    def elements(self) -> int:
        """One a value."""
        return self.count
