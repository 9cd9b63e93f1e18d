"""Keys for tests: one of full size, which takes a moment, and tiny ones without any security."""

from functools import lru_cache

from protocols.paillier.keys import PrivateKey

TINY = (1000003, 999983)
"""Two primes of 20 bits, both 3 mod 4."""


@lru_cache(maxsize=1)
def key() -> PrivateKey:
    """A key of 2048 bits, another in every process."""
    return PrivateKey.generate(2048)


@lru_cache(maxsize=4)
def tiny_key(s: int = 1) -> PrivateKey:
    """A key of 40 bits, the same each time."""
    return PrivateKey.insecure_of(*TINY, s=s)


@lru_cache(maxsize=8)
def key_of(party: int) -> PrivateKey:
    """A key of 2048 bits for each party, others in every process."""
    return PrivateKey.generate(2048)
