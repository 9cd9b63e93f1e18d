"""Proofs about ciphertexts: complete, bound, extractable, without knowledge; what a range proof does not promise."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from paillier_proof_cases import ALICE, SAFE_FACTORS, TINY, flipped, key, refused, ring_pedersen, tiny_ring_pedersen

import mpc
from mpc.algebra.bigint import Modulus, from_ints, limbs_for, to_ints
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER
from mpc.context import Context
from mpc.errors import ParleyError
from protocols import proofs
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PrivateKey
from protocols.proofs import ciphertext_sending
from protocols.proofs.affine_cggmp21 import (
    Affine,
    commit_to_prove,
    compute_to_prove,
    prove_affine,
    verify_affine,
)
from protocols.proofs.decryption_cggmp21 import decrypts_to, multiplied, prove_decryption, same_exponent
from protocols.proofs.encryption_cggmp21 import Encrypted, InRange, encrypt_to_prove, prove_in_range, verify_in_range
from protocols.proofs.hidden_order import Relation, prove_relation, verify_relation
from protocols.proofs.hidden_rows import Number, OnePlus, Powers
from protocols.proofs.pedersen import pedersen
from protocols.proofs.strength import Strength
from protocols.proofs.transcript import HEADER_BYTES, Setting
from protocols.proofs.whole_numbers import masked, proof_of, resized, with_committed

VALUES = np.array([-300, 0, 300])
REFUSALS = {"proof-refused", "malformed-proof", "proof-of-another-session", "proof-of-another-statement"}
BOB = Setting.outside("alice", "another session")


def encrypted() -> Encrypted:
    return encrypt_to_prove(key().public, VALUES, bound=300)


def words_of(ciphertexts: Ciphertexts) -> np.ndarray:
    group = ciphertexts.group
    return group.form.out_of(ciphertexts.words.reshape(-1, group.ciphertexts.limbs))


def in_range() -> tuple[Any, Any, np.ndarray]:
    made = encrypted()
    statement = InRange(made.ciphertexts, ring_pedersen().public)
    return verify_in_range, statement, prove_in_range(ALICE, statement, made)


def committed() -> tuple[Any, Any, np.ndarray]:
    made = encrypted()
    commitments, blindings = pedersen().commit(Scalars.of(ORDER, [int(v) % ORDER.n for v in VALUES]))
    statement = InRange(made.ciphertexts, ring_pedersen().public, commitments)
    return verify_in_range, statement, prove_in_range(ALICE, statement, made, blindings)


def decryption() -> tuple[Any, Any, np.ndarray]:
    made = encrypted().ciphertexts
    messages = key().decrypt_words(made)
    return verify_relation, decrypts_to(made, messages), prove_decryption(ALICE, key(), made, messages)


def multiplication() -> tuple[Any, Any, np.ndarray]:
    group, x = key().public.group, encrypt_to_prove(key().public, [5], bound=7)
    y, zero = encrypted().ciphertexts[:1], encrypt_to_prove(key().public, [0], bound=1)
    numbers = from_ints([5], group.messages.limbs)
    powers = group.form.power(y.words, numbers, bits=group.n.bit_length())
    products = Ciphertexts(y.encryption, group.form.mul(powers, zero.ciphertexts.words), Scale(0, 2100), fresh=True)
    assert key().decrypt(products).tolist() == [-1500]
    relation = multiplied(x.ciphertexts, y, products)
    return verify_relation, relation, prove_relation(ALICE, relation, [numbers], [x.randomisers, zero.randomisers])


def partial_decryption() -> tuple[Any, Any, np.ndarray]:
    n = ring_pedersen().public.modulus
    bases = [n.square(n.random_units(2)) for _ in range(2)]
    shares = from_ints([123456789, 2**200 - 1], 4)
    relation = same_exponent(n, bases, [n.power(base, shares, bits=200) for base in bases], 200)
    return verify_relation, relation, prove_relation(ALICE, relation, [shares])


def affine() -> tuple[Any, Any, np.ndarray]:
    """The verifier's numbers times those of the prover, and masks; the prover's key is of the parameters' modulus."""
    c, mine = encrypted().ciphertexts[:1], PrivateKey.insecure_of(*SAFE_FACTORS).public
    x, y = encrypt_to_prove(mine, [5], bound=2**64), encrypt_to_prove(mine, [2**400], bound=2**848)
    made = compute_to_prove(c, x, y)
    assert key().decrypt(made.d).tolist() == [2**400 - 1500]
    statement = Affine(c, made.d, x.ciphertexts, y.ciphertexts, ring_pedersen().public)
    return verify_affine, statement, prove_affine(ALICE, statement, made, x, y)


