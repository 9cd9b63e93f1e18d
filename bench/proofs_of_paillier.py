"""What the table of proofs measures about Paillier keys and ciphertexts of 2048 bits: prover, verifier and batches.

Units are statements: a key, parameters, ciphertexts. Keys and parameters are made beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER
from protocols.paillier.keys import PrivateKey
from protocols.proofs.decryption_cggmp21 import decrypts_to, prove_decryption
from protocols.proofs.encryption_cggmp21 import InRange, encrypt_to_prove, prove_in_range, verify_in_range
from protocols.proofs.factors_cggmp21 import NoSmallFactor, prove_no_small_factor, verify_no_small_factor
from protocols.proofs.hidden_order import verify_relation
from protocols.proofs.many_relations import AboutHidden, verify_relations
from protocols.proofs.modulus_cggmp21 import BlumModulus, prove_modulus, verify_modulus
from protocols.proofs.pedersen import pedersen
from protocols.proofs.ring_pedersen_cggmp21 import PowerOf, RingPedersenKey, verify_ring_pedersen
from protocols.proofs.transcript import Bytes, Setting


@dataclass(frozen=True, slots=True)
class Measured:
    """What makes a proof, what verifies it, of how many statements it is; and its whole, where many go together."""

    prove: Callable[[], Bytes]
    verify: Callable[[Bytes], None]
    count: int
    statement: AboutHidden | None = None

    @property
    def batch(self) -> int:
        """How many proofs are verified at once: eight places or more, of proofs that differ."""
        return max(1, 8 // self.count)

    def many(self) -> Callable[[], None]:
        """Verifies a batch, which is made now."""
        assert self.statement is not None
        return partial(verify_relations, [(_SETTING, self.statement, self.prove()) for _ in range(self.batch)])


_SETTING = Setting.outside("a prover", "benchmark")


@lru_cache(maxsize=1)
def _key() -> PrivateKey:
    return PrivateKey.generate(2048)


@lru_cache(maxsize=1)
def _parameters() -> RingPedersenKey:
    return RingPedersenKey.generate(2048)


def _modulus() -> Measured:
    statement = BlumModulus(Modulus(_key().public.group.n))
    prover = partial(prove_modulus, _SETTING, statement, *_key().secret_factors)
    return Measured(prover, partial(verify_modulus, _SETTING, statement), 1)


def _ring_pedersen() -> Measured:
    prover = partial(_parameters().prove, _SETTING)
    return Measured(prover, partial(verify_ring_pedersen, _SETTING, PowerOf(_parameters().public)), 1)


def _factors() -> Measured:
    statement = NoSmallFactor(Modulus(_key().public.group.n), _parameters().public)
    prover = partial(prove_no_small_factor, _SETTING, statement, *_key().secret_factors)
    return Measured(prover, partial(verify_no_small_factor, _SETTING, statement), 1, statement)


def _in_range(count: int, *, committed: bool = False) -> Measured:
    values = np.arange(count)
    made = encrypt_to_prove(_key().public, values, bound=2**63)
    points, blindings = pedersen().commit(Scalars.of(ORDER, values.tolist())) if committed else (None, None)
    statement = InRange(made.ciphertexts, _parameters().public, points)
    prover = partial(prove_in_range, _SETTING, statement, made, blindings)
    return Measured(prover, partial(verify_in_range, _SETTING, statement), count, statement)


def _decryption(count: int) -> Measured:
    ciphertexts = _key().public.encrypt(np.arange(count))
    messages = _key().decrypt_words(ciphertexts)
    prover = partial(prove_decryption, _SETTING, _key(), ciphertexts, messages)
    relation = decrypts_to(ciphertexts, messages)
    return Measured(prover, partial(verify_relation, _SETTING, relation), count, relation)


FAMILIES: dict[str, Callable[[], Measured]] = {
    "paillier_modulus": _modulus,
    "ring_pedersen": _ring_pedersen,
    "paillier_factors": _factors,
    "paillier_range": partial(_in_range, 1),
    "paillier_range_x32": partial(_in_range, 32),
    "paillier_committed_x32": partial(_in_range, 32, committed=True),
    "paillier_decryption_x32": partial(_decryption, 32),
}

_ALONE = ("paillier_modulus", "ring_pedersen")


def what_of(family: str) -> tuple[str, ...]:
    """Who works on the statements of a family of rows."""
    return ("prove", "verify") if family in _ALONE else ("prove", "verify", "verify_many")
