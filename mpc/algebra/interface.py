"""What rings, fields and packed bits have in common: the algebra that suites, material and arrays are written against.

Elements are arrays of uint64. An element may take more than one word; then a last axis holds them, which no shape named
here counts. Operations take reduced elements and return fresh reduced ones, broadcast like numpy and raise LocalError
(`wrong-dtype`, `wrong-shape`) for arrays that do not fit. Where running times depend on anything but shapes, the member
says so.

    Elementwise     Ring, WideRing, PrimeField, PackedBits, and their members for shapes alone
    Algebra         Ring, WideRing, PrimeField, ShapesOfRing: numbers, with products of matrices and signed integers
    Z2k             Ring, WideRing, ShapesOfRing: the integers modulo 2^k, with shifts
    Bits            PackedBits, ShapesOfBits: 64 bits to a word, with what is particular to bits
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from mpc.algebra.words import Stream, Words

Shape: TypeAlias = tuple[int, ...]
Axes: TypeAlias = int | tuple[int, ...] | None
PrefixOp: TypeAlias = Literal["and", "xor", "or"]
Pair: TypeAlias = tuple[Words, Words]
Masks: TypeAlias = tuple[Stream | None, Stream | None]
Moving: TypeAlias = Callable[..., npt.NDArray[Any]]


class Elementwise(Protocol):
    """Elements that can be added and multiplied, one by one."""

    @property
    def words(self) -> int:
        """The words of an element: 1 or 2."""

    def shape(self, x: Words) -> Shape:
        """The shape of the value whose elements x holds."""

    def zeros(self, shape: Shape) -> Words:
        """An array of zeros for a value of this shape."""

    def draw(self, prg: Stream, shape: Shape) -> Words:
        """Uniformly random elements: the same stream gives everybody the same."""

    def reduce(self, x: Words) -> Words:
        """The elements that any words stand for; x itself where there is nothing to do."""

    def add(self, x: Words, y: Words) -> Words:
        """x + y."""

    def sub(self, x: Words, y: Words) -> Words:
        """x - y."""

    def neg(self, x: Words) -> Words:
        """-x."""

    def mul(self, x: Words, y: Words) -> Words:
        """x * y."""

    def sum(self, x: Words, axis: Axes = None) -> Words:
        """The sum of all elements, or along axes of the value as in numpy."""

    def recombine(self, c: Words, d: Words, b: Words, e: Words, a: Words, *, with_de: bool) -> Words:
        """c + d*b + e*a, and + d*e if `with_de`: what Beaver's multiplication computes from opened d and e."""

    def moved(self, move: Moving, *values: Words) -> Words:
        """move(x, ...) for a function of numpy that only moves elements; it sees arrays of the values' shapes."""


class Algebra(Elementwise, Protocol):
    """A ring or field of numbers."""

    @property
    def bits(self) -> int:
        """The bits of an element."""

    def matmul(self, x: Words, y: Words) -> Words:
        """x @ y with numpy.matmul's rules for vectors, matrices and stacks of matrices."""

    def from_ints(self, values: object) -> Words:
        """The elements of public integers of any size and sign: an int, nested sequences of them, or an array."""

    def from_bits(self, x: npt.NDArray[np.uint8]) -> Words:
        """The elements 0 and 1 of an array of bits."""

    def from_signed(self, x: npt.NDArray[Any]) -> Words:
        """The elements of an array of signed integers."""

    def to_signed(self, x: Words) -> npt.NDArray[Any]:
        """The integers nearest to zero that elements stand for: int64 for elements of one word, else objects."""


