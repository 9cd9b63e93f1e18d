"""Kinds of preprocessed material: what a protocol may ask for with `ctx.take(kind)`.

A kind is public: a frozen description with shapes. Its material is a tuple of word arrays, one for each part, in the
order of `parts()`. The leading `drawn` parts are uniformly random and independent; the others follow from them
(`derive`, in the clear: what a maker computes and a check repeats). A part is shared additively ("sum"), bitwise
("xor"), or known whole to a single holder ("clear"), who draws it itself if it is drawn.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from math import prod
from typing import ClassVar, Literal

import numpy as np

from mpc.algebra import bits
from mpc.algebra.bit_tables import look_up
from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.errors import LocalError
from mpc.prg import Prg

Shape = tuple[int, ...]
Material = tuple[Words, ...]
Sharing = Literal["sum", "xor", "clear"]


@dataclass(frozen=True, slots=True)
class Part:
    """One array of a kind: its shape in 64-bit words and how the parties hold it."""

    shape: Shape
    sharing: Sharing
    holder: int | None = None


@dataclass(frozen=True, slots=True)
class Correlation:
    """The base of all kinds; `ring` is the ring of its arithmetic parts."""

    ring: Z2k
    name: ClassVar[str] = "correlation"
    drawn: ClassVar[int] = 0

    def parts(self) -> tuple[Part, ...]:
        """The arrays of this kind, drawn ones first."""
        raise TypeError(f"{type(self).__name__} has no parts")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The remaining parts, in the clear, from the drawn ones in the clear."""
        return ()

    @property
    def elements(self) -> int:
        """How many single correlations this is, for plans and reports."""
        return _size(self.parts()[0].shape)

    def encoding(self) -> tuple[int | str, ...]:
        """Flat and injective within the kind: used on the wire and to separate random streams."""
        flat: list[int | str] = [self.name]
        for field in astuple(self):
            numbers = field if isinstance(field, tuple) else (field,)
            flat.extend((len(numbers), *numbers))
        return tuple(flat)


@dataclass(frozen=True, slots=True)
class Triple(Correlation):
    """[a], [b], [c] with c = a * b elementwise, a of shape `left` and b of shape `right`, broadcast like numpy."""

    left: Shape
    right: Shape
    name: ClassVar[str] = "triple"
    drawn: ClassVar[int] = 2

    def parts(self) -> tuple[Part, ...]:
        """a, b, c."""
        return Part(self.left, "sum"), Part(self.right, "sum"), Part(broadcast(self.left, self.right), "sum")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """c = a * b."""
        return (self.ring.mul(*drawn),)

    @property
    def elements(self) -> int:
        """One for each product."""
        return _size(broadcast(self.left, self.right))


@dataclass(frozen=True, slots=True)
class MatrixTriple(Correlation):
    """[A], [B], [C] with C = A @ B, shapes as in numpy.matmul."""

    left: Shape
    right: Shape
    name: ClassVar[str] = "matrix_triple"
    drawn: ClassVar[int] = 2

    def parts(self) -> tuple[Part, ...]:
        """A, B, C."""
        return Part(self.left, "sum"), Part(self.right, "sum"), Part(matmul_shape(self.left, self.right), "sum")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """C = A @ B."""
        return (self.ring.matmul(*drawn),)

    @property
    def elements(self) -> int:
        """One for each matrix product."""
        return _size(broadcast(self.left[:-2], self.right[:-2]))


@dataclass(frozen=True, slots=True)
class SquarePair(Correlation):
    """[a], [c] with c = a * a."""

    shape: Shape
    name: ClassVar[str] = "square_pair"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """a, c."""
        return Part(self.shape, "sum"), Part(self.shape, "sum")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """c = a * a."""
        return (self.ring.mul(drawn[0], drawn[0]),)


@dataclass(frozen=True, slots=True)
class AndTriple(Correlation):
    """<a>, <b>, <c> with c = a & b on packed words, a of shape `left` and b of shape `right`, broadcast like numpy."""

    left: Shape
    right: Shape
    name: ClassVar[str] = "and_triple"
    drawn: ClassVar[int] = 2

    def parts(self) -> tuple[Part, ...]:
        """a, b, c."""
        return Part(self.left, "xor"), Part(self.right, "xor"), Part(broadcast(self.left, self.right), "xor")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """c = a & b."""
        return (bits.bit_and(*drawn),)

    @property
    def elements(self) -> int:
        """One for each AND of two bits."""
        return 64 * _size(broadcast(self.left, self.right))


