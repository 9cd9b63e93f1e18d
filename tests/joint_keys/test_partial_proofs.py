"""Proofs of partial decryptions: they hold where all parts are right, and are refused for whatever else is claimed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from joint_keys.shared_keys import TINY, TINY_SAFE, full_shares, tiny_shares
from proofs.paillier_proof_cases import ALICE

import mpc
from mpc.algebra.bigint import from_ints, limbs_for, to_ints
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import Abort, LocalError, ParleyError, PeerError
from mpc.prg import Seed
from protocols.joint_keys import partial_proofs_shoup00, reveal, reveal_despite, revealing
from protocols.joint_keys.dealing_dj01 import shares_of
from protocols.joint_keys.decryption_dj01 import partial
from protocols.joint_keys.key import KeyShare, verification_of
from protocols.joint_keys.partial_proofs_shoup00 import (
    proof_bytes,
    prove_partials,
    require_provable,
    verify_partials,
)
from protocols.paillier.keys import PrivateKey
from protocols.proofs.transcript import Bytes, Setting

PLACE = 1


def proved(share: KeyShare, count: int = 3) -> tuple[Words, Words, Bytes]:
    """Ciphertexts, what a party made of them, and its proof."""
    words = share.public.encrypt(np.arange(count), bound=100).words
    parts = partial(share, words)
    return words, parts, prove_partials(ALICE, share, words, parts, os.urandom)


@pytest.mark.parametrize("s", [1, 2])
@pytest.mark.parametrize("count", [1, 2, 9])
def test_right_parts_are_proved(s: int, count: int) -> None:
    share = tiny_shares(3, 1, s=s)[PLACE]
    words, parts, proof = proved(share, count)
    assert len(proof) == proof_bytes(share.joint)
    verify_partials(ALICE, share.joint, PLACE, words, parts, proof)


def test_of_full_size_one_proof_is_enough_for_many() -> None:
    share = full_shares(3, 1)[PLACE]
    words, parts, proof = proved(share)
    verify_partials(ALICE, share.joint, PLACE, words, parts, proof)
    assert len(proof) == proof_bytes(share.joint) == 1600


def test_shares_as_long_as_any_modulus() -> None:
    """As of a key of 4096 bits; responses are longer."""
    short = tiny_shares(2, 1)[PLACE]
    joint = replace(short.joint, share_bits=8190)
    share = KeyShare(joint, PLACE, 2**8189 + to_ints(short.secret_words[None])[0])
    told = verification_of(joint.group, joint.delta, share.secret_words[None], 8190)
    share.joint = replace(joint, verification=np.concatenate([joint.verification[:1], told]))
    words, parts, proof = proved(share)
    verify_partials(ALICE, share.joint, PLACE, words, parts, proof)
    with pytest.raises(PeerError):
        verify_partials(ALICE, share.joint, PLACE, words, parts[::-1], proof)


def test_bytes_from_fixed_randomness() -> None:
    """A change of what is sent or hashed shows here, and goes under Wire."""
    source = Seed(bytes(32)).prg("a test").bytes
    share = shares_of(PrivateKey.insecure_of(*TINY_SAFE), 3, 2, source=source)[PLACE]
    words = share.public.encryption.encrypt(from_ints([5, 6], 1), source)
    proof = prove_partials(ALICE, share, words, partial(share, words), source)
    assert hashlib.sha256(proof.tobytes()).hexdigest()[:16] == "588c8633ff610348"


def test_changed_bytes_are_refused() -> None:
    share = tiny_shares(2, 1)[PLACE]
    words, parts, proof = proved(share)
    for place in range(0, len(proof), 3):
        bent = proof.copy()
        bent[place] ^= 1 << place % 8
        with pytest.raises(PeerError) as refused:
            verify_partials(ALICE, share.joint, PLACE, words, parts, bent)
        assert refused.value.party == "alice"
    for bent in (proof[:-1], np.append(proof, np.uint8(0))):
        with pytest.raises(PeerError, match="proof-length"):
            verify_partials(ALICE, share.joint, PLACE, words, parts, bent)


def test_another_statement_place_key_or_setting_is_refused() -> None:
    shares = tiny_shares(3, 1)
    joint = shares[PLACE].joint
    words, parts, proof = proved(shares[PLACE])
    statement = (ALICE, joint, PLACE, words, parts)
    other = tiny_shares(3, 1)[PLACE].joint
    for at, changed in enumerate((Setting.outside("alice", "later"), other, 2, words[::-1], parts[::-1])):
        claimed = list(statement)
        claimed[at] = changed
        with pytest.raises(PeerError, match="proof-of-another"):
            verify_partials(*claimed, proof)  # type: ignore[arg-type]


class Liar:
    """A prover that has all checks of its own pass."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def proof(self, share: KeyShare, words: Words, parts: Words) -> Bytes:
        with self.monkeypatch.context() as patched:
            patched.setattr("protocols.proofs.hidden_order.Relation.holds", lambda *_: True)
            return prove_partials(ALICE, share, words, parts, os.urandom)