class Z2k(Algebra, Protocol):
    """The integers modulo 2^bits. Amounts of shifts are public."""

    def shift_right(self, x: Words, s: int, *, plus: int = 0) -> Words:
        """(x + plus) >> s, the sum in the ring, the shift logical, 0 <= s <= bits."""

    def shift_left(self, x: Words, s: int) -> Words:
        """x * 2^s, 0 <= s <= bits."""

    def masked_product(self, x: Pair, y: Pair, masks: Masks) -> Words:
        """x_0 (y_0 + y_1) + x_1 y_0 + after - before, broadcasting: what a party has of a replicated product.

        `masks`: the streams that `before` and `after` are drawn from, in the shape of the result; None for zeros.
        """

    def planes(self, x: Words, count: int) -> Words:
        """The lowest `count` bit planes of the elements, flattened in C order: (count, words_for(size))."""

    def from_planes(self, planes: Words, count: int) -> Words:
        """The `count` elements whose bits, lowest first, these planes are; what lies above the ring's bits is lost."""

    def low(self, x: Words, bits: int) -> Words:
        """x mod 2^bits for 0 <= bits <= those of the ring, as elements of this ring."""

    def smaller(self, bits: int) -> Z2k:
        """The integers modulo 2^bits, 1 <= bits <= those of the ring."""

    def to_smaller(self, x: Words, bits: int) -> Words:
        """x mod 2^bits as elements of that ring."""


class Bits(Elementwise, Protocol):
    """Bits, 64 to a word: add is XOR, mul is AND. Shapes are of words; what a bit belongs to, the holder knows.

    What `out` names is written into, if it is given, and returned; it may be an operand.
    """

    def xor(self, x: Words, y: Words, out: Words | None = None) -> Words:
        """x ^ y."""

    def xored_at(self, x: Words, index: int, y: Words) -> Words:
        """x with x[index] ^ y at one place of its first axis, in memory of its own."""

    def or_(self, x: Words, y: Words) -> Words:
        """x | y."""

    def not_(self, x: Words) -> Words:
        """~x, padding included."""

    def and_not(self, x: Words, y: Words, out: Words | None = None) -> Words:
        """x & ~y."""

    def same(self, x: Words, y: Words, out: Words | None = None) -> Words:
        """~(x ^ y)."""

    def masked_product(self, x: Pair, y: Pair, masks: Masks) -> Words:
        """As that of `Z2k`, of bits."""

    def pack(self, bits: npt.NDArray[Any]) -> Words:
        """The bits of an array of any shape (uint8 or bool), flattened: (words_for(size),)."""

    def unpack(self, words: Words, count: int) -> npt.NDArray[np.uint8]:
        """The first `count` bits of a flat array of words."""

    def planes(self, x: Words, bits: int) -> Words:
        """The lowest bit planes of an array of words, flattened: (bits, words_for(size))."""

    def from_planes(self, planes: Words, count: int) -> Words:
        """The inverse of `planes`: (count,) words."""

    def prefix_planes(self, planes: Words, op: PrefixOp, *, from_last: bool = False) -> Words:
        """Plane i is the "xor", "or" or "and" of planes 0 to i, or with `from_last` of planes i to the last."""

    def one_hot(self, places: Words, *, first: int = 0) -> Words:
        """Entry v says whether the place is v: places (d, ...), result (2^d, ...), or from entry `first` = 1 on."""

    def compared(self, table: Words, places: Words, *, whole: bool = False, from_below: bool = False) -> Words:
        """The sum of the entries above each lane's place, and the one at it: planes (2, m, words).

        `table`: entries 1 to 2^d - 1, (2^d - 1, m, words); entry 0 makes all together ones if `whole`, else zeros. It
        is linear in these. places (d, words). With `from_below` the same of the lowest 1, 2, .. d bits of the number
        of the entry and of the place: (d, 2, m, words).
        """

    def look_up(self, table: Words, places: Words) -> Words:
        """The entry at each lane's place: (2^d, ..., words) at (d, words) gives (..., words)."""

    def turned(self, table: Words, places: Words) -> Words:
        """The table with entry v where v ^ place was."""

    def many_and(self, opened: Words, a: Words, products: Words, *, whole: bool) -> Words:
        """The AND over i of d_i ^ a_i, d public, of shares of a (k, ...) and of its products: a share, if one holder
        alone says `whole`."""

    def moved_bits(self, move: Moving, shapes: Sequence[Shape], *values: Words) -> tuple[Words, Shape]:
        """move(x, ...) of arrays of bits of these shapes, each packed as (*lead, words), plane by plane.

        The result packed in the same way, and its shape.
        """

    def part(self, x: Words, index: Any) -> Words:
        """x[index]: a view where numpy gives one."""

    def empty(self, shape: Shape) -> Words:
        """Memory for words of any content, to be filled by `put` or as `out`."""

    def put(self, x: Words, index: Any, value: Words) -> None:
        """x[index] = value, in place."""
