"""Groups of prime order as numpy has arrays: elements, scalars modulo the order, and what is common to all groups.

A group holds its elements as words, any number of which may stand for one element: elements are compared and sent by
their encodings, which are unique. `Points` and `Scalars` are arrays of elements and of scalars, of any shape, () and
empty ones included; operators work elementwise and broadcast by numpy's rules. Both may be secret: what computes on
them takes a time that depends on shapes alone, but for what ends in `_var`. They show nothing of their content.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from operator import index
from typing import Any, NoReturn, Protocol, Self

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus, RandomBytes, to_ints, wrong_number
from mpc.algebra.ring import U64, Words, as_words, contiguous
from mpc.errors import LocalError

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


class Group(Protocol):
    """Arrays of elements are words (..., point_words), of scalars words (..., order.limbs), of encodings bytes."""

    @property
    def name(self) -> str:
        """What sets the group apart from all others, in a transcript."""

    @property
    def order(self) -> Modulus:
        """The prime order, modulo which scalars count."""

    @property
    def point_words(self) -> int:
        """Words of an element."""

    @property
    def encoding_bytes(self) -> int:
        """Bytes of an encoding."""

    @property
    def uniform_bytes(self) -> int:
        """Bytes that `from_uniform` makes an element of."""

    def __hash__(self) -> int:
        """Groups are told apart by what they are, not by their content."""

    def generator(self) -> Words:
        """(point_words,) of the element that a standard names."""

    def decode(self, encodings: Bytes) -> tuple[Words, Flags]:
        """The elements, and which encodings are of one: only those that `encode` gives. The others are neutral."""

    def encode(self, points: Words) -> Bytes:
        """(..., encoding_bytes)."""

    def from_uniform(self, uniform: Bytes) -> Words:
        """An element of (..., uniform_bytes) uniform bytes, whose logarithm to no base anybody knows."""

    def equal(self, x: Words, y: Words) -> Flags:
        """Which are the same elements, for arrays of one shape."""

    def add(self, x: Words, y: Words) -> Words:
        """x + y for arrays of one shape."""

    def sub(self, x: Words, y: Words) -> Words:
        """x - y for arrays of one shape."""

    def marks(self, points: Words) -> Words:
        """A word for each element (...,), to look them up in tables: one for x, -x and all that stands for them.

        Any other element has the same one by a chance of about one in the order, or in 2^64.
        """

    def mul(self, points: Words, scalars: Words, *, bits: int | None = None) -> Words:
        """Elementwise products (n, point_words) by secret scalars (n, limbs), of at most `bits` bits, which is public;
        by default those of the order."""

    def sums_of_products(self, points: Words, scalars: Words, *, public: bool, bits: int | None = None) -> Words:
        """(rows, point_words): the sum along each row of points (rows, terms, ...) times scalars (rows, terms, ...)."""

    def tables(self, points: Words) -> Any:
        """What `sums_of_bases` wants of bases (k, point_words) that serve many times."""

    def sums_of_bases(self, tables: Any, scalars: Words) -> Words:
        """(rows, point_words): the sum of all bases times the secret scalars of each row (rows, k, limbs)."""


class _Array:
    """An array of numbers of a few words each: what arrays of scalars and of elements have in common."""

    __slots__ = ("words",)
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]
    words: Words

    def _like(self, words: Words) -> Self:
        """Of the same order or group."""
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self.words.shape[:-1]

    @property
    def size(self) -> int:
        """How many there are."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, place: Any) -> Self:
        return self._like(self.words[(*place, slice(None)) if isinstance(place, tuple) else place])

    def reshape(self, *shape: int) -> Self:
        """The same ones in another shape."""
        return self._like(self.words.reshape(*shape, self.words.shape[-1]))

    def broadcast(self, shape: tuple[int, ...]) -> Self:
        """The same ones for each place of a larger shape."""
        return self._like(np.broadcast_to(self.words, (*shape, self.words.shape[-1])))

    def __eq__(self, other: object) -> NoReturn:
        raise LocalError(
            "secret-truth",
            "arrays of elements and scalars have no truth value",
            "compare elements by `equals`, public scalars by `to_ints`",
        )

    __ne__ = __eq__


