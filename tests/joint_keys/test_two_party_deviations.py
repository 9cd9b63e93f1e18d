"""One of two parties does something else while they make a modulus: the other one names it, and has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from joint_keys import two_party_ends
from joint_keys.two_party_ends import BAD, CANDIDATES, DEAD, PRIMES, TINY, drawing, keys, met, shares
from ot.pairs import run_pair, with_fault

from mpc.algebra.bigint import Modulus
from mpc.context import Context
from mpc.errors import PeerError
from mpc.testing import Fault, recording_network
from protocols.joint_keys import between_two_flop18 as making
from protocols.joint_keys import biprimality_flop18 as biprimality
from protocols.joint_keys import certified_flop18 as certified
from protocols.joint_keys import certifying_flop18 as certifying
from protocols.joint_keys import ends_flop18 as meeting
from protocols.joint_keys import sieve_flop18 as sieving
from protocols.joint_keys.certified_flop18 import Asked, Secrets
from protocols.joint_keys.certifying_flop18 import Chosen, certify
from protocols.joint_keys.products_flop18 import answer, ask
from protocols.paillier.keys import PrivateKey
from protocols.proofs.key_sending import ReceivedKey
from protocols.proofs.whole_numbers import proof_of, random_numbers

FACTORS = PRIMES[:2]


async def batch(ctx: Context, peer: int) -> Any:
    found = await making.try_batch(ctx, await met(ctx), 0)
    return found.n if found else None


async def certified_pair(ctx: Context, peer: int, factors: tuple[int, int] = FACTORS, n: int | None = None) -> Any:
    """The product of known factors, and its certificate; `n`: what it is said to be."""
    ends = await met(ctx)
    x = shares(TINY, ctx.me, factors)[None]
    products = await (answer if ctx.me else ask)(ctx, ends, x)
    product = Asked(products.group, products.asked[0], products.answers[0])
    return await certify(ctx, ends, Chosen(n or products.n[0], product, x[0], products.randomisers))


def blamed(role: Any, liar: int, *codes: str) -> None:
    honest = run_pair(role, role, collect=True)[1 - liar]
    assert isinstance(honest.error, PeerError), honest.error
    assert honest.error.code in codes
    assert honest.error.party == f"party{liar}"
    assert honest.result is None


def instead(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, liar: int, other: Callable[..., Any]) -> None:
    """`other(honest, *args)` at the liar, which the first argument that is a context or an index tells."""
    honest = getattr(where, name)

    def run(*args: Any, **named: Any) -> Any:
        me = next(arg if isinstance(arg, int) else arg.me for arg in args if isinstance(arg, int | Context))
        return other(honest, *args, **named) if me == liar else honest(*args, **named)

    monkeypatch.setattr(where, name, run)


@pytest.fixture
def candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "draw", drawing(CANDIDATES))


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Provers who prove what does not hold as well as they can."""

    def prove(setting: Any, relation: Any, numbers: Any, units: Any = (), source: Any = None) -> Any:
        transcript = relation.begun(setting)
        header = setting.header(transcript)
        masks = [random_numbers(relation.count, relation.mask_bits(j), source) for j in range(len(relation.bits))]
        fresh = [n.random_units(relation.count, source) for n in relation.units]
        firsts = relation.mapped(masks, fresh)
        e = relation.challenge(transcript, firsts)
        z, z_units = relation.responses(e, masks, numbers, fresh, units)
        return proof_of(header, [*firsts, *z, *z_units])

    monkeypatch.setattr(certified, "prove_relation", prove)


def off_by_one(x: Any) -> Any:
    """Another share of the first factor, and of the second."""
    return x ^ np.uint64(1)


# while candidates are tried


