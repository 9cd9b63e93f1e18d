"""Secrets become encrypted numbers: the same numbers, at whoever shall have them, and nobody sees them on the way."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest
from encrypted_cases import refusal_of, small_key
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from mpc.context import Spec
from mpc.errors import LocalError
from protocols.encrypted import from_shares, masking
from protocols.encrypted.from_shares import Limbs, Masks, limbs_of
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.messages import to_bytes


def encrypted(values: Any, bound: float, *, n: int, to: Any, owner: int = 1, **run: Any) -> Any:
    """Each party's ciphertexts of a secret, and the run."""

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(-bound, bound))
        return await mpc.ciphertexts_of(ctx, x, small_key().public, owner=owner, to=to)

    return mpc.simulate(main, [values, *[None] * (n - 1)], check_costs=True, **run)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_ciphertexts_hold_the_numbers_that_were_secret(data: st.DataObject) -> None:
    n, suite, ring = data.draw(
        st.sampled_from([(2, "beaver", 64), (3, "beaver", 64), (3, "ideal", 128), (2, "yao", 64), (2, "beaver", 128)])
    )
    bound = data.draw(st.sampled_from([1, 100, 2**20, 2**40]))
    shape = data.draw(st.sampled_from([(), (0,), (3,), (2, 2)]))
    numbers = data.draw(st.lists(st.integers(-bound, bound), min_size=prod(shape), max_size=prod(shape)))
    values = np.array(numbers, np.int64).reshape(shape)
    to = data.draw(st.sampled_from([0, n - 1]))
    run = encrypted(values, bound, n=n, to=to, suite=suite, ring=ring)
    for j, found in enumerate(run.results):
        assert (found is None) == (j != to)
    found = run.results[to]
    assert (found.shape, found.scale) == (shape, Scale(0, bound))
    assert np.array_equal(small_key().decrypt(found), values)


@pytest.mark.parametrize("to", [None, (0, 2)], ids=["everybody", "two"])
def test_several_receivers_get_the_same_ciphertexts(to: Any) -> None:
    values = np.array([1.5, -7.25])
    results = encrypted(values, 8, n=3, to=to).results
    first = results[0]
    assert small_key().decrypt(first).tolist() == values.tolist()
    for j, found in enumerate(results):
        assert (found is None) == (to is not None and j not in to)
        assert found is None or np.array_equal(found.words, first.words)


def test_truth_values_are_0_and_1() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.ciphertexts_of(ctx, x > 1, small_key().public, owner=1, to=0)

    found = mpc.simulate(main, [np.array([0.5, 1.5, 2]), None]).results[0]
    assert small_key().decrypt(found).tolist() == [0, 1, 1]


def test_a_way_there_and_back_leaves_numbers_as_they_are() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(-10, 10))
        there = await mpc.ciphertexts_of(ctx, x, small_key().public, owner=1, to=2)
        back = await mpc.secret_from_ciphertexts(ctx, there, holder=2, owner=1, key=small_key())
        return await mpc.reveal(ctx, back - x)

    assert mpc.simulate(main, [np.array([1.5, -9.75]), None, None]).result.tolist() == [0, 0]


def test_they_count_as_revealed_to_the_owner_of_the_key() -> None:
    (reveal,) = encrypted(np.array([1.5]), 2, n=2, to=0).report.reveals
    assert (reveal.to, reveal.shape) == ((1,), (1,))
    assert reveal.line.startswith("test_to_ciphertexts.py:")
    with pytest.raises(LocalError, match="tolerance-exceeded"):
        encrypted(np.array([1.5]), 2, n=2, to=0, tolerance=1e-9)


@pytest.mark.parametrize("ring_bits", [64, 128])
@pytest.mark.parametrize("n", [2, 3, 9])
def test_limbs_hide_and_do_not_wrap(n: int, ring_bits: int) -> None:
    for bits in (1, 8, 27, 62):
        for numbers in (1, 100, 1000):
            limbs = limbs_of(bits, numbers, n, ring_bits)
            assert limbs.count * limbs.width >= bits
            assert (1 << limbs.width) + n * (1 << limbs.mask) <= 1 << ring_bits
            hidden = numbers * limbs.count * 2 ** (limbs.width - limbs.mask)
            assert hidden <= 2.0**-masking.STATISTICAL


def test_more_numbers_than_masks_have_room_for_are_refused() -> None:
    with pytest.raises(LocalError, match="too-many-at-once"):
        limbs_of(60, 1 << 22, 2, 64)


def test_the_longest_numbers_of_the_longest_ring_are_cut_into_limbs_of_a_whole_word() -> None:
    most = 2**63 - 1

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(-most, most))
        return await mpc.ciphertexts_of(ctx, x * x, small_key().public, owner=1, to=0)

    values = [most, 2**62 + 12345, 3]
    assert limbs_of((2 * most**2).bit_length(), len(values), 2, 128).width == 64
    found = mpc.simulate(main, [np.array(values), None], ring=128).results[0]
    assert small_key().decrypt(found).tolist() == [value**2 for value in values]


