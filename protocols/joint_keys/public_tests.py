"""What is public of a candidate N: whether small primes divide it, and bases that test for two prime factors."""

from __future__ import annotations

from mpc.algebra.bigint import from_ints, jacobi_var, limbs_for
from mpc.algebra.ring import Words
from mpc.prg import Prg
from protocols.paillier import key_checks

_TRIAL_BITS = 16
_SPARE_BYTES = 16


def has_small_factor(n: int, factor_bits: int) -> bool:
    """Whether an odd prime below 2^16 divides a product of two numbers of so many bits, of half of them if these are
    short."""
    return key_checks.has_small_factor(n, 1 << min(_TRIAL_BITS, factor_bits // 2))


def bases(coins: Prg, n: int, count: int) -> Words:
    """Numbers below N with Jacobi symbol 1, (count, limbs), from public coins; within 2^-128 of uniform."""
    size = -(-n.bit_length() // 8) + _SPARE_BYTES
    found: list[int] = []
    while len(found) < count:
        g = int.from_bytes(coins.bytes(size), "little") % n
        found += [g] if jacobi_var(g, n) == 1 else []
    return from_ints(found, limbs_for(n.bit_length()))
