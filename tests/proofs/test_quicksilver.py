"""QuickSilver's two walks on transfers that the test makes: complete, sound against every changed bit, and silent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
from authenticated.executions import clear
from garbled.random_circuits import random_circuit
from kernel_programs import SLOTS, labels, random_program
from proofs.claimed_circuits import OF_FOUR

from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from mpc.garbling import Gates
from mpc.proving import prove_ands
from protocols.ot.correlated import bit_masks
from protocols.proofs import claim as claims
from protocols.proofs.claim import Claim, Part
from protocols.proofs.quicksilver_ysww21 import Proving, Verifying

Bytes = npt.NDArray[np.uint8]
RNG = np.random.default_rng(5)
DELTA: Words = RNG.integers(0, 2**64, 2, np.uint64) | np.array([1, 0], U64)


def words(*shape: int) -> Words:
    return RNG.integers(0, 2**64, shape, np.uint64)


@dataclass
class Transfers:
    """What a prover and a verifier have of correlated transfers for one part."""

    choices: Words
    keys: Words

    @classmethod
    def fresh(cls, part: Part) -> Transfers:
        return cls(pack(RNG.integers(0, 2, part.transfers, np.uint8)), words(part.transfers, 2))

    @property
    def labels(self) -> Words:
        return self.keys ^ (bit_masks(self.choices, len(self.keys))[:, None] & DELTA)


@dataclass
class Course:
    """One proof: what both had, and what was sent."""

    made: list[Transfers]
    messages: list[Words]
    challenges: list[Words]
    sums: Words
    outputs: Bytes

    def verified(self, claim: Claim) -> bool:
        verifying = Verifying(claim, DELTA)
        for part, made, message, challenge in zip(
            claim.parts(), self.made, self.messages, self.challenges, strict=True
        ):
            verifying.take(part, made.keys.copy(), message, challenge)
        return verifying.holds(self.sums)


def proved(claim: Claim, inputs: Bytes, made: list[Transfers], challenges: list[Words]) -> Course:
    proving, messages = Proving(claim, inputs), []
    for part, some, challenge in zip(claim.parts(), made, challenges, strict=True):
        message, terms = proving.told(part, some.choices.copy(), some.labels)
        proving.weigh(terms, challenge)
        messages.append(message)
    return Course(made, messages, challenges, proving.sums, proving.outputs())


def course(claim: Claim, inputs: Bytes) -> Course:
    parts = list(claim.parts())
    return proved(claim, inputs, [Transfers.fresh(part) for part in parts], [words(2) for _ in parts])


SECRET = np.array([True, True, True, False])
"""Inputs of `OF_FOUR`."""


def test_a_secret_that_instances_share_is_one() -> None:
    """Whatever else the prover has for others than the first."""
    used = RNG.integers(0, 2, (4, 5), np.uint8)
    used[1:3] = used[1:3, :1]
    inputs = used.copy()
    inputs[1:3, 1:] ^= 1
    shared, public = np.array([False, True, True, False]), np.where(SECRET[:, None], np.uint8(0), inputs)
    claim = Claim(OF_FOUR, 5, SECRET, public, clear(OF_FOUR, used), shared)
    assert [part.inputs for part in claim.parts()] == [7]
    assert course(claim, inputs).verified(claim)


def case(seed: int, instances: int, *, shown: bool = False) -> tuple[Claim, Bytes]:
    """A random circuit of 7 secret bits and 5 public ones, and what makes its claim true."""
    circuit = random_circuit(seed, widths=(7, 5))
    secret = np.array([True] * 7 + [False] * 5)
    inputs = RNG.integers(0, 2, (12, instances), np.uint8)
    public = np.where(secret[:, None], np.uint8(0), inputs)
    return Claim(circuit, instances, secret, public, None if shown else clear(circuit, inputs)), inputs


@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("instances", [1, 3, 70])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_true_is_proved(seed: int, instances: int, shown: bool) -> None:
    claim, inputs = case(seed, instances, shown=shown)
    made = course(claim, inputs)
    assert made.verified(claim)
    np.testing.assert_array_equal(made.outputs, clear(claim.circuit, inputs))


def test_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instances of several blocks, a message for each."""
    claim, inputs = case(1, 9000)
    monkeypatch.setattr(claims, "AT_ONCE", 1000)
    made = course(claim, inputs)
    assert len(made.messages) > 2
    assert made.verified(claim)


def test_no_part_has_more_than_is_held_at_once() -> None:
    circuit, instances = random_circuit(1, widths=(12,), gates=200), 200_000
    claim = Claim(circuit, instances, np.ones(12, np.bool_), np.zeros((12, instances), np.uint8), None)
    parts = [part.ands for part in claim.parts()]
    assert sum(parts) == circuit.ands * instances > claims.AT_ONCE
    assert max(parts) <= claims.AT_ONCE