@pytest.fixture
def liar(monkeypatch: pytest.MonkeyPatch) -> Liar:
    return Liar(monkeypatch)


@pytest.mark.parametrize("wrong", [0, 2])
def test_one_wrong_part_among_many_is_refused(wrong: int, liar: Liar) -> None:
    """Whatever it is wrong by, as the order of the squares has no small factor."""
    share = tiny_shares(2, 1)[PLACE]
    words, parts, _ = proved(share)
    n = share.joint.group.n
    for by in (1 + n, 4, pow(3, n, n * n)):
        bent = parts.copy()
        bent[wrong] = share.joint.group.form.mul(bent[wrong], share.joint.group.in_form([by])[0])
        with pytest.raises(Abort, match="proof-refused"):
            verify_partials(ALICE, share.joint, PLACE, words, bent, liar.proof(share, words, bent))


def test_parts_of_another_share_are_refused(liar: Liar) -> None:
    shares = tiny_shares(3, 1)
    words, parts, _ = proved(shares[2])
    with pytest.raises(Abort, match="proof-refused"):
        verify_partials(ALICE, shares[0].joint, PLACE, words, parts, liar.proof(shares[PLACE], words, parts))


def test_an_honest_prover_notices_what_it_could_not_prove() -> None:
    share = tiny_shares(2, 1)[PLACE]
    words, parts, _ = proved(share)
    with pytest.raises(LocalError, match="wrong-witness"):
        prove_partials(ALICE, share, words, parts[::-1].copy(), os.urandom)


def test_a_sign_is_proved_to_no_one_and_changes_nothing(liar: Liar) -> None:
    """-c_i passes, and its square is what is combined."""
    share = tiny_shares(2, 1)[PLACE]
    words, parts, _ = proved(share)
    group = share.joint.group
    opposite = group.ciphertexts.sub(np.zeros_like(parts), parts)
    verify_partials(ALICE, share.joint, PLACE, words, opposite, liar.proof(share, words, opposite))
    np.testing.assert_array_equal(group.form.square(opposite), group.form.square(parts))


