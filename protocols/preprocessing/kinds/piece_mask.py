"""Masks of numbers that functions in pieces are computed of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.algebra.thermometers import shape_of, thermometers
from mpc.correlation import Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind

MOST_PLACE_BITS, MOST_DEGREE, MOST_CHOICES = 18, 8, 64


@dataclass(frozen=True, slots=True)
class PieceMask(Kind):
    """Of `count` random r in a ring of one word: <s_i> for each of `choices` random bits, the thermometer of
    floor(r / 2^cell_bits) mod 2^place_bits, the powers of r up to the degree, and every s_i r^j, j from 0 on. With
    `factors`, 0 or 1, also of g, random as well, and of it times all these powers and products.

    A dealer alone makes it. LocalError `wrong-parameter`.
    """

    count: int
    degree: int
    choices: int
    cell_bits: int
    place_bits: int
    factors: int = 0
    name: ClassVar[str] = "piece_mask"
    drawn: ClassVar[int] = 3

    def __post_init__(self) -> None:
        sizes = 1 <= self.place_bits <= MOST_PLACE_BITS and 0 <= self.cell_bits <= self.ring.bits - self.place_bits
        if not sizes or not 1 <= self.degree <= MOST_DEGREE or not 1 <= self.choices <= MOST_CHOICES:
            raise LocalError(
                "wrong-parameter",
                f"masks of {self.ring.bits} bits for {self.choices} choices among polynomials of degree {self.degree}, "
                f"2^{self.place_bits} places of 2^{self.cell_bits}",
                f"up to {MOST_CHOICES} choices, degrees 1 to {MOST_DEGREE}, {1 << MOST_PLACE_BITS} places in the ring",
            )
        if self.ring.words > 1 or self.factors not in (0, 1):
            raise LocalError(
                "wrong-parameter", f"piece masks of {self.ring.bits} bits with {self.factors} factors",
                "use a ring of up to 64 bits, and one factor or none",
            )  # fmt: skip

    def parts(self) -> tuple[Part, ...]:
        """[r], <s_i>, [g]; <thermometer>, [r^2 ..], [s_i r^j], [g r ..], [g s_i r^j]; without factors of no words."""
        size, of_g = self.count, self.count * self.factors
        return (
            self.of_ring((size,)),
            Part((self.choices, bits.words_for(size)), "xor"),
            self.of_ring((of_g,)),
            Part(shape_of(size, self.place_bits), "xor"),
            self.of_ring((self.degree - 1, size)),
            self.of_ring((self.choices, self.degree + 1, size)),
            self.of_ring((self.degree, of_g)),
            self.of_ring((self.choices, self.degree + 1, of_g)),
        )

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """What follows from r, the s_i and g."""
        r, s, g = drawn
        places = self.ring.low(self.ring.shift_right(r, self.cell_bits), self.place_bits)
        every = np.empty((self.degree + 1, self.count), np.uint64)
        every[0] = 1
        for j in range(self.degree):
            every[j + 1] = self.ring.mul(every[j], r)
        products = np.empty((self.choices, *every.shape), np.uint64)
        for i, plane in enumerate(s):
            mask = np.zeros(self.count, np.uint64) - bits.unpack(plane, self.count)
            np.bitwise_and(every, mask, out=products[i])
        size = g.size
        return (
            thermometers(places, self.place_bits), every[2:], products, self.ring.mul(every[1:, :size], g),
            self.ring.mul(products[..., :size], g),
        )  # fmt: skip

    @property
    def elements(self) -> int:
        """One a number."""
        return self.count
