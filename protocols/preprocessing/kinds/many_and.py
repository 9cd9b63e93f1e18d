"""Random bits with all their products, for ANDs of several bits at once."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from mpc.algebra.bit_tables import several, subset_products
from mpc.algebra.ring import Words
from mpc.algebra.shapes import Shape
from mpc.correlation import Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind

LEAST, MOST = 2, 6
"""How many bits may meet in an AND: every further one doubles what it takes."""


@dataclass(frozen=True, slots=True)
class ManyAnd(Kind):
    """<a_i> for i < inputs, packed words of `shape` each, and <the AND of the a_i of each set of two of them or more>.

    Sets in the order of the numbers whose bits say who is in them: 3 is {0, 1}. A dealer alone makes it. LocalError
    `wrong-parameter`.
    """

    inputs: int
    shape: Shape
    name: ClassVar[str] = "many_and"
    drawn: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if not LEAST <= self.inputs <= MOST:
            raise LocalError(
                "wrong-parameter", f"an AND of {self.inputs} bits at once", f"use {LEAST} to {MOST}, or several levels"
            )

    def parts(self) -> tuple[Part, ...]:
        """a; the products."""
        return Part((self.inputs, *self.shape), "xor"), Part((len(several(self.inputs)), *self.shape), "xor")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The products."""
        return (subset_products(drawn[0])[several(self.inputs)],)

    @property
    def elements(self) -> int:
        """One for each AND of `inputs` bits."""
        return 64 * prod(self.shape)
