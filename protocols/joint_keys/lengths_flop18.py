"""How long numbers are in the making of a modulus between two parties, and what is public of its factors.

Frederiksen, Lindell, Osheter, Pinkas, CRYPTO 2018; eprint 2018/577. A factor is p = c + 4 (x_0 + x_1): party i draws
x_i, and c, which everybody knows, sets the two highest bits and makes p = 3 mod 4. So N = p q has exactly `bits` bits,
and is 1 mod 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from mpc.algebra.bigint import Modulus, from_ints
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.arguments import whole_number
from protocols.paillier.key_checks import KEY_BITS
from protocols.proofs.whole_numbers import resized

_TOP_BITS = 5
"""A factor's two highest bits and its two lowest ones are public, and x_0 + x_1 has a bit more than each."""
_LEAST_BITS = 48


@dataclass(frozen=True, slots=True)
class Lengths:
    """`bits`: of N; 2048, 3072 or 4096, else LocalError `paillier-key-size`, or `wrong-argument`."""

    bits: int

    def __post_init__(self) -> None:
        if whole_number(self.bits, "bits") not in KEY_BITS:
            raise _of_no_key(self.bits)

    @classmethod
    def insecure_of(cls, bits: int) -> Self:
        """An even number of bits from 48 to 4096: moduli that anybody factors, for tests."""
        if bits % 2 or not _LEAST_BITS <= bits <= KEY_BITS[-1]:
            raise _of_no_key(bits)
        made = object.__new__(cls)
        object.__setattr__(made, "bits", bits)
        return made

    @property
    def half(self) -> int:
        """Bits of a factor."""
        return self.bits // 2

    @property
    def share_bits(self) -> int:
        """Of x_i, which is uniform below 2^share_bits."""
        return self.half - _TOP_BITS

    @property
    def key_bits(self) -> int:
        """Of the parties' own Paillier keys and ring-Pedersen parameters."""
        return max(self.bits, KEY_BITS[0])

    @property
    def constant(self) -> int:
        """c."""
        return 3 << self.half - 2 | 3

    def constant_of(self, party: int) -> int:
        """What party i's share of a factor is beside 4 x_i: party 0 has all of c."""
        return 0 if party else self.constant

    def share_of(self, party: int, x: Words, modulus: Modulus) -> Words:
        """Party i's share of a factor, c_i + 4 x_i, for secret x (..., words): (..., modulus.limbs)."""
        four, c = from_ints([4, self.constant_of(party)], modulus.limbs)
        return modulus.add(modulus.mul(resized(x, modulus.limbs), four), c)

    def admits(self, n: int) -> bool:
        """Whether a public n may be a product of two such factors."""
        return n % 4 == 1 and self.constant**2 <= n < 1 << self.bits


def _of_no_key(bits: int) -> LocalError:
    sizes = ", ".join(map(str, KEY_BITS))
    return LocalError("paillier-key-size", f"keys of {bits} bits are not made", f"choose {sizes}")
