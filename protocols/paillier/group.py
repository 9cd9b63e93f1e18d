"""Where plaintexts and ciphertexts live: numbers mod N^s, and units mod N^(s+1), which stay in Montgomery form.

Paillier, "Public-key cryptosystems based on composite degree residuosity classes", EUROCRYPT 1999, is s = 1; any s,
with plaintexts s times as long in ciphertexts s + 1 times as long: Damgård and Jurik, "A generalisation, a
simplification and some applications of Paillier's probabilistic public-key system", PKC 2001.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.bigint import MOST_LIMBS, Modulus, from_ints
from mpc.algebra.montgomery_form import MontgomeryForm
from mpc.algebra.ring import U64, Words
from mpc.algebra.square_modulus import SquareModulus
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from protocols.arguments import whole_number

_FINGERPRINT_BYTES = 32


class Group:
    """Of a public modulus N and s. Arrays of ciphertexts are (..., ciphertexts.limbs) words in `form`.

    `messages` is N^s, `ciphertexts` N^(s+1), `units` N, modulo which randomisers are. `fingerprint` is 32 bytes, a hash
    of N and s; `name`, its first eight in hexadecimal, for people to see.
    """

    __slots__ = ("_binomial", "_first", "ciphertexts", "fingerprint", "form", "messages", "n", "s", "units")

    def __init__(self, n: int, s: int = 1) -> None:
        """n: a modulus that was checked. s: 1 or more, with N^(s+1) of at most 8192 bits; else LocalError
        `wrong-number`."""
        check_s(s, n.bit_length())
        self.n, self.s = n, s
        self.messages = Modulus(n**s)
        self.ciphertexts = SquareModulus(n) if s == 1 else Modulus(n ** (s + 1))
        self.units = self.messages if s == 1 else Modulus(n)
        self.form = MontgomeryForm(self.ciphertexts)
        self._first = self.form.into(self.form.constant([n]))[0]
        self._binomial = self.form.constant([n * pow(i, -1, n ** (s + 1)) for i in range(2, s + 1)])
        named = DomainHash("paillier key").absorb(s, n.to_bytes(-(-n.bit_length() // 8), "little"))
        self.fingerprint = named.bytes(_FINGERPRINT_BYTES)

    def powers_of_g(self, messages: Words) -> Words:
        """(1 + N)^m in the form for messages m < N^s, (..., messages.limbs): the binomial sum up to N^s.

        Damgård and Jurik, section 3: term i is term i - 1 times (m - i + 1) N / i.
        """
        wide = np.zeros((*messages.shape[:-1], self.ciphertexts.limbs), U64)
        wide[..., : messages.shape[-1]] = messages
        term = self.form.mul(wide, self._first)
        total = self.ciphertexts.add(term, self.form.one)
        if self.s > 1:
            left = self.form.into(wide)
            for factor in self._binomial:
                left = self.ciphertexts.sub(left, self.form.one)
                term = self.form.mul(self.form.mul(term, left), factor)
                total = self.ciphertexts.add(total, term)
        return total

    @property
    def name(self) -> str:
        return self.fingerprint[:8].hex(" ", 2)

    def in_form(self, values: list[int]) -> Words:
        """The form of ciphertexts given as integers."""
        return self.form.into(from_ints(values, self.ciphertexts.limbs))

    def __repr__(self) -> str:
        return f"Group(N of {self.n.bit_length()} bits, s = {self.s}, {self.name})"


def check_s(s: int, bits: int) -> None:
    """LocalError `wrong-number` unless there are kernels for s with a modulus of so many bits."""
    if whole_number(s, "s") < 1 or (s + 1) * bits > 64 * MOST_LIMBS:
        raise LocalError(
            "wrong-number",
            f"there are no kernels for s = {s} with a modulus of {bits} bits",
            f"choose s from 1 to {64 * MOST_LIMBS // bits - 1}",
        )
