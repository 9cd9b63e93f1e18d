"""Bulletproofs: complete at the edges of every range, refused for whatever lies outside and whatever is bent."""

from __future__ import annotations

import random

import numpy as np
import pytest
from proof_cases import ALICE, changed, code_of

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Points, Scalars, concatenate_points, dot
from mpc.algebra.ristretto import ORDER, RISTRETTO, generator
from mpc.errors import LocalError
from mpc.prg import Seed
from mpc.testing.tiny_group import TinyGroup
from protocols.proofs import range_proving
from protocols.proofs.bulletproof_bbbpwm18 import after_scalars
from protocols.proofs.bulletproof_verifying import verify_bulletproof, verify_bulletproofs
from protocols.proofs.hashed_bases import hashed_bases
from protocols.proofs.inner_product_bbbpwm18 import challenges, factors, prove_inner_product
from protocols.proofs.pedersen import Pedersen, pedersen
from protocols.proofs.range_bbbpwm18 import Range
from protocols.proofs.range_proving import prove_range
from protocols.proofs.transcript import HEADER_BYTES, Bytes, Setting, Transcript

Made = tuple[Range, Bytes]


def committed(values: list[int]) -> tuple[Points, Scalars]:
    return pedersen().commit(Scalars.of(ORDER, values))


def proved(values: list[int], bits: int, setting: Setting = ALICE) -> Made:
    commitments, blindings = committed(values)
    statement = Range(pedersen(), commitments, bits)
    return statement, prove_range(setting, statement, np.array(values, np.uint64), blindings)


@pytest.fixture(scope="module")
def short() -> Made:
    return proved([200], 8)


@pytest.mark.parametrize(
    ("values", "bits"),
    [([0], 8), ([255], 8), ([2**64 - 1], 64), ([0, 2**16 - 1], 16), ([1, 2, 3], 8), ([2**32 - 1, 0, 1, 5, 7], 32)],
)
def test_values_within_the_range(values: list[int], bits: int) -> None:
    statement, proof = proved(values, bits)
    assert proof.shape == (statement.proof_bytes,)
    verify_bulletproof(ALICE, statement, proof)


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int16])
def test_whole_numbers_of_any_type_are_proved(kind: type[np.integer]) -> None:
    commitments, blindings = committed([100])
    statement = Range(pedersen(), commitments, 8)
    verify_bulletproof(ALICE, statement, prove_range(ALICE, statement, np.array([100], kind), blindings))
    for wrong in (np.array([-1], np.int64), np.array([100.0])):
        assert code_of(lambda wrong=wrong: prove_range(ALICE, statement, wrong, blindings)) == "wrong-statement"


@pytest.mark.parametrize("bits", [8, 16, 32])
def test_a_value_outside_is_not_proved(bits: int) -> None:
    for values in ([2**bits], [0, 2**63]):
        assert code_of(lambda values=values: proved(values, bits)) == "wrong-witness"


def test_what_does_not_open_the_commitment_is_not_proved() -> None:
    commitments, blindings = committed([7])
    statement = Range(pedersen(), commitments, 8)
    assert code_of(lambda: prove_range(ALICE, statement, np.array([8], np.uint64), blindings)) == "wrong-witness"


