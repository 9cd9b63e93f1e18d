"""What masks a matrix of weights: it stands in a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mpc.algebra.shapes import Shape
from mpc.correlation import Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind

SEED_WORDS = 4
MOST_WEIGHTS = 1 << 32
"""Of one matrix."""


@dataclass(frozen=True, slots=True)
class WeightMask(Kind):
    """The seed of a random matrix A of this shape, which `owner` knows and nobody else but who makes it.

    A itself is what `protocols.preprocessing.expanding` makes of it. LocalError `wrong-parameter`.
    """

    matrix: Shape
    owner: int
    name: ClassVar[str] = "weight_mask"
    drawn: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if len(self.matrix) != 2 or max(*self.matrix, self.matrix[0] * self.matrix[1]) > MOST_WEIGHTS:
            raise LocalError(
                "wrong-parameter", f"no matrix has the shape {self.matrix}", "rows and columns, 2^32 places"
            )

    def parts(self) -> tuple[Part, ...]:
        """The seed."""
        return (Part((SEED_WORDS,), "clear", self.owner),)

    @property
    def expanded(self) -> int:
        """A."""
        return self.matrix[0] * self.matrix[1]

    @property
    def elements(self) -> int:
        """One for each matrix."""
        return 1
