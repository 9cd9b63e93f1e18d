"""Mistakes that others made with proofs and commitments, one test each, named as the public list of pitfalls of secure
computation names them (github.com/rot256/mpc-pitfalls). docs/protocols/pitfalls.md has the tests of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from paillier_proof_cases import key, ring_pedersen
from proof_cases import ALICE, code_of

import mpc
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.context import Context, Spec
from mpc.errors import LocalError, ParleyError
from protocols import proofs
from protocols.proofs.any_statement import begun, proof_bytes, prove, verify
from protocols.proofs.bulletproof_verifying import verify_bulletproofs
from protocols.proofs.encryption_cggmp21 import InRange, encrypt_to_prove, verify_in_range
from protocols.proofs.linear import knows_logarithm
from protocols.proofs.many_relations import verify_relations
from protocols.proofs.pedersen import Pedersen, opening_witness, pedersen
from protocols.proofs.proof import verify_all
from protocols.proofs.transcript import HEADER_BYTES, Setting

SEVEN, BLINDING = Scalars.of(ORDER, [7]), Scalars.of(ORDER, [11])


def test_commitment_copying() -> None:
    """Who copies a commitment has nothing to open it with, and the proof of who made it is no proof of the copier's."""

    async def program(ctx: Context, mine: Any) -> str:
        commitment = pedersen().committed(SEVEN, BLINDING)
        statement = pedersen().opening(commitment)
        call = ctx.child("proof")
        if ctx.me == 0:
            made = prove(Setting.of(call, 0), statement, (opening_witness(SEVEN, BLINDING),), call.prg("test").bytes)
            call.send(1, made)
            return "proved"
        copied = await call.receive(0, Spec((proof_bytes(statement),), np.uint8))
        verify(Setting.of(call, 0), statement, copied)
        return code_of_own(Setting.of(call, 1), statement, copied)

    assert mpc.simulate(program, inputs=[None, None]).results == ["proved", "proof-of-another-session"]


def code_of_own(setting: Setting, statement: Any, proof: np.ndarray) -> str:
    with pytest.raises(ParleyError) as ended:
        verify(setting, statement, proof)
    return ended.value.code


def circuit(bits: int) -> proofs.Circuit:
    made = proofs.Circuit(1)
    made.bits(made.inputs(), bits)
    return made


def test_weak_fiat_shamir_transcript() -> None:
    """Left out of the hash, commitments of a range can be chosen after it, as in the first Bulletproofs of several."""
    first, second = pedersen().committed(SEVEN, BLINDING), pedersen().committed(SEVEN, SEVEN)
    more = pedersen().committed(Scalars.of(ORDER, [7, 7]), Scalars.of(ORDER, [11, 12]))
    other = Pedersen()
    other.h = other.h + other.g
    statements = [
        *(proofs.Range(pedersen(), points, 8) for points in (first, second, more)),
        proofs.Range(pedersen(), first, 16),
        proofs.Range(other, first, 8),
        *(proofs.Satisfies(pedersen(), points, circuit(4)) for points in (first, second)),
        proofs.Satisfies(pedersen(), first, circuit(3)),
        proofs.Satisfies(other, first, circuit(4)),
    ]
    assert len({begun(ALICE, statement).digest("test") for statement in statements}) == len(statements)


def test_low_entropy_witness() -> None:
    """A number times G is found by trying, so commitments are blinded unless the word is said."""
    c = encrypt_to_prove(key().public, [1], bound=9).ciphertexts
    hidden = [proofs.commit_to_prove(c, [7], bound=9).elements.points for _ in range(2)]
    assert not hidden[0].equals(hidden[1]).any()
    shown = proofs.commit_to_prove(c, [7], bound=9, blinded=False).elements.points
    tried = generator() * Scalars.of(ORDER, list(range(10)))
    assert np.flatnonzero(tried.equals(shown)).tolist() == [7]
    assert not any(tried.equals(points).any() for points in hidden)


def test_vacuous_empty_list() -> None:
    """Of no proofs and of no statements nothing follows."""
    for verify_many in (verify_all, verify_bulletproofs, verify_relations):
        with pytest.raises(LocalError, match="wrong-statement"):
            verify_many([])
    for empty in (proofs.All, proofs.AtLeastOne):
        with pytest.raises(LocalError, match="wrong-statement"):
            empty()


def test_wrong_length_sequence() -> None:
    """More or fewer commitments than values, and more or fewer values than commitments."""
    two = pedersen().committed(Scalars.of(ORDER, [7, 7]), Scalars.of(ORDER, [11, 12]))
    witness = np.array([7], np.uint64), BLINDING
    assert code_of(lambda: prove(ALICE, proofs.Range(pedersen(), two, 8), witness, bytes)) == "wrong-statement"
    with pytest.raises(LocalError, match="wrong-statement"):
        proofs.Satisfies(pedersen(), two, circuit(4))
    with pytest.raises(LocalError, match="wrong-statement"):
        pedersen().same_value(two, two[:1])


def test_panic_instead_of_abort() -> None:
    """Random bytes behind the right header end in an error that names the prover, whatever was to be proved."""
    one = pedersen().committed(SEVEN, BLINDING)
    statements = [
        knows_logarithm(generator(), generator() * SEVEN),
        proofs.Range(pedersen(), one, 8),
        proofs.Satisfies(pedersen(), one, circuit(4)),
    ]
    drawn = np.random.default_rng(7)
    for statement in statements:
        header = ALICE.header(begun(ALICE, statement))
        for high in (1, 2, 128, 256):
            proof = drawn.integers(0, high, proof_bytes(statement), np.uint8)
            proof[:HEADER_BYTES] = np.frombuffer(header, np.uint8)
            assert code_of(lambda s=statement, p=proof: verify(ALICE, s, p)) in ("proof-refused", "malformed-proof")


def test_panic_instead_of_abort_about_ciphertexts() -> None:
    made = encrypt_to_prove(key().public, [1], bound=9)
    statement = InRange(made.ciphertexts, ring_pedersen().public)
    drawn = np.random.default_rng(7)
    for high in (1, 2, 128, 256):
        proof = drawn.integers(0, high, statement.proof_bytes, np.uint8)
        named = ("proof-refused", "malformed-proof", "proof-of-another-session")
        assert code_of(lambda p=proof: verify_in_range(ALICE, statement, p)) in named
        assert code_of(lambda p=proof: verify_relations([(ALICE, statement, p)])) in named
