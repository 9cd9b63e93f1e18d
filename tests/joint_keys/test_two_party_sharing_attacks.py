"""One of two parties does something else while they share a key: the other one names it, and has no share."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from joint_keys.two_party_liars import blamed, forced_proof, off_by_one
from joint_keys.two_party_sharers import FACTORS, N, certified, shared
from ot.pairs import run_pair, with_fault
from proofs.paillier_proof_cases import ALICE

from mpc.algebra.bigint import from_ints, to_ints
from mpc.context import Context
from mpc.errors import Abort, PeerError
from mpc.testing import Fault
from protocols.joint_keys import addend_proofs_fps00 as proofs
from protocols.joint_keys import sharing_between_two_fps00 as sharing
from protocols.joint_keys.addends_fps00 import Columns
from protocols.joint_keys.decryption_dj01 import combined, partial
from protocols.proofs.hidden_order import verify_relation

ORDER = 3
"""A prime that divides p - 1."""
LIARS = pytest.mark.parametrize("liar", [0, 1])


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provers who prove what does not hold as well as they can."""
    monkeypatch.setattr(proofs, "prove_relation", forced_proof)


def with_other(honest: Any, liar: int, **others: Any) -> Any:
    """A prover that takes other arguments, by their place, if it is the liar."""

    def run(setting: Any, *args: Any) -> Any:
        if setting.prover.name == f"party{liar}":
            args = tuple(others[f"of_{i}"](arg) if f"of_{i}" in others else arg for i, arg in enumerate(args))
        return honest(setting, *args)

    return run


def changed(name: str) -> Any:
    """Another number of that name."""
    return lambda given: replace(given, **{name: off_by_one(getattr(given, name))})


