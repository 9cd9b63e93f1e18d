"""One of two parties does something else while they make a modulus: the other one names it, and has none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from joint_keys import two_party_ends
from joint_keys.two_party_ends import BAD, CANDIDATES, DEAD, PRIMES, TINY, drawing, shares
from joint_keys.two_party_liars import batch, blamed, certified_pair, instead, off_by_one
from ot.pairs import run_pair, with_fault

from mpc.context import Context
from mpc.errors import PeerError
from mpc.testing import Fault, recording_network
from protocols.joint_keys import between_two_flop18 as making
from protocols.joint_keys import biprimality_flop18 as biprimality
from protocols.joint_keys import certifying_flop18 as certifying
from protocols.joint_keys import sieve_flop18 as sieving


@pytest.fixture
def candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "draw", drawing(CANDIDATES))


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
def test_flags_of_the_sieve_are_neither_0_nor_1(monkeypatch: pytest.MonkeyPatch) -> None:
    class Twos(np.ndarray[Any, Any]):
        def astype(self, *_: Any, **__: Any) -> Any:
            return np.full(self.shape, 2, np.uint8)

    apart = sieving._apart
    monkeypatch.setattr(sieving, "_apart", lambda theirs, own: apart(theirs, own).view(Twos))
    blamed(batch, 1, "candidate-malformed")


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


@pytest.mark.usefixtures("candidates")
@pytest.mark.parametrize("liar", [0, 1])
def test_powers_of_the_first_test_are_no_units(liar: int, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, biprimality, "_powers", liar, lambda honest, *args: np.zeros_like(honest(*args)))
    blamed(batch, liar, "candidate-malformed")


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
