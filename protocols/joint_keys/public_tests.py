"""What is public of a candidate N: whether small primes divide it, and bases that test for two prime factors."""

from __future__ import annotations

from functools import lru_cache
from math import gcd, prod

from mpc.algebra.bigint import from_ints, jacobi_var, limbs_for
from mpc.algebra.ring import Words
from mpc.prg import Prg
from protocols.paillier.prime_search import small_primes

_TRIAL_BITS = 16
_SPARE_BYTES = 16


def has_small_factor(n: int, factor_bits: int) -> bool:
    """Whether an odd prime below 2^16 divides a product of two numbers of so many bits, of half of them if these are
    short."""
    product = _product_below(1 << min(_TRIAL_BITS, factor_bits // 2))
    return gcd(n, product % n) != 1


def bases(coins: Prg, n: int, count: int) -> Words:
    """Numbers below N with Jacobi symbol 1, (count, limbs), from public coins; within 2^-128 of uniform."""
    size = -(-n.bit_length() // 8) + _SPARE_BYTES
    found: list[int] = []
    while len(found) < count:
        g = int.from_bytes(coins.bytes(size), "little") % n
        found += [g] if jacobi_var(g, n) == 1 else []
    return from_ints(found, limbs_for(n.bit_length()))


@lru_cache(maxsize=4)
def _product_below(bound: int) -> int:
    return prod(small_primes(bound).tolist())