class Scalars(_Array):
    """Numbers modulo the order of a group. `words` (..., limbs) are below the order."""

    __slots__ = ("order",)

    def __init__(self, order: Modulus, words: Words) -> None:
        """`words` (..., limbs) below the order, by the caller's word; `from_bytes` is for what comes from elsewhere."""
        self.order, self.words = order, as_words(words)
        if not self.words.ndim or self.words.shape[-1] != order.limbs:
            raise LocalError(
                "wrong-shape",
                f"scalars are words (..., {order.limbs}), not {words.shape}",
                "use Scalars.of for numbers",
            )

    @classmethod
    def of(cls, order: Modulus, values: object) -> Scalars:
        """Of whole numbers, one or any nested list or array of them, reduced modulo the order. Python's integers take a
        time that depends on their size; `words` of numbers below the order don't pass them. Others, as 0.5, are
        LocalError `wrong-number`.
        """
        array = np.asarray(values, object)
        try:
            flat = [index(value) % order.n for value in array.reshape(-1)]
        except TypeError:
            raise wrong_number("whole") from None
        return cls(order, order.from_ints(flat).reshape(*array.shape, order.limbs))

    @classmethod
    def random(cls, order: Modulus, shape: tuple[int, ...] = (), source: RandomBytes = os.urandom) -> Scalars:
        """Independent ones, within 2^-128 of uniform."""
        return cls(order, order.random(math.prod(shape), source).reshape(*shape, order.limbs))

    @classmethod
    def from_bytes(cls, order: Modulus, data: Bytes) -> tuple[Scalars, Flags]:
        """Of public bytes (..., 8 limbs), little-endian, and which are below the order. The others are zero."""
        words = np.ascontiguousarray(data).view(np.uint64)
        below, tied = np.zeros(words.shape[:-1], bool), np.ones(words.shape[:-1], bool)
        for i, limit in reversed(list(enumerate(order.row[: order.limbs]))):
            below |= tied & (words[..., i] < limit)
            tied &= words[..., i] == limit
        return cls(order, np.where(below[..., None], words, np.uint64(0))), below

    def to_bytes(self) -> Bytes:
        """(..., 8 limbs), little-endian."""
        return contiguous(self.words).view(np.uint8)

    def to_ints(self) -> list[int]:
        """In C order."""
        return to_ints(self.words)

    def _like(self, words: Words) -> Self:
        return type(self)(self.order, words)

    def __add__(self, other: Scalars) -> Scalars:
        return Scalars(self.order, self.order.add(self.words, other.words))

    def __sub__(self, other: Scalars) -> Scalars:
        return Scalars(self.order, self.order.sub(self.words, other.words))

    def __mul__(self, other: Scalars) -> Scalars:
        return Scalars(self.order, self.order.mul(self.words, other.words))

    def __neg__(self) -> Scalars:
        return Scalars(self.order, self.order.sub(np.zeros_like(self.words), self.words))

    def sum(self, axis: int = 0) -> Scalars:
        """The sum along one axis."""
        return Scalars(self.order, _folded(self.words, axis, len(self.shape), self.order.add))

    def powers(self, count: int) -> Scalars:
        """(count,): x^0 to x^(count - 1) of one scalar, by doubling how many there are."""
        found, step = Scalars.of(self.order, [1]), self
        while found.size < count:
            found, step = concatenate_scalars([found, found * step]), step * step
        return found[:count]

    def inverse(self) -> Scalars:
        """1 / x; LocalError `not-invertible` where one is zero."""
        return Scalars(self.order, self.order.inverse(self.words))

    def __repr__(self) -> str:
        return f"<Scalars of shape {self.shape}>"


