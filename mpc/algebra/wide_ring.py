"""Arithmetic in Z_2^bits for 65 <= bits <= 128: the same operations as Ring's on elements of two words.

An array of elements has a last axis of 2: lower word, upper word. The shape of a value is that of its array without
this axis. Results are fresh C-contiguous arrays. All arithmetic is done by `native`, in constant time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.elements import centred, from_integers, moved_elements, to_integers
from mpc.algebra.interface import Masks, Moving, Pair
from mpc.algebra.masked import formula_of_product
from mpc.algebra.matmul import stacked_product
from mpc.algebra.ring import Ring, Shape
from mpc.algebra.sums import runs_of, summed_axes
from mpc.algebra.words import U64, Stream, Words, as_words, contiguous, pointer, wrong_shapes
from mpc.errors import LocalError
from native import Pointer, lib

Binary: TypeAlias = Callable[[Pointer, Pointer, Pointer, int], None]


@dataclass(frozen=True, slots=True)
class WideRing:
    """The integers modulo 2^bits, 65 <= bits <= 128, on arrays of uint64 of shape (..., 2).

    Every operation takes reduced arrays and returns reduced arrays. An array of another dtype, without the last axis
    of 2, or of a shape that does not fit raises LocalError (`wrong-dtype`, `wrong-shape`).
    """

    bits: int = 128

    def __post_init__(self) -> None:
        if not 65 <= self.bits <= 128:
            raise LocalError("wrong-ring", f"a wide ring has 65 to 128 bits, not {self.bits}", "use Ring up to 64 bits")

    @property
    def words(self) -> int:
        """Words of an element: 2."""
        return 2

    def shape(self, x: Words) -> tuple[int, ...]:
        """The shape of the value whose elements x holds."""
        return elements(x).shape[:-1]

    def draw(self, prg: Stream, shape: Shape) -> Words:
        """Uniformly random elements, two words of the stream for each."""
        return self.reduce(prg.words((*((shape,) if isinstance(shape, int) else shape), 2)))

    def moved(self, move: Moving, *values: Words) -> Words:
        """move(x, ...) in C order, for a function of numpy that only moves elements; it sees them whole."""
        return moved_elements(2, move, tuple(elements(x) for x in values))

    def from_ints(self, values: object, shape: Shape | None = None) -> Words:
        """Public integers of any size and sign as elements: an int, nested sequences of them, or an array.

        In the shape of `values`, or in `shape`.
        """
        flat = self.from_signed(values if isinstance(values, np.ndarray) else np.asarray(values, object))
        sizes = (shape,) if isinstance(shape, int) else flat.shape[:-1] if shape is None else shape
        if prod(sizes) != flat.size // 2:
            raise LocalError("wrong-shape", f"{flat.size // 2} integers do not fill {sizes}", "give one for each")
        return flat.reshape(*sizes, 2)

    def to_ints(self, x: Words) -> list[int]:
        """The integers from 0 up to 2^bits - 1 that public elements stand for, flattened."""
        return list(to_integers(elements(x), (x.size // 2,), 2))

    def from_bits(self, x: npt.NDArray[np.uint8]) -> Words:
        """The elements 0 and 1 of an array of bits."""
        return self.from_words(x.astype(U64))

    def from_signed(self, x: npt.NDArray[Any]) -> Words:
        """The elements of integers of any dtype, of Python's in an array of objects."""
        if x.dtype.kind not in "biu":
            return from_integers(x, 1 << self.bits, 2)
        out = np.empty((*x.shape, 2), U64)
        out[..., 0] = x.astype(U64)
        out[..., 1] = np.where(x < 0, _MINUS_ONE, np.uint64(0))
        return self._reduced(out)

    def to_signed(self, x: Words) -> npt.NDArray[Any]:
        """The integers from -2^(bits-1) up to 2^(bits-1) - 1 that x stands for, in an array of objects."""
        lower = self.low_words(x).view(np.int64)
        signed = lower.astype(object)
        longer = np.any(self.from_signed(lower) != x, axis=-1)
        if longer.any():
            signed[longer] = centred(to_integers(x[longer], (int(longer.sum()),), 2), 1 << self.bits)
        return signed

    def planes(self, x: Words, count: int) -> Words:
        """The lowest `count` bit planes of the elements, flattened in C order: (count, words_for(size))."""
        lower, upper = (np.ascontiguousarray(elements(x)[..., word]) for word in (0, 1))
        below = bits.planes(lower, min(count, 64))
        return below if count <= 64 else np.concatenate([below, bits.planes(upper, count - 64)])

    def from_planes(self, planes: Words, count: int) -> Words:
        """The `count` elements whose bits, lowest first, these planes are; what lies above the ring's bits is lost."""
        out = self.zeros(count)
        for word, start in enumerate(range(0, min(len(planes), self.bits), 64)):
            out[..., word] = bits.from_planes(planes[start : min(start + 64, self.bits)], count)
        return out

    def low(self, x: Words, bits: int) -> Words:
        """x mod 2^bits for 0 <= bits <= those of the ring, as elements of this ring."""
        mask = np.array([2 ** min(bits, 64) - 1, 2 ** max(bits - 64, 0) - 1], U64)
        return np.bitwise_and(elements(x), mask)

    def smaller(self, bits: int) -> Ring | WideRing:
        """The integers modulo 2^bits, 1 <= bits <= those of the ring: of one word an element where that is enough."""
        return ring_of_bits(bits)

    def to_smaller(self, x: Words, bits: int) -> Words:
        """x mod 2^bits as elements of that ring."""
        return ring_of_bits(bits).reduce(self.low_words(x) if bits <= 64 else x)

    def from_words(self, x: Words) -> Words:
        """Z_2^64 embedded: words as the lower words of elements whose upper words are 0; x.shape + (2,)."""
        x = as_words(x)
        out = np.zeros((*x.shape, 2), U64)
        out[..., 0] = x
        return out

    def low_words(self, x: Words) -> Words:
        """x mod 2^64, as words of a Ring(64)."""
        return np.ascontiguousarray(elements(x)[..., 0]).reshape(x.shape[:-1])

    def reduce(self, x: Words) -> Words:
        """x mod 2^bits for any two words. At 128 bits this is x itself, not a copy."""
        x = elements(x)
        return x if self.bits == 128 else self._offset(x, _ZERO)

    def add(self, x: Words, y: Words) -> Words:
        """x + y, elementwise, broadcasting like numpy."""
        x, y = elements(x), elements(y)
        if x.size == 2 and x.ndim <= y.ndim:
            x, y = y, x
        if y.size == 2 and y.ndim <= x.ndim:
            return self._offset(x, y)
        return self._reduced(_elementwise("add", lib.parley_wide_add, x, y))

    def sub(self, x: Words, y: Words) -> Words:
        """x - y, elementwise, broadcasting like numpy."""
        return self._reduced(_elementwise("sub", lib.parley_wide_sub, elements(x), elements(y)))

    def mul(self, x: Words, y: Words) -> Words:
        """x * y, elementwise, broadcasting like numpy."""
        x, y = elements(x), elements(y)
        if x.size == 2 and x.ndim <= y.ndim:
            x, y = y, x
        if y.size == 2 and y.ndim <= x.ndim:
            x, out = contiguous(x), np.empty(x.shape, U64)
            one = pointer(contiguous(y))
            lib.parley_wide_affine(pointer(out), pointer(x), one, pointer(_ZERO), x.size // 2)
            return self._reduced(out)
        return self._reduced(_elementwise("mul", lib.parley_wide_mul, x, y))

    def neg(self, x: Words) -> Words:
        """-x, elementwise."""
        x = contiguous(elements(x))
        out = np.empty(x.shape, U64)
        lib.parley_wide_neg(pointer(out), pointer(x), x.size // 2)
        return self._reduced(out)

    def recombine(self, c: Words, d: Words, b: Words, e: Words, a: Words, *, with_de: bool) -> Words:
        """c + d*b + e*a, and + d*e if `with_de`: what Beaver's multiplication computes from opened d and e.

        One pass over memory if all shapes agree; otherwise they broadcast as in the formula.
        """
        c, d, b, e, a = elements(c), elements(d), elements(b), elements(e), elements(a)
        if not c.shape == d.shape == b.shape == e.shape == a.shape:
            factor = self.add(b, e) if with_de else b
            return self.add(self.add(c, self.mul(d, factor)), self.mul(e, a))
        out = np.empty(c.shape, U64)
        pc, pd, pb, pe, pa = (pointer(contiguous(v)) for v in (c, d, b, e, a))
        lib.parley_wide_recombine(pointer(out), pc, pd, pb, pe, pa, out.size // 2, with_de)
        return self._reduced(out)

    def masked_product(self, x: Pair, y: Pair, masks: Masks) -> Words:
        """x_0 (y_0 + y_1) + x_1 y_0 + after - before, broadcasting."""
        return formula_of_product(self, x, y, masks)

    def matmul(self, x: Words, y: Words) -> Words:
        """x @ y with numpy.matmul's rules for vectors, matrices and stacks of matrices of elements."""
        return self._reduced(stacked_product(lib.parley_wide_matmul, elements(x), elements(y), words=2))

    def sum(self, x: Words, axis: int | tuple[int, ...] | None = None) -> Words:
        """The sum of all elements, or along `axis` of the value as in numpy."""
        x = elements(x)
        try:
            axes = summed_axes(x.ndim - 1, axis)
        except ValueError as error:
            raise LocalError("wrong-shape", f"cannot sum: {error}", "name an axis that the array has") from None
        x = contiguous(x)
        for start, stop in runs_of(axes):
            shape, out = x.shape, np.empty(x.shape[:start] + x.shape[stop:], U64)
            sizes = prod(shape[:start]), prod(shape[start:stop]), prod(shape[stop:-1])
            lib.parley_wide_sum(pointer(out), pointer(x), *sizes)
            x = out
        return self._reduced(x if axes else x.copy())

    def shift_right(self, x: Words, s: int, *, plus: int = 0) -> Words:
        """(x + plus) >> s, the sum in the ring, the shift logical, 0 <= s <= bits; `plus` and `s` are public."""
        x, addend = elements(x), self.from_ints([plus])
        self._check_shift(s)
        if s == 128:
            return self.zeros(x.shape[:-1])
        if self.bits < 128 and plus:
            x, addend = self._offset(x, addend), _ZERO
        x, out = contiguous(x), np.empty(x.shape, U64)
        lib.parley_wide_shift_right(pointer(out), pointer(x), pointer(addend), s, x.size // 2)
        return out

    def shift_left(self, x: Words, s: int) -> Words:
        """x * 2^s, 0 <= s <= bits; s is public."""
        x = contiguous(elements(x))
        self._check_shift(s)
        if s == 128:
            return self.zeros(x.shape[:-1])
        out = np.empty(x.shape, U64)
        lib.parley_wide_shift_left(pointer(out), pointer(x), s, x.size // 2)
        return self._reduced(out)

    def zeros(self, shape: Shape) -> Words:
        """An array of zeros of the given shape, to which the last axis is added."""
        return np.zeros((*((shape,) if isinstance(shape, int) else shape), 2), U64)

    def _mask(self) -> Words:
        return np.array([2**64 - 1, 2 ** (self.bits - 64) - 1], U64)

    def _reduced(self, x: Words) -> Words:
        """Reduces x in place: for arrays made here."""
        if self.bits < 128:
            lib.parley_wide_offset(pointer(x), pointer(x), pointer(_ZERO), pointer(self._mask()), x.size // 2)
        return x

    def _offset(self, x: Words, plus: Words) -> Words:
        """x + plus for one element `plus`."""
        x, out = contiguous(x), np.empty(x.shape, U64)
        one, mask = pointer(contiguous(plus)), pointer(self._mask())
        lib.parley_wide_offset(pointer(out), pointer(x), one, mask, x.size // 2)
        return out

    def _check_shift(self, s: int) -> None:
        if not 0 <= s <= self.bits:
            raise LocalError("wrong-shift", f"cannot shift {self.bits}-bit elements by {s}", "shift by 0 to the bits")


Z128 = WideRing(128)
_ZERO = np.zeros(2, U64)
_MINUS_ONE = np.uint64(2**64 - 1)


def ring_of_bits(bits: int) -> Ring | WideRing:
    """The integers modulo 2^bits, 1 <= bits <= 128: of one word an element where that is enough."""
    return Ring(bits) if bits <= 64 else WideRing(bits)


def elements(x: Words) -> Words:
    """x as an array of elements of two words; anything else raises LocalError."""
    x = as_words(x)
    if not x.ndim or x.shape[-1] != 2:
        raise LocalError(
            "wrong-shape",
            f"elements of a wide ring are arrays of shape (..., 2), got {x.shape}",
            "use WideRing.from_words for words, from_ints for integers",
        )
    return x


def _elementwise(name: str, kernel: Binary, x: Words, y: Words) -> Words:
    """The kernel on x and y, broadcast to one shape."""
    if x.shape != y.shape:
        try:
            x, y = np.broadcast_arrays(x, y)
        except ValueError:
            raise wrong_shapes(name, x, y) from None
    out = np.empty(x.shape, U64)
    kernel(pointer(out), pointer(contiguous(x)), pointer(contiguous(y)), x.size // 2)
    return out
