"""Arithmetic modulo a product of two secret coprime numbers, done modulo each: a quarter of the work for each half.

Quisquater and Couvreur, "Fast decipherment algorithm for RSA public-key cryptosystem", Electronics Letters 1982.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.bigint import Modulus, as_exponents, from_ints, limbs_for, montgomery_exponentiate
from mpc.algebra.ring import U64, Words
from mpc.algebra.square_modulus import SquareModulus
from mpc.errors import LocalError


class CrtModulus:
    """n = p * q for odd coprime p and q of 3 or more: primes, or their squares as in Paillier's cryptosystem.

    The halves' numbers have `half_limbs` words, those mod n `n.limbs`. p and q are secret. They meet Python's integers,
    whose time depends on them, here and nowhere else: once when a key is made or loaded.
    """

    __slots__ = ("_q_in_n", "_q_inverse", "half_limbs", "n", "p", "q")

    def __init__(self, p: int, q: int, *, squared: bool = False) -> None:
        """squared: for n = p^2 q^2, of which the halves are p^2 and q^2 (mpc.algebra.square_modulus).

        Numbers that are even, below 3 or not coprime raise LocalError `wrong-modulus`.
        """
        limbs = limbs_for(max(p.bit_length(), q.bit_length()))
        self.p, self.q, self.n = (
            (SquareModulus(p, root_limbs=limbs), SquareModulus(q, root_limbs=limbs), SquareModulus(p * q))
            if squared
            else (Modulus(p, limbs=limbs), Modulus(q, limbs=limbs), Modulus(p * q))
        )
        self.half_limbs = self.p.limbs
        try:
            inverse = pow(self.q.n, -1, self.p.n)
        except ValueError:
            raise LocalError(
                "wrong-modulus", "the two factors of a modulus are not coprime", "give two different primes, or powers"
            ) from None
        self._q_inverse = from_ints([inverse], self.half_limbs)[0]
        self._q_in_n = from_ints([self.q.n], self.n.limbs)[0]

    def split(self, x: Words) -> tuple[Words, Words]:
        """x mod p and x mod q of numbers (..., words) of any width: two arrays (..., half_limbs)."""
        return self.p.reduce(x), self.q.reduce(x)

    def combine(self, x_p: Words, x_q: Words) -> Words:
        """The numbers mod n (..., n.limbs) that are x_p mod p and x_q mod q, both (..., half_limbs).

        Garner's formula: x = x_q + q ((x_p - x_q) / q mod p). The result is reduced again and compared with both
        arguments: a difference, which only a fault of the machine can make, raises LocalError `computation-fault`,
        since a number that is wrong modulo one of them betrays both (Boneh, DeMillo, Lipton, EUROCRYPT 1997). A fault
        that made x_p or x_q wrong before is not seen here: where a power can be checked by a public exponent, do.
        """
        x_p, x_q = self.p.reduce(x_p), self.q.reduce(x_q)
        difference = self.p.sub(x_p, self.p.reduce(x_q))
        quotient = self.p.mul(difference, self._q_inverse)
        x = self.n.add(self.n.mul(self._wide(quotient), self._q_in_n), self._wide(x_q))
        again_p, again_q = self.split(x)
        if np.bitwise_or.reduce(((again_p ^ x_p) | (again_q ^ x_q)).ravel(), initial=np.uint64(0)):
            raise LocalError("computation-fault", "a result fails its check: the machine miscalculated", "do not go on")
        return x

    def power(self, bases: Words, exponents_p: Words, exponents_q: Words, *, bits: int | None = None) -> Words:
        """bases^e mod n for bases (count, words) of any width: (count, n.limbs).

        exponents_p and exponents_q, (words,) or (count, words), both of `bits` bits, are e modulo the orders of the
        groups mod p and mod q, or equal to e. Both halves of all numbers are computed side by side.
        """
        return self.combine(*self.power_of_halves(bases, exponents_p, exponents_q, bits=bits))

    def power_of_halves(
        self, bases: Words, exponents_p: Words, exponents_q: Words, *, bits: int | None = None
    ) -> tuple[Words, Words]:
        """As `power`, but the powers mod p and mod q (count, half_limbs), not put together."""
        halves = np.concatenate(self.split(bases))
        count = len(bases)
        exponents = np.concatenate([_one_each(e, count) for e in (exponents_p, exponents_q)])
        moduli = [self.p] * count + [self.q] * count
        powers = montgomery_exponentiate(halves, exponents, moduli, bits=bits)
        return powers[:count], powers[count:]

    def _wide(self, x: Words) -> Words:
        out = np.zeros((*x.shape[:-1], self.n.limbs), U64)
        out[..., : self.half_limbs] = x
        return out

    def __repr__(self) -> str:
        return f"CrtModulus(... of {self.n.bits} bits)"


def _one_each(exponents: Words, count: int) -> Words:
    """An exponent, or `count` of them, as (count, words)."""
    exponents = as_exponents(exponents)
    if exponents.shape[:-1] not in ((), (count,)):
        raise LocalError(
            "wrong-shape",
            f"exponents of shape {exponents.shape} for {count} bases",
            "give one, or one for each",
        )
    return np.broadcast_to(exponents, (count, exponents.shape[-1]))
