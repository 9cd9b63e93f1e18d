"""Decryption by the two primes, in a time that depends on their length alone.

c^(p - 1) mod p^(s + 1) is (1 + N)^(m (p - 1)), as the randomiser's order divides N^s (p - 1), and tells m mod p^s. For
s = 1 this is section 7 of Paillier's paper.
"""

from __future__ import annotations

import os
from math import prod

from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for
from mpc.algebra.crt import CrtModulus
from mpc.algebra.ring import Words
from protocols.paillier.group import Group
from protocols.paillier.logarithm import Logarithm


class Decryption:
    """Of one key pair. Holds the secret primes, and shows nothing of them."""

    __slots__ = ("_bits", "_halves", "_messages", "_orders", "_primes", "_randomising", "_roots", "_units", "group")

    def __init__(self, group: Group, p: int, q: int) -> None:
        """p, q: the prime factors of group.n, of the same length, so that neither divides the other less one."""
        s = group.s
        self.group = group
        self._halves = CrtModulus(p, q, squared=True) if s == 1 else CrtModulus(p ** (s + 1), q ** (s + 1))
        self._messages = CrtModulus(p**s, q**s)
        self._units = self._messages if s == 1 else CrtModulus(p, q)
        self._bits = max(p.bit_length(), q.bit_length())
        self._orders = [from_ints([prime - 1], limbs_for(self._bits))[0] for prime in (p, q)]
        self._randomising = [from_ints([prime**s], limbs_for(s * self._bits))[0] for prime in (p, q)]
        self._roots = [from_ints([pow(group.n**s, -1, prime - 1)], limbs_for(self._bits))[0] for prime in (p, q)]
        self._primes = (
            Logarithm(p, s, group.n, p - 1, self._halves.p, self._messages.p),
            Logarithm(q, s, group.n, q - 1, self._halves.q, self._messages.q),
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
