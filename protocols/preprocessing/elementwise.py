"""Products of arrays that numpy would broadcast, in the form in which fewest choices are made."""

from __future__ import annotations

from math import prod

import numpy as np

from mpc.algebra.ring import Words
from mpc.algebra.shapes import Shape, broadcast


class Elementwise:
    """A product of broadcast operands as `repeats` rows with one operand, `few`, each times a row of the other, `many`.

    One choice for each element of an operand that is repeated along leading axes; `plain` if no other repeats.
    """

    def __init__(self, left: Shape, right: Shape) -> None:
        self.shape = broadcast(left, right)
        self.swapped = prod(left) > prod(right)
        self._few, self._many = (right, left) if self.swapped else (left, right)
        size = prod(self.shape)
        self.repeats = _repeats(self._few, self.shape) if prod(self._many) == size else 1
        self.plain = self.repeats > 1 or prod(self._few) == size

    @property
    def choices(self) -> int:
        """How many elements of `few` are multiplied, each by `repeats` elements."""
        return prod(self.shape) // self.repeats

    def few(self, x: Words) -> Words:
        """(q,)."""
        return (x if self.repeats > 1 else np.broadcast_to(x, self.shape)).reshape(-1)

    def many(self, x: Words) -> Words:
        """(repeats, q)."""
        return np.broadcast_to(x, self.shape).reshape(self.repeats, -1)

    def of_few(self, x: Words) -> Words:
        """The operand from (q,), if the product is plain."""
        return np.ascontiguousarray(x).reshape(self._few)

    def parted(self, left: Words, right: Words) -> tuple[Words, Words]:
        """Both, `few` first."""
        few, many = (right, left) if self.swapped else (left, right)
        return self.few(few), self.many(many)

    def united(self, few: Words, many: Words) -> tuple[Words, Words]:
        """Left and right operand of both, if the product is plain."""
        operands = self.of_few(few), np.ascontiguousarray(many).reshape(self._many)
        return (operands[1], operands[0]) if self.swapped else operands


def _repeats(shape: Shape, full: Shape) -> int:
    """How often an array of this shape is repeated along leading axes to fill the full one; 1 if other axes too."""
    aligned = (1,) * (len(full) - len(shape)) + shape
    leading = 0
    while leading < len(full) and aligned[leading] == 1:
        leading += 1
    return max(1, prod(full[:leading])) if aligned[leading:] == full[leading:] else 1
