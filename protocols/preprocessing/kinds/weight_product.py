"""What a product of a shared matrix by one that a party has takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.shapes import Shape
from mpc.context import Root
from mpc.correlation import Correlation, Material, Part
from mpc.errors import LocalError
from protocols.preprocessing.expanding import times_expanded
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.kinds.weight_mask import WeightMask


@dataclass(frozen=True, slots=True)
class WeightProduct(Kind):
    """Random B and R, known to `user`, and D = B A + R, known to `owner`, for the mask A of a matrix of weights.

    A, of shape `matrix`, is what the owner's WeightMask stands for that was made at the standing address `mask`; with
    `transposed`, 0 or 1, D = B A^T + R. B has `rows` rows. Only a dealer makes it, in a ring whose elements are one
    word. LocalError `wrong-parameter`.
    """

    rows: int
    matrix: Shape
    transposed: int
    owner: int
    user: int
    mask: tuple[int, ...]
    name: ClassVar[str] = "weight_product"
    drawn: ClassVar[int] = 2

    def __post_init__(self) -> None:
        _, mask = self.stands_on
        if mask.ring.words != 1 or self.owner == self.user or self.transposed not in (0, 1) or not self.mask:
            raise LocalError(
                "wrong-parameter", f"a product by weights of party {self.owner} for {self.user} in {self.ring}",
                "two parties take part, in a ring of up to 64 bits",
            )  # fmt: skip

    @property
    def stands_on(self) -> tuple[tuple[int, ...], Correlation]:
        """The mask."""
        return _base(self)

    @property
    def sides(self) -> Shape:
        """Columns of B and of D."""
        return self.matrix[::-1] if self.transposed else self.matrix

    def parts(self) -> tuple[Part, ...]:
        """B, R, D."""
        return _parts(self.rows, self.sides, self.owner, self.user)

    @classmethod
    def derive_on(cls, standing: Material, kinds: Sequence[Self], drawn: Sequence[Material]) -> list[Material]:
        """D of each; those of one direction read A once together."""
        (seed,) = standing
        found: list[Material] = [()] * len(kinds)
        for transposed, places in by_direction(kinds):
            ring, shape = kinds[0].ring, kinds[0].matrix
            b = np.concatenate([ring.reduce(drawn[i][0]) for i in places])
            products = times_expanded(ring, b, seed, shape, transposed=transposed)
            ends = np.cumsum([kinds[i].rows for i in places])[:-1]
            for i, product in zip(places, np.split(products, ends), strict=True):
                found[i] = (ring.add(product, ring.reduce(drawn[i][1])),)
        return found

    @property
    def elements(self) -> int:
        """One for each row."""
        return self.rows


@lru_cache(1 << 12)
def _base(kind: WeightProduct) -> tuple[tuple[int, ...], WeightMask]:
    return (int(Root.STANDING), *kind.mask), WeightMask(kind.ring, kind.matrix, kind.owner)


@lru_cache(1 << 10)
def _parts(rows: int, sides: Shape, owner: int, user: int) -> tuple[Part, ...]:
    b, out = (rows, sides[0]), (rows, sides[1])
    return Part(b, "clear", user), Part(out, "clear", user), Part(out, "clear", owner)


def by_direction(kinds: Sequence[WeightProduct]) -> list[tuple[bool, list[int]]]:
    """Which of the pieces are products by A, and which by its transpose."""
    order = sorted(range(len(kinds)), key=lambda i: kinds[i].transposed)
    return [(bool(t), list(places)) for t, places in groupby(order, key=lambda i: kinds[i].transposed)]
