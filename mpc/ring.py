"""Arithmetic in Z_2^bits on numpy arrays of uint64: local, exact, and one pass over memory where it matters.

Arrays may have any shape, () and empty ones included; results are fresh C-contiguous arrays, and a scalar result is
an array of shape (). Small and broadcast operands go to numpy, which is quicker there; large ones to `native`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt

from mpc.accelerator import Product, accelerator
from mpc.errors import LocalError
from native import WORDS, Pointer, ffi, lib

Words: TypeAlias = npt.NDArray[np.uint64]
Shape: TypeAlias = int | tuple[int, ...]

U64 = np.dtype(np.uint64)
_NATIVE_FROM = 8192
"""Elementwise operations on fewer words than this are quicker in numpy."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The integers modulo 2^bits, 1 <= bits <= 64.

    Elements are words below 2^bits: every operation takes reduced arrays and returns reduced arrays. An array of
    another dtype or a shape that does not fit raises LocalError (`wrong-dtype`, `wrong-shape`).
    """

    bits: int = 64

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= 64:
            raise LocalError("wrong-ring", f"a ring has 1 to 64 bits, not {self.bits}", "use Ring(64), the usual one")

    def reduce(self, x: Words) -> Words:
        """x mod 2^bits for words of any size. At 64 bits this is x itself, not a copy."""
        x = as_words(x)
        return x if self.bits == 64 else np.asarray(np.bitwise_and(x, self._mask), order="C")

    def add(self, x: Words, y: Words) -> Words:
        """x + y, elementwise, broadcasting like numpy."""
        return self._reduced(elementwise(np.add, lib.parley_add, x, y, "add"))

    def sub(self, x: Words, y: Words) -> Words:
        """x - y, elementwise, broadcasting like numpy."""
        return self._reduced(elementwise(np.subtract, lib.parley_sub, x, y, "sub"))

    def mul(self, x: Words, y: Words) -> Words:
        """x * y, elementwise, broadcasting like numpy."""
        return self._reduced(elementwise(np.multiply, lib.parley_mul, x, y, "mul"))

    def neg(self, x: Words) -> Words:
        """-x, elementwise."""
        return self._reduced(np.asarray(np.negative(as_words(x)), order="C"))

    def recombine(self, c: Words, d: Words, b: Words, e: Words, a: Words, *, with_de: bool) -> Words:
        """c + d*b + e*a, and + d*e if `with_de`: what Beaver's multiplication computes from opened d and e.

        One pass over memory if all shapes agree; otherwise they broadcast as in the formula.
        """
        c, d, b, e, a = as_words(c), as_words(d), as_words(b), as_words(e), as_words(a)
        if not c.shape == d.shape == b.shape == e.shape == a.shape:
            factor = self.add(b, e) if with_de else b
            return self.add(self.add(c, self.mul(d, factor)), self.mul(e, a))
        out = np.empty(c.shape, U64)
        operands = tuple(contiguous(v) for v in (c, d, b, e, a))
        if not _accelerated("recombine", out, operands, int(with_de)):
            pc, pd, pb, pe, pa = (pointer(v) for v in operands)
            lib.parley_recombine(pointer(out), pc, pd, pb, pe, pa, out.size, with_de)
        return self._reduced(out)

    def matmul(self, x: Words, y: Words) -> Words:
        """x @ y with numpy.matmul's rules for vectors, matrices and stacks of matrices."""
        return self._reduced(_matmul(as_words(x), as_words(y)))

    def sum(self, x: Words, axis: int | tuple[int, ...] | None = None) -> Words:
        """The sum of all elements, or along `axis` as in numpy."""
        try:
            total = np.sum(as_words(x), axis=axis, dtype=U64)
        except np.exceptions.AxisError as error:
            raise LocalError("wrong-shape", f"cannot sum: {error}", "name an axis that the array has") from None
        return self._reduced(np.asarray(total, order="C"))

    def shift_right(self, x: Words, s: int, *, plus: int = 0) -> Words:
        """(x + plus) >> s, the sum in the ring, the shift logical, 0 <= s <= bits; `plus` and `s` are public."""
        x, plus = as_words(x), plus % 2**self.bits
        self._check_shift(s)
        if self.bits == 64 and s < 64 and x.size >= _NATIVE_FROM:
            x, out = contiguous(x), np.empty(x.shape, U64)
            if not _accelerated("shift_right", out, (x,), plus, s):
                lib.parley_shift_right(pointer(out), pointer(x), plus, s, x.size)
            return out
        moved = self._reduced(np.asarray(np.add(x, np.uint64(plus)), order="C")) if plus else x
        return np.asarray(np.right_shift(moved, np.uint64(s)), order="C")

    def shift_left(self, x: Words, s: int) -> Words:
        """x * 2^s, 0 <= s <= bits; s is public."""
        self._check_shift(s)
        return self._reduced(np.asarray(np.left_shift(as_words(x), np.uint64(s)), order="C"))

    def to_signed(self, x: Words) -> npt.NDArray[np.int64]:
        """The integers from -2^(bits-1) up to 2^(bits-1) - 1 that x stands for in two's complement."""
        unused = 64 - self.bits
        top = np.left_shift(as_words(x), np.uint64(unused))
        return np.asarray(np.right_shift(top.astype(np.int64), np.int64(unused)), order="C")

    def from_signed(self, x: npt.NDArray[np.int64]) -> Words:
        """The elements x mod 2^bits of signed integers (int64)."""
        if not isinstance(x, np.ndarray | np.int64) or x.dtype != np.int64:
            raise LocalError("wrong-dtype", f"expected an array of int64, got {_kind(x)}", "use x.astype(np.int64)")
        return self._reduced(np.asarray(x.astype(U64), order="C"))

    def zeros(self, shape: Shape) -> Words:
        """An array of zeros."""
        return np.zeros(shape, U64)

    @property
    def _mask(self) -> np.uint64:
        return np.uint64(2**self.bits - 1)

    def _reduced(self, x: Words) -> Words:
        """Reduces x in place: for arrays made here."""
        return x if self.bits == 64 else np.bitwise_and(x, self._mask, out=x)

    def _check_shift(self, s: int) -> None:
        if not 0 <= s <= self.bits:
            raise LocalError("wrong-shift", f"cannot shift {self.bits}-bit elements by {s}", "shift by 0 to the bits")


