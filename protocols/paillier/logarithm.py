"""Logarithms to the base 1 + N, where they are easy: of numbers that are 1 modulo N, or modulo one of its primes.

Numbers 1 + u with u divisible by b have the logarithm u - u^2 / 2 + u^3 / 3 - ..., of which mod b^(s + 1) the first s
terms are left; divided by that of 1 + N it is the exponent mod b^s.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.bigint import Modulus, from_ints, to_ints
from mpc.algebra.ring import Words
from mpc.errors import LocalError


class Logarithm:
    """Messages m of powers (1 + N)^(m times) modulo b^(s + 1), for b = N or one of its primes, which may be secret."""

    __slots__ = ("_b", "_by_log_of_g", "_fractions", "_inverse", "_message", "_power", "_words")

    def __init__(self, b: int, s: int, n: int, times: int, power: Modulus, message: Modulus) -> None:
        """times: without a factor in common with b. power: b^(s + 1); message: b^s."""
        self._b, self._power, self._message = Modulus(b), power, message
        self._fractions = from_ints([pow(i, -1, power.n) for i in range(1, s + 1)], power.limbs)
        all_ones = 2 ** (64 * power.limbs) - 1
        self._words, self._inverse = Modulus(all_ones), from_ints([pow(b, -1, all_ones)], power.limbs)[0]
        of_g = to_ints(self._log(from_ints([n % power.n], power.limbs)))[0] * times
        self._by_log_of_g = from_ints([pow(of_g, -1, message.n)], message.limbs)[0]

    def message(self, powers: Words) -> Words:
        """m mod b^s. LocalError `computation-fault` where a power is not 1 modulo b."""
        if not self.exist(powers):
            raise LocalError(
                "computation-fault",
                "a decryption fails its check: the machine miscalculated, or a number is no ciphertext of this key",
                "do not go on with this machine if what it was given came from `received` or from its own encryption",
            )
        return self._message.mul(self._message.reduce(self._log(self._less_one(powers))), self._by_log_of_g)

    def exist(self, powers: Words) -> bool:
        """Whether all powers are 1 modulo b."""
        rests = self._b.reduce(self._less_one(powers))
        return not np.bitwise_or.reduce(rests.ravel(), initial=np.uint64(0))

    def _less_one(self, powers: Words) -> Words:
        return self._power.sub(powers, from_ints([1], self._power.limbs)[0])

    def _log(self, u: Words) -> Words:
        """The logarithm of 1 + u divided by b, below b^s.

        The division leaves nothing over, so it is a product modulo 2^(64 limbs) - 1.
        """
        total, power = u, u
        for i, fraction in enumerate(self._fractions[1:], 2):
            power = self._power.mul(power, u)
            term = self._power.mul(power, fraction)
            total = self._power.sub(total, term) if i % 2 == 0 else self._power.add(total, term)
        return self._words.mul(total, self._inverse)
