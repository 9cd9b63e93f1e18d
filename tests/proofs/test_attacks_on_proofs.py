"""One test for each way in which proofs of others were forged, replayed or bent; the prover is named each time."""

from __future__ import annotations

import numpy as np
import pytest
from proof_cases import ALICE, CASES, GROUPS, base, changed, code_of, equal_logarithms, logarithms, openings

from mpc.algebra.group import Points, Scalars, concatenate_points
from mpc.algebra.ristretto import ORDER, RISTRETTO, generator
from mpc.domain_hash import DomainHash
from mpc.errors import Abort, LocalError, PeerError
from protocols.proofs.composed import AtLeastOne
from protocols.proofs.linear import knows_logarithm, same_logarithm
from protocols.proofs.proof import holds_exactly, prove, verify
from protocols.proofs.statement import Equation, Statement
from protocols.proofs.transcript import HEADER_BYTES, Setting

REFUSALS = {
    "proof-refused",
    "malformed-proof",
    "proof-of-another-session",
    "proof-of-another-statement",
    "proof-length",
}


def assembled(statement: Statement, commitments: Points, responses: Scalars) -> np.ndarray:
    """A proof that a prover made up, with the header that belongs to the statement."""
    transcript = ALICE.transcript()
    transcript.absorb("sigma protocol", statement.group.name, statement.commitments, statement.responses)
    statement.absorb(transcript)
    header = np.frombuffer(ALICE.header(transcript), np.uint8)
    return np.concatenate([header, commitments.to_bytes().ravel(), responses.to_bytes().ravel()])


def challenge_of(statement: Statement, commitments: Points) -> Scalars:
    """What the verifier will compute."""
    transcript = ALICE.transcript()
    transcript.absorb("sigma protocol", statement.group.name, statement.commitments, statement.responses)
    statement.absorb(transcript)
    transcript.absorb("first message", commitments)
    return transcript.challenge("sigma", statement.group.order)


def test_frozen_heart() -> None:
    """A challenge that leaves out the statement lets a prover choose the statement after it: Y = (z B - A) / e."""
    g = generator()
    commitment, z = (g * Scalars.random(ORDER)).reshape(1), Scalars.random(ORDER, (1,))
    weak = Scalars(ORDER, ORDER.reduce(DomainHash("weak").absorb(commitment.to_bytes()).words(6)))
    image = (g * z - commitment) * weak.inverse()
    forged = knows_logarithm(g, image)
    assert holds_exactly(forged, weak, commitment, z)
    assert code_of(lambda: verify(ALICE, forged, assembled(forged, commitment, z))) == "proof-refused"


@pytest.mark.parametrize("case", CASES)
def test_every_part_of_a_statement_is_in_the_challenge(case: str) -> None:
    """Two statements of the same form never have the same digest, whichever element differs."""
    seen = set()
    for _ in range(4):
        statement, _ = CASES[case](RISTRETTO)
        transcript = ALICE.transcript()
        statement.absorb(transcript)
        seen.add(transcript.digest("test"))
    assert len(seen) == 4


def test_bases_are_in_the_challenge() -> None:
    """The same images to other bases are another statement."""
    g, x = generator(), Scalars.of(ORDER, [5])
    proof = prove(ALICE, knows_logarithm(g, g * x), x)
    other = knows_logarithm(g + g, g * x)
    assert code_of(lambda: verify(ALICE, other, proof)) == "proof-of-another-statement"


def test_unbound_batches() -> None:
    """Errors that cancel in a sum without weights are noticed with them."""
    statement, witness = logarithms(RISTRETTO, 2)
    nonces, e = Scalars.random(ORDER, (2,)), Scalars.random(ORDER)
    honest, responses = statement.commit(nonces, witness), statement.respond(nonces, witness, e)
    slip = generator()
    bent = honest + concatenate_points([slip.reshape(1), (-slip).reshape(1)])
    unweighed = Equation()
    statement.weigh(unweighed, e, bent, responses, Scalars.of(ORDER, [1, 1]))
    assert unweighed.holds()
    assert not holds_exactly(statement, e, bent, responses)
    nonces_bent = assembled(statement, bent, statement.respond(nonces, witness, challenge_of(statement, bent)))
    assert code_of(lambda: verify(ALICE, statement, nonces_bent)) == "proof-refused"


def test_a_prover_who_chooses_all_challenges_of_an_alternative() -> None:
    (first, _), (second, _) = logarithms(RISTRETTO, 1), openings(RISTRETTO)
    statement = AtLeastOne(first, second)
    own = Scalars.random(ORDER)
    commitments, responses = statement.simulate(own, Scalars.random(ORDER, (statement.responses,)))
    assert holds_exactly(statement, own, commitments, responses)
    assert code_of(lambda: verify(ALICE, statement, assembled(statement, commitments, responses))) == "proof-refused"


@pytest.mark.parametrize(
    "setting",
    [
        Setting.outside("alice", "another session"),
        Setting.outside("bob", "tests"),
        Setting.outside("alice", "tests", 0),
        Setting.outside("alice", "tests", "of another call"),
    ],
    ids=["session", "prover", "path", "call"],
)
def test_replays(setting: Setting) -> None:
    """A proof of another session, prover or call; also where the header is made to fit."""
    statement, witness = logarithms(RISTRETTO)
    proof = prove(setting, statement, witness)
    assert code_of(lambda: verify(ALICE, statement, proof)) == "proof-of-another-session"
    proof[:HEADER_BYTES] = prove(ALICE, statement, witness)[:HEADER_BYTES]
    assert code_of(lambda: verify(ALICE, statement, proof)) == "proof-refused"


