"""Keys and parameters of full size, always the same, for proofs about Paillier's cryptosystem; and tiny ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest

from mpc.algebra.bigint import Modulus
from mpc.errors import ParleyError
from protocols.paillier.keys import PrivateKey
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersenKey
from protocols.proofs.strength import Strength
from protocols.proofs.transcript import Setting

ALICE = Setting.outside("alice", "tests")
TINY = Strength.insecure_of(challenge_bits=4, repetitions=8, epsilon=20, plaintext_bits=4)


def _number(digits: str) -> int:
    return int("".join(digits.split()), 16)


FACTORS = tuple(
    map(
        _number,
        (
            """
    e2a409551d76ba159909dacaea34189551f513afa9eaa1a2df4cf137c869085beff847f57c8cc911cfa0c18044e171c8b532594b56ac6710
    edf72ef0e0c7e49d20a10b1cf0a857707d20f73b80693a48fd0cbbfbe432ed73ed4072db433e5fcd0c5790fc225ad1955fc3de7bd735e4f4
    6155fe1cbd8c92ad625d9b3fda404c57
            """,
            """
    e49f3a94b46775b3b514460faaee61238fc3e3573a01d401fc431a099011eb1310155fd5c343c7f3b280c7a84e35b59d4f43967ec93ba99c
    42dfbe22c146e05f3fbc58d27c0fac6a884b4d11f29f2e688e2828211b7fd250ba067ad0728ab76e0901e5082ebdc5d79c9f88446d405e92
    a3fe63b5742892ad63220783d8674b07
            """,
        ),
    )
)
"""Two primes of 1024 bits, both 3 mod 4."""

SAFE_FACTORS = tuple(
    map(
        _number,
        (
            """
    c570470d7e471d888db4732bfd3af2627fe7f1fe7585ee63a5cbe6371e43c0cc287a3a812db8121827e6162ed49378f2c04e3531c573272a
    ba2c0365fc5452816e5d6fc9fc30ad880349ef0cacfe9f8eae68e9127f7740d4f1ee820aa939f3449e1f359e9f57a5933c3bb114cd2a498e
    01c84169fca3ee58d0208e6a529f7117
            """,
            """
    fafc5ba6bb83b3f0695141bb6816c197e6dbaf277b4e480fad4aec46653c80268911ee7c143a492f027692bbbeca6063befff08e2cc9e5a9
    6329c723387cf3d660de50386add16930db8d5415a165aad2aa87b8f202c01da03cb3d9ecea0f7f6f720895864f2d8e4b1ed93d4f974d168
    e8834a0640234325a9d8d8991fda8703
            """,
        ),
    )
)
"""Two safe primes of 1024 bits."""


@lru_cache(maxsize=1)
def key() -> PrivateKey:
    """A key of 2048 bits."""
    return PrivateKey.insecure_of(FACTORS[0], FACTORS[1])


@lru_cache(maxsize=1)
def modulus() -> Modulus:
    """N of that key."""
    return Modulus(FACTORS[0] * FACTORS[1])


@lru_cache(maxsize=1)
def ring_pedersen() -> RingPedersenKey:
    """Parameters of 2048 bits."""
    return RingPedersenKey(SAFE_FACTORS[0], SAFE_FACTORS[1])


@lru_cache(maxsize=1)
def tiny_ring_pedersen() -> RingPedersenKey:
    """Of the safe primes 1019 and 1187."""
    return RingPedersenKey(1019, 1187)


def refused(call: Callable[..., object], *args: object, **named: object) -> str:
    """The code of the error that a call ends with; whoever proves is named, or nobody."""
    with pytest.raises(ParleyError) as ended:
        call(*args, **named)
    assert ended.value.party in (None, "alice")
    return ended.value.code


def flipped(proof: np.ndarray, place: int) -> np.ndarray:
    """A proof with one bit changed."""
    copy = proof.copy()
    copy[place] ^= 1
    return copy
