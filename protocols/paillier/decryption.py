"""Decryption by the two primes, in a time that depends on their length alone.

c^(p - 1) mod p^(s + 1) is (1 + N)^(m (p - 1)), as the randomiser's order divides N^s (p - 1). Numbers 1 + u with u
divisible by p have the logarithm u - u^2 / 2 + u^3 / 3 - ..., of which mod p^(s + 1) the first s terms are left;
divided by that of (1 + N)^(p - 1) it is m mod p^s. For s = 1 this is section 7 of Paillier's paper.
"""

from __future__ import annotations

import os
from math import prod

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, from_ints, limbs_for, to_ints
from mpc.algebra.crt import CrtModulus
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.paillier.group import Group


class Decryption:
    """Of one key pair. Holds the secret primes, and shows nothing of them."""

    __slots__ = ("_bits", "_halves", "_messages", "_orders", "_primes", "_randomising", "_roots", "_units", "group")

    def __init__(self, group: Group, p: int, q: int) -> None:
        """p, q: the prime factors of group.n, of the same length, so that neither divides the other less one."""
        s = group.s
        self.group = group
        self._halves = CrtModulus(p ** (s + 1), q ** (s + 1))
        self._messages = CrtModulus(p**s, q**s)
        self._units = self._messages if s == 1 else CrtModulus(p, q)
        self._bits = max(p.bit_length(), q.bit_length())
        self._orders = [from_ints([prime - 1], limbs_for(self._bits))[0] for prime in (p, q)]
        self._randomising = [from_ints([prime**s], limbs_for(s * self._bits))[0] for prime in (p, q)]
        self._roots = [from_ints([pow(group.n**s, -1, prime - 1)], limbs_for(self._bits))[0] for prime in (p, q)]
        self._primes = (
            _Half(p, s, group.n, self._halves.p, self._messages.p),
            _Half(q, s, group.n, self._halves.q, self._messages.q),
        )

    def decrypt(self, ciphertexts: Words) -> Words:
        """The messages (..., messages.limbs) below N^s of ciphertexts in the form.

        A power that is not 1 modulo its prime shows a fault of the machine, or a number that is no ciphertext:
        LocalError `computation-fault`, and nothing of the result, since a wrong half would betray the primes.
        """
        shape = ciphertexts.shape[:-1]
        numbers = self.group.form.out_of(ciphertexts).reshape(prod(shape), self.group.ciphertexts.limbs)
        powers = self._halves.power_of_halves(numbers, *self._orders, bits=self._bits)
        messages = self._messages.combine(*(half.message(x) for half, x in zip(self._primes, powers, strict=True)))
        return messages.reshape(*shape, self.group.messages.limbs)

    def randomisers(self, count: int, source: RandomBytes = os.urandom) -> Words:
        """As `Randomisers` of the exponent `textbook`, exactly uniform: r^(p^s) mod p^(s + 1), and likewise by q."""
        group = self.group
        units = group.messages.random_units(count, source)
        powers = self._halves.power(units, *self._randomising, bits=group.s * self._bits)
        return group.form.into(powers)

    def randomisers_of(self, ciphertexts: Words) -> Words:
        """The secret units modulo N (count, units.limbs) whose N^s-th powers are in ciphertexts (count, limbs) in the
        form, which are N^s-th powers times powers of 1 + N: N^s-th roots modulo N."""
        return self._units.power(self.group.form.out_of(ciphertexts), *self._roots, bits=self._bits)

    def __repr__(self) -> str:
        return f"Decryption({self.group!r}, ...)"


class _Half:
    """One of the primes, as p below."""

    __slots__ = ("_by_log_of_g", "_fractions", "_inverse", "_message", "_p", "_power", "_words")

    def __init__(self, p: int, s: int, n: int, power: Modulus, message: Modulus) -> None:
        """power: p^(s + 1); message: p^s."""
        self._p, self._power, self._message = Modulus(p), power, message
        self._fractions = from_ints([pow(i, -1, power.n) for i in range(1, s + 1)], power.limbs)
        all_ones = 2 ** (64 * power.limbs) - 1
        self._words, self._inverse = Modulus(all_ones), from_ints([pow(p, -1, all_ones)], power.limbs)[0]
        of_g = to_ints(self._log(from_ints([n % power.n], power.limbs)))[0] * (p - 1)
        self._by_log_of_g = from_ints([pow(of_g, -1, message.n)], message.limbs)[0]

    def message(self, powers: Words) -> Words:
        """m mod p^s of the powers c^(p - 1) mod p^(s + 1)."""
        u = self._power.sub(powers, from_ints([1], self._power.limbs)[0])
        if np.bitwise_or.reduce(self._p.reduce(u).ravel(), initial=np.uint64(0)):
            raise LocalError(
                "computation-fault",
                "a decryption fails its check: the machine miscalculated, or a number is no ciphertext of this key",
                "do not go on with this machine if what it was given came from `received` or from its own encryption",
            )
        return self._message.mul(self._message.reduce(self._log(u)), self._by_log_of_g)

    def _log(self, u: Words) -> Words:
        """The logarithm of 1 + u divided by p, below p^s.

        The division leaves nothing over, so it is a product modulo 2^(64 limbs) - 1.
        """
        total, power = u, u
        for i, fraction in enumerate(self._fractions[1:], 2):
            power = self._power.mul(power, u)
            term = self._power.mul(power, fraction)
            total = self._power.sub(total, term) if i % 2 == 0 else self._power.add(total, term)
        return self._words.mul(total, self._inverse)
