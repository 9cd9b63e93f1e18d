"""GMP through gmpy2: modular exponentiations of single numbers. The workload's name ends in the bits of both."""

from __future__ import annotations

import random

import gmpy2

from bench.peers.order import Order, answer


class Exponentiations:
    """`size` bases, one modulus, one exponent."""

    version = f"{gmpy2.version()}, {gmpy2.mp_version()}"

    def __init__(self, order: Order) -> None:
        modulus_bits, exponent_bits = (int(bits) for bits in order.workload.split("_")[1:])
        draw = random.Random(1)
        self.modulus = gmpy2.mpz(draw.getrandbits(modulus_bits) | 1 << (modulus_bits - 1) | 1)
        self.exponent = gmpy2.mpz(draw.getrandbits(exponent_bits) | 1 << (exponent_bits - 1))
        self.bases = [gmpy2.mpz(draw.getrandbits(modulus_bits - 1)) for _ in range(order.size)]

    def barrier(self) -> None:
        """There is nobody to wait for."""

    def run(self) -> object:
        """Each base to the power of the exponent."""
        return [gmpy2.powmod(base, self.exponent, self.modulus) for base in self.bases]

    def check(self, result: object) -> None:
        """Python's own integers are the judge."""
        if result != [pow(int(base), int(self.exponent), int(self.modulus)) for base in self.bases]:
            raise ArithmeticError("powmod gave a wrong result")


if __name__ == "__main__":
    answer(Exponentiations)
