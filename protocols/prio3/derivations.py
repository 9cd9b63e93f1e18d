"""What Prio3 derives from seeds: helpers' shares, and randomness of prover, verifiers and both (VDAF, section 7.2).

Each use has its own domain separation tag: the version, the class of algorithms (0, VDAFs), the algorithm, the use, and
the application's context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import U64, Words
from protocols.prio3.circuit import AnyCircuit
from protocols.prio3.elements import as_bytes
from protocols.prio3.xof_turboshake128 import SEED_SIZE, XofTurboShake128, derive_seed, derive_seeds, vectors_into

VERSION = 18
"""Of the drafts whose domain separation tags these are: 18 and later."""
MOST_CTX = (1 << 16) - 9
"""Bytes of a context: with the eight before it, the tag's length is two bytes."""
_ZEROS = bytes(SEED_SIZE)


class Usage(IntEnum):
    """What a stream is for."""

    MEAS_SHARE = 1
    PROOF_SHARE = 2
    JOINT_RANDOMNESS = 3
    PROVE_RANDOMNESS = 4
    QUERY_RANDOMNESS = 5
    JOINT_RAND_SEED = 6
    JOINT_RAND_PART = 7


@dataclass(frozen=True, slots=True)
class Derivations:
    """Those of one algorithm and context, for one circuit and number of proofs."""

    algorithm: int
    ctx: bytes
    circuit: AnyCircuit
    proofs: int

    def helper_meas_share(self, agg_id: int, seed: bytes, blind: bytes, nonce: bytes) -> tuple[Words, bytes]:
        """A helper's share of the measurement, (meas_len,), and its `joint_rand_part` if the circuit takes any."""
        return self.helper_meas_shares(agg_id, [seed], [blind], [nonce])[0]

    def helper_meas_shares(
        self, agg_id: int, seeds: Sequence[bytes], blinds: Sequence[bytes], nonces: Sequence[bytes]
    ) -> list[tuple[Words, bytes]]:
        """Those of several reports."""
        field, length = self.circuit.field, self.circuit.meas_len
        drawn = [XofTurboShake128(seed, self._tag(Usage.MEAS_SHARE), bytes([agg_id])) for seed in seeds]
        if not self.circuit.joint_rand_len:
            return [(stream.vector(field, length), b"") for stream in drawn]
        binders = [bytes([agg_id]) + nonce for nonce in nonces]
        return vectors_into(drawn, field, length, blinds, self._tag(Usage.JOINT_RAND_PART), binders)

    def helper_proofs_share(self, agg_id: int, seed: bytes) -> Words:
        """A helper's share of all proofs: (proofs * proof_len,)."""
        binder = bytes([self.proofs, agg_id])
        return self._vector(seed, Usage.PROOF_SHARE, binder, self.proofs * self.circuit.proof_len)

    def prove_rands(self, seed: bytes) -> Words:
        """The prover's randomness: (proofs * prove_rand_len,)."""
        length = self.proofs * self.circuit.prove_rand_len
        return self._vector(seed, Usage.PROVE_RANDOMNESS, bytes([self.proofs]), length)

    def query_rands(self, verify_key: bytes, nonce: bytes) -> Words:
        """The verifiers' randomness, which no client may know: (proofs * query_rand_len,)."""
        length = self.proofs * self.circuit.query_rand_len
        return self._vector(verify_key, Usage.QUERY_RANDOMNESS, bytes([self.proofs]) + nonce, length)

    def joint_rand_part(self, agg_id: int, blind: bytes, meas_share: Words, nonce: bytes) -> bytes:
        """What an aggregator's share of the measurement adds to the joint randomness."""
        return self.joint_rand_parts(agg_id, [blind], [meas_share], [nonce])[0]

    def joint_rand_parts(
        self, agg_id: int, blinds: Sequence[bytes], meas_shares: Sequence[Words], nonces: Sequence[bytes]
    ) -> list[bytes]:
        """Those of several reports."""
        binders = [bytes([agg_id]) + nonce for nonce in nonces]
        return derive_seeds(blinds, self._tag(Usage.JOINT_RAND_PART), binders, [as_bytes(m) for m in meas_shares])

    def joint_rand_seed(self, parts: Sequence[bytes]) -> bytes:
        """The seed of the joint randomness, of the parts of all aggregators."""
        return derive_seed(_ZEROS, self._tag(Usage.JOINT_RAND_SEED), b"".join(parts))

    def joint_rands(self, seed: bytes) -> Words:
        """The joint randomness: (proofs * joint_rand_len,)."""
        length = self.proofs * self.circuit.joint_rand_len
        return self._vector(seed, Usage.JOINT_RANDOMNESS, bytes([self.proofs]), length)

    def _vector(self, seed: bytes, usage: Usage, binder: bytes, length: int) -> Words:
        field: PrimeField = self.circuit.field
        if not length:
            return np.zeros((0,) if field.words == 1 else (0, field.words), U64)
        return XofTurboShake128(seed, self._tag(usage), binder).vector(field, length)

    def _tag(self, usage: Usage) -> bytes:
        return bytes([VERSION, 0]) + self.algorithm.to_bytes(4, "big") + usage.to_bytes(2, "big") + self.ctx
