"""Numbers that stay in Montgomery form: one product where `Modulus.mul` takes two, and products of chosen numbers.

x stands as x R mod n with R = 2^(52 digits), the same for every instruction set, in arrays as of `Modulus`.
Montgomery, "Modular multiplication without trial division", Mathematics of Computation 1985.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.bigint import Modulus, from_ints, in_lanes, workspace, wrong_width
from mpc.algebra.cores import in_parts
from mpc.algebra.ring import U64, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import lib

_LANES = 8
_FEWEST = 64
"""So many products are worth a core of their own."""


class MontgomeryForm:
    """The form modulo one number. Arrays (..., limbs) hold x R mod n; operands broadcast as those of `Modulus`."""

    __slots__ = ("_squared", "_unit", "modulus", "one")

    def __init__(self, modulus: Modulus) -> None:
        self.modulus = modulus
        r = pow(2, 52 * lib.parley_bignum_digits(modulus.limbs), modulus.n)
        self.one, self._squared, self._unit = from_ints([r, r * r % modulus.n, 1], modulus.limbs)

    def into(self, x: Words) -> Words:
        """The form of numbers x < n."""
        return self.mul(x, self._squared)

    def out_of(self, x: Words) -> Words:
        """The numbers that stand in the form."""
        return self.mul(x, self._unit)

    def constant(self, values: Sequence[int]) -> Words:
        """The form of public integers, of any size and sign: (len(values), limbs)."""
        n, r = self.modulus.n, 1 << 52 * lib.parley_bignum_digits(self.modulus.limbs)
        return from_ints([value * r % n for value in values], self.modulus.limbs)

    def mul(self, x: Words, y: Words) -> Words:
        """The form of the products, elementwise; the product x y / R mod n of any numbers below n."""
        limbs = self.modulus.limbs
        x, y = as_words(x), as_words(y)
        if not x.ndim or not y.ndim or x.shape[-1] != limbs or y.shape[-1] != limbs:
            raise wrong_width(limbs, x if not x.ndim or x.shape[-1] != limbs else y)
        shape = np.broadcast_shapes(x.shape, y.shape)
        x, y = (contiguous(np.broadcast_to(v, shape)).reshape(-1, limbs) for v in (x, y))
        out, row = np.empty(x.shape, U64), pointer(self.modulus.row)

        def run(start: int, end: int) -> None:
            part, space = slice(start, end), workspace(limbs)
            lib.parley_bignum_montgomery_mul(
                pointer(out[part]), pointer(x[part]), pointer(y[part]), row, 0, limbs, end - start, pointer(space)
            )

        in_parts(len(x), run, step=_LANES, smallest=_FEWEST)
        return out.reshape(shape)

    def square(self, x: Words) -> Words:
        """The form of the squares."""
        return self.mul(x, x)

    def product(self, x: Words) -> Words:
        """The product along the first dimension: (count, ..., limbs) becomes (..., limbs); one where count is 0."""
        if not len(x):
            return np.broadcast_to(self.one, x.shape[1:]).copy()
        while len(x) > 1:
            half = len(x) // 2
            x = np.concatenate([self.mul(x[:half], x[half : 2 * half]), x[2 * half :]])
        result: Words = x[0]
        return result

    def products_var(self, numbers: Words, indices: Words, starts: Words) -> Words:
        """(count, limbs): each the product of numbers[indices[starts[i]:starts[i + 1]]], one for none.

        numbers: (size, limbs) in the form, which may be secret. indices and starts (count + 1,), uint64, are public:
        the time depends on them. Eight results side by side take as long as the longest of them.
        """
        numbers, limbs = contiguous(as_words(numbers)), self.modulus.limbs
        indices, starts = contiguous(as_words(indices)), contiguous(as_words(starts))
        if numbers.ndim != 2 or numbers.shape[1] != limbs:
            raise wrong_width(limbs, numbers)
        if not len(starts) or int(starts[-1]) > len(indices):
            raise LocalError("wrong-shape", "the last product names more numbers than are chosen", "give their starts")

        def run(out: Words, _: Words, part: slice) -> None:
            lib.parley_bignum_products_var(
                pointer(out), pointer(numbers), len(numbers), pointer(indices),
                pointer(starts[part.start : part.stop + 1]), pointer(self.modulus.row), limbs, len(out),
                pointer(workspace(limbs)),
            )  # fmt: skip

        return in_lanes(run, np.empty((len(starts) - 1, limbs), U64))

    def power(self, bases: Words, exponents: Words, *, bits: int) -> Words:
        """bases^exponents for secret exponents (..., words) of `bits` bits, as `Modulus.power`."""
        return self.into(self.modulus.power(self.out_of(bases), exponents, bits=bits))

    def power_var(self, bases: Words, exponent: int) -> Words:
        """bases^exponent for one public exponent of 0 or more."""
        if exponent.bit_length() <= _SHORT_BITS:
            return self._short_power_var(bases, exponent)
        return self.into(self.modulus.power_var(self.out_of(bases), exponent))

    def _short_power_var(self, bases: Words, exponent: int) -> Words:
        if not exponent:
            return np.broadcast_to(self.one, bases.shape).copy()
        power = bases
        for bit in f"{exponent:b}"[1:]:
            power = self.square(power)
            power = self.mul(power, bases) if bit == "1" else power
        return power

    def inverse(self, x: Words) -> Words:
        """The inverses, as `Modulus.inverse` has them: one that does not exist raises LocalError `not-invertible`."""
        return self.into(self.modulus.inverse(self.out_of(x)))

    def __repr__(self) -> str:
        return f"MontgomeryForm(... of {self.modulus.bits} bits)"


_SHORT_BITS = 6
"""Powers of exponents no longer than this are not worth leaving the form for."""