def affine_committed() -> tuple[Any, Any, np.ndarray]:
    """The same with a commitment to x."""
    c, mine = encrypted().ciphertexts[:1], PrivateKey.insecure_of(*SAFE_FACTORS).public
    x, y = commit_to_prove(c, [-6], bound=2**64), encrypt_to_prove(mine, [2**400], bound=2**848)
    assert pedersen().opens(x.elements.points, Scalars.of(ORDER, [ORDER.n - 6]), x.blindings).all()
    made = compute_to_prove(c, x, y)
    statement = Affine(c, made.d, x.elements, y.ciphertexts, ring_pedersen().public)
    return verify_affine, statement, prove_affine(ALICE, statement, made, x, y)


OF_TINY_KEYS = Strength.insecure_of(challenge_bits=64, repetitions=128, epsilon=80, plaintext_bits=4)


def wide() -> Encrypted:
    """Under a tiny key with s = 3."""
    return encrypt_to_prove(PrivateKey.insecure_of(1000003, 999983, s=3).public, VALUES, bound=300)


def wide_range() -> tuple[Any, Any, np.ndarray]:
    made = wide()
    statement = InRange(made.ciphertexts, tiny_ring_pedersen().public, strength=OF_TINY_KEYS)
    return verify_in_range, statement, prove_in_range(ALICE, statement, made)


def wide_decryption() -> tuple[Any, Any, np.ndarray]:
    own, made = PrivateKey.insecure_of(1000003, 999983, s=3), wide().ciphertexts
    messages = own.decrypt_words(made)
    assert own.decrypt(made).tolist() == VALUES.tolist()
    return verify_relation, decrypts_to(made, messages), prove_decryption(ALICE, own, made, messages)


