"""Two parties share a key that nobody had to trust: both decrypt, and neither knows more than its share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from joint_keys.shared_keys import full_key
from joint_keys.two_party_ends import CANDIDATES, TINY, drawing, met
from joint_keys.two_party_sharers import FACTORS, M, N, certified, certified_of, long_keys, shared
from ot.pairs import digest, run_pair
from proofs.paillier_proof_cases import key, ring_pedersen

import mpc
from mpc.algebra.bigint import from_ints, limbs_for, to_ints
from mpc.context import Context
from mpc.errors import LocalError
from mpc.testing import insecure_seed
from protocols.assurances import EITHER
from protocols.joint_keys import KeyShare, generate_key_between_two, reveal
from protocols.joint_keys import between_two_flop18 as making
from protocols.joint_keys import sharing_between_two_fps00 as sharing
from protocols.joint_keys.addend_lengths_fps00 import AddendLengths
from protocols.joint_keys.addend_proofs_fps00 import Sharing, message_words
from protocols.joint_keys.addends_fps00 import FactorSecrets, share_of
from protocols.joint_keys.certified_flop18 import Committed
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.paillier.key_checks import KEY_BITS
from protocols.paillier.keys import PrivateKey
from protocols.paillier.prime_search import random_prime
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersenKey
from protocols.proofs.strength import SLACK_BITS, STANDARD

DIGEST = "64b0634fe141b9417467c80a875798041d98d9b2c051388a0beb18ecd6e6b9f1"

REAL = [(bits, s) for bits in KEY_BITS for s in (1, 2, 3) if (s + 1) * bits <= 8192]


def the_secrets(shares: list[KeyShare]) -> list[int]:
    return [to_ints(share.secret_words[None])[0] for share in shares]


@pytest.mark.parametrize(("bits", "s", "parts"), [(1024, 1, 1), (1024, 2, 2), (900, 1, 3)])
def test_both_shares_are_of_one_exponent_that_decrypts_at_the_declared_cost(bits: int, s: int, parts: int) -> None:
    """beta in one part, and in several; f(0) = 2 s_0 - s_1 is a multiple of the order, and theta modulo N^s."""

    async def role(ctx: Context, peer: int) -> Any:
        ends, found = await certified(ctx, bits)
        share = await sharing.share_certified(ctx, ends, found, s=s)
        assert sharing._sharing(ends, found, s).lengths.parts == parts
        own = share.public.encrypt([ctx.me + 3, -5])
        sent = (await ctx.exchange(share.public.group.form.out_of(own.words)))[0]
        words = share.public.group.form.into(sent[0])
        ciphertexts = type(own)(share.public.encryption, words, own.scale, fresh=True)
        return share, await reveal(ctx, share, ciphertexts, assuming="low order")

    (first, numbers), (second, others) = (run.result for run in run_pair(role, role, audit=True))
    assert numbers.tolist() == others.tolist() == [3, -5]
    assert first.joint == second.joint
    assert first.fits()
    assert second.fits()
    s_0, s_1 = the_secrets([first, second])
    assert (2 * s_0 - s_1) % (2 * M) == 0
    assert first.joint.theta == (2 * s_0 - s_1) % N**s
    assert (first.joint.parties, first.joint.threshold, first.joint.safe) == (2, 1, False)


def test_what_is_told_of_a_share_follows_from_theta_and_the_other_one() -> None:
    """V_1 = V_0^2 (1 + N)^(-4 theta): whoever has s_0 and theta could have computed it, and learns nothing from it."""
    first, second = (run.result for run in run_pair(shared, shared))
    joint, n = first.joint, N * N
    (s_0,), (v,) = the_secrets([first]), to_ints(joint.base[None])
    v_0, v_1 = to_ints(joint.verification)
    assert v_0 == pow(v, 2 * s_0, n)
    assert v_1 == v_0 * v_0 * pow(1 + N, -4 * joint.theta, n) % n
    assert second.joint.theta == joint.theta


def test_no_two_runs_have_the_same_exponent() -> None:
    keys = [run_pair(shared, shared, seed=seed)[0].result.joint for seed in "ab"]
    assert keys[0].theta != keys[1].theta
    assert keys[0] != keys[1]


@pytest.mark.parametrize(("bits", "s"), REAL)
def test_no_number_is_longer_than_a_plaintext_and_masks_are_longer_than_what_they_hide(bits: int, s: int) -> None:
    """Of numbers that have epsilon bits more than they should, as only so much is proved of them."""
    of_factors = Lengths(bits)
    lengths = AddendLengths(of_factors, s, of_factors.key_bits)
    widened = STANDARD.epsilon
    beta, w = 2**lengths.part_bits, 2**lengths.w_bits
    hidden = beta * (w << widened) + w * (beta << widened)
    assert lengths.beta_bits >= s * bits + SLACK_BITS
    assert 1 << lengths.mask_bits >= hidden << SLACK_BITS
    most = (1 << lengths.mask_bits + widened) + hidden
    assert lengths.shift - most > 0
    assert lengths.shift + most <= 1 << lengths.answer_bits
    assert 2 << lengths.answer_bits + widened <= 1 << of_factors.key_bits - 1


@pytest.mark.parametrize(("bits", "parts", "part_bits"), [(2048, 9, 237), (3072, 5, 631), (4096, 4, 1044)])
def test_beta_comes_in_so_many_parts(bits: int, parts: int, part_bits: int) -> None:
    lengths = AddendLengths(Lengths(bits), 1, Lengths(bits).key_bits)
    assert (lengths.parts, lengths.part_bits) == (parts, part_bits)


def test_a_key_of_2048_bits_takes_81_kilobytes() -> None:
    lengths, group, to = Lengths(2048), full_key().public.group, ring_pedersen().public
    ones = from_ints([1, 1], to.modulus.limbs)
    of_0, of_1 = (Committed(lengths, place, ones, to) for place in (0, 1))
    assert 8 * message_words(Sharing(AddendLengths(lengths, 1, 2048), group, group, (of_0, of_1))) == 81032


@pytest.mark.slow
def test_a_key_of_full_size_is_shared() -> None:
    """Of a modulus, keys and parameters of 2048 bits, at the declared cost."""
    factors = random_prime(1024), random_prime(1024)
    own = [PrivateKey.generate(2048) for _ in range(2)]

    async def role(ctx: Context, peer: int) -> KeyShare:
        made = await certified_of(ctx, Lengths(2048), factors, own, [ring_pedersen()] * 2)
        return await sharing.share_certified(ctx, *made)

    first, second = (run.result for run in run_pair(role, role, audit=True))
    s_0, s_1 = the_secrets([first, second])
    assert (2 * s_0 - s_1) % ((factors[0] - 1) * (factors[1] - 1) // 2) == 0
    assert first.joint == second.joint
    assert first.fits()
    assert second.fits()


@pytest.mark.parametrize(("bits", "s"), REAL)
@pytest.mark.parametrize("place", [0, 1])
def test_shares_are_as_long_as_is_said_and_never_negative(bits: int, s: int, place: int) -> None:
    lengths = AddendLengths(Lengths(bits), s, Lengths(bits).key_bits)
    for beta, w, z in ((0, 0, 0), (0, 1, 1), (1, 0, 0), (1, 1, 1), (1, 0, 1)):
        filled = [(1 << size) - 1 for size in (lengths.part_bits, lengths.w_bits, lengths.term_bits(place))]
        of_beta, of_w, of_z = (full * chosen for full, chosen in zip(filled, (beta, w, z), strict=True))
        secrets = FactorSecrets(
            from_ints([of_w], limbs_for(lengths.w_bits)), np.zeros((1, 1), np.uint64),
            from_ints([of_beta] * lengths.parts, limbs_for(lengths.part_bits)), np.zeros((1, 1), np.uint64),
        )  # fmt: skip
        terms = from_ints([of_z] * lengths.parts, limbs_for(lengths.term_bits(place)))
        share = share_of(lengths, place, (1 << bits - 2) - 1, secrets, terms)
        assert 0 <= share < 1 << lengths.share_bits


def test_a_key_is_made_from_its_modulus_on_and_the_report_says_that_either_may_deviate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the certificate of a modulus that is found among known candidates; keys of less than their length."""

    async def begin(ctx: Context, bits: int) -> Any:
        own = long_keys(1024)
        return replace(await met(ctx), own=own[ctx.me], theirs=own[1 - ctx.me].public)

    async def main(ctx: Context, mine: None) -> list[int]:
        share = await generate_key_between_two(ctx)
        ciphertexts = share.public.encrypt([7, 8]) if ctx.me == 0 else share.public.encrypt([0, 0])
        (sent,) = await ctx.exchange(share.public.group.form.out_of(ciphertexts.words))
        words = share.public.group.form.into(sent[0])
        taken = type(ciphertexts)(share.public.encryption, words, ciphertexts.scale, fresh=True)
        numbers = await reveal(ctx, share, taken, assuming="low order")
        return [] if numbers is None else numbers.tolist()

    monkeypatch.setattr(sharing, "begin", begin)
    monkeypatch.setattr(making, "draw", drawing(CANDIDATES))
    run = mpc.simulate(main, inputs=[None, None])
    assert run.results == [[7, 8], [7, 8]]
    assert "Keys made in shares" in run.report.security
    keys, rest = run.report.security.split("All else: ")
    assert f") {EITHER}" in keys
    assert "follow" not in keys
    assert "what the program sends by itself" in rest


