"""Keys that are small and fast, and what a refused program raises."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest

import mpc
from mpc.errors import ParleyError
from protocols.encrypted.session_keys import SessionKeys
from protocols.paillier.keys import PrivateKey

PAIRS = ((1000003, 999983), (1000039, 999979), (1000003, 999979))


@lru_cache(maxsize=8)
def small_key(s: int = 8, pair: int = 0) -> PrivateKey:
    """Without any security: plaintexts of 40 s bits."""
    return PrivateKey.insecure_of(*PAIRS[pair], s=s)


async def small_keys(ctx: mpc.Context) -> SessionKeys:
    """What `make_keys` gives, of small keys, and without a message."""
    keys = [small_key(pair=j) for j in ctx.everyone]
    return SessionKeys(keys[ctx.me], tuple(key.public for key in keys))


def refusal_of(main: Any, n: int = 2) -> ParleyError:
    """The error that ends a program of n parties without data, which names a line of the program."""
    with pytest.raises(ParleyError) as refused:
        mpc.simulate(main, [None] * n)
    assert refused.value.line.startswith("test_")
    return refused.value
