"""The messages of Prio3 as bytes (VDAF, section 7.2.7), read with exact lengths and canonical elements only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mpc.algebra.field import PrimeField
from mpc.algebra.ring import Words
from protocols.prio3.circuit import AnyCircuit
from protocols.prio3.elements import as_bytes, decoded, element_bytes
from protocols.prio3.refusals import malformed
from protocols.prio3.xof_turboshake128 import SEED_SIZE


@dataclass(frozen=True, slots=True, repr=False)
class LeaderShare:
    """What the leader gets of a report, written out."""

    meas_share: Words
    proofs_share: Words
    blind: bytes

    def encode(self) -> bytes:
        """Share of the measurement, share of the proofs, blind."""
        return b"".join([as_bytes(self.meas_share), as_bytes(self.proofs_share), self.blind])


@dataclass(frozen=True, slots=True)
class Format:
    """The lengths of the messages of one type."""

    circuit: AnyCircuit
    shares: int
    proofs: int

    @property
    def joint(self) -> int:
        """Bytes of a seed of the joint randomness: none if the circuit takes none."""
        return SEED_SIZE if self.circuit.joint_rand_len else 0

    @property
    def public_share_size(self) -> int:
        """Bytes of a public share."""
        return self.shares * self.joint

    def input_share_size(self, agg_id: int) -> int:
        """Bytes of an aggregator's input share."""
        elements = self.circuit.meas_len + self.proofs * self.circuit.proof_len
        return self.joint + (SEED_SIZE if agg_id else elements * element_bytes(self.circuit.field))

    def public_share(self, data: bytes, sender: str) -> list[bytes]:
        """The joint randomness parts of all aggregators; none if the circuit takes none."""
        _exactly(data, self.public_share_size, "a public share", sender)
        return [data[i : i + SEED_SIZE] for i in range(0, len(data), SEED_SIZE)]

    def leader_share(self, data: bytes, sender: str) -> LeaderShare:
        """The leader's input share."""
        field, circuit = self.circuit.field, self.circuit
        meas, proofs = circuit.meas_len, self.proofs * circuit.proof_len
        split = (meas + proofs) * element_bytes(field)
        _exactly(data, self.input_share_size(0), "a leader's input share", sender)
        x = _elements(field, memoryview(data)[:split], meas + proofs, "a leader's input share", sender)
        return LeaderShare(x[:meas], x[meas:], bytes(data[split:]))

    def helper_share(self, data: bytes, sender: str) -> tuple[bytes, bytes]:
        """A helper's input share: the seed of its shares, and its blind."""
        _exactly(data, self.input_share_size(1), "a helper's input share", sender)
        return data[:SEED_SIZE], data[SEED_SIZE:]

    def verifier_share(self, data: bytes, sender: str) -> tuple[Words, bytes]:
        """An aggregator's share of the verifiers, and its joint randomness part."""
        count = self.proofs * self.circuit.verifier_len
        split = count * element_bytes(self.circuit.field)
        _exactly(data, split + self.joint, "a verifier share", sender)
        x = _elements(self.circuit.field, memoryview(data)[:split], count, "a verifier share", sender)
        return x, bytes(data[split:])

    def verifier_message(self, data: bytes, sender: str) -> bytes:
        """The seed of the joint randomness that all aggregators together come to."""
        _exactly(data, self.joint, "a verifier message", sender)
        return data

    def agg_share(self, data: bytes, sender: str) -> Words:
        """A share of an aggregate."""
        size = self.circuit.output_len * element_bytes(self.circuit.field)
        _exactly(data, size, "an aggregate share", sender)
        return _elements(self.circuit.field, data, self.circuit.output_len, "an aggregate share", sender)


def helper_share(seed: bytes, blind: bytes) -> bytes:
    """A helper's input share."""
    return seed + blind


def public_share(parts: Sequence[bytes]) -> bytes:
    """The joint randomness parts, the leader's first."""
    return b"".join(parts)


def _exactly(data: bytes, length: int, what: str, sender: str) -> None:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise malformed(sender, f"{what} that is no bytes")
    if len(data) != length:
        raise malformed(sender, f"{what} of {len(data)} bytes, where this type takes {length}")


def _elements(field: PrimeField, data: bytes | memoryview, count: int, what: str, sender: str) -> Words:
    x = decoded(field, data, count)
    if x is None:
        raise malformed(sender, f"{what} with an element that is not below p")
    return x
