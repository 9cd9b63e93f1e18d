"""The one modulus that is kept is proved: who proves something else is named, and there is no modulus."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from joint_keys.two_party_ends import BAD, PRIMES, TINY, drawing, keys, shares
from joint_keys.two_party_liars import FACTORS, batch, blamed, certified_pair, forced_proof, instead, off_by_one
from ot.pairs import run_pair

from mpc.algebra.bigint import Modulus, from_ints
from mpc.context import Context, Spec
from protocols.joint_keys import between_two_flop18 as making
from protocols.joint_keys import biprimality_flop18 as biprimality
from protocols.joint_keys import certified_flop18 as certified
from protocols.joint_keys import certifying_flop18 as certifying
from protocols.joint_keys import ends_flop18 as meeting
from protocols.joint_keys import products_flop18 as multiplying
from protocols.joint_keys.certified_flop18 import Secrets
from protocols.paillier.keys import PrivateKey
from protocols.proofs.key_sending import ReceivedKey


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provers who prove what does not hold as well as they can."""
    monkeypatch.setattr(certified, "prove_relation", forced_proof)


@pytest.mark.parametrize("factors", [FACTORS, (PRIMES[0], BAD)])
def test_a_certificate_says_whether_both_are_prime(factors: tuple[int, int]) -> None:
    async def role(ctx: Context, peer: int) -> Any:
        return await certified_pair(ctx, peer, factors)

    assert {run.result for run in run_pair(role, role)} == {factors == FACTORS}


