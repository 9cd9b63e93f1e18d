"""Arithmetic in Z_2^bits on numpy arrays of uint64: local, exact, and one pass over memory where it matters.

Arrays may have any shape, () and empty ones included; results are fresh C-contiguous arrays, and a scalar result is
an array of shape (). Small and broadcast operands go to numpy, which is quicker there; large ones to `native`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.accelerator import accelerator
from mpc.algebra.elements import OneWord, from_integers, moved_elements
from mpc.algebra.interface import Masks, Moving, Pair
from mpc.algebra.masked import formula_of_product, masked_product
from mpc.algebra.matmul import device_product, stacked_product
from mpc.algebra.sums import sum_axes, summed_axes
from mpc.algebra.words import (
    NATIVE_FROM,
    U64,
    Stream,
    Words,
    accelerated,
    as_words,
    contiguous,
    elementwise,
    in_numpy,
    kind,
    one_for_all,
    pointer,
    read_by_kernel,
    wrong_shapes,
)
from mpc.errors import LocalError
from native import lib

__all__ = ["U64", "Z64", "Ring", "Shape", "Words", "as_words", "contiguous", "elementwise", "pointer"]

Shape: TypeAlias = int | tuple[int, ...]

_SMALL_PRODUCT = 8192
"""Matrix products of fewer multiplications than this are quicker in numpy."""
_FUSED_FROM = 64
"""From this many elements on, one kernel for a formula is quicker than numpy step by step."""
_ZERO, _MINUS_ONE = np.zeros(1, U64), np.full(1, 2**64 - 1, U64)


@dataclass(frozen=True, slots=True)
class Ring(OneWord):
    """The integers modulo 2^bits, 1 <= bits <= 64.

    Elements are words below 2^bits: every operation takes reduced arrays and returns reduced arrays. An array of
    another dtype or a shape that does not fit raises LocalError (`wrong-dtype`, `wrong-shape`).
    """

    bits: int = 64

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= 64:
            raise LocalError("wrong-ring", f"a ring has 1 to 64 bits, not {self.bits}", "use Ring(64), the usual one")

    def draw(self, prg: Stream, shape: Shape) -> Words:
        """Uniformly random elements, a word of the stream for each."""
        return self.reduce(prg.words(shape))

    def moved(self, move: Moving, *values: Words) -> Words:
        """move(x, ...) in C order, for a function of numpy that only moves elements."""
        return moved_elements(1, move, values)

    def reduce(self, x: Words) -> Words:
        """x mod 2^bits for words of any size. At 64 bits this is x itself, not a copy."""
        x = as_words(x)
        if self.bits == 64:
            return x
        return self._offset(x, _ZERO) if x.size >= NATIVE_FROM else np.asarray(np.bitwise_and(x, self._mask), order="C")

    def add(self, x: Words, y: Words) -> Words:
        """x + y, elementwise, broadcasting like numpy."""
        x, y = as_words(x), as_words(y)
        if x.size < NATIVE_FROM > y.size:
            return self._reduced(in_numpy(np.add, x, y))
        if one_for_all(y, x):
            return self._offset(x, y)
        if one_for_all(x, y):
            return self._offset(y, x)
        return self._reduced(elementwise(np.add, lib.parley_add, x, y, "add"))

    def sub(self, x: Words, y: Words) -> Words:
        """x - y, elementwise, broadcasting like numpy."""
        x, y = as_words(x), as_words(y)
        if x.size < NATIVE_FROM > y.size:
            return self._reduced(in_numpy(np.subtract, x, y))
        if one_for_all(y, x):
            return self._offset(x, np.negative(y))
        if one_for_all(x, y):
            return self._affine(y, _MINUS_ONE, x)
        return self._reduced(elementwise(np.subtract, lib.parley_sub, x, y, "sub"))

    def mul(self, x: Words, y: Words) -> Words:
        """x * y, elementwise, broadcasting like numpy."""
        x, y = as_words(x), as_words(y)
        if x.size < NATIVE_FROM > y.size:
            return self._reduced(in_numpy(np.multiply, x, y))
        if one_for_all(y, x):
            return self._affine(x, y, _ZERO)
        if one_for_all(x, y):
            return self._affine(y, x, _ZERO)
        return self._reduced(elementwise(np.multiply, lib.parley_mul, x, y, "mul"))

    def neg(self, x: Words) -> Words:
        """-x, elementwise."""
        x = as_words(x)
        if x.size < NATIVE_FROM:
            return self._reduced(np.asarray(np.negative(x), order="C"))
        x, out = contiguous(x), np.empty(x.shape, U64)
        if not accelerated("neg", out, (x,)):
            lib.parley_neg(pointer(out), pointer(x), x.size)
        return self._reduced(out)

    def recombine(self, c: Words, d: Words, b: Words, e: Words, a: Words, *, with_de: bool) -> Words:
        """c + d*b + e*a, and + d*e if `with_de`: what Beaver's multiplication computes from opened d and e.

        One pass over memory if all shapes agree and are not tiny; otherwise they broadcast as in the formula.
        """
        if c.size < _FUSED_FROM or not c.shape == d.shape == b.shape == e.shape == a.shape:
            factor = self.add(b, e) if with_de else b
            return self.add(self.add(c, self.mul(d, factor)), self.mul(e, a))
        out = np.empty(c.shape, U64)
        operands = [contiguous(as_words(v)) for v in (c, d, b, e, a)] if out.size >= NATIVE_FROM else [c, d, b, e, a]
        if not accelerated("recombine", out, tuple(operands), int(with_de)):
            pc, pd, pb, pe, pa = [read_by_kernel(v) for v in operands]
            lib.parley_recombine(pointer(out), pc, pd, pb, pe, pa, out.size, with_de)
        return self._reduced(out)

    def masked_product(self, x: Pair, y: Pair, masks: Masks) -> Words:
        """x_0 (y_0 + y_1) + x_1 y_0 + after - before, broadcasting; in one pass over memory if all have one shape."""
        out = masked_product(lib.parley_replicated_product, x, y, masks)
        return formula_of_product(self, x, y, masks) if out is None else self._reduced(out)

    def matmul(self, x: Words, y: Words) -> Words:
        """x @ y with numpy.matmul's rules for vectors, matrices and stacks of matrices."""
        x, y = as_words(x), as_words(y)
        device = accelerator()
        if device is not None and (product := device_product(device, x, y)) is not None:
            return self._reduced(product)
        if y.ndim and x.size * y.shape[-1] <= _SMALL_PRODUCT:
            try:
                return self._reduced(np.asarray(np.matmul(x, y), order="C"))
            except ValueError:
                raise wrong_shapes("matmul", x, y) from None
        return self._reduced(stacked_product(lib.parley_matmul, x, y))

    def sum(self, x: Words, axis: int | tuple[int, ...] | None = None) -> Words:
        """The sum of all elements, or along `axis` as in numpy."""
        x = as_words(x)
        try:
            axes = summed_axes(x.ndim, axis)
            total = sum_axes(x, axes) if x.size >= NATIVE_FROM else np.sum(x, axis=axes, dtype=U64)
        except ValueError as error:
            raise LocalError("wrong-shape", f"cannot sum: {error}", "name an axis that the array has") from None
        return self._reduced(np.asarray(total, order="C"))

    def shift_right(self, x: Words, s: int, *, plus: int = 0) -> Words:
        """(x + plus) >> s, the sum in the ring, the shift logical, 0 <= s <= bits; `plus` and `s` are public."""
        x, plus = as_words(x), plus % 2**self.bits
        self._check_shift(s)
        if x.size < NATIVE_FROM or s == 64:
            moved = self._reduced(np.asarray(np.add(x, np.uint64(plus)), order="C")) if plus else x
            return np.asarray(np.right_shift(moved, np.uint64(s)), order="C")
        if plus and self.bits < 64:
            x, plus = self._offset(x, np.array([plus], U64)), 0
        x, out = contiguous(x), np.empty(x.shape, U64)
        if not accelerated("shift_right", out, (x,), plus, s):
            lib.parley_shift_right(pointer(out), pointer(x), plus, s, x.size)
        return out

    def shift_left(self, x: Words, s: int) -> Words:
        """x * 2^s, 0 <= s <= bits; s is public."""
        x = as_words(x)
        self._check_shift(s)
        if x.size < NATIVE_FROM or s == 64:
            return self._reduced(np.asarray(np.left_shift(x, np.uint64(s)), order="C"))
        x, out = contiguous(x), np.empty(x.shape, U64)
        if not accelerated("shift_left", out, (x,), s):
            lib.parley_shift_left(pointer(out), pointer(x), s, x.size)
        return self._reduced(out)

    def low(self, x: Words, bits: int) -> Words:
        """x mod 2^bits for 0 <= bits <= those of the ring, as elements of this ring."""
        return Ring(bits).reduce(x) if bits else self.zeros(x.shape)

    def smaller(self, bits: int) -> Ring:
        """The integers modulo 2^bits, 1 <= bits <= those of the ring."""
        return Ring(bits)

    def to_smaller(self, x: Words, bits: int) -> Words:
        """x mod 2^bits as elements of that ring."""
        return Ring(bits).reduce(x)

    def from_ints(self, values: object) -> Words:
        """The elements of public integers of any size and sign: an int, nested sequences of them, or an array."""
        if isinstance(values, int):
            return np.array(values % (1 << self.bits), U64)
        if isinstance(values, np.ndarray) and values.dtype.kind in "biu":
            return self._reduced(np.asarray(values.astype(U64), order="C"))
        return from_integers(values, 1 << self.bits, 1)

    def to_signed(self, x: Words) -> npt.NDArray[np.int64]:
        """The integers from -2^(bits-1) up to 2^(bits-1) - 1 that x stands for in two's complement."""
        unused = 64 - self.bits
        top = np.left_shift(as_words(x), np.uint64(unused))
        return np.asarray(np.right_shift(top.astype(np.int64), np.int64(unused)), order="C")

    def from_bits(self, x: npt.NDArray[np.uint8]) -> Words:
        """The elements 0 and 1 of an array of bits."""
        return x.astype(U64)

    def from_signed(self, x: npt.NDArray[Any]) -> Words:
        """The elements x mod 2^bits of signed integers (int64)."""
        if not isinstance(x, np.ndarray | np.int64) or x.dtype != np.int64:
            raise LocalError("wrong-dtype", f"expected an array of int64, got {kind(x)}", "use x.astype(np.int64)")
        return self._reduced(np.asarray(x.astype(U64), order="C"))

    def planes(self, x: Words, count: int) -> Words:
        """The lowest `count` bit planes of the elements, flattened in C order: (count, words_for(size))."""
        return bits.planes(x, count)

    def from_planes(self, planes: Words, count: int) -> Words:
        """The `count` elements whose bits, lowest first, these planes are; what lies above the ring's bits is lost."""
        return self.reduce(bits.from_planes(planes[: self.bits], count))

    def zeros(self, shape: Shape) -> Words:
        """An array of zeros."""
        return np.zeros(shape, U64)

    @property
    def _mask(self) -> np.uint64:
        return np.uint64(2**self.bits - 1)

    def _reduced(self, x: Words) -> Words:
        """Reduces x in place: for arrays made here."""
        if self.bits == 64:
            return x
        if x.size < NATIVE_FROM:
            return np.bitwise_and(x, self._mask, out=x)
        lib.parley_offset(pointer(x), pointer(x), pointer(_ZERO), int(self._mask), x.size)
        return x

    def _offset(self, x: Words, plus: Words) -> Words:
        """x + plus for one element `plus`."""
        x, out = contiguous(x), np.empty(x.shape, U64)
        lib.parley_offset(pointer(out), pointer(x), pointer(plus.reshape(1)), int(self._mask), x.size)
        return out

    def _affine(self, x: Words, factor: Words, plus: Words) -> Words:
        """x * factor + plus for single elements `factor` and `plus`."""
        x, out = contiguous(x), np.empty(x.shape, U64)
        lib.parley_affine(pointer(out), pointer(x), pointer(factor.reshape(1)), pointer(plus.reshape(1)), x.size)
        return self._reduced(out)

    def _check_shift(self, s: int) -> None:
        if not 0 <= s <= self.bits:
            raise LocalError("wrong-shift", f"cannot shift {self.bits}-bit elements by {s}", "shift by 0 to the bits")


Z64 = Ring(64)
