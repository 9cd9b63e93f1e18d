"""Random numbers with tables of where their upper parts stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mpc.algebra.bits import from_planes
from mpc.algebra.byte_lanes import words_of
from mpc.algebra.counted_steps import step_tables
from mpc.algebra.ring import Words
from mpc.correlation import Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind

LEAST_PLACE_BITS, MOST_PLACE_BITS = 3, 10


@dataclass(frozen=True, slots=True)
class StepMask(Kind):
    """[r] for `count` random r, and for a = floor(r / 2^cell_bits) mod D, D = 2^place_bits, the numbers [a <= -t mod D]
    for t < D, shared modulo 256: (count, D / 8) words of eight.

    A dealer alone makes it. LocalError `wrong-parameter`.
    """

    count: int
    cell_bits: int
    place_bits: int
    name: ClassVar[str] = "step_mask"
    drawn: ClassVar[int] = 1

    def __post_init__(self) -> None:
        fits = LEAST_PLACE_BITS <= self.place_bits <= MOST_PLACE_BITS
        if not fits or self.cell_bits + self.place_bits > self.ring.bits:
            raise LocalError(
                "wrong-parameter",
                f"a table of 2^{self.place_bits} places of 2^{self.cell_bits} in a ring of {self.ring.bits} bits",
                f"use 8 to 2^{MOST_PLACE_BITS} places that the ring has room for",
            )

    def parts(self) -> tuple[Part, ...]:
        """r; the tables."""
        return self.of_ring((self.count,)), Part((self.count, words_of(1 << self.place_bits)), "bytes")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The tables."""
        planes = self.ring.planes(drawn[0], self.cell_bits + self.place_bits)[self.cell_bits :]
        return (step_tables(from_planes(planes, self.count), 1 << self.place_bits),)

    @property
    def elements(self) -> int:
        """One a number."""
        return self.count
