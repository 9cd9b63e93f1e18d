"""Keys in shares for tests: tiny ones without any security, and one of full size."""

from __future__ import annotations

from functools import lru_cache

from proofs.paillier_proof_cases import SAFE_FACTORS

from protocols.joint_keys.dealing_dj01 import shares_of
from protocols.joint_keys.key import KeyShare
from protocols.paillier.keys import PrivateKey

TINY_SAFE = (1048343, 1048127)
"""Two primes p of 20 bits of which (p - 1) / 2 is prime too."""

TINY = (1000003, 999983)
"""Two others, both 3 mod 4: 3 divides p - 1."""


def tiny_shares(parties: int, threshold: int, *, s: int = 1, primes: tuple[int, int] = TINY_SAFE) -> list[KeyShare]:
    """Shares of a key of 40 bits, others each time."""
    return shares_of(PrivateKey.insecure_of(*primes, s=s), parties, threshold)


@lru_cache(maxsize=1)
def full_key() -> PrivateKey:
    """A key of 2048 bits of safe primes, the same each time."""
    return PrivateKey.insecure_of(*SAFE_FACTORS)


@lru_cache(maxsize=4)
def full_shares(parties: int, threshold: int) -> list[KeyShare]:
    """Of the key of full size."""
    return shares_of(full_key(), parties, threshold)
