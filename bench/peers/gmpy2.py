"""GMP through gmpy2: powers modulo an odd number, one after the other.

The workload is called power_M_E_xN: the bits of the modulus, those of the exponents. The variant names the function.
"""

from __future__ import annotations

import random

import gmpy2

from bench.peers.order import Order, answer


class Powers:
    """`size` bases and exponents, one modulus."""

    version = f"{gmpy2.version()}, {gmpy2.mp_version()}"

    def __init__(self, order: Order) -> None:
        modulus_bits, exponent_bits = (int(bits) for bits in order.workload.split("_")[1:3])
        draw = random.Random(1)
        self.modulus = gmpy2.mpz(draw.getrandbits(modulus_bits) | 1 << (modulus_bits - 1) | 1)
        self.power = getattr(gmpy2, order.variant)
        self.bases = [gmpy2.mpz(draw.getrandbits(modulus_bits - 1)) for _ in range(order.size)]
        top = 1 << (exponent_bits - 1)
        self.exponents = [gmpy2.mpz(draw.getrandbits(exponent_bits) | top) for _ in range(order.size)]

    def barrier(self) -> None:
        """There is nobody to wait for."""

    def run(self) -> object:
        """Each base to the power of its exponent."""
        return [self.power(x, e, self.modulus) for x, e in zip(self.bases, self.exponents, strict=True)]

    def check(self, result: object) -> None:
        """Python's own integers are the judge."""
        pairs = zip(self.bases, self.exponents, strict=True)
        if result != [pow(int(x), int(e), int(self.modulus)) for x, e in pairs]:
            raise ArithmeticError("a power is wrong")


if __name__ == "__main__":
    answer(Powers)
