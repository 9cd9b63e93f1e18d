"""Which moduli are prime, proven."""

from __future__ import annotations

from functools import lru_cache

PROTH128 = 2**66 * 4611686018427387897 + 1
"""Prime by Proth's theorem: 7^((p - 1) / 2) is -1, and 2^66 is more than the odd factor of p - 1."""

_WITNESSES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
"""Enough for all numbers below 3.1 * 10^23: Sorenson and Webster, "Strong pseudoprimes to twelve prime bases", 2017."""


def is_prime(p: int) -> bool:
    """Whether p is prime, for p below 2^64 (Miller and Rabin's test on bases that decide it) and for PROTH128."""
    if p == PROTH128:
        return True
    if not 2 <= p < 2**64:
        return False
    if p in _WITNESSES or any(p % w == 0 for w in _WITNESSES):
        return p in _WITNESSES
    twos = ((p - 1) & (1 - p)).bit_length() - 1
    return all(_passes(p, pow(w, (p - 1) >> twos, p), twos) for w in _WITNESSES)


def _passes(p: int, x: int, twos: int) -> bool:
    """Whether squaring x, at most twos - 1 times, meets -1, or x is 1."""
    if x == 1:
        return True
    for _ in range(twos):
        if x == p - 1:
            return True
        x = x * x % p
    return False


@lru_cache(maxsize=64)
def non_square(p: int) -> int:
    """The smallest element that is not a square modulo a prime p; 1 for p = 2, where there is none."""
    return next((g for g in range(2, p) if pow(g, (p - 1) // 2, p) == p - 1), 1)
