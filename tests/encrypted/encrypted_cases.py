"""A key that is small and fast, and what a refused program raises."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest

import mpc
from mpc.errors import ParleyError
from protocols.paillier.keys import PrivateKey

PRIMES = (1000003, 999983)


@lru_cache(maxsize=4)
def small_key(s: int = 8) -> PrivateKey:
    """Without any security: plaintexts of 40 s bits."""
    return PrivateKey.insecure_of(*PRIMES, s=s)


def refusal_of(main: Any, n: int = 2) -> ParleyError:
    """The error that ends a program of n parties without data, which names a line of the program."""
    with pytest.raises(ParleyError) as refused:
        mpc.simulate(main, [None] * n)
    assert refused.value.line.startswith("test_")
    return refused.value
