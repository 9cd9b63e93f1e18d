"""Masks of numbers that functions in pieces are computed of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.algebra.thermometers import thermometers
from mpc.correlation import Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind

MOST_PLACE_BITS, MOST_DEGREE, MOST_CHOICES = 12, 8, 64


@dataclass(frozen=True, slots=True)
class PieceMask(Kind):
    """Of `count` random r in a ring of one word: <s_i> for each of `choices` random bits, the thermometer of
    floor(r / 2^cell_bits) mod 2^place_bits, the powers of r up to the degree, and every s_i r^j, j from 0 on.

    A dealer alone makes it. LocalError `wrong-parameter`.
    """

    count: int
    degree: int
    choices: int
    cell_bits: int
    place_bits: int
    name: ClassVar[str] = "piece_mask"
    drawn: ClassVar[int] = 2

    def __post_init__(self) -> None:
        sizes = 1 <= self.place_bits <= MOST_PLACE_BITS and 0 <= self.cell_bits <= self.ring.bits - self.place_bits
        if not sizes or not 1 <= self.degree <= MOST_DEGREE or not 1 <= self.choices <= MOST_CHOICES:
            raise LocalError(
                "wrong-parameter",
                f"masks of {self.ring.bits} bits for {self.choices} choices among polynomials of degree {self.degree}, "
                f"2^{self.place_bits} places of 2^{self.cell_bits}",
                f"up to {MOST_CHOICES} choices, degrees 1 to {MOST_DEGREE}, {1 << MOST_PLACE_BITS} places in the ring",
            )
        if self.ring.words > 1:
            raise LocalError("wrong-parameter", f"a piece_mask of {self.ring.bits} bits", "use a ring of up to 64 bits")

    def parts(self) -> tuple[Part, ...]:
        """[r], <s_i>; <thermometer>, [r^2 ..], [s_i r^j]."""
        words = bits.words_for(self.count)
        return (
            self.of_ring((self.count,)),
            Part((self.choices, words), "xor"),
            Part((1 << self.place_bits, words), "xor"),
            self.of_ring((self.degree - 1, self.count)),
            self.of_ring((self.choices, self.degree + 1, self.count)),
        )

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """What follows from r and the s_i."""
        r, s = drawn
        places = self.ring.planes(r, self.cell_bits + self.place_bits)[self.cell_bits :]
        powers = [self.ring.from_ints(np.ones(self.count, np.int64)), r]
        for _ in range(self.degree - 1):
            powers.append(self.ring.mul(powers[-1], r))
        every = np.stack(powers)
        chosen = np.stack([bits.unpack(plane, self.count).astype(np.uint64) for plane in s])
        return thermometers(places), every[2:], chosen[:, None] * every

    @property
    def elements(self) -> int:
        """One a number."""
        return self.count