@pytest.mark.usefixtures("forced")
def test_another_number_is_said_to_be_the_product() -> None:
    async def role(ctx: Context, peer: int) -> Any:
        return await certified_pair(ctx, peer, n=FACTORS[0] * FACTORS[1] + 4)

    blamed(role, 0, "proof-refused")


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("liar", [0, 1])
def test_commitments_are_to_other_shares_than_were_multiplied(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def commit(honest: Any, lengths: Any, me: int, x: Any, *args: Any) -> Any:
        return honest(lengths, me, off_by_one(x), *args)

    instead(monkeypatch, certifying, "commit", liar, commit)
    blamed(certified_pair, liar, "proof-refused")


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("liar", [0, 1])
@pytest.mark.parametrize("proof", ["prove_encrypts", "prove_multiplies", "prove_answers"])
def test_one_proof_alone_is_of_other_shares(proof: str, liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = getattr(certifying, proof)

    def prove(setting: Any, *args: Any) -> Any:
        if setting.prover.name == f"party{liar}":
            args = tuple(replace(arg, x=off_by_one(arg.x)) if isinstance(arg, Secrets) else arg for arg in args)
        return honest(setting, *args)

    monkeypatch.setattr(certifying, proof, prove)
    blamed(certified_pair, liar, "proof-refused")


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize(
    ("liar", "proof", "step"),
    [
        (1, "prove_encrypts", "answered"),
        (0, "prove_answers", "moduli"),
        (1, "prove_multiplies", "begin"),
        (0, "prove_multiplies", "begin"),
    ],
)
def test_nothing_is_done_with_shares_before_the_proof_holds(
    liar: int, proof: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is certified a number is not answered, an answer not decrypted, and no power told, whose other side was
    not proved: whether it goes on would tell something of a party's own shares."""
    done, honest = list[str](), getattr(certifying, proof)

    def prove(setting: Any, *args: Any) -> Any:
        if setting.prover.name == f"party{liar}":
            args = tuple(replace(arg, x=off_by_one(arg.x)) if isinstance(arg, Secrets) else arg for arg in args)
        return honest(setting, *args)

    monkeypatch.setattr(certifying, proof, prove)
    monkeypatch.setattr(certifying, step, lambda *_: done.append(step))
    blamed(certified_pair, liar, "proof-refused")
    assert done == []


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize(("liar", "step"), [(0, "answered"), (1, "encrypted")])
def test_the_second_product_is_of_other_shares(liar: int, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def second(honest: Any, of: Any, lengths: Any, me: int, x: Any, *args: Any) -> Any:
        return honest(of, lengths, me, off_by_one(x), *args)

    instead(monkeypatch, certifying, step, liar, second)
    blamed(certified_pair, liar, "proof-refused", "candidate-product")


@pytest.mark.usefixtures("forced")
def test_the_second_product_is_no_other_modulus_than_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if its proof held: that of the first says nothing but what N is modulo party 0's own key."""

    def second(honest: Any, of: Any, lengths: Any, me: int, x: Any, *args: Any) -> Any:
        return honest(of, lengths, me, off_by_one(x), *args)

    async def believed(honest: Any, ctx: Context, call: Any, product: Any) -> None:
        await ctx.receive(0, Spec((certified.answers_bytes(product, call.theirs),), np.uint8))

    instead(monkeypatch, certifying, "answered", 0, second)
    instead(monkeypatch, certifying, "_verify_answers", 1, believed)
    blamed(certified_pair, 0, "candidate-product")


@pytest.mark.parametrize(("liar", "step"), [(0, "moduli"), (1, "answered")])
def test_a_product_is_none_of_two_factors(liar: int, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is larger by 2, so 3 mod 4: party 1 is told so, or party 0 decrypts it."""

    def larger(honest: Any, of: Any, *args: Any) -> Any:
        made = honest(of, *args)
        return (
            [n + 2 for n in made] if liar == 0 else of.form.mul(made, of.powers_of_g(from_ints([2], of.messages.limbs)))
        )

    instead(monkeypatch, multiplying, "_require_moduli", liar, lambda *_: None)
    instead(monkeypatch, multiplying, step, liar, larger)
    blamed(certified_pair, liar, "candidate-product")


@pytest.mark.parametrize("liar", [0, 1])
def test_powers_have_another_exponent(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad modulus, of which the liar knows all, so that it can tell powers with which every test would pass."""
    factors = (PRIMES[0], BAD)
    modulus = Modulus(factors[0] * factors[1])

    theirs = biprimality.sums_of(shares(TINY, 1 - liar, factors), 1)
    honest, verifier = certifying.begin, keys()[1][1 - liar].public

    def begin(statement: Any, *secrets: Any) -> Any:
        made = honest(statement, *secrets)
        if statement.to is verifier:
            wanted = modulus.power_var(statement.bases, biprimality.public_exponent(TINY, modulus.n))
            told = modulus.power(statement.bases, theirs, bits=TINY.share_bits + 1)
            made.firsts[0] = modulus.mul(wanted, modulus.inverse(told))
        return made

    async def role(ctx: Context, peer: int) -> Any:
        return await certified_pair(ctx, peer, factors)

    monkeypatch.setattr(certifying, "begin", begin)
    blamed(role, liar, "proof-refused")


@pytest.mark.parametrize("liar", [0, 1])
def test_a_good_modulus_fails_the_last_test_by_a_power_that_nobody_asks_for(
    liar: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not refused, as all challenges are 0; but opened then, and seen to be of two primes."""
    honest, verifier = certifying.begin, keys()[1][1 - liar].public

    def begin(statement: Any, *secrets: Any) -> Any:
        made = honest(statement, *secrets)
        if statement.to is verifier:
            made.firsts[0][0] = statement.modulus.mul(made.firsts[0][0], statement.bases[0])
        return made

    monkeypatch.setattr(certifying, "begin", begin)
    monkeypatch.setattr(certifying, "challenges", lambda coins, m: np.zeros(m, np.uint64))
    monkeypatch.setattr(making, "draw", drawing(FACTORS))
    blamed(batch, liar, "candidate-rejected")


def test_bases_are_tossed_before_powers_are_told_and_challenges_after(monkeypatch: pytest.MonkeyPatch) -> None:
    done = list[str]()

    def noted(honest: Any, ctx: Context, *args: Any) -> Any:
        done.append(honest.__name__)
        return honest(ctx, *args)

    def used(honest: Any) -> Any:
        def use(coins: Any, *args: Any) -> Any:
            assert coins in tossed
            return honest(tossed.pop(tossed.index(coins)), *args)

        return use

    async def tossing(ctx: Context) -> Any:
        tossed.append(await toss(ctx))
        return tossed[-1]

    tossed, toss = list[Any](), certifying.toss
    monkeypatch.setattr(certifying, "toss", tossing)
    for name in ("bases", "challenges"):
        monkeypatch.setattr(certifying, name, used(getattr(certifying, name)))
    for name in ("_swapped", "toss"):
        instead(monkeypatch, certifying, name, 0, noted)
    run_pair(certified_pair, certified_pair)
    assert done == ["tossing", "_swapped", "tossing", "_swapped"]
    assert not tossed


@pytest.mark.parametrize("of", ["firsts", "responses"])
def test_numbers_of_the_last_test_are_longer_than_they_may_be(of: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power of the first base, or the response to its challenge."""

    async def swapped(honest: Any, ctx: Context, own: Any, fields: Any) -> Any:
        if len(own) == {"firsts": 3, "responses": 2}[of]:
            own = [own[0].copy(), *own[1:]]
            own[0][0] = np.uint64(2**64 - 1)
        return await honest(ctx, own, fields)

    instead(monkeypatch, certifying, "_swapped", 1, swapped)
    blamed(certified_pair, 1, "malformed-proof")


def test_numbers_that_are_no_units_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def commit(honest: Any, *args: Any) -> Any:
        own, secrets = honest(*args)
        return replace(own, commitments=np.zeros_like(own.commitments)), secrets

    instead(monkeypatch, certifying, "commit", 1, commit)
    blamed(certified_pair, 1, "candidate-malformed")


@pytest.mark.parametrize("liar", [0, 1])
def test_a_proof_of_another_session_is_worth_nothing(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded, honest = list[Any](), certifying.prove_encrypts

    def prove(setting: Any, *args: Any) -> Any:
        made = honest(setting, *args)
        if setting.prover.name == f"party{liar}":
            recorded.append(made)
            return recorded[0]
        return made

    monkeypatch.setattr(certifying, "prove_encrypts", prove)
    assert [run.result for run in run_pair(certified_pair, certified_pair, seed="first")] == [True, True]
    blamed(certified_pair, liar, "proof-of-another-session")


@pytest.mark.parametrize(("of", "factor"), [("own", 1), ("longer", 2)])
def test_a_key_with_a_factor_of_ones_own_or_longer_plaintexts_is_refused(
    of: str, factor: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys come with proofs, which are left out here: of what both parties have made nothing else is looked at."""
    made, parameters = keys()

    async def send_key(ctx: Context, to: int, key: Any) -> Any:
        return parameters[to].public

    async def receive_key(ctx: Context, sender: int, own: Any, *, bits: int) -> Any:
        theirs = made[ctx.me] if of == "own" else PrivateKey.insecure_of(*made[sender].secret_factors, s=factor)
        return ReceivedKey(theirs.public, own)

    monkeypatch.setattr(meeting.PrivateKey, "generate", lambda bits: made[0])
    monkeypatch.setattr(meeting.RingPedersenKey, "generate", lambda bits: parameters[0])
    monkeypatch.setattr(meeting, "send_key", send_key)
    monkeypatch.setattr(meeting, "receive_key", receive_key)

    async def role(ctx: Context, peer: int) -> Any:
        return await meeting.meet(ctx, TINY)

    blamed(role, 1, "joint-key-own-key")