@dataclass(frozen=True, slots=True)
class DaBit(Correlation):
    """`count` random bits, packed as <b> of shape (words,) and in the ring as [b] of shape (count,)."""

    count: int
    name: ClassVar[str] = "dabit"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """<b>, [b]."""
        return Part((bits.words_for(self.count),), "xor"), Part((self.count,), "sum")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """[b], one element a bit."""
        return (self.ring.reduce(bits.unpack(drawn[0], self.count).astype(np.uint64)),)

    @property
    def elements(self) -> int:
        """One a bit."""
        return self.count


@dataclass(frozen=True, slots=True)
class EdaBit(Correlation):
    """`count` random ring elements r, as bit planes <r_i> of shape (ring.bits, words) and as [r] of shape (count,).

    Escudero, Ghosh, Keller, Rachuri, Scholl, CRYPTO 2020.
    """

    count: int
    name: ClassVar[str] = "edabit"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """<r_0 .. r_{k-1}>, [r]."""
        return Part((self.ring.bits, bits.words_for(self.count)), "xor"), Part((self.count,), "sum")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """r = sum of 2^i r_i."""
        return (bits.from_planes(drawn[0], self.count),)

    @property
    def elements(self) -> int:
        """One an element."""
        return self.count


@dataclass(frozen=True, slots=True)
class TruncationPair(Correlation):
    """[r], [floor((r mod 2^(k-1)) / 2^shift)], [msb(r)] for random r."""

    shape: Shape
    shift: int
    name: ClassVar[str] = "truncation_pair"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """r, its middle bits, its top bit."""
        return Part(self.shape, "sum"), Part(self.shape, "sum"), Part(self.shape, "sum")

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The middle bits and the top bit of r."""
        (r,) = drawn
        below_top = self.ring.low(r, self.ring.bits - 1)
        return self.ring.shift_right(below_top, self.shift), self.ring.shift_right(r, self.ring.bits - 1)


@dataclass(frozen=True, slots=True)
class InputMask(Correlation):
    """[r] for random r that `owner` knows whole."""

    shape: Shape
    owner: int
    name: ClassVar[str] = "input_mask"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """[r], and r itself at the owner."""
        return Part(self.shape, "sum"), Part(self.shape, "clear", self.owner)

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """r."""
        return (drawn[0],)


@dataclass(frozen=True, slots=True)
class RandomValue(Correlation):
    """[r] for random r that nobody knows."""

    shape: Shape
    name: ClassVar[str] = "random_value"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """[r]."""
        return (Part(self.shape, "sum"),)


@dataclass(frozen=True, slots=True)
class OneOfMany(Correlation):
    """Random tables of 2^depth entries of `width` bits, known to `sender`; random places in them and the entries that
    stand there, known to `receiver`: 64 of them a word, as `mpc.algebra.bit_tables` has them.

    Random 1-out-of-N transfer (Naor, Pinkas, STOC 1999). LocalError `wrong-parameter`.
    """

    words: int
    depth: int
    width: int
    sender: int
    receiver: int
    name: ClassVar[str] = "one_of_many"
    drawn: ClassVar[int] = 2

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= MAX_DEPTH or self.sender == self.receiver:
            raise LocalError(
                "wrong-parameter", f"tables of 2^{self.depth} entries of party {self.sender} for {self.receiver}",
                f"depths are 1 to {MAX_DEPTH}, and two parties take part",
            )  # fmt: skip

    def parts(self) -> tuple[Part, ...]:
        """The tables, the places, the entries there."""
        return (
            Part((1 << self.depth, self.width, self.words), "clear", self.sender),
            Part((self.depth, self.words), "clear", self.receiver),
            Part((self.width, self.words), "clear", self.receiver),
        )

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The entries at the places."""
        return (look_up(*drawn),)

    @property
    def elements(self) -> int:
        """One for each table."""
        return 64 * self.words


MAX_DEPTH = 8
"""Of tables: every further bit doubles what they cost."""

KINDS: dict[str, type[Correlation]] = {
    kind.name: kind
    for kind in (
        Triple, MatrixTriple, SquarePair, AndTriple, DaBit, EdaBit, TruncationPair, InputMask, RandomValue, OneOfMany,
    )
}  # fmt: skip


def draw(prg: Prg, part: Part, ring: Z2k) -> Words:
    """This party's uniformly random share of one part, the next of its stream."""
    words = prg.words(part.shape)
    return ring.reduce(words) if part.sharing == "sum" else words


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape of left op right, as numpy broadcasts."""
    return left if left == right else np.broadcast_shapes(left, right)


def matmul_shape(left: Shape, right: Shape) -> Shape:
    """The shape of left @ right for operands of two dimensions or more."""
    return (*broadcast(left[:-2], right[:-2]), left[-2], right[-1])


def _size(shape: Shape) -> int:
    return prod(shape)
