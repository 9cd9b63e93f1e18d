"""Arithmetic in prime fields Z_p on numpy arrays of uint64: local and exact, by the kernels of native/field.

Elements are canonical, in [0, p), one word each; those of FIELD128 are two words, the low one first, in a last axis of
length 2 which the shapes named here leave out. Arrays may have any shape, () and empty ones included; results are fresh
C-contiguous arrays. An array of another dtype or a shape that does not fit raises LocalError (`wrong-dtype`,
`wrong-shape`). That elements are below p is for `check` to see, once, where they come in: operations rely on it.
Running times depend on shapes, p, exponents and points where they are integers, never on elements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.elements import centred, from_integers, moved_elements, to_integers
from mpc.algebra.interface import Moving
from mpc.algebra.primes import PROTH128, is_prime, non_square
from mpc.algebra.ring import U64, Shape, Words, as_words, contiguous, pointer
from mpc.algebra.sums import summed_axes
from mpc.algebra.transform_tables import constants_of, transform_tables
from mpc.algebra.words import Stream
from mpc.errors import LocalError
from native import Pointer, lib

_SHORT = 1024
"""Transforms of at most so many elements are done a block at a time, if there is a block of them."""


@dataclass(frozen=True, slots=True)
class PrimeField:
    """The integers modulo a prime p below 2^64, or p = 2^128 - 7 * 2^66 + 1 (FIELD128).

    Another p raises LocalError `wrong-field`. Whether p is prime is proven, not tried.
    """

    p: int

    def __post_init__(self) -> None:
        if not is_prime(self.p):
            known = "a prime below 2^64, or FIELD128"
            raise LocalError(
                "wrong-field", f"{self.p} is not {known}", "use MERSENNE61, FIELD64, FIELD128 or LARGEST64"
            )

    @property
    def words(self) -> int:
        """Words of an element: 1 or 2."""
        return 2 if self.p >= 2**64 else 1

    @property
    def bits(self) -> int:
        """The bit length of p."""
        return self.p.bit_length()

    def shape(self, x: Words) -> tuple[int, ...]:
        """The shape of an array of elements, without the axis of words."""
        if self.words == 1:
            return x.shape
        if not x.ndim or x.shape[-1] != self.words:
            raise LocalError(
                "wrong-shape", f"elements of two words end in an axis of 2, not {x.shape}", "use PrimeField.from_ints"
            )
        return x.shape[:-1]

    def zeros(self, shape: Shape) -> Words:
        """An array of zeros."""
        return np.zeros(self._with_words(shape), U64)

    def check(self, x: Words) -> Words:
        """x itself, if all elements are below p; else LocalError `not-in-field`. Says nothing of which are not."""
        x, size = contiguous(as_words(x)), prod(self.shape(as_words(x)))
        if wrong := lib.parley_field_count_wrong(pointer(x), size, self._constants):
            cause = f"{wrong} of {size} words are not below p = {self.p}"
            raise LocalError("not-in-field", cause, "use PrimeField.reduce for any words")
        return x

    def reduce(self, x: Words) -> Words:
        """x mod p for words of any value."""
        return self._unary(lib.parley_field_reduce, x)

    def from_ints(self, values: object) -> Words:
        """The elements of integers of any size and sign: an int, nested sequences of them, or an array."""
        return from_integers(values, self.p, self.words)

    def to_ints(self, x: Words) -> npt.NDArray[np.object_]:
        """The elements as Python's integers in an array of objects."""
        return to_integers(as_words(x), self.shape(as_words(x)), self.words)

    def from_bits(self, x: npt.NDArray[np.uint8]) -> Words:
        """The elements 0 and 1 of an array of bits."""
        out = self.zeros(x.shape)
        out.reshape(x.size, self.words)[:, 0] = x.reshape(-1)
        return out

    def from_signed(self, x: npt.NDArray[Any]) -> Words:
        """The elements of an array of signed integers."""
        return self.from_ints(x)

    def to_signed(self, x: Words) -> npt.NDArray[Any]:
        """The integers nearest to zero that elements stand for, in an array of objects."""
        return centred(self.to_ints(x), self.p)

    def moved(self, move: Moving, *values: Words) -> Words:
        """move(x, ...) in C order, for a function of numpy that only moves elements; it sees them whole."""
        return moved_elements(self.words, move, values)

    def draw(self, prg: Stream, shape: Shape) -> Words:
        """Uniform elements, by rejection.

        Takes as many words from the stream as the elements have, keeps the `bits` lowest bits of each, drops what is
        not below p, and goes on so for those that are missing: the same stream gives everybody the same elements.
        """
        out = self.zeros(shape)
        rows, done = out.reshape(-1, self.words), 0
        while done < len(rows):
            drawn = prg.words((len(rows) - done, self.words))
            drawn[:, -1] &= np.uint64(2 ** (self.bits - 64 * (self.words - 1)) - 1)
            kept = drawn[self._below(drawn)]
            rows[done : done + len(kept)] = kept
            done += len(kept)
        return out

    def add(self, x: Words, y: Words) -> Words:
        """x + y, elementwise, broadcasting like numpy."""
        return self._elementwise(lib.parley_field_add, x, y)

    def sub(self, x: Words, y: Words) -> Words:
        """x - y, elementwise, broadcasting like numpy."""
        return self._elementwise(lib.parley_field_sub, x, y)

    def neg(self, x: Words) -> Words:
        """-x, elementwise."""
        return self._unary(lib.parley_field_neg, x)

    def mul(self, x: Words, y: Words) -> Words:
        """x * y, elementwise, broadcasting like numpy; cheaper if one of them is a single element."""
        x, y = as_words(x), as_words(y)
        x, y = (y, x) if self.shape(x) == () else (x, y)
        if self.shape(y) == ():
            out, x, y = np.empty(x.shape, U64), contiguous(x), contiguous(y)
            size = prod(self.shape(x))
            lib.parley_field_scale(pointer(out), pointer(x), pointer(y), size, self._constants)
            return out
        return self._elementwise(lib.parley_field_mul, x, y)

    def mul_add(self, c: Words, x: Words, y: Words) -> Words:
        """c + x * y, elementwise, broadcasting like numpy; one pass over memory."""
        return self._elementwise(lib.parley_field_mul_add, c, x, y)

    def recombine(self, c: Words, d: Words, b: Words, e: Words, a: Words, *, with_de: bool) -> Words:
        """c + d*b + e*a, and + d*e if `with_de`: what Beaver's multiplication computes from opened d and e."""

        def kernel(out: Pointer, *arguments: Any) -> None:
            pc, pd, pb, pe, pa, size, constants = arguments
            lib.parley_field_recombine(out, pc, pd, pb, pe, pa, size, with_de, constants)

        return self._elementwise(kernel, c, d, b, e, a)

    def sum(self, x: Words, axis: int | tuple[int, ...] | None = None) -> Words:
        """The sum of all elements, or along axes (of those that `shape` has) as in numpy."""
        x, shape = as_words(x), self.shape(as_words(x))
        try:
            axes = summed_axes(len(shape), axis)
        except ValueError as error:
            raise LocalError("wrong-shape", f"cannot sum: {error}", "name an axis that the array has") from None
        kept = len(shape) - len(axes)
        rows = contiguous(np.moveaxis(x, axes, range(kept, len(shape))))
        result, length = rows.shape[:kept], prod(rows.shape[kept : len(shape)])
        out = self.zeros(result)
        lib.parley_field_sum(pointer(out), pointer(rows), prod(result), length, self._constants)
        return out

    def matmul(self, x: Words, y: Words) -> Words:
        """x @ y with numpy.matmul's rules for vectors, matrices and stacks of matrices."""
        a, b = self.shape(as_words(x)), self.shape(as_words(y))
        if not a or not b or a[-1] != b[0 if len(b) == 1 else -2]:
            raise _wrong_shapes("matmul", a, b)
        left, right = (1, *a) if len(a) == 1 else a, (*b, 1) if len(b) == 1 else b
        out = self._product_of_stacks(x.reshape(self._with_words(left)), y.reshape(self._with_words(right)))
        shape = self.shape(out)
        shape = shape[:-2] + shape[-2 if len(a) > 1 else -1 :]
        return out.reshape(self._with_words(shape if len(b) > 1 else shape[:-1]))

    def column_dots(self, x: Words, y: Words) -> Words:
        """The sums of x * y over the axis before the last: two arrays (..., rows, columns) to (..., columns)."""
        x, y, shape = contiguous(as_words(x)), contiguous(as_words(y)), self.shape(as_words(x))
        if self.shape(y) != shape or len(shape) < 2:
            raise _wrong_shapes("column_dots", shape, self.shape(y))
        *stack, rows, columns = shape
        out = self.zeros((*stack, columns))
        lib.parley_field_column_dots(pointer(out), pointer(x), pointer(y), prod(stack), rows, columns, self._constants)
        return out

    def power_sums(self, x: Words, columns: int, weights: Words, r: Words) -> Words:
        """For x (batch, n) in rows of `columns`, the last of which may be shorter: (batch, 2, columns).

        At column j stand the sums over all rows k of w_k r_k^(j+1) x_kj, and of w_k x_kj. Weights and r (batch, rows)
        may be secret.
        """
        batch, n = self.shape(as_words(x))
        rows = -(-n // columns)
        if self.shape(as_words(weights)) != (batch, rows) or self.shape(as_words(r)) != (batch, rows):
            raise _wrong_shapes("power_sums", (batch, rows), self.shape(weights), self.shape(r))
        out = np.empty(self._with_words((batch, 2, columns)), U64)
        at, w, base = (pointer(contiguous(array)) for array in (x, weights, r))
        lib.parley_field_power_sums(pointer(out), at, batch, n, columns, w, base, self._constants)
        return out

    def power(self, x: Words, e: int) -> Words:
        """x^e, elementwise; e is a public integer, 0^0 is 1, and 0 to a negative power is 0."""
        base = self.inverse(x) if e < 0 else contiguous(as_words(x))
        e = abs(e) if abs(e) < 2**64 else (abs(e) - 1) % (self.p - 1) + 1
        out, size = np.empty(base.shape, U64), prod(self.shape(base))
        lib.parley_field_power(pointer(out), pointer(base), size, e % 2**64, e >> 64, self._constants)
        return out

    def inverse(self, x: Words) -> Words:
        """1 / x, elementwise, and 0 where x is 0: three products an element, in the same time for zeros."""
        return self._unary(lib.parley_field_inverse, x)

    def powers(self, x: Words, n: int) -> Words:
        """1, x, ..., x^(n - 1) for one element x, in a new last axis."""
        x, out = contiguous(as_words(x)), self.zeros(n)
        if self.shape(x) != ():
            raise LocalError("wrong-shape", f"powers are of one element, not of {self.shape(x)}", "use vandermonde")
        lib.parley_field_powers(pointer(out), pointer(x), n, self._constants)
        return out

    def evaluate(self, coefficients: Words, point: Words) -> Words:
        """Polynomials (..., n), the constant coefficient first, at one point, which may be secret: shape (...)."""
        shape = self.shape(as_words(coefficients))
        if not shape:
            raise LocalError("wrong-shape", "a polynomial has an axis of coefficients", "reshape it to (1,)")
        return self.matmul(coefficients, self.powers(point, shape[-1]))

    def vandermonde(self, points: Sequence[int], n: int) -> Words:
        """The matrix (points, n) of each public point's powers 0 to n - 1.

        Times coefficients (n, ...), it gives Shamir's shares of a whole vector of secrets: the coefficients' row 0.
        """
        return self.from_ints([[pow(x, j, self.p) for j in range(n)] for x in points]).reshape(
            self._with_words((len(points), n))
        )

    def lagrange(self, points: Sequence[int], at: int = 0) -> Words:
        """Weights: the value at `at` of the polynomial of degree below len(points) is weights @ its values at points.

        Points are public; two that are equal modulo p raise LocalError `wrong-points`.
        """
        if len({x % self.p for x in points}) < len(points):
            raise LocalError("wrong-points", f"points {points} are not distinct", "give every party a point of its own")
        weights = []
        for i, x in enumerate(points):
            others = [y for j, y in enumerate(points) if j != i]
            above, below = prod(at - y for y in others), prod(x - y for y in others)
            weights.append(above * pow(below, -1, self.p))
        return self.from_ints(weights)

    def root(self, n: int) -> int:
        """The element of order n that transforms of n elements use; n is a power of two that divides p - 1.

        In FIELD64 and FIELD128 it is a power of the generator of the VDAF drafts (section 6.1.3 of
        draft-irtf-cfrg-vdaf); elsewhere one of the smallest element that is not a square.
        """
        if n < 1 or n & (n - 1) or (self.p - 1) % n:
            cause = f"there is no transform of {n} elements modulo {self.p}"
            raise LocalError("no-root", cause, "use a power of two that divides p - 1; FIELD64 has them up to 2^32")
        return _root(self.p, n)

    def ntt(self, x: Words) -> Words:
        """The values of polynomials (..., n) at root(n)^0, root(n)^1, ...: the transform along the last axis."""
        return self._transformed(x, inverse=False)

    def inverse_ntt(self, x: Words) -> Words:
        """The coefficients (..., n) of polynomials of degree below n with those values at the powers of root(n)."""
        return self._transformed(x, inverse=True)

    def convolve(self, x: Words, y: Words) -> Words:
        """Products of polynomials (..., n) and (..., m): (..., n + m - 1), by transforms."""
        a, b = self.shape(as_words(x)), self.shape(as_words(y))
        if not a or not b or not a[-1] or not b[-1]:
            raise _wrong_shapes("convolve", a, b)
        length = a[-1] + b[-1] - 1
        n = 1 << (length - 1).bit_length()
        values = self.mul(self.ntt(self._padded(x, n)), self.ntt(self._padded(y, n)))
        product = self.inverse_ntt(values)
        return np.ascontiguousarray(product[..., :length] if self.words == 1 else product[..., :length, :])

    @property
    def _constants(self) -> Pointer:
        return pointer(constants_of(self.p))

    def _with_words(self, shape: Shape) -> tuple[int, ...]:
        dimensions = (shape,) if isinstance(shape, int) else tuple(shape)
        return dimensions if self.words == 1 else (*dimensions, self.words)

    def _below(self, x: Words) -> npt.NDArray[np.bool_]:
        """Which rows (n, words) are below p."""
        top, bound = x[:, -1], np.uint64(self.p >> 64 * (self.words - 1))
        below = np.less(top, bound)
        if self.words == 1:
            return below
        return below | (np.equal(top, bound) & np.less(x[:, 0], np.uint64(self.p % 2**64)))

    def _unary(self, kernel: Callable[[Pointer, Pointer, int, Pointer], None], x: Words) -> Words:
        x = contiguous(as_words(x))
        out, size = np.empty(x.shape, U64), prod(self.shape(x))
        kernel(pointer(out), pointer(x), size, self._constants)
        return out

    def _elementwise(self, kernel: Callable[..., None], *arrays: Words) -> Words:
        shapes = [self.shape(as_words(x)) for x in arrays]
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            raise _wrong_shapes("elementwise arithmetic", *shapes) from None
        inputs = [
            contiguous(x) if of == shape else self.moved(lambda e: np.broadcast_to(e, shape), x)
            for x, of in zip(arrays, shapes, strict=True)
        ]
        out = np.empty(self._with_words(shape), U64)
        kernel(pointer(out), *(pointer(x) for x in inputs), out.size // self.words, self._constants)
        return out

    def _product_of_stacks(self, x: Words, y: Words) -> Words:
        (*a_stack, rows, inner), (*b_stack, _, columns) = self.shape(x), self.shape(y)
        try:
            batch = np.broadcast_shapes(tuple(a_stack), tuple(b_stack))
        except ValueError:
            raise _wrong_shapes("matmul", self.shape(x), self.shape(y)) from None
        a, a_step = self._stack(x, batch)
        b, b_step = self._stack(y, batch)
        out, count = self.zeros((*batch, rows, columns)), prod(batch)
        if not b_step and len(b_stack) == 0:
            rows, count = rows * count, 1
        lib.parley_field_matmul(
            pointer(out), pointer(a), pointer(b), count, a_step, b_step, rows, inner, columns, self._constants
        )
        return out

    def _stack(self, x: Words, batch: tuple[int, ...]) -> tuple[Words, int]:
        """The matrices of x for the whole batch, and the elements from one to the next (0 if they are all the same)."""
        *stack, rows, columns = self.shape(x)
        if not stack:
            return contiguous(x), 0
        return contiguous(np.broadcast_to(x, self._with_words((*batch, rows, columns)))), rows * columns

    def _padded(self, x: Words, n: int) -> Words:
        shape = self.shape(x)
        out = self.zeros((*shape[:-1], n))
        place = out if self.words == 1 else np.moveaxis(out, -1, 0)
        place[..., : shape[-1]] = x if self.words == 1 else np.moveaxis(x, -1, 0)
        return out

    def _transformed(self, x: Words, *, inverse: bool) -> Words:
        x, shape = contiguous(as_words(x)), self.shape(as_words(x))
        n = shape[-1] if shape else 0
        self.root(n)
        batch, block, out = prod(shape[:-1]), lib.parley_field_ntt_block(self._constants), np.empty(x.shape, U64)
        tables = transform_tables(self, n, inverse=inverse)
        if n <= _SHORT and (batch >= block or n < block):
            work = np.empty(block * n * self.words, U64)
            roots = pointer(tables.roots)
            lib.parley_field_ntt_short(pointer(out), pointer(x), pointer(work), batch, n, roots, self._constants)
            if inverse:
                scale = pointer(self.from_ints(pow(n, -1, self.p)))
                lib.parley_field_scale(pointer(out), pointer(out), scale, batch * n, self._constants)
            return out
        rows, columns = tables.rows, n // tables.rows
        work = np.empty((n + block * max(rows, columns)) * self.words, U64)
        lib.parley_field_ntt(
            pointer(out), pointer(x), pointer(work), batch, rows, columns, pointer(tables.row_roots),
            pointer(tables.column_roots), pointer(tables.twiddles), self._constants,
        )  # fmt: skip
        return out


MERSENNE61 = PrimeField(2**61 - 1)
"""The largest Mersenne prime below a word."""
FIELD64 = PrimeField(2**32 * 4294967295 + 1)
"""Field64 of the VDAF drafts: transforms of up to 2^32 elements."""
FIELD128 = PrimeField(PROTH128)
"""Field128 of the VDAF drafts, elements of two words: transforms of up to 2^66 elements."""
LARGEST64 = PrimeField(2**64 - 59)
"""The largest prime below 2^64."""


@lru_cache(maxsize=64)
def _root(p: int, n: int) -> int:
    return pow(non_square(p), (p - 1) // n, p)


def _wrong_shapes(name: str, *shapes: tuple[int, ...]) -> LocalError:
    listed = ", ".join(map(str, shapes))
    return LocalError("wrong-shape", f"{name} cannot combine arrays of shapes {listed}", "see numpy's rules of shapes")
