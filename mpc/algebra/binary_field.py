"""Arithmetic in GF(2^64) and GF(2^128) on numpy arrays of uint64: local, exact, constant time.

Bit i of an element is the coefficient of x^i, so an element is the little-endian number of its polynomial. In
GF(2^128) an element is the last axis of an array, two words, the lower one first; in GF(2^64) it is one word. Addition
and subtraction are both XOR: `mpc.algebra.bits.bit_xor`. Every bit pattern is an element.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import lib


@dataclass(frozen=True, slots=True)
class BinaryField:
    """GF(2^bits): 64 (modulo x^64 + x^4 + x^3 + x + 1) or 128 (modulo x^128 + x^7 + x^2 + x + 1).

    Arrays of elements are uint64 of shape (...) for 64 bits and (..., 2) for 128. Another dtype raises LocalError
    `wrong-dtype`, another shape `wrong-shape`. Results are fresh C-contiguous arrays.
    """

    bits: int = 128

    def __post_init__(self) -> None:
        if self.bits not in (64, 128):
            raise LocalError("wrong-field", f"there is no GF(2^{self.bits}) here", "use GF2_64 or GF2_128")

    def element(self, value: int) -> Words:
        """The element whose coefficients are the bits of a public integer, 0 <= value < 2^bits."""
        if not 0 <= value < 1 << self.bits:
            raise LocalError("wrong-element", f"GF(2^{self.bits}) has no such element", f"use 0 to 2^{self.bits} - 1")
        words = [value >> 64 * i & 2**64 - 1 for i in range(self.bits // 64)]
        return np.array(words, U64).reshape(self._tail)

    def integers(self, x: Words) -> list[int]:
        """The elements of x, flattened in C order, as integers; for tests and public values."""
        flat = self._elements(x).reshape(-1, self.bits // 64).tolist()
        return [sum(word << 64 * i for i, word in enumerate(element)) for element in flat]

    def mul(self, x: Words, y: Words) -> Words:
        """x * y, elementwise; shapes without the axis of an element broadcast like numpy."""
        x, y = self._elements(x), self._elements(y)
        for s, other in ((x, y), (y, x)):
            if self._count(s) == 1 and s.ndim <= other.ndim:
                return self._map(self._kernels.scale, other, contiguous(s))
        if x.shape != y.shape:
            x, y = self._broadcast(x, y)
        return self._map(self._kernels.mul, x, y)

    def square(self, x: Words) -> Words:
        """x^2, elementwise: half the work of a product."""
        return self._map(self._kernels.square, self._elements(x))

    def inverse(self, x: Words) -> Words:
        """1 / x, elementwise, and 0 where x = 0, in the same time."""
        return self._map(self._kernels.invert, self._elements(x))

    def inner(self, x: Words, y: Words) -> Words:
        """The element sum of x_i y_i over all elements of two arrays of one shape; reduced once."""
        x, y = self._elements(x), self._elements(y)
        if x.shape != y.shape:
            raise self._unlike("inner", x.shape, y.shape)
        return self._fold(self._kernels.inner, x, y)

    def inner_bits(self, x: Words, bits: Words) -> Words:
        """The element sum of those x_i, flattened in C order, whose bit i of packed `bits` (words_for(n),) is 1."""
        x, bits = self._elements(x), contiguous(as_words(bits))
        expected = (words_for(self._count(x)),)
        if bits.shape != expected:
            raise self._unlike("inner_bits", expected, bits.shape)
        return self._fold(self._kernels.inner_bits, x, bits)

    def powers(self, s: Words, count: int) -> Words:
        """s^0, s^1, ..., s^(count - 1) of one element s: `count` elements."""
        s = self._one(s)
        if count < 0:
            raise LocalError("wrong-shape", f"there are no {count} powers", "ask for 0 or more")
        out = np.empty((count, *self._tail), U64)
        self._kernels.powers(pointer(out), pointer(s), count)
        return out

    def evaluate(self, coefficients: Words, s: Words) -> Words:
        """The element sum of c_i s^i: the polynomial with these coefficients, flattened in C order, at s."""
        return self._fold(self._kernels.evaluate, self._elements(coefficients), self._one(s))

    @property
    def _tail(self) -> tuple[int, ...]:
        return () if self.bits == 64 else (2,)

    @property
    def _kernels(self) -> SimpleNamespace:
        return _KERNELS[self.bits]

    def _elements(self, x: Words) -> Words:
        x = contiguous(as_words(x))
        if self.bits == 128 and (not x.ndim or x.shape[-1] != 2):
            raise self._unlike("GF(2^128)", (2,), x.shape)
        return x

    def _one(self, s: Words) -> Words:
        s = self._elements(s)
        if s.shape != self._tail:
            raise self._unlike("a single element", self._tail, s.shape)
        return s

    def _count(self, x: Words) -> int:
        return x.size * 64 // self.bits

    def _broadcast(self, x: Words, y: Words) -> tuple[Words, Words]:
        lead = len(self._tail)
        shapes = [v.shape[: v.ndim - lead] for v in (x, y)]
        try:
            shape = (*np.broadcast_shapes(*shapes), *self._tail)
        except ValueError:
            raise self._unlike("mul", x.shape, y.shape) from None
        return contiguous(np.broadcast_to(x, shape)), contiguous(np.broadcast_to(y, shape))

    def _map(self, kernel: Callable[..., None], x: Words, *others: Words) -> Words:
        out = np.empty(x.shape, U64)
        kernel(pointer(out), pointer(x), *map(pointer, others), self._count(x))
        return out

    def _fold(self, kernel: Callable[..., None], x: Words, other: Words) -> Words:
        out = np.empty(self._tail, U64)
        kernel(pointer(out), pointer(x), pointer(other), self._count(x))
        return out

    def _unlike(self, what: str, expected: tuple[int, ...], got: tuple[int, ...]) -> LocalError:
        return LocalError(
            "wrong-shape",
            f"{what}: an array of shape {got} does not fit {expected}",
            "elements of GF(2^128) are arrays (..., 2), of GF(2^64) arrays (...)",
        )


_NAMES = ("mul", "scale", "square", "invert", "inner", "inner_bits", "powers", "evaluate")
_KERNELS = {
    bits: SimpleNamespace(**{name: getattr(lib, f"parley_gf_{name}_{bits}") for name in _NAMES}) for bits in (64, 128)
}

GF2_64 = BinaryField(64)
GF2_128 = BinaryField(128)
