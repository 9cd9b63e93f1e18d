"""Linear algebra and structure of a value of which a party holds one array or several, each an element array of a ring.

What is linear in a value, and what only moves its elements, is done to every array alike. So a class that says how a
function is applied to `each` of its arrays has all the rest of `protocols.shares.ArithmeticShare` from here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import Any, Self, cast

import numpy as np

from mpc.algebra.interface import Algebra, Z2k
from mpc.algebra.words import Words
from protocols.shares import Join, Move, Shape


class Linear:
    """The base of shares and of values known to one party."""

    __slots__ = ()

    @property
    def ring(self) -> Algebra:
        """The algebra of every array."""
        raise NotImplementedError

    @property
    def shape(self) -> Shape:
        """The shape of x."""
        raise NotImplementedError

    def each(self, function: Callable[..., Words], *others: Self) -> Self:
        """A value that has function(x, *others) for every array x and those of the others in its place."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"[{'x'.join(map(str, self.shape)) or 'scalar'} of {self.ring.bits} bits]"

    @property
    def size(self) -> int:
        """How many elements x has."""
        return prod(self.shape)

    def __add__(self, other: Self) -> Self:
        return self.each(self.ring.add, other)

    def __sub__(self, other: Self) -> Self:
        return self.each(self.ring.sub, other)

    def __neg__(self) -> Self:
        return self.each(self.ring.neg)

    def scale(self, public: Words | int) -> Self:
        """public * x, elementwise; public ring elements or one integer."""
        factor = self.ring.from_ints(public) if isinstance(public, int) else public
        return self.each(lambda x: self.ring.mul(x, factor))

    def matmul_public(self, public: Words, *, public_left: bool = False) -> Self:
        """x @ public, or public @ x."""
        return self.each(lambda x: self.ring.matmul(*((public, x) if public_left else (x, public))))

    def modulo(self, bits: int) -> Self:
        """x modulo 2^bits, in the ring of so many bits: every array is."""
        ring = cast(Z2k, self.ring)
        return replace(self.each(lambda x: ring.to_smaller(x, bits)), ring=ring.smaller(bits))  # type: ignore[type-var]

    def sum(self, axis: int | tuple[int, ...] | None = None) -> Self:
        """The sum of x over an axis."""
        return self.each(lambda x: self.ring.sum(x, axis))

    def map_structure(self, move: Move) -> Self:
        """move(x), for a function of numpy that only moves elements."""
        return self.each(lambda x: self.ring.moved(move, x))

    def join(self, join: Join, *others: Self) -> Self:
        """join([x, *others]), for a function of numpy that only moves elements."""
        return self.each(lambda *arrays: self.ring.moved(lambda *each: join(list(each)), *arrays), *others)

    def __getitem__(self, index: Any) -> Self:
        return self.map_structure(lambda x: x[index])

    def reshape(self, shape: Shape) -> Self:
        """The same elements in another shape, C order."""
        return self.map_structure(lambda x: x.reshape(shape))

    def transpose(self, axes: Sequence[int] | None = None) -> Self:
        """Axes permuted as numpy does."""
        return self.map_structure(lambda x: x.transpose(axes))

    def broadcast_to(self, shape: Shape) -> Self:
        """Elements repeated as numpy broadcasts."""
        return self.map_structure(lambda x: np.broadcast_to(x, shape))