def test_a_proof_of_another_statement() -> None:
    statement, witness = logarithms(RISTRETTO)
    other, _ = logarithms(RISTRETTO)
    proof = prove(ALICE, statement, witness)
    assert code_of(lambda: verify(ALICE, other, proof)) == "proof-of-another-statement"
    proof[:HEADER_BYTES] = assembled(other, generator().broadcast((3,)), witness)[:HEADER_BYTES]
    assert code_of(lambda: verify(ALICE, other, proof)) == "proof-refused"


@pytest.mark.parametrize("length", [0, 1, 31, 32, 64, 95, 97, 200])
def test_cut_short_and_made_longer(length: int) -> None:
    statement, witness = logarithms(RISTRETTO, 1)
    proof = prove(ALICE, statement, witness)
    bent = np.resize(proof, length)
    with pytest.raises(PeerError, match="proof-length") as refused:
        verify(ALICE, statement, bent)
    assert refused.value.party == "alice"


def test_bytes_of_python_are_a_proof_too() -> None:
    statement, witness = logarithms(RISTRETTO, 1)
    proof = prove(ALICE, statement, witness)
    verify(ALICE, statement, proof.tobytes())
    for bent in (b"", proof.tobytes()[:-1], bytes(len(proof)), proof.astype(np.uint16), proof.reshape(2, -1)):
        assert code_of(lambda b=bent: verify(ALICE, statement, b)) in {"proof-length", "proof-of-another-session"}


def test_every_byte_counts() -> None:
    statement, witness = equal_logarithms(RISTRETTO)
    proof = prove(ALICE, statement, witness)
    for place in range(len(proof)):
        for by in (1, 128):
            assert code_of(lambda p=place, b=by: verify(ALICE, statement, changed(proof, p, b))) in REFUSALS


def test_bytes_that_are_no_element_and_no_scalar() -> None:
    statement, witness = logarithms(RISTRETTO, 1)
    proof = prove(ALICE, statement, witness)
    for place, value in ((HEADER_BYTES, 2**255 - 18), (HEADER_BYTES, 1), (HEADER_BYTES + 32, ORDER.n)):
        bent = proof.copy()
        bent[place : place + 32] = np.frombuffer(value.to_bytes(32, "little"), np.uint8)
        assert code_of(lambda b=bent: verify(ALICE, statement, b)) == "malformed-proof"


def test_a_response_plus_the_order_is_no_second_proof() -> None:
    """Scalars have one encoding: what was sent cannot be changed into another proof of the same."""
    statement, witness = logarithms(RISTRETTO, 1)
    proof = prove(ALICE, statement, witness)
    z = int.from_bytes(proof[-32:].tobytes(), "little") + ORDER.n
    proof[-32:] = np.frombuffer(z.to_bytes(32, "little"), np.uint8)
    assert code_of(lambda: verify(ALICE, statement, proof)) == "malformed-proof"


def test_neutral_elements() -> None:
    """As a base they would let anything be proved; as an image they are an honest zero."""
    g, neutral = generator(), Points.neutral(RISTRETTO)
    for make in (lambda: knows_logarithm(neutral, g), lambda: same_logarithm([g, neutral], [g, g])):
        with pytest.raises(LocalError, match="neutral-base"):
            make()
    statement, zero = knows_logarithm(g, neutral), Scalars.of(ORDER, [0])
    verify(ALICE, statement, prove(ALICE, statement, zero))
    everything = assembled(knows_logarithm(g, g), neutral.reshape(1), zero)
    assert code_of(lambda: verify(ALICE, knows_logarithm(g, g), everything)) == "proof-refused"


def test_the_same_nonces_twice_give_the_witness() -> None:
    """Why the source of nonces serves for one proof: two settings, one stream, and the witness is public."""
    statement, witness = logarithms(RISTRETTO, 1)

    def constant(count: int) -> bytes:
        return bytes(count)

    settings = (ALICE, Setting.outside("alice", "another"))
    one, two = (prove(setting, statement, witness, constant) for setting in settings)
    assert one[HEADER_BYTES : HEADER_BYTES + 32].tobytes() == two[HEADER_BYTES : HEADER_BYTES + 32].tobytes()
    assert prove(ALICE, statement, witness)[HEADER_BYTES:].tobytes() != one[HEADER_BYTES:].tobytes()


def test_a_failed_proof_is_an_abort_that_shows_nothing() -> None:
    statement, witness = logarithms(RISTRETTO, 1)
    proof = prove(ALICE, statement, witness)
    proof[-32:] = (witness + witness).to_bytes().ravel()
    with pytest.raises(Abort) as refused:
        verify(ALICE, statement, proof)
    assert refused.value.party == "alice"
    assert str(witness.to_ints()[0]) not in str(refused.value)


def test_no_length_passes_for_another() -> None:
    """Two elements and three absorbed one after the other are not three and two."""
    points = base(GROUPS["ristretto255"]).broadcast((5,))
    digests = set()
    for cut in range(6):
        transcript = ALICE.transcript()
        transcript.absorb("a", points[:cut], points[cut:])
        digests.add(transcript.digest("test"))
    transcript = ALICE.transcript()
    transcript.absorb("a", concatenate_points([points[:2], points[2:]]))
    digests.add(transcript.digest("test"))
    assert len(digests) == 7