def test_numbers_that_can_only_be_nothing_are_encrypted_too() -> None:
    found = encrypted(np.array([0, 0]), 0, n=2, to=0).results[0]
    assert small_key().decrypt(found).tolist() == [0, 0]


def test_limbs_are_joined_as_they_were_cut() -> None:
    """All numbers of 6 bits, cut in all ways, with what a mask may add to each limb."""
    group = small_key(2).public.group
    numbers = np.arange(64)
    for count in (1, 2, 3, 6):
        limbs = Limbs(6, count, 6 // count, 20)
        cut = np.array([numbers >> limbs.width * i & (1 << limbs.width) - 1 for i in range(count)], np.uint64)
        masks = cut * np.uint64(5003)
        whole = from_shares._joined(group, limbs, (cut + masks)[..., None], lowered_by=32)
        off = from_shares._encrypted(
            small_key(2).public, Masks(limbs, masks[..., None]), np.random.default_rng(1).bytes
        )
        words = group.form.mul(group.powers_of_g(whole), off)
        held = Ciphertexts(small_key(2).public.encryption, words, Scale(0, 32), fresh=False)
        assert np.array_equal(small_key(2).decrypt(held), numbers - 32)


@pytest.mark.parametrize(("number", "code"), [(-1, "paillier-range"), (0, "paillier-not-unit")])
def test_a_number_that_is_no_ciphertext_is_refused_by_name(
    number: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = mpc.Context.send

    def other(ctx: mpc.Context, to: int, array: Any) -> None:
        false = ctx.me == 1 and ctx.name == "gather"
        send(ctx, to, np.full_like(array, np.uint64(number % 2**64)) if false else array)

    monkeypatch.setattr(mpc.Context, "send", other)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, [1, 2] if ctx.me == 0 else None)
        return await mpc.ciphertexts_of(ctx, x, small_key().public, owner=1, to=0)

    refused = refusal_of(main)
    assert (refused.code, refused.party) == (code, "party1")


def test_parties_with_different_keys_are_told() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, [1, 2] if ctx.me == 0 else None)
        return await mpc.ciphertexts_of(ctx, x, small_key(8 - ctx.me).public, owner=1)

    assert refusal_of(main).code == "public-values-differ"


def test_a_private_key_is_not_what_others_encrypt_under() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, [1, 2] if ctx.me == 0 else None)
        return await mpc.ciphertexts_of(ctx, x, small_key(), owner=1)  # type: ignore[arg-type]

    assert refusal_of(main).code == "no-value"


def test_what_a_receiver_opens_says_nothing_of_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of short masks, all sums that a receiver can see for two numbers far apart: as near as the slack says."""
    monkeypatch.setattr(masking, "STATISTICAL", 3)
    limbs = limbs_of(6, 1, 2, 20)
    assert limbs.count == 1
    masks = np.arange(1 << limbs.mask)
    seen = [np.bincount(x + masks, minlength=2 << limbs.mask) / len(masks) for x in (0, 63)]
    assert np.abs(seen[0] - seen[1]).sum() / 2 <= 2.0**-3


def test_a_plan_counts_what_a_run_takes() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine)
        held = await mpc.ciphertexts_of(ctx, x, small_key().public, owner=1, to=(0, 2))
        return None if held is None else held.shape

    inputs = [np.array([1.5, 2.5]), None, None]
    plan, run = mpc.plan(main, inputs).report, mpc.simulate(main, inputs).report
    assert (plan.rounds, plan.bytes_sent) == (run.rounds, run.bytes_sent)


def test_a_program_that_computes_on_with_ciphertexts_has_a_plan() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 1, mine, range=(0, 100))
        held = await mpc.ciphertexts_of(ctx, x, small_key().public, owner=1, to=0)
        if ctx.me == 1:
            reply = bytes(await ctx.receive(0, Spec(None, np.uint8, limit=1 << 16)))
            return small_key().decrypt(small_key().public.ciphertexts_from(reply, ctx.names[0]))
        assert held is not None
        ctx.send(1, np.frombuffer(to_bytes(held * 2), np.uint8))

    inputs = [None, np.array([5, 7])]
    plan, run = mpc.plan(main, inputs).report, mpc.simulate(main, inputs)
    np.testing.assert_array_equal(run.results[1], [10, 14])
    assert (plan.rounds, plan.bytes_sent) == (run.report.rounds, run.report.bytes_sent)


def test_every_party_draws_masks_and_sends_them_in_no_ciphertext_that_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without a random power a ciphertext is its number for everybody, and without masks a receiver opens x."""
    seen: list[Any] = []
    honest = from_shares._encrypted

    def kept(key: Any, masks: Any, source: Any) -> Any:
        seen.append(
            (masks.numbers, source is None or np.array_equal(honest(key, masks, source), honest(key, masks, None)))
        )
        return honest(key, masks, source)

    monkeypatch.setattr(from_shares, "_encrypted", kept)
    for _ in range(2):
        encrypted(np.array([1, 2]), 100, n=3, to=0)
    drawn = np.concatenate([words.ravel() for words, _ in seen])
    assert len(set(drawn.tolist())) == len(drawn)
    assert drawn.max() > 2**46
    assert sum(readable for _, readable in seen) == 2  # the receiver's own, which are not sent
