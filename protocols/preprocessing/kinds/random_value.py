"""Random numbers that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mpc.algebra.shapes import Shape
from mpc.correlation import Part
from protocols.preprocessing.kind import Kind


@dataclass(frozen=True, slots=True)
class RandomValue(Kind):
    """[r] for random r that nobody knows: each party draws its share, and nothing is sent."""

    shape: Shape
    name: ClassVar[str] = "random_value"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """[r]."""
        return (self.of_ring(self.shape),)