CASES = {
    case.__name__: case
    for case in (
        in_range, committed, decryption, multiplication, partial_decryption, affine, affine_committed,
        wide_range, wide_decryption,
    )
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_complete_bound_and_every_part_counts(case: str) -> None:
    verify, statement, proof = CASES[case]()
    verify(ALICE, statement, proof)
    assert len(proof) == statement.proof_bytes
    assert refused(verify, BOB, statement, proof) == "proof-of-another-session"
    for bent in (proof[:-8], np.concatenate([proof, proof[:8]]), proof[:0]):
        assert refused(verify, ALICE, statement, bent) == "proof-length"
    for place in (0, HEADER_BYTES + 1, len(proof) // 3, 2 * len(proof) // 3, len(proof) - 8):
        assert refused(verify, ALICE, statement, flipped(proof, place)) in REFUSALS
    _, other, _ = CASES[case]()
    assert refused(verify, ALICE, other, proof) in REFUSALS


def test_wrong_witnesses() -> None:
    made, to = encrypted(), ring_pedersen().public
    statement, one = InRange(made.ciphertexts, to), from_ints([1], 1)
    more = Encrypted(made.ciphertexts, made.numbers + one, made.randomisers)
    doubled = Encrypted(made.ciphertexts, made.numbers, key().public.group.messages.add(*[made.randomisers] * 2))
    longer = Encrypted(made.ciphertexts, made.numbers + from_ints([2**11], 1), made.randomisers)
    for bad in (more, doubled, longer):
        assert refused(prove_in_range, ALICE, statement, bad) == "wrong-witness"
    messages = key().decrypt_words(made.ciphertexts)
    assert refused(prove_decryption, ALICE, key(), made.ciphertexts, messages[::-1].copy()) == "wrong-witness"
    assert refused(prove_in_range, ALICE, statement, made, Scalars.random(ORDER, (3,))) == "wrong-statement"


def test_a_result_of_other_numbers_is_not_proved() -> None:
    """The prover multiplies by another number than it encrypted."""
    c = encrypted().ciphertexts
    x, other, y = (encrypt_to_prove(key().public, numbers, bound=9) for numbers in ([1, 2, 3], [1, 2, 4], [0, 0, 0]))
    made, to = compute_to_prove(c, other, y), ring_pedersen().public
    statement = Affine(c, made.d, x.ciphertexts, y.ciphertexts, to)
    for claimed in (x, other):
        assert refused(prove_affine, ALICE, statement, made, claimed, y) == "wrong-witness"
    shown, used = (commit_to_prove(c, numbers, bound=9) for numbers in ([1, 2, 3], [1, 2, 4]))
    statement = Affine(c, compute_to_prove(c, used, y).d, shown.elements, y.ciphertexts, to)
    assert refused(prove_affine, ALICE, statement, made, used, y) == "wrong-witness"
    wide = encrypt_to_prove(key().public, [1, 2, 3], bound=2**1810)
    assert refused(Affine, c, made.d, wide.ciphertexts, y.ciphertexts, to) == "wrong-statement"
    assert refused(Affine, c, made.d, x.ciphertexts[:2], y.ciphertexts, to) == "wrong-statement"


def test_nothing_is_no_statement() -> None:
    empty = encrypt_to_prove(key().public, np.zeros(0, np.int64), bound=1)
    statement = InRange(empty.ciphertexts, ring_pedersen().public)
    assert refused(prove_in_range, ALICE, statement, empty) == "wrong-statement"
    assert refused(Relation, "none", (), ()) == "wrong-statement"
    assert refused(same_exponent, key().public.group.messages, [], [], 8) == "wrong-statement"
    wide = encrypt_to_prove(key().public, [1], bound=2**1900)
    assert refused(InRange, wide.ciphertexts, ring_pedersen().public) == "wrong-statement"


def tiny_relation(numbers: list[int]) -> tuple[Relation, np.ndarray, np.ndarray]:
    """Encryptions of four bits under N = 1000003 * 999983, with commitments; the numbers, and units."""
    n, to = Modulus(1000003 * 999983), tiny_ring_pedersen().public
    square = Modulus(n.n**2)
    k, rho = from_ints(numbers, 1), n.random_units(len(numbers))
    one_plus = OnePlus(n)
    power = square.power_var(resized(rho, square.limbs), n.n)
    images = square.mul(one_plus.power(square, k, 4), power)
    rows = (
        Powers(square, images, ((one_plus, 0),), 0),
        Powers(to.modulus, to.modulus.power(to.s, k, bits=4), ((Number(to.s), 0),)),
    )
    return Relation("tiny", (4,), rows, (n,), TINY), k, rho


def test_two_answers_give_the_witness() -> None:
    """Special soundness: k = (z - z') / (e - e') over the integers, and with it rho from the units' answers."""
    relation, k, rho = tiny_relation([3, 15])
    (n,) = relation.units
    masks, fresh = [from_ints([2**20 - 1, 12345], 1)], [n.random_units(2)]
    firsts = relation.mapped(masks, fresh)
    answers = {e: relation.responses(e, masks, [k], fresh, [rho]) for e in (4, 5)}
    for e, (z, units) in answers.items():
        assert relation.holds(e, firsts, z, units)
    (z,), (u,) = answers[4]
    (z_more,), (u_more,) = answers[5]
    assert (z_more - z == k).all()
    assert np.array_equal(n.mul(u_more, n.inverse(u)), rho)


def test_transcripts_without_a_witness() -> None:
    """The simulator: answers first, then first messages that fit."""
    relation, _, _ = tiny_relation([3, 15])
    z, units = [from_ints([99, 2**23], 1)], [relation.units[0].random_units(2)]
    for e in (0, 1, 15):
        firsts = []
        for row, image in zip(relation.rows, relation.mapped(z, units), strict=True):
            assert isinstance(row, Powers)
            firsts.append(row.modulus.mul(image, row.modulus.inverse(row.modulus.power_var(row.image, e))))
        assert relation.holds(e, firsts, z, units)


def test_answers_are_distributed_as_masks_but_for_the_slack() -> None:
    """Masks of 12 bits, challenges and secrets of 4: an answer is off from uniform by at most 2^(4 + 4 - 12)."""
    masks = np.arange(2**12, dtype=np.uint64)[:, None]
    for e in range(16):
        for secret in (0, 7, 15):
            z = Counter(masked(masks, e, np.full_like(masks, secret))[:, 0].tolist())
            off = sum(abs(z[value] - 1) for value in range(2**12 + 225)) / 2 ** (12 + 1)
            assert off <= 2**-4


def test_a_number_beyond_the_widened_range_has_no_answer() -> None:
    """Its answers are too long, and cut they satisfy nothing; a mask without slack would show it (Alpha-Rays)."""
    made = encrypt_to_prove(key().public, [2**400], bound=2**400)
    claimed = Ciphertexts(made.ciphertexts.encryption, made.ciphertexts.words, Scale(0, 300), fresh=True)
    honest, statement = InRange(made.ciphertexts, ring_pedersen().public), InRange(claimed, ring_pedersen().public)
    assert statement.proved_bound < 2**400
    long = prove_in_range(ALICE, honest, made)
    verify_in_range(ALICE, honest, long)
    assert refused(verify_in_range, ALICE, statement, long) == "proof-length"
    assert refused(prove_in_range, ALICE, statement, made) == "wrong-statement"
    assert refused(verify_in_range, ALICE, statement, cut_answers(statement, made, 2**400)) == "proof-refused"


def test_bounds_for_which_a_commitment_is_to_the_very_number() -> None:
    """Below 2^20 what is proved is below half the order of the group of commitments."""
    one = encrypt_to_prove(key().public, [1], bound=1).ciphertexts
    for bound, unique in ((2**20 - 1, True), (2**20, False)):
        claimed = Ciphertexts(one.encryption, one.words, Scale(0, bound), fresh=True)
        assert (2 * InRange(claimed, ring_pedersen().public).proved_bound < ORDER.n) == unique


def test_what_hides_a_product_is_as_long_as_c_is_proved_to_be() -> None:
    """2^100, said to be below 300, has answers that are not cut; and a y as for 300 shows the x of x c + y."""
    made = encrypt_to_prove(key().public, [2**100], bound=2**100)
    claimed = Ciphertexts(made.ciphertexts.encryption, made.ciphertexts.words, Scale(0, 300), fresh=True)
    statement = InRange(claimed, ring_pedersen().public)
    verify_in_range(ALICE, statement, cut_answers(statement, made, 2**100))
    x = encrypt_to_prove(key().public, [5], bound=6)
    y = encrypt_to_prove(key().public, [2**90], bound=6 * 300 * 2**80)
    (d,) = to_ints(key().decrypt_words(compute_to_prove(claimed, x, y).d))
    assert d >> 100 == 5
    assert statement.proved_bound > 2**80 * y.scale.bound


def cut_answers(statement: InRange, made: Encrypted, number: int) -> np.ndarray:
    """What a cheating prover can send: everything as it should be, and answers without their highest bits."""
    k, mu = from_ints([number + 2**9], 7), from_ints([12345], 36)
    s = statement.to.commit(k, 402, mu, statement.blinding_bits)
    relation = statement.relation(s)
    transcript = relation.begun(ALICE)
    header = ALICE.header(transcript)
    masks = [from_ints([2**200], limbs_for(relation.mask_bits(j))) for j in range(2)]
    fresh = [relation.units[0].random_units(1)]
    firsts = relation.mapped(masks, fresh)
    e = relation.challenge(transcript, firsts)
    wide = [resized(mask, 40) for mask in masks]
    z, units = relation.responses(e, wide, [k, mu], fresh, [made.randomisers])
    cut = [from_ints([to_ints(x)[0] % 2 ** relation.mask_bits(j)], masks[j].shape[1]) for j, x in enumerate(z)]
    return with_committed([s], proof_of(header, [*firsts, *cut, *units]))


def test_errors_of_two_places_do_not_cancel() -> None:
    """Unbound batches: one first message times u and another one by u; every place is verified for itself."""
    relation, k, rho = tiny_relation([3, 15])
    n = relation.units[0]
    transcript = relation.begun(ALICE)
    header = ALICE.header(transcript)
    masks, fresh = [from_ints([77, 12345], 1)], [n.random_units(2)]
    firsts = relation.mapped(masks, fresh)
    row = relation.rows[0]
    assert isinstance(row, Powers)
    slip = row.modulus.random_units(1)
    firsts[0] = row.modulus.mul(firsts[0], np.concatenate([slip, row.modulus.inverse(slip)]))
    z, units = relation.responses(relation.challenge(transcript, firsts), masks, [k], fresh, [rho])
    assert refused(verify_relation, ALICE, relation, proof_of(header, [*firsts, *z, *units])) == "proof-refused"


def test_why_a_small_factor_breaks_decryption_proofs() -> None:
    """With N = 3 q another number passes for every challenge that 3 divides: keys are proved before anything else."""
    n = Modulus(3 * 1000003)
    square = Modulus(n.n**2)
    wrong = OnePlus(n).power(square, from_ints([n.n // 3], 1), 32)
    relation = Relation("decryption", (), (Powers(square, wrong, (), 0),), (n,), Strength())
    fresh = [n.random_units(1)]
    firsts = relation.mapped((), fresh)
    assert relation.holds(3 * 2**100, firsts, (), fresh)
    assert not relation.holds(3 * 2**100 + 1, firsts, (), fresh)


async def auction(ctx: Context, mine: Any) -> Any:
    """Party 1 bids, encrypted under the key of party 0, and proves it; party 0 opens the doubles, and proves that."""
    if ctx.me == 0:
        await proofs.send_key(ctx, 1, key())
        await proofs.send_parameters(ctx, 1, ring_pedersen())
        own = ring_pedersen().public
        bids = await proofs.receive_encrypted(ctx, 1, key().public, own, (2, 2), bound=1000, fractional_bits=2)
        assert bids.scale.bound > 2**230
        return (await proofs.send_decrypted(ctx, 1, key(), bids * 2)).tolist()
    received = await proofs.receive_key(ctx, 0, ring_pedersen())
    to = await proofs.receive_parameters(ctx, 0)
    made = await proofs.send_encrypted(ctx, 0, received.key, mine, to, bound=1000, fractional_bits=2)
    return (await proofs.receive_decrypted(ctx, 0, received.key, made.ciphertexts * 2)).tolist()


def test_a_run() -> None:
    bids = [[1.25, -2], [1000, 0]]
    run = mpc.simulate(auction, inputs=[None, bids], check_costs=True)
    assert run.result == (2 * np.array(bids)).tolist()
    assert run.report.rounds == 4


@pytest.mark.parametrize("name", ["_prove_range", "prove_decryption"])
def test_a_deviating_prover_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = getattr(ciphertext_sending, name)
    monkeypatch.setattr(ciphertext_sending, name, lambda *args, **named: flipped(honest(*args, **named), -64))
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(auction, inputs=[None, [[1, 2], [3, 4]]])
    assert ended.value.code in ("proof-refused", "malformed-proof")
    assert ended.value.party == ("party1" if name == "_prove_range" else "party0")