@pytest.mark.usefixtures("candidates")
@pytest.mark.parametrize("liar", [0, 1])
def test_other_shares_are_opened_than_were_committed_to(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async def opened(honest: Any, ctx: Context, draws: Any, places: Any) -> Any:
        return await honest(ctx, replace(draws, x=off_by_one(draws.x)), places)

    instead(monkeypatch, making, "opened", liar, opened)
    blamed(batch, liar, "candidate-opening")


@pytest.mark.parametrize("liar", [0, 1])
def test_shares_are_opened_that_are_too_long(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are those that were committed to, and of a number that 5 divides, as it is said."""

    def longer(honest: Any, *args: Any) -> Any:
        return honest(*args) + np.uint64(5 << TINY.share_bits)

    instead(monkeypatch, two_party_ends, "shares", liar, longer)
    monkeypatch.setattr(making, "draw", drawing((DEAD, DEAD)))
    blamed(batch, liar, "candidate-opening")


@pytest.mark.usefixtures("candidates")
def test_a_candidate_is_said_to_have_a_small_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = sieving._apart
    monkeypatch.setattr(sieving, "_apart", lambda theirs, own: honest(theirs, own) & (np.arange(own.shape[1]) > 1))
    blamed(batch, 1, "candidate-rejected")


@pytest.mark.usefixtures("candidates")
def test_a_candidate_is_sieved_by_other_shares_than_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Party 1 asks whether p_0 has another residue than that of its own share."""

    async def sieve(honest: Any, ctx: Context, cot: Any, lengths: Any, x: Any) -> Any:
        return await honest(ctx, cot, lengths, off_by_one(x))

    instead(monkeypatch, making, "sieve_receive", 1, sieve)
    blamed(batch, 1, "candidate-sieve")


@pytest.mark.usefixtures("candidates")
def test_party_0_makes_a_prime_seem_to_divide(monkeypatch: pytest.MonkeyPatch) -> None:
    """It guesses a residue of the other's share, rightly: that candidate is opened, and nothing divides it."""
    honest = sieving.Asking.tags

    def tags(self: Any, cot: Any, party: int, lengths: Any, x: Any) -> Any:
        made = honest(self, cot, party, lengths, x)
        if party == 0:
            made[0, -1] = honest(self, cot, 1, lengths, shares(TINY, 1, CANDIDATES))[0, -1]
        return made

    monkeypatch.setattr(sieving.Asking, "tags", tags)
    blamed(batch, 0, "candidate-rejected")


@pytest.mark.usefixtures("candidates")
@pytest.mark.parametrize("liar", [0, 1])
def test_a_candidate_with_a_small_factor_is_left(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By tags of nothing, or flags that don't say what the tags do: each would cost a product, for nothing."""
    tags, apart = sieving.Asking.tags, sieving._apart

    def others(self: Any, cot: Any, party: int, *rest: Any) -> Any:
        return tags(self, cot, party, *rest) ^ np.uint64(party == 0)

    if liar == 0:
        monkeypatch.setattr(sieving.Asking, "tags", others)
    else:
        monkeypatch.setattr(sieving, "_apart", lambda theirs, own: np.ones_like(apart(theirs, own)))
    blamed(batch, liar, "candidate-passed")


@pytest.mark.usefixtures("candidates")
@pytest.mark.parametrize(("liar", "step"), [(0, "ask"), (1, "answer")])
def test_products_are_of_other_shares(liar: int, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are found out when the first pair, which fails, is opened."""

    async def multiply(honest: Any, ctx: Context, ends: Any, x: Any) -> Any:
        return await honest(ctx, ends, np.concatenate([off_by_one(x[:1]), x[1:]]))

    instead(monkeypatch, making, step, liar, multiply)
    blamed(batch, liar, "candidate-product")


@pytest.mark.usefixtures("candidates")
@pytest.mark.parametrize("liar", [0, 1])
def test_a_good_modulus_is_made_to_seem_bad(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def powers(honest: Any, me: int, *args: Any) -> Any:
        made = honest(me, *args)
        made[-1, 0] ^= np.uint64(2)
        return made

    instead(monkeypatch, biprimality, "_powers", liar, powers)
    blamed(batch, liar, "candidate-rejected")


@pytest.mark.parametrize("liar", [0, 1])
def test_a_bad_modulus_is_made_to_pass_the_first_test(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever speaks last repeats what the other told: one certificate is made for nothing, and no further one."""
    factors, certified = (PRIMES[0], BAD, PRIMES[1], BAD, *PRIMES[2:]), list[int]()
    theirs = shares(TINY, 1 - liar, factors).reshape(-1, 2, 1)
    honest = making.certify

    def powers(honest: Any, me: int, lengths: Any, n: Any, x: Any) -> Any:
        return honest(1 - me, lengths, n, theirs)

    async def counted(ctx: Context, *args: Any) -> Any:
        certified.append(ctx.me)
        return await honest(ctx, *args)

    monkeypatch.setattr(making, "draw", drawing(factors))
    monkeypatch.setattr(making, "certify", counted)
    instead(monkeypatch, biprimality, "_powers", liar, powers)
    blamed(batch, liar, "candidate-passed")
    assert certified.count(1 - liar) == 1


# while the one that is kept is certified


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
@pytest.mark.parametrize(("liar", "step"), [(0, "answered"), (1, "encrypted")])
def test_the_second_product_is_of_other_shares(liar: int, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def second(honest: Any, of: Any, lengths: Any, me: int, x: Any, *args: Any) -> Any:
        return honest(of, lengths, me, off_by_one(x), *args)

    instead(monkeypatch, certifying, step, liar, second)
    blamed(certified_pair, liar, "proof-refused", "candidate-product")


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

    for name in ("_swapped", "toss"):
        instead(monkeypatch, certifying, name, 0, noted)
    run_pair(certified_pair, certified_pair)
    assert done == ["toss", "_swapped", "toss", "_swapped"]


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


# every message


def sent_by(party: int, role: Any) -> int:
    """How many messages a party sends."""
    records: list[Any] = []

    def network() -> Any:
        transports, record = recording_network(2)
        records.append(record)
        return transports

    run_pair(role, role, transports=network)
    return sum(each.sender == party for each in records[0])


def changed(liar: int, role: Any) -> list[PeerError | None]:
    """What the other party says to each message in turn that is changed or cut, and that it is the liar's fault."""
    errors = []
    for number in range(sent_by(liar, role)):
        fault = Fault("truncate" if number % 4 == 0 else "flip", number, byte=number, bit=1)
        runs, struck = with_fault(role, role, liar, fault)
        honest = runs[1 - liar]
        assert struck == 1
        assert honest.error is None or (isinstance(honest.error, PeerError) and honest.error.party == f"party{liar}")
        assert honest.error is None or honest.result is None
        errors.append(honest.error)
    return errors


@pytest.mark.slow
@pytest.mark.parametrize("liar", [0, 1])
def test_every_message_of_a_certificate_changed_or_cut(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what is sent before, messages of transfers are without effect; a power that is wrong at one base may have the
    modulus given up, and opened."""
    monkeypatch.setattr(certifying, "BASES", 8)
    assert changed(liar, certified_pair).count(None) <= 7


@pytest.mark.slow
@pytest.mark.parametrize("liar", [0, 1])
def test_every_message_of_a_batch_changed_or_cut(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is without effect but a few of transfers: tags of other choices than were made, where one prime is tried."""
    monkeypatch.setattr(making, "draw", drawing((CANDIDATES[0], PRIMES[0], BAD)))
    monkeypatch.setattr(sieving, "_WAVES", (1 << 3,))
    errors = changed(liar, batch)
    assert len(errors) > 8
    assert errors.count(None) <= 5