@LIARS
@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("name", ["w", "beta"])
def test_a_share_is_of_another_addend_or_beta(liar: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Than what was committed to with N, and with C; all else is of the other number, V too."""
    monkeypatch.setattr(sharing, "prove_addend", with_other(proofs.prove_addend, liar, of_3=changed(name)))
    blamed(shared, liar, "proof-refused")


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("name", ["w", "beta"])
def test_party_0_encrypts_other_factors_than_it_committed_to(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "prove_factors", with_other(proofs.prove_factors, 0, of_2=changed(name)))
    blamed(shared, 0, "proof-refused")


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("name", ["w", "beta"])
def test_party_1_answers_by_other_factors_than_it_committed_to(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def answered(given: Any, asked: Any, secrets: Any, addend: Any) -> Any:
        return proofs.answered(given, asked, changed(name)(secrets), addend)

    monkeypatch.setattr(sharing, "answered", answered)
    blamed(shared, 1, "proof-refused")


@LIARS
@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("name", ["z", "rho"])
def test_a_share_is_of_another_term_than_the_answer(liar: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "prove_addend", with_other(proofs.prove_addend, liar, of_4=changed(name)))
    blamed(shared, liar, "proof-refused")


def larger_share(monkeypatch: pytest.MonkeyPatch, liar: int) -> None:
    """V is of a share that is larger by 1 than the one of which all else is."""
    honest = proofs.share_of
    monkeypatch.setattr(
        proofs, "share_of", lambda lengths, place, *rest: honest(lengths, place, *rest) + (place == liar)
    )


@LIARS
@pytest.mark.usefixtures("forced")
def test_what_is_told_of_a_share_is_of_another_one(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    larger_share(monkeypatch, liar)
    blamed(shared, liar, "proof-refused")


@LIARS
@pytest.mark.usefixtures("forced")
def test_even_if_its_proof_held_a_wrong_one_would_not_decrypt(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    larger_share(monkeypatch, liar)
    monkeypatch.setattr(proofs, "verify_relation", lambda *_: None)
    blamed(shared, liar, "joint-key-inconsistent")


def telling_times(monkeypatch: pytest.MonkeyPatch, liar: int, omega: int) -> None:
    """The liar's V is what it should be times omega, and it makes proofs until one holds: of no check is it let off."""
    told = proofs.verification_of

    def tried(setting: Any, relation: Any, *witness: Any) -> Any:
        while True:
            made = forced_proof(setting, relation, *witness)
            with suppress(Abort):
                verify_relation(setting, relation, made)
                return made

    def prove(setting: Any, *args: Any) -> Any:
        with monkeypatch.context() as patched:
            if setting.prover.name == f"party{liar}":
                factor = from_ints([omega], args[0].key.ciphertexts.limbs)
                patched.setattr(proofs, "prove_relation", tried)
                patched.setattr(
                    proofs, "verification_of", lambda key, *rest: key.ciphertexts.mul(told(key, *rest), factor)
                )
            return proofs.prove_addend(setting, *args)

    monkeypatch.setattr(sharing, "prove_addend", prove)


@LIARS
def test_a_proof_holds_of_what_is_wrong_by_a_small_order_and_no_share_is_taken(
    liar: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a number of order ORDER, which only who knows the factors has: every ORDER-th challenge lets it pass."""
    p, q = (factor**2 for factor in FACTORS)
    root = pow(5, p // FACTORS[0] * (FACTORS[0] - 1) // ORDER, p)
    assert root != 1
    telling_times(monkeypatch, liar, (root * q * pow(q, -1, p) + p * pow(p, -1, q)) % (p * q))
    blamed(shared, liar, "joint-key-inconsistent")


@LIARS
def test_a_sign_is_proved_to_no_one_and_changes_neither_theta_nor_what_is_decrypted(
    liar: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling_times(monkeypatch, liar, N * N - 1)
    shares = [run.result for run in run_pair(shared, shared)]
    s_0, s_1 = (to_ints(share.secret_words[None])[0] for share in shares)
    joint = shares[0].joint
    assert joint == shares[1].joint
    assert [share.fits() for share in shares] == [liar == 1, liar == 0]
    assert joint.theta == (2 * s_0 - s_1) % N
    words = joint.public.encrypt([7, 11]).words
    assert to_ints(combined(joint, range(2), [partial(share, words) for share in shares])) == [7, 11]


def test_even_if_its_proof_held_an_answer_would_not_be_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def answered(given: Any, asked: Any, secrets: Any, addend: Any) -> Any:
        return proofs.answered(given, asked, secrets, replace(addend, z=from_ints([given.asker.n - 1], 16)))

    monkeypatch.setattr(sharing, "answered", answered)
    monkeypatch.setattr(proofs, "prove_relation", forced_proof)
    monkeypatch.setattr(proofs, "verify_relation", lambda *_: None)
    blamed(shared, 1, "joint-key-inconsistent")


@LIARS
def test_nothing_is_done_with_secrets_before_the_proof_holds(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Party 0 does not decrypt, party 1 does not answer; neither tells anything of its share."""
    step = "_decrypted" if liar else "answered"
    done = list[str]()
    name = "prove_addend" if liar else "prove_factors"
    place = 4 if liar else 2
    kind = "z" if liar else "beta"
    monkeypatch.setattr(sharing, name, with_other(getattr(proofs, name), liar, **{f"of_{place}": changed(kind)}))
    monkeypatch.setattr(sharing, step, lambda *_: done.append(step))
    monkeypatch.setattr(proofs, "prove_relation", forced_proof)
    blamed(shared, liar, "proof-refused")
    assert done == []


@LIARS
def test_a_proof_of_another_session_is_worth_nothing(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = list[Any]()

    def recording(setting: Any, *args: Any) -> Any:
        made = proofs.prove_addend(setting, *args)
        if setting.prover.name == f"party{liar}":
            recorded.append(made)
            return replace(made, message=recorded[0].message)
        return made

    monkeypatch.setattr(sharing, "prove_addend", recording)
    assert all(run.error is None for run in run_pair(shared, shared, seed="first"))
    blamed(shared, liar, "proof-of-another-session")


def test_factors_of_another_session_are_worth_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = list[Any]()

    def recording(*args: Any) -> Any:
        recorded.append(proofs.prove_factors(*args))
        return recorded[0]

    monkeypatch.setattr(sharing, "prove_factors", recording)
    assert all(run.error is None for run in run_pair(shared, shared, seed="first"))
    blamed(shared, 0, "proof-of-another-session")


def test_a_proof_does_not_hold_twice_in_one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    async def twice(ctx: Context, peer: int) -> Any:
        ends, found = await certified(ctx)
        await sharing.share_certified(ctx, ends, found)
        return await sharing.share_certified(ctx, ends, found)

    recorded = list[Any]()

    def recording(*args: Any) -> Any:
        recorded.append(proofs.prove_factors(*args))
        return recorded[0]

    monkeypatch.setattr(sharing, "prove_factors", recording)
    blamed(twice, 0, "proof-of-another-session")


@LIARS
def test_every_secret_number_of_a_proof_is_held_to_all_it_stands_in(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One column after the other is off by one: w, pi, beta, z and all blindings."""
    proved = dict[tuple[str, str], Any]()

    def prove(setting: Any, relation: Any, *witness: Any) -> Any:
        proved[setting.prover.name, relation.name] = relation, *witness
        return forced_proof(setting, relation, *witness)

    monkeypatch.setattr(proofs, "prove_relation", prove)
    run_pair(shared, shared)
    relation, numbers, units, source = proved[f"party{liar}", "addend of an exponent"]
    assert len(numbers) == Columns(1).eta(0) + 1
    verify_relation(ALICE, relation, forced_proof(ALICE, relation, numbers, units, source))
    for column in range(len(numbers)):
        others = [off_by_one(x) if j == column else x for j, x in enumerate(numbers)]
        with pytest.raises(Abort, match="proof-refused"):
            verify_relation(ALICE, relation, forced_proof(ALICE, relation, others, units, source))


@LIARS
def test_every_message_changed_or_cut(liar: int) -> None:
    """After the first one, which stands for the certificate: what is sent there is bound elsewhere."""
    places = [0, -1, 3 << 10]
    for number in range(1, 2 + (liar == 0)):
        for fault in [Fault("truncate", number), *(Fault("flip", number, byte=at, bit=3) for at in places)]:
            runs, struck = with_fault(shared, shared, liar, fault)
            error = runs[1 - liar].error
            assert struck == 1
            assert isinstance(error, PeerError), error
            assert error.party == f"party{liar}"
            assert runs[1 - liar].result is None


@LIARS
def test_numbers_that_are_no_units_are_refused(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(setting: Any, *args: Any) -> Any:
        made = proofs.prove_addend(setting, *args)
        if setting.prover.name != f"party{liar}":
            return made
        message = made.message.copy()
        message[: 8 * 8] = np.uint8(0)
        return replace(made, message=message)

    monkeypatch.setattr(sharing, "prove_addend", none)
    blamed(shared, liar, "malformed-proof")