class Points(_Array):
    """Elements of a group. `words` (..., point_words) are the group's own."""

    __slots__ = ("group",)

    def __init__(self, group: Group, words: Words) -> None:
        self.group, self.words = group, as_words(words)
        if not self.words.ndim or self.words.shape[-1] != group.point_words:
            raise LocalError(
                "wrong-shape",
                f"elements are words (..., {group.point_words}), not {words.shape}",
                "use Points.from_bytes for encodings",
            )

    @classmethod
    def from_bytes(cls, group: Group, data: Bytes) -> tuple[Points, Flags]:
        """Of public bytes (..., encoding_bytes), and which are encodings. The others are the neutral element."""
        words, valid = group.decode(data)
        return cls(group, words), valid

    @classmethod
    def neutral(cls, group: Group, shape: tuple[int, ...] = ()) -> Points:
        """The neutral element, everywhere."""
        one = group.generator()
        return cls(group, np.broadcast_to(group.sub(one[None], one[None])[0], (*shape, group.point_words)))

    def to_bytes(self) -> Bytes:
        """(..., encoding_bytes): the same for all that stands for one element."""
        return self.group.encode(contiguous(self.words))

    def _like(self, words: Words) -> Self:
        return type(self)(self.group, words)

    def __add__(self, other: Points) -> Points:
        return self._with(other, self.group.add)

    def __sub__(self, other: Points) -> Points:
        return self._with(other, self.group.sub)

    def __neg__(self) -> Points:
        return Points.neutral(self.group, self.shape) - self

    def __mul__(self, scalars: Scalars) -> Points:
        """Elementwise products by secret scalars."""
        shape = np.broadcast_shapes(self.shape, scalars.shape)
        points, factors = self.broadcast(shape).reshape(-1), scalars.broadcast(shape).reshape(-1)
        return Points(self.group, self.group.mul(contiguous(points.words), contiguous(factors.words))).reshape(*shape)

    __rmul__ = __mul__

    def equals(self, other: Points) -> Flags:
        """Which are the same elements."""
        shape = np.broadcast_shapes(self.shape, other.shape)
        x, y = (contiguous(v.broadcast(shape).reshape(-1).words) for v in (self, other))
        return self.group.equal(x, y).reshape(shape)

    def is_neutral(self) -> Flags:
        """Which are the neutral element."""
        return self.equals(Points.neutral(self.group))

    def sum(self, axis: int = 0) -> Points:
        """The sum along one axis."""
        if not self.shape[axis]:
            place = axis % len(self.shape)
            return Points.neutral(self.group, self.shape[:place] + self.shape[place + 1 :])
        return Points(self.group, _folded(self.words, axis, len(self.shape), self.group.add))

    def _with(self, other: Points, operation: Callable[[Words, Words], Words]) -> Points:
        shape = np.broadcast_shapes(self.shape, other.shape)
        x, y = (contiguous(v.broadcast(shape).words) for v in (self, other))
        return Points(self.group, operation(x, y))

    def __repr__(self) -> str:
        return f"<Points of {self.group.name}, shape {self.shape}>"


def dot(points: Points, scalars: Scalars) -> Points:
    """The sum along the last axis of points times secret scalars, which broadcast."""
    return _dot(points, scalars, public=False)


def dot_var(points: Points, scalars: Scalars, *, bits: int | None = None) -> Points:
    """The same for scalars that are public, of at most `bits` bits: time depends on them."""
    return _dot(points, scalars, public=True, bits=bits)


def _dot(points: Points, scalars: Scalars, *, public: bool, bits: int | None = None) -> Points:
    group, shape = points.group, np.broadcast_shapes(points.shape, scalars.shape)
    if not shape:
        raise LocalError("wrong-shape", "one element and one scalar have no axis to sum along", "use `*`")
    *outer, terms = shape
    rows = math.prod(outer)
    x = contiguous(points.broadcast(shape).reshape(rows, terms).words)
    s = contiguous(scalars.broadcast(shape).reshape(rows, terms).words)
    return Points(group, group.sums_of_products(x, s, public=public, bits=bits)).reshape(*outer)


class Bases:
    """Elements that serve for many products: tables replace all doublings."""

    __slots__ = ("_tables", "points")

    def __init__(self, points: Points) -> None:
        """points: (k,)."""
        self.points = points
        self._tables = points.group.tables(contiguous(points.words))

    def dot(self, scalars: Scalars) -> Points:
        """The sum of all bases times secret scalars (..., k)."""
        outer, group = scalars.shape[:-1], self.points.group
        flat = contiguous(scalars.words).reshape(-1, len(self.points), scalars.order.limbs)
        return Points(group, group.sums_of_bases(self._tables, flat)).reshape(*outer)


def concatenate_scalars(parts: Sequence[Scalars]) -> Scalars:
    """One after the other, along the first axis; at least one."""
    return Scalars(parts[0].order, np.concatenate([part.words for part in parts]))


def concatenate_points(parts: Sequence[Points]) -> Points:
    """One after the other, along the first axis; at least one."""
    return Points(parts[0].group, np.concatenate([part.words for part in parts]))


def _folded(words: Words, axis: int, dimensions: int, add: Callable[[Words, Words], Words]) -> Words:
    """The sum along an axis, by halves: as many steps as its length has bits. An empty one gives zeros."""
    x = np.moveaxis(words, axis % dimensions, 0)
    if not len(x):
        return np.zeros(x.shape[1:], U64)
    while len(x) > 1:
        half = len(x) // 2
        x = np.concatenate([add(contiguous(x[:half]), contiguous(x[half : 2 * half])), x[2 * half :]])
    total: Words = x[0]
    return total
