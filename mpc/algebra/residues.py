"""Numbers by their residues modulo many small coprime numbers, on arrays, in a time that depends on shapes alone.

Residues are words below their moduli, one for each in a last axis: (..., count). A number below the moduli's product is
told by them (the Chinese remainder theorem), and is had back in words as of `mpc.algebra.bigint`. Quotients by the
moduli are Barrett's, CRYPTO 1986: a product, a shift, and a correction without a branch.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod

import numpy as np

from mpc.algebra.bigint import Modulus, from_ints
from mpc.algebra.ring import U64, Z64, Words, as_words
from mpc.errors import LocalError

MOST_BITS = 13
"""Of a modulus: sums over all bytes or residues of a number then fit in a word."""

BOUND_BITS = 20
"""Of a bound that numbers are drawn below."""

_DIGIT = np.uint64(32)
_LOW = np.uint64(2**32 - 1)
_KEPT = np.uint64(64 - BOUND_BITS)


class Residues:
    """Of odd coprime `moduli`, each of 3 or more and of 13 bits at most; arrays of residues are (..., len(moduli)).

    `product` is that of all. `bits`: the length of the longest modulus. Operands broadcast as numpy's do.
    """

    __slots__ = ("_inverses", "_reciprocals", "_shifts", "_weights", "bits", "moduli", "product", "row")

    def __init__(self, moduli: Sequence[int]) -> None:
        """Moduli that are even, too small, too long or not coprime raise LocalError `wrong-modulus`, as does none."""
        self.moduli, self.product = tuple(moduli), prod(moduli)
        sizes = [m.bit_length() for m in moduli]
        good = bool(moduli) and all(m >= 3 and m % 2 for m in moduli) and max(sizes) <= MOST_BITS
        if not good or any(gcd(m, self.product // m) != 1 for m in moduli):
            raise LocalError(
                "wrong-modulus", "these are not coprime odd numbers of 2 to 13 bits", "give powers of different primes"
            )
        self.bits = max(sizes)
        self.row = np.array(moduli, U64)
        self._shifts = np.array([31 + size for size in sizes], U64)
        self._reciprocals = np.array([(1 << 31 + size) // m for m, size in zip(moduli, sizes, strict=True)], U64)
        cofactors = [self.product // m for m in moduli]
        self._inverses = np.array([pow(c, -1, m) for c, m in zip(cofactors, moduli, strict=True)], U64)
        self._weights = digits_of(from_ints(cofactors, Modulus(self.product).limbs))

    def reduce(self, x: Words) -> Words:
        """x mod m for words below 2^32, one for each modulus."""
        quotients = (x * self._reciprocals) >> self._shifts
        rest = x - quotients * self.row
        result: Words = np.minimum(rest, rest - self.row)
        return result

    def add(self, x: Words, y: Words) -> Words:
        """x + y mod m."""
        total = x + y
        result: Words = np.minimum(total, total - self.row)
        return result

    def sub(self, x: Words, y: Words) -> Words:
        """x - y mod m."""
        difference = x - y
        result: Words = np.minimum(difference, difference + self.row)
        return result

    def mul(self, x: Words, y: Words) -> Words:
        """x y mod m."""
        return self.reduce(x * y)

    def constant(self, value: int) -> Words:
        """The residues of a public integer of any size and sign: (len(moduli),)."""
        return np.array([value % m for m in self.moduli], U64)

    def of(self, x: Words) -> Words:
        """The residues of numbers (..., limbs) of up to 128 words: (..., len(moduli))."""
        x = np.ascontiguousarray(as_words(x))
        places = x.shape[-1] * 8
        powers = np.array([[pow(256, k, m) for m in self.moduli] for k in range(places)], U64)
        octets = x.reshape(-1, x.shape[-1]).view(np.uint8).astype(U64)
        return self.reduce(Z64.matmul(octets, powers)).reshape(*x.shape[:-1], len(self.moduli))

    def combine(self, x: Words) -> Words:
        """The numbers below `product` that have these residues: (..., limbs).

        The sum of (x / c mod m) c, with c the product of the other moduli, reduced modulo that of all.
        """
        parts = self.mul(x, self._inverses).reshape(-1, len(self.moduli))
        digits = Z64.matmul(parts, self._weights)
        modulus = Modulus(self.product)
        return modulus.reduce(carried(np.pad(digits, ((0, 0), (0, 2))))).reshape(*x.shape[:-1], modulus.limbs)

    def uniform(self, draws: Words) -> Words:
        """Residues of uniform words (..., len(moduli), 2), within 2^-75 of uniform each."""
        return below(draws, self.row)

    def fits(self, x: Words) -> bool:
        """Whether public words are residues: below their moduli."""
        return bool((x < self.row).all())

    def __repr__(self) -> str:
        return f"Residues(modulo {len(self.moduli)} numbers of up to {self.bits} bits)"


def below(draws: Words, bound: Words | int) -> Words:
    """Numbers below public bounds of up to 20 bits from uniform words (..., 2): floor(bound u), u a fraction, 88 bits.

    Their distance from uniform is at most bound / 2^88 (Lemire, ACM TOMACS 2019, without his rejection).
    """
    upper, lower = (draws[..., i] >> np.uint64(BOUND_BITS) for i in (0, 1))
    factor = np.asarray(bound, U64)
    result: Words = (upper * factor + ((lower * factor) >> _KEPT)) >> _KEPT
    return result


def digits_of(x: Words) -> Words:
    """The digits of 32 bits of numbers (..., limbs), lowest first, each in a word: (..., 2 limbs)."""
    return np.stack([x & _LOW, x >> _DIGIT], axis=-1).reshape(*x.shape[:-1], 2 * x.shape[-1])


def carried(digits: Words) -> Words:
    """The numbers of which digits of 32 bits are given as words below 2^63: (..., 2 limbs) becomes (..., limbs).

    The highest digit's carry must be 0.
    """
    out, carry = np.empty(digits.shape, U64), np.zeros(digits.shape[:-1], U64)
    for k in range(digits.shape[-1]):
        carry = carry + digits[..., k]
        out[..., k] = carry & _LOW
        carry >>= _DIGIT
    return out[..., ::2] | out[..., 1::2] << _DIGIT
