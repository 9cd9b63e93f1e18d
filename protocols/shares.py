"""What a share is to those who may not look inside: linear algebra, structure, public choice and bit planes.

`ArithmeticShare` stands for [x], elements of a ring; `BooleanShare` for <x>, bits. How many arrays a party holds for
one, and what stands in them, is the business of the suite that made it: one array for additive sharing, two for
replicated and authenticated sharing. Nothing outside a suite's folder touches them. What is linear is local: no
method here communicates. What a public constant becomes depends on the party and is the suite's `constant`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from mpc.algebra.interface import Algebra
from mpc.algebra.words import Words

Shape = tuple[int, ...]
Array = npt.NDArray[Any]
Move = Callable[[Any], Any]
"""A function of numpy that only moves elements: it takes an array of the value's shape, and computes nothing."""
Join = Callable[[list[Any]], Any]
"""The same of several arrays at once, as numpy.concatenate."""


class Share(Protocol):
    """What numbers and bits have in common: a public shape, and elements that can be moved about."""

    @property
    def shape(self) -> Shape:
        """The shape of x."""

    @property
    def size(self) -> int:
        """How many elements x has."""

    def reshape(self, shape: Shape) -> Self:
        """The same elements in another shape, C order."""

    def map_structure(self, move: Move) -> Self:
        """The share of move(x): numpy's indexing, reshaping, rolling and the like, by any public index."""

    def join(self, join: Join, *others: Self) -> Self:
        """The share of join([x, *others]); `joined`, `concatenate`, `stack` and `choose` are the ways to say it."""


@runtime_checkable
class ArithmeticShare(Share, Protocol):
    """[x]: this party's part of ring elements, in the shape of x. Never changed in place."""

    @property
    def ring(self) -> Algebra:
        """The ring of x."""

    def __add__(self, other: Self, /) -> Self:
        """[x + y], broadcasting like numpy."""

    def __sub__(self, other: Self, /) -> Self:
        """[x - y], broadcasting like numpy."""

    def __neg__(self) -> Self:
        """[-x]."""

    def scale(self, public: Words | int) -> Self:
        """[public * x], elementwise; public ring elements or one integer."""

    def modulo(self, bits: int) -> Self:
        """[x mod 2^bits] in the ring of so many bits, no more than those of x: a share says nothing of what is above.

        Small numbers are compared there, which takes less.
        """

    def matmul_public(self, public: Words, *, public_left: bool = False) -> Self:
        """[x @ public], or [public @ x]."""

    def __getitem__(self, index: Any) -> Self:
        """[x[index]] for any public index of numpy."""

    def transpose(self, axes: Sequence[int] | None = None) -> Self:
        """Axes permuted as numpy does."""

    def broadcast_to(self, shape: Shape) -> Self:
        """Elements repeated as numpy broadcasts."""

    def sum(self, axis: int | tuple[int, ...] | None = None) -> Self:
        """[sum of x over an axis]."""


@runtime_checkable
class BooleanShare(Share, Protocol):
    """<x>: this party's part of the bits of an array of `shape`, 64 to a word, with leading axes of bit planes.

    `lead` is () for one bit a value, (k,) for k bits a value, least significant first; circuits use more axes.
    """

    @property
    def lead(self) -> Shape:
        """The axes of bit planes."""

    @property
    def planes(self) -> int:
        """How many bit planes there are."""

    def __xor__(self, other: Self, /) -> Self:
        """<x ^ y>; planes broadcast like numpy."""

    def and_public(self, public: Words) -> Self:
        """<x & public>, public packed words."""

    def plane(self, index: Any) -> Self:
        """Some of the planes, by any index of the leading axes; a slice may show the same memory."""

    def join_planes(self, join: Join, *others: Self) -> Self:
        """join([x, *others]) of arrays of planes, as numpy.concatenate along a leading axis."""

    def copy(self) -> Self:
        """The same bits in memory of their own, which `put` may change."""

    def put(self, index: Any, planes: Self) -> None:
        """Set planes in place: only for a share that the caller made, by `copy`."""

    def xored_at(self, index: int, planes: Self) -> Self:
        """The same but for one place of the first axis, to which the planes are added. This share itself may be it:
        only for the result of a product."""


S = TypeVar("S", bound=Share)
A = TypeVar("A", bound=ArithmeticShare)
B = TypeVar("B", bound=BooleanShare)


def joined(join: Join, shares: Sequence[S]) -> S:
    """The share of join([x, y, ...]), a function of numpy that only moves elements."""
    first, *others = shares
    return first.join(join, *others)


def concatenate(shares: Sequence[S], axis: int = 0) -> S:
    """Join along an existing axis."""
    return joined(lambda arrays: np.concatenate(arrays, axis), shares)


def stack(shares: Sequence[S], axis: int = 0) -> S:
    """Join along a new axis."""
    return joined(lambda arrays: np.stack(arrays, axis), shares)


def choose(condition: npt.NDArray[np.bool_], x: S, y: S) -> S:
    """The share of x where the public condition holds, of y elsewhere, broadcasting like numpy."""
    return joined(lambda arrays: np.where(condition, *arrays), [x, y])


def concatenate_planes(shares: Sequence[B], axis: int = 0) -> B:
    """Join the planes of bits of one shape along a leading axis, counted from the first."""
    first, *others = shares
    return first.join_planes(lambda arrays: np.concatenate(arrays, axis), *others)


def stack_planes(shares: Sequence[B]) -> B:
    """Bits of one shape and one plane each as the planes of one share, least significant first."""
    first, *others = shares
    return first.join_planes(np.stack, *others)
