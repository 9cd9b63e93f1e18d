"""What a product of shared rows by what was kept under a standing mask takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.shapes import Shape
from mpc.algebra.words import Words
from mpc.context import Root
from mpc.correlation import Correlation, Material, Part
from mpc.errors import LocalError
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.kinds.random_value import RandomValue

MOST_KEPT = 1 << 27
"""Numbers of one mask: a gibibyte of words of a ring of 64 bits."""


@dataclass(frozen=True, slots=True)
class PastProduct(Kind):
    """[b] and [b A^T], b of `rows` rows for each head, A the first `columns` columns of a mask (heads, room, head) that
    stands as shares; with `turned` 0, [b A], b having as many numbers a row as A has columns.

    A is the RandomValue that was made at the standing address `mask`. Only a dealer makes it. LocalError
    `wrong-parameter`.
    """

    rows: int
    columns: int
    kept: Shape
    turned: int
    mask: tuple[int, ...]
    name: ClassVar[str] = "past_product"
    drawn: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if len(self.kept) != 3 or not 0 <= self.columns <= self.kept[1] or self.turned not in (0, 1) or not self.mask:
            raise LocalError(
                "wrong-parameter", f"a product by {self.columns} columns of a mask of shape {self.kept}",
                "heads, columns and numbers of each, of which no more are used than there are",
            )  # fmt: skip
        if prod(max(side, 1) for side in self.kept) > MOST_KEPT:
            raise LocalError(
                "wrong-parameter", f"a product by a mask of shape {self.kept}", f"masks of up to {MOST_KEPT} numbers"
            )

    @property
    def stands_on(self) -> tuple[tuple[int, ...], Correlation]:
        """The mask."""
        return (int(Root.STANDING), *self.mask), RandomValue(self.ring, self.kept)

    def parts(self) -> tuple[Part, ...]:
        """b, and its product."""
        heads, _, head = self.kept
        sides = (head, self.columns) if self.turned else (self.columns, head)
        b, product = ((heads, self.rows, side) for side in sides)
        return self.of_ring(b), self.of_ring(product)

    @classmethod
    def derive_on(cls, standing: Material, kinds: Sequence[Self], drawn: Sequence[Material]) -> list[Material]:
        """The product of each."""
        return [(kind._product(of[0], standing[0]),) for kind, of in zip(kinds, drawn, strict=True)]

    def _product(self, b: Words, mask: Words) -> Words:
        a = mask[:, : self.columns]
        return self.ring.matmul(b, np.swapaxes(a, 1, 2) if self.turned else a)

    @property
    def elements(self) -> int:
        """One for each row of each head."""
        return prod((self.kept[0], self.rows))
