"""Arithmetic modulo the square of an odd number, as modulo p^2, q^2 and N^2 in Paillier's cryptosystem.

Kernels that are told the root compute in pairs of numbers below it: three products and two reductions of half the
length where a product modulo any number takes one of each of the whole. docs/algorithms/squares.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.algebra.bigint import Modulus, from_ints, limbs_for
from mpc.algebra.ring import U64, Words
from native import lib


class SquareModulus(Modulus):
    """root^2, and all that `Modulus` has: numbers go in and out in the same way. `root` is shown nowhere either.

    x stands for the pair a, b < root with x = a - b root mod root^2 in what kernels take as pairs.
    """

    __slots__ = ("root",)

    def __init__(self, root: int, *, root_limbs: int | None = None) -> None:
        """root: odd, 3 or more; numbers have twice its limbs, at most 128. LocalError `wrong-modulus` otherwise."""
        limbs = limbs_for(root.bit_length()) if root_limbs is None else root_limbs
        super().__init__(root**2, limbs=2 * limbs)
        self.root, self.root_limbs = root, limbs
        cubes = [pow(2, 3 * bits, self.n) for bits in self.radix_bits()]
        inverse = np.array([-pow(root, -1, 2**64) % 2**64], U64)
        own = from_ints([root], limbs).ravel()
        self.row = np.concatenate([self.row, own, inverse, self.pairs_of_ints(cubes).ravel()])

    def radix_bits(self) -> tuple[int, int]:
        """The bits of R, by which kernels of radix 2^64 and 2^52 divide the products of pairs."""
        return 64 * self.root_limbs, 52 * lib.parley_bignum_digits(self.root_limbs)

    def pairs_of_ints(self, values: Sequence[int]) -> Words:
        """(len(values), limbs) of numbers below the modulus: the words of a, then those of b."""
        r = self.root
        halves = [half for x in values for half in (x % r, -(x // r) % r)]
        return from_ints(halves, self.root_limbs).reshape(len(values), self.limbs)