def test_a_key_is_made_between_two_parties_alone() -> None:
    async def main(ctx: Context, mine: None) -> Any:
        return await generate_key_between_two(ctx, bits=1024 if ctx.n == 2 else 2048)

    with pytest.raises(LocalError, match="two-parties-only"):
        mpc.simulate(main, inputs=[None] * 3)
    with pytest.raises(LocalError, match="paillier-key-size"):
        mpc.simulate(main, inputs=[None] * 2)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"s": 4}, "wrong-number"),
        ({"bits": 3072, "s": 2}, "wrong-number"),
        ({"bits": 4096, "s": 0}, "wrong-number"),
        ({"s": 1.0}, "wrong-argument"),
        ({"bits": 2048.0}, "wrong-argument"),
        ({"bits": 10**9}, "paillier-key-size"),
        ({"exponent": "long"}, "wrong-choice"),
    ],
)
def test_what_no_key_has_is_refused_before_anything_is_sent(
    wanted: Any, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither N nor the peer's share is made by then."""

    async def main(ctx: Context, mine: None) -> Any:
        return await generate_key_between_two(ctx, **wanted)

    monkeypatch.setattr(sharing, "begin", None)
    with pytest.raises(LocalError, match=code):
        mpc.simulate(main, inputs=[None] * 2)


@pytest.mark.parametrize("bits", [2048.0, "2048", True])
def test_the_length_of_a_modulus_is_a_whole_number(bits: Any) -> None:
    with pytest.raises(LocalError, match="wrong-argument"):
        Lengths(bits)


def test_what_is_sent_is_what_it_was() -> None:
    """From fixed randomness, keys and parameters."""
    own = [key(), full_key()]
    parameters = [RingPedersenKey(1019, 1187, insecure_seed("parameters", i).prg("t").bytes) for i in range(2)]

    async def role(ctx: Context, peer: int) -> KeyShare:
        return await sharing.share_certified(ctx, *await certified_of(ctx, TINY, FACTORS, own, parameters))

    assert digest(role, role) == DIGEST