Z64 = Ring(64)


def as_words(x: Words) -> Words:
    """x as an array of uint64; anything but one (or a numpy uint64 scalar) raises LocalError."""
    if isinstance(x, np.ndarray) and x.dtype == U64:
        return x
    if isinstance(x, np.uint64):
        return np.asarray(x)
    raise LocalError(
        "wrong-dtype",
        f"ring elements are numpy arrays of uint64, got {_kind(x)}",
        "use Ring.from_signed for signed integers, the encoding for real numbers, np.uint64 for constants",
    )


def contiguous(x: Words) -> Words:
    """x as kernels take it, in C order and aligned; copied only if it is not."""
    flags = x.flags
    return x if flags.c_contiguous and flags.aligned else np.array(x, order="C")


def pointer(x: Words) -> Pointer:
    """What a kernel takes for a contiguous array; keeps the array alive."""
    return ffi.from_buffer(WORDS, x)


def elementwise(
    ufunc: np.ufunc,
    kernel: Callable[[Pointer, Pointer, Pointer, int], None],
    x: Words,
    y: Words,
    on_device: str | None = None,
) -> Words:
    """ufunc(x, y) on words with broadcasting; `kernel` does the same for large arrays of one shape.

    `on_device` names the operation for an accelerator, if one may have it.
    """
    x, y = as_words(x), as_words(y)
    if x.size < _NATIVE_FROM or x.shape != y.shape:
        try:
            return np.asarray(ufunc(x, y), order="C")
        except ValueError:
            raise _wrong_shapes(ufunc.__name__, x, y) from None
    x, y, out = contiguous(x), contiguous(y), np.empty(x.shape, U64)
    if on_device is None or not _accelerated(on_device, out, (x, y)):
        kernel(pointer(out), pointer(x), pointer(y), x.size)
    return out


def _accelerated(name: str, out: Words, operands: tuple[Words, ...], *scalars: int) -> bool:
    """Whether a device in use has done an elementwise operation."""
    device = accelerator() if out.size >= _NATIVE_FROM else None
    return device is not None and device.elementwise(name, out, operands, scalars)


def _matmul(x: Words, y: Words) -> Words:
    if not x.ndim or not y.ndim or x.shape[-1] != y.shape[0 if y.ndim == 1 else -2]:
        raise _wrong_shapes("matmul", x, y)
    a = contiguous(x.reshape(1, -1) if x.ndim == 1 else x)
    b = contiguous(y.reshape(-1, 1) if y.ndim == 1 else y)
    out = _product_of_stacks(a, b)
    shape = out.shape[:-2] + out.shape[-2 if x.ndim > 1 else -1 :]
    return out.reshape(shape if y.ndim > 1 else shape[:-1])


def _product_of_stacks(a: Words, b: Words) -> Words:
    """a @ b for (..., rows, inner) and (..., inner, columns); one matrix b makes all of a's rows one matrix."""
    (rows, inner), columns = a.shape[-2:], b.shape[-1]
    if b.ndim == 2:
        out = np.empty((*a.shape[:-1], columns), U64)
        _multiply(out, a, b, Product(1, 0, 0, prod(a.shape[:-1]), inner, columns))
        return out
    try:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        raise _wrong_shapes("matmul", a, b) from None
    a, a_step = _stack(a, batch)
    b, b_step = _stack(b, batch)
    out = np.empty((*batch, rows, columns), U64)
    _multiply(out, a, b, Product(prod(batch), a_step, b_step, rows, inner, columns))
    return out


def _multiply(out: Words, a: Words, b: Words, p: Product) -> None:
    device = accelerator()
    if device is None or not device.matmul(out, a, b, p):
        lib.parley_matmul(pointer(out), pointer(a), pointer(b), p.batch, p.x_step, p.y_step, p.rows, p.inner, p.columns)


def _stack(x: Words, batch: tuple[int, ...]) -> tuple[Words, int]:
    """The matrices of x for the whole batch, and the words from one to the next (0 if they are all the same)."""
    if prod(x.shape[:-2]) == 1:
        return x, 0
    return contiguous(np.broadcast_to(x, (*batch, *x.shape[-2:]))), prod(x.shape[-2:])


def _wrong_shapes(name: str, x: Words, y: Words) -> LocalError:
    return LocalError(
        "wrong-shape",
        f"{name} cannot combine arrays of shapes {x.shape} and {y.shape}",
        "give both the same shape, or shapes that broadcast by numpy's rules",
    )


def _kind(x: object) -> str:
    """The type of x for an error message; never its content."""
    dtype = getattr(x, "dtype", None)
    return type(x).__name__ if dtype is None else f"{type(x).__name__} of {cast('np.dtype[np.generic]', dtype)}"
