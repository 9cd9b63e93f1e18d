"""What hides a message: a random N^s-th power, by one of three exponents.

`half` (default): h^(N^s) to a random exponent of half the modulus' length, from a table. Damgård, Jurik and Nielsen, "A
generalization of Paillier's public-key system with applications to electronic voting", International Journal of
Information Security 2010, section 4.2: h = -x^2 mod N generates, for the primes that this library makes, half of the
numbers with Jacobi symbol 1. Assumed: such powers of h look like random ones of those.
`short`: the same with exponents of 448 bits, a further assumption: that powers this short look random too. The best
attack known on short exponents alone takes 2^224 steps (Pollard's kangaroos).
`textbook`: r^(N^s) for a random unit r; no assumption but Paillier's own.

x is the hash of N, so nobody chose h. docs/protocols/paillier.md has what each assumes about whom.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import Literal, get_args

import numpy as np

from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.algebra.ring import U64, Words
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from protocols.paillier.group import Group

Exponent = Literal["half", "short", "textbook"]
SHORT_BITS = 448
TABLE_WIDTH = 6
"""Bits of the exponent a product: with a wider table reading it takes what the products save."""

_SPARE_BYTES = 16


def exponent_bits(n: int, exponent: Exponent) -> int:
    """How many bits the random exponent has; of `textbook`, whose exponent is N, all of N's."""
    if not isinstance(exponent, str) or exponent not in get_args(Exponent):
        raise LocalError("wrong-choice", f"there is no exponent {exponent!r:.40}", "name half, short or textbook")
    bits = n.bit_length()
    return {"half": (bits + 1) // 2, "short": min(SHORT_BITS, (bits + 1) // 2), "textbook": bits}[exponent]


def base_of(n: int) -> int:
    """h = -x^2 mod N for the x that N hashes to."""
    length = -(-n.bit_length() // 8)
    hashed = DomainHash("paillier base").absorb(n.to_bytes(length, "little")).bytes(length + _SPARE_BYTES)
    x = int.from_bytes(hashed, "little") % n
    return -x * x % n


class Randomisers:
    """Fresh random N^s-th powers mod N^(s+1), in Montgomery form. Any number of threads may draw."""

    __slots__ = ("_lock", "_table", "bits", "exponent", "group")

    def __init__(self, group: Group, exponent: Exponent) -> None:
        self.group, self.exponent = group, exponent
        self.bits = exponent_bits(group.n, exponent)
        self._table: PowersOfBase | None = None
        self._lock = Lock()

    def draw(self, count: int, source: RandomBytes = os.urandom) -> Words:
        """(count, limbs) of them. The first call makes the table."""
        if self.exponent == "textbook":
            return self._textbook(count, source)
        words = limbs_for(self.bits)
        exponents = np.frombuffer(source(8 * words * count), U64).reshape(count, words)
        return self._powers().power(exponents)

    def _powers(self) -> PowersOfBase:
        with self._lock:
            if self._table is None:
                n, modulus = self.group.n, self.group.ciphertexts
                h = from_ints([base_of(n)], modulus.limbs)
                base = modulus.power_var(h, n**self.group.s)[0]
                self._table = PowersOfBase(modulus, base, self.bits, width=TABLE_WIDTH, montgomery=True)
            return self._table

    def _textbook(self, count: int, source: RandomBytes) -> Words:
        group = self.group
        wide = np.zeros((count, group.ciphertexts.limbs), U64)
        units = group.messages.random_units(count, source)
        wide[:, : group.messages.limbs] = units
        return group.form.into(group.ciphertexts.power_var(wide, group.n**group.s))

    def __repr__(self) -> str:
        return f"Randomisers({self.exponent}, exponents of {self.bits} bits)"