@pytest.mark.parametrize("value", [-1, 2**64, ORDER.n // 2, 256])
def test_a_prover_who_deviates_and_commits_to_what_is_outside(value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """It proves of another value, as near as bits come, and skips its own check."""
    monkeypatch.setattr(Pedersen, "opens", lambda *_: np.array(True))
    commitments, blindings = committed([value])
    statement = Range(pedersen(), commitments, 8)
    proof = prove_range(ALICE, statement, np.array([value % 256], np.uint64), blindings)
    assert code_of(lambda: verify_bulletproof(ALICE, statement, proof)) == "proof-refused"


def test_bits_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 as one "bit" of 300 and seven zeros: its products with a_R are not zero."""
    commitments, blindings = committed([300])
    statement = Range(pedersen(), commitments, 8)
    monkeypatch.setattr(Pedersen, "opens", lambda *_: np.array(True))
    monkeypatch.setattr(range_proving, "_bits", lambda *_: Scalars.of(ORDER, [300, *[0] * 7]))
    proof = prove_range(ALICE, statement, np.array([44], np.uint64), blindings)
    assert code_of(lambda: verify_bulletproof(ALICE, statement, proof)) == "proof-refused"


def test_frozen_heart(short: Made) -> None:
    """Commitments, bits and numbers of values are in the challenges: a proof holds for its own statement alone."""
    statement, proof = short
    moved = Range(pedersen(), statement.commitments + generator(), 8)
    seen = set()
    for other in (moved, Range(pedersen(), concatenate_points([statement.commitments] * 2), 8), statement):
        transcript = other.begun(ALICE)
        seen.add(transcript.challenge("y", ORDER).to_bytes().tobytes())
    assert len(seen) == 3
    assert code_of(lambda: verify_bulletproof(ALICE, moved, proof)) == "proof-of-another-statement"
    bent = proof.copy()
    bent[:HEADER_BYTES] = np.frombuffer(ALICE.header(moved.begun(ALICE)), np.uint8)
    assert code_of(lambda: verify_bulletproof(ALICE, moved, bent)) == "proof-refused"


def test_a_byte_of_every_field(short: Made) -> None:
    statement, proof = short
    generator_ = random.Random(1)
    for start in range(0, len(proof), 16):
        place, by = start + generator_.randrange(16), 1 << generator_.randrange(8)
        found = code_of(lambda p=place, b=by: verify_bulletproof(ALICE, statement, changed(proof, p, b)))
        assert found in {"proof-refused", "malformed-proof", "proof-of-another-session", "proof-of-another-statement"}


@pytest.mark.parametrize("length", [0, 32, 480, 511, 513, 576])
def test_cut_short_and_made_longer(short: Made, length: int) -> None:
    statement, proof = short
    assert code_of(lambda: verify_bulletproof(ALICE, statement, np.resize(proof, length))) == "proof-length"


def test_replays(short: Made) -> None:
    statement, proof = short
    for other in (Setting.outside("alice", "another"), Setting.outside("alice", "tests", "call")):
        assert code_of(lambda s=other: verify_bulletproof(s, statement, proof)) == "proof-of-another-session"


def test_many_proofs_at_once(short: Made) -> None:
    made = [short, proved([5, 6, 7], 16), proved([1], 32)]
    verify_bulletproofs([(ALICE, *one) for one in made])
    made[1][1][-1] ^= 1
    assert code_of(lambda: verify_bulletproofs([(ALICE, *one) for one in made])) in ("proof-refused", "malformed-proof")
    verify_bulletproofs([(ALICE, *made[0]), (ALICE, *made[2])])


def shifted(by: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> Made:
    """A proof whose prover adds to tau_x and mu before it asks for the challenges that follow from them."""

    def after(transcript: Transcript, scalars: Scalars, order: Modulus) -> Scalars:
        scalars.words[:2] = (scalars[:2] + Scalars.of(order, by)).words
        return after_scalars(transcript, scalars, order)

    with monkeypatch.context() as deviating:
        deviating.setattr(range_proving, "after_scalars", after)
        return proved([200], 8)


@pytest.mark.parametrize("shifts", [[(1, -1)], [(1, 0), (-1, 0)], [(0, 5), (0, -5)]], ids=["inside", "tau_x", "mu"])
def test_errors_of_equations_do_not_cancel(shifts: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the two equations of one proof, or of two proofs, would, were it not for the verifier's weights."""
    bent = [(ALICE, *shifted(by, monkeypatch)) for by in shifts]
    with monkeypatch.context() as weak:
        weak.setattr(Scalars, "random", lambda order, *_: Scalars.of(order, 1))
        verify_bulletproofs(bent)
    assert code_of(lambda: verify_bulletproofs(bent)) == "proof-refused"


def test_batches_are_over_one_group(short: Made) -> None:
    scheme = Pedersen(TinyGroup(1019))
    other = Range(scheme, scheme.commit(Scalars.of(scheme.group.order, [1]))[0], 8)
    with pytest.raises(LocalError, match="wrong-statement"):
        verify_bulletproofs([(ALICE, *short), (ALICE, other, short[1])])


@pytest.mark.parametrize(
    ("shape", "bits"), [((0,), 8), ((1025,), 8), ((), 8), ((2, 2), 8), ((1,), 7), ((1,), 0), ((1,), 128), ((1,), 8.0)]
)
def test_statements_that_are_none(shape: tuple[int, ...], bits: int) -> None:
    with pytest.raises(LocalError, match="wrong-statement") as caught:
        Range(pedersen(), generator().broadcast(shape), bits)
    assert caught.value.remedy == ("take one of 8, 16, 32, 64" if shape == (1,) else "commit to a flat array of them")


def test_values_of_another_shape_or_type() -> None:
    commitments, blindings = committed([1, 2])
    statement = Range(pedersen(), commitments, 8)
    for values in (np.array([1], np.uint64), np.array([1, -2]), np.array([1.0, 2.0])):
        with pytest.raises(LocalError, match="wrong-statement"):
            prove_range(ALICE, statement, values, blindings)


def test_the_same_values_give_other_proofs() -> None:
    commitments, blindings = committed([9])
    statement = Range(pedersen(), commitments, 8)
    one, two = (prove_range(ALICE, statement, np.array([9], np.uint64), blindings) for _ in range(2))
    assert one[HEADER_BYTES:].tobytes() != two[HEADER_BYTES:].tobytes()


def test_bases_are_hashed_and_all_different() -> None:
    g, h, q = Range(pedersen(), generator().reshape(1), 64).bases()
    every = concatenate_points([g, h, q.reshape(1), pedersen().h.reshape(1), generator().reshape(1)])
    assert len({row.tobytes() for row in every.to_bytes()}) == 2 * 64 + 3
    assert hashed_bases(RISTRETTO, "Bulletproofs' G", 8).equals(g[:8]).all()


@pytest.mark.parametrize("length", [1, 2, 8])
def test_inner_products(length: int) -> None:
    """What is folded in the end is what the factors say, over ristretto255."""
    a, b = (Scalars.random(ORDER, (length,)) for _ in range(2))
    g, h = (hashed_bases(RISTRETTO, name, length) for name in ("a test's g", "a test's h"))
    q = pedersen().h
    proof = prove_inner_product(ALICE.transcript(), g, h, q, a, b)
    u = challenges(ALICE.transcript(), proof)
    inverses = u.inverse()
    s, s_inverse = factors(u, inverses), factors(inverses, u)
    last_a, last_b = proof.last[0], proof.last[1]
    left = dot(g, a) + dot(h, b) + q * (a * b).sum()
    if len(u):
        left = left + dot(proof.left, u * u) + dot(proof.right, inverses * inverses)
    assert left.equals(dot(g, last_a * s) + dot(h, last_b * s_inverse) + q * (last_a * last_b))


def test_the_verifier_over_a_tiny_group_accepts_what_is_true() -> None:
    """Values of eight bits, over a group of 1019 elements; no challenge is zero with these numbers."""
    group, source = TinyGroup(1019), Seed(bytes(32)).prg("tiny").bytes
    scheme = Pedersen(group)
    for value in range(0, 256, 15):
        commitments, blindings = scheme.commit(Scalars.of(group.order, [value]), source)
        statement = Range(scheme, commitments, 8)
        proof = prove_range(ALICE, statement, np.array([value], np.uint64), blindings, source)
        verify_bulletproof(ALICE, statement, proof)


def test_a_negative_value_is_called_so() -> None:
    commitments, blindings = committed([100])
    statement = Range(pedersen(), commitments, 8)
    with pytest.raises(LocalError, match="a value is negative"):
        prove_range(ALICE, statement, np.array([-1]), blindings)
