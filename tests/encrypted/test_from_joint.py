"""Numbers under a key that all parties hold in shares become secrets, which nobody decrypts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from encrypted_cases import refusal_of, small_key
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from protocols.encrypted import to_shares_jointly
from protocols.encrypted.masking import slack
from protocols.homomorphic.public_factors import public
from protocols.joint_keys.dealing_dj01 import shares_of
from protocols.joint_keys.key import KeyShare
from protocols.paillier.keys import PrivateKey

BOUND = 100


def shares(parties: int, threshold: int) -> tuple[PrivateKey, list[KeyShare]]:
    """Shares of a small key of safe primes, without any security."""
    key = PrivateKey.insecure_of(1048343, 1048127, s=8)
    return key, shares_of(key, parties, threshold)


def converted(values: Any, parties: int, threshold: int, *, guard_bits: int | None = None, **how: Any) -> Any:
    """The run of a program that reveals what was encrypted."""
    key, given = shares(parties, threshold)
    error, suite = how.pop("error", None), how.pop("suite", "beaver")
    held: Any = key.public.encrypt(values, **how)
    if guard_bits is not None:
        held = key.public.encrypt_packed(values, guard_bits=guard_bits, **how)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret_from_joint(ctx, given[ctx.me], held, error=error)
        return await mpc.reveal(ctx, x), x.kind

    return mpc.simulate(main, [None] * parties, suite=suite, check_costs=True)


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_a_secret_has_the_numbers_that_were_encrypted(data: st.DataObject) -> None:
    parties, threshold, suite = data.draw(
        st.sampled_from([(2, 1, "beaver"), (3, 1, "beaver"), (3, 2, "ideal"), (2, 1, "yao")])
    )
    shape = data.draw(st.sampled_from([(), (5,), (2, 3)]))
    values = np.random.default_rng(data.draw(st.integers(0, 99))).integers(-BOUND, BOUND + 1, shape)
    found, kind = converted(values, parties, threshold, suite=suite, bound=BOUND).result
    assert kind == "int"
    assert np.array_equal(found, values)


@pytest.mark.parametrize("parties", [2, 3])
def test_fractions_are_shortened_within_what_the_run_says(parties: int) -> None:
    values = np.linspace(-BOUND, BOUND, 7)
    run = converted(values, parties, 1, fractional_bits=40, bound=BOUND, error=2.0**-41)
    found, kind = run.result
    error = run.report.reveals[0].error
    assert kind == "fixed"
    assert np.abs(found - values).max() <= error <= (parties + 1) * 2.0**-16


def test_packed_numbers_are_taken_as_they_are() -> None:
    values = np.arange(4)
    assert np.array_equal(converted(values, 3, 1, bound=9, guard_bits=slack(4) + 2).result[0], values)


def test_nothing_is_revealed_but_what_the_program_reveals() -> None:
    report = converted(np.array([1, 2]), 2, 1, bound=BOUND).report
    assert [reveal.shape for reveal in report.reveals] == [(2,)]


def test_parties_with_other_ciphertexts_are_told() -> None:
    key, given = shares(2, 1)
    held = key.public.encrypt([1, 2], bound=BOUND)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own = held if ctx.me else held * public(2)
        return await mpc.secret_from_joint(ctx, given[ctx.me], own.within(BOUND))

    assert refusal_of(main).code == "public-values-differ"


@pytest.mark.parametrize("rebound", [False, True])
def test_who_sends_parties_different_ciphertexts_learns_nothing(rebound: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two of three decrypt it would learn how far they are apart. Nobody is named, as a hash may be a lie."""
    key, given = shares(3, 1)
    held, opened = key.public.encrypt([1, 2], bound=BOUND), []
    other = held.within(BOUND - 1) if rebound else held.rerandomised()
    monkeypatch.setattr(to_shares_jointly, "open_messages", lambda *args: opened.append(args))

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.secret_from_joint(ctx, given[ctx.me], other if ctx.me == 1 else held)

    refused = refusal_of(main, 3)
    assert (refused.code, refused.party, opened) == ("public-values-differ", None, [])


def test_ciphertexts_under_another_key_are_refused() -> None:
    _, given = shares(2, 1)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.secret_from_joint(ctx, given[ctx.me], small_key().public.encrypt([1], bound=BOUND))

    refused = refusal_of(main)
    assert refused.code == "paillier-other-key"
    assert refused.line.startswith("test_from_joint.py:")


def test_a_plan_counts_what_a_run_takes() -> None:
    key, given = shares(3, 1)
    held = key.public.encrypt(np.arange(5), bound=BOUND)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.reveal(ctx, await mpc.secret_from_joint(ctx, given[ctx.me], held))

    plan, run = mpc.plan(main, [None] * 3).report, mpc.simulate(main, [None] * 3).report
    assert (plan.rounds, plan.bytes_sent) == (run.rounds, run.bytes_sent)
    assert run.rounds == 3


def test_every_party_draws_masks_and_sends_them_in_no_ciphertext_that_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a random power a ciphertext is its number for everybody, and without masks all decrypt x."""
    seen: list[Any] = []
    honest = to_shares_jointly._encrypted

    def kept(joint: Any, how: Any, masks: Any, source: Any) -> Any:
        sent = honest(joint, how, masks, source)
        seen.append((masks, np.array_equal(sent, how.powers(masks, joint.group))))
        return sent

    monkeypatch.setattr(to_shares_jointly, "_encrypted", kept)
    for _ in range(2):
        converted(np.array([1, 2]), 2, 1, bound=BOUND)
    drawn = [mask for masks, _ in seen for mask in masks.ravel().tolist()]
    assert len(set(drawn)) == len(drawn) == 8
    assert max(drawn) > 2**43  # eight of 49 bits are below by chance in one run of 2^48
    assert not any(readable for _, readable in seen)