def changes(sent: Words) -> Iterator[Words]:
    """The same with each of its bits changed."""
    for at in range(64 * sent.size):
        changed = sent.copy()
        changed.reshape(-1)[at // 64] ^= np.uint64(1) << np.uint64(at % 64)
        yield changed


@pytest.mark.parametrize("shown", [False, True])
def test_no_changed_bit_passes(shown: bool) -> None:
    """Of any bit that is told of inputs, ANDs or outputs, of a challenge on its way, and of the sums."""
    inputs = RNG.integers(0, 2, (4, 2), np.uint8)
    claimed = None if shown else clear(OF_FOUR, inputs)
    claim = Claim(OF_FOUR, 2, SECRET, np.where(SECRET[:, None], np.uint8(0), inputs), claimed)
    made = course(claim, inputs)
    (part,) = claim.parts()
    says = np.concatenate([np.pad(np.ones(count, np.uint8), (0, -count % 64)) for count in part.told])
    for at, message in enumerate(changes(made.messages[0])):
        told = Course(made.made, [message], made.challenges, made.sums, made.outputs)
        assert told.verified(claim) != says[at], at  # what is beyond the bits is refused where it is received
    for challenge in changes(made.challenges[0]):
        assert not Course(made.made, made.messages, [challenge], made.sums, made.outputs).verified(claim)
    for sums in changes(made.sums):
        assert not Course(made.made, made.messages, made.challenges, sums, made.outputs).verified(claim)


def test_a_false_claim_fails_in_each_output() -> None:
    claim, inputs = case(3, 2)
    assert claim.claimed is not None
    for row, instance in product(*map(range, claim.claimed.shape)):
        claimed = claim.claimed.copy()
        claimed[row, instance] ^= 1
        false = Claim(claim.circuit, 2, claim.secret, claim.public, claimed)
        assert not course(false, inputs).verified(false)


def test_another_statement_is_not_what_was_proved() -> None:
    claim, inputs = case(0, 2)
    made, public = course(claim, inputs), claim.public.copy()
    public[7:] ^= 1
    assert not made.verified(Claim(claim.circuit, 2, claim.secret, public, claim.claimed))
    for gate in np.flatnonzero(claim.circuit.is_and)[-2:]:
        left = claim.circuit.left.copy()
        left[gate] ^= 1
        other = replace(claim.circuit, left=left)
        assert not made.verified(Claim(other, 2, claim.secret, claim.public, claim.claimed))


def test_a_proof_said_again_proves_nothing() -> None:
    """On the next transfers, with the challenge of that time or another."""
    claim, inputs = case(0, 2)
    made, (part,) = course(claim, inputs), claim.parts()
    for challenges in (made.challenges, [words(2)]):
        assert not Course([Transfers.fresh(part)], made.messages, challenges, made.sums, made.outputs).verified(claim)


def test_the_verifier_sees_the_same_whatever_the_witness() -> None:
    """For any two witnesses and any randomness of the one there is one of the other with which the verifier, who has
    the same keys and offset, sees the very same; and all bits that are told are equally likely."""
    claimed = np.array([[1], [0]], np.uint8)
    claim = Claim(OF_FOUR, 1, SECRET, np.zeros((4, 1), np.uint8), claimed)
    (part,) = claim.parts()
    keys, challenge = words(part.transfers, 2), words(2)
    witnesses = [np.array([*bits, 0], np.uint8)[:, None] for bits in product((0, 1), repeat=3)]
    witnesses = [bits for bits in witnesses if (clear(OF_FOUR, bits) == claimed).all()]
    assert len(witnesses) > 2

    def seen(witness: Bytes, random: Words, mask: Words) -> Course:
        made = Transfers(np.concatenate([mask, random]), keys)
        return proved(claim, witness, [made], [challenge])

    first = {}
    for witness in witnesses:
        told = {}
        for bits in product((0, 1), repeat=6):
            random = np.array([sum(bits[i] << i for i in range(3)), sum(bits[3 + i] << i for i in range(3))], U64)
            plain = seen(witness, random, np.zeros(2, U64))
            told[plain.messages[0].tobytes()] = random, plain.sums[1]
        assert len(told) == 64
        for message, (random, sums) in told.items():
            masked = seen(witness, random, sums ^ np.array([5, 6], U64))
            assert masked.verified(claim)
            assert masked.messages[0].tobytes() == message
            np.testing.assert_array_equal(masked.sums, first.setdefault(message, masked.sums))


def test_the_mask_is_uniform() -> None:
    """The 128 choices of the mask are what A_1 is shifted by: each value of it has one."""
    claim, inputs = case(0, 1)
    made, mask = course(claim, inputs), words(2)
    shifted = Transfers(made.made[0].choices.copy(), made.made[0].keys)
    shifted.choices[:2] ^= mask
    again = proved(claim, inputs, [shifted], made.challenges)
    np.testing.assert_array_equal(again.sums[1], made.sums[1] ^ mask)
    assert again.verified(claim)
    assert unpack(mask, 128).any()


def test_labels_that_do_not_fit_are_refused() -> None:
    gates = Gates(*random_program(1))
    slots, masks = labels(SLOTS, 2), labels(gates.ands * 2)
    for results, cross in ((masks[1:], masks.copy()), (masks.copy(), masks[1:]), (masks[::-1], masks.copy())):
        with pytest.raises(LocalError, match="wrong-labels"):
            prove_ands(slots, gates, results, cross)