def number_of_order_three() -> int:
    """Modulo N^2 of the tiny primes, of which 3 divides p - 1: only who knows p finds it so."""
    p, q = TINY
    root = pow(5, p * (p - 1) // 3, p * p)
    assert root != 1
    return (root * q**2 * pow(q**2, -1, p * p) + p**2 * pow(p**2, -1, q * q)) % (p * q) ** 2


def test_a_number_of_small_order_would_pass_and_the_default_refuses_such_keys(liar: Liar) -> None:
    """Why keys of primes that are not safe take a further assumption: with such a number wrong parts are proved."""
    share = tiny_shares(2, 1, primes=TINY)[PLACE]
    omega = share.joint.group.in_form([number_of_order_three()])[0]
    assert to_ints(share.joint.group.form.out_of(share.joint.group.form.power_var(omega, 3))[None]) == [1]
    refused: list[str] = []
    for _ in range(12):
        words, parts, _ = proved(share)
        parts[0] = share.joint.group.form.mul(parts[0], omega)
        try:
            verify_partials(ALICE, share.joint, PLACE, words, parts, liar.proof(share, words, parts))
        except ParleyError as error:
            refused.append(error.code)
    assert set(refused) == {"proof-refused"}
    assert len(refused) < 12
    with pytest.raises(LocalError, match="weak-proof"):
        require_provable(share.joint, None)
    require_provable(share.joint, "low order")
    require_provable(tiny_shares(2, 1)[0].joint, None)


def test_weights_of_a_batch_follow_from_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prover who knew them before it chose its parts could have two wrong ones cancel each other out."""
    drawn = []
    original = partial_proofs_shoup00.product_var
    monkeypatch.setattr(
        partial_proofs_shoup00,
        "product_var",
        lambda group, weights, x: drawn.append(weights.magnitudes.tobytes()) or original(group, weights, x),
    )
    share = tiny_shares(2, 1)[PLACE]
    words, parts, _ = proved(share, 2)
    first = set(drawn)
    for bent in (parts[::-1].copy(), share.joint.group.form.square(parts)):
        drawn.clear()
        partial_proofs_shoup00._relation(ALICE, share.joint, PLACE, words, bent, partial_proofs_shoup00.STANDARD)
        assert len(set(drawn)) == 1
        assert not first & set(drawn)
        first |= set(drawn)
    assert all(from_ints([0], 2).tobytes() not in each for each in first)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (lambda n: 0, "paillier-not-unit"),
        (lambda n: n, "paillier-not-unit"),
        (lambda n: n**2, "paillier-range"),
        (lambda n: n**2 + 1, "paillier-range"),
    ],
    ids=["0", "N", "N^2", "N^2 + 1"],
)
def test_a_part_that_is_no_unit_is_refused_and_the_others_are_enough(
    number: Callable[[int], int], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = tiny_shares(3, 1)
    array = shares[0].public.encrypt([3, 99], bound=100)
    group, made = shares[0].joint.group, revealing._own_part
    sent = from_ints([number(group.n)], group.ciphertexts.limbs).view(np.uint8).ravel()

    def bent(setting: Any, share: KeyShare, *rest: Any) -> Any:
        part, message = made(setting, share, *rest)
        return part, np.concatenate([sent, message[sent.size :]]) if share.place == 2 else message

    async def main(ctx: Context, mine: KeyShare) -> Any:
        return await reveal_despite(ctx, mine, array)

    monkeypatch.setattr(revealing, "_own_part", bent)
    for numbers, refused in mpc.simulate(main, inputs=shares).results[:2]:
        np.testing.assert_array_equal(numbers, [3, 99])
        assert [(error.code, error.party) for error in refused] == [(code, "party2")]


def test_answers_of_proofs_are_as_long_as_what_hides_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """r + e x of a mask r that is 230 bits longer than x; each party's, and each run's, is another."""
    share, *_ = shares = tiny_shares(2, 1)
    array, made, sent = share.public.encrypt(1, bound=1), revealing._own_part, []

    def noted(*given: Any) -> Any:
        part, message = made(*given)
        bits = share.joint.share_bits + share.joint.delta.bit_length() + 230
        sent.append(int.from_bytes(message[-8 * limbs_for(bits) :].tobytes(), "little").bit_length() - bits)
        return part, message

    async def main(ctx: Context, mine: KeyShare) -> Any:
        return await reveal(ctx, mine, array)

    monkeypatch.setattr(revealing, "_own_part", noted)
    mpc.simulate(main, inputs=shares)
    assert len(sent) == 2
    assert all(-60 < longer <= 0 for longer in sent)
