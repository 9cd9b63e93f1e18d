"""Two parties make moduli of two primes that neither knows; one of full length among them."""

from __future__ import annotations

from math import isqrt
from typing import Any

import pytest
from joint_keys.two_party_ends import BAD, CANDIDATES, DEAD, LARGEST, PRIMES, SMALLEST, TINY, TRIED, drawing, met
from ot.pairs import digest, run_pair
from proofs.paillier_proof_cases import ring_pedersen

import mpc
from mpc.context import Context
from mpc.errors import LocalError
from mpc.testing import insecure_seed
from protocols.joint_keys import AdditiveShare, generate_between_two
from protocols.joint_keys import between_two_flop18 as making
from protocols.joint_keys import ends_flop18 as meeting
from protocols.joint_keys.ends_flop18 import Ends
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.paillier.keys import PrivateKey
from protocols.paillier.prime_search import is_prime, random_prime
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersenKey

DIGEST = "975c97940b7b9cf6fc6eb9c45554374a548ddca70fdebd34ffb4f10e19a2c029"


async def made(ctx: Context, peer: int) -> AdditiveShare:
    return await making.generate(ctx, await met(ctx))


def factors_of(n: int, phi: int) -> tuple[int, int]:
    total = n + 1 - phi
    root = isqrt(total * total - 4 * n)
    return (total - root) // 2, (total + root) // 2


@pytest.mark.parametrize("seed", ["a", "b"])
def test_both_get_one_modulus_of_two_primes_and_shares_of_phi(seed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "DRAWN_PER_BIT", 1)
    first, second = (run.result for run in run_pair(made, made, seed=seed, audit=True))
    assert first.n == second.n
    p, q = factors_of(first.n, first.phi + second.phi)
    assert p * q == first.n
    assert first.n.bit_length() == TINY.bits
    assert all(is_prime(factor) and factor % 4 == 3 and SMALLEST <= factor <= LARGEST for factor in (p, q))
    assert str(p) not in repr(first)
    assert not first.safe


def test_bad_candidates_are_passed_over_at_the_declared_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "draw", drawing(CANDIDATES))
    first, second = (run.result for run in run_pair(made, made, audit=True))
    assert sorted(factors_of(first.n, first.phi + second.phi)) == sorted(PRIMES[2:])


def test_progress_is_told_before_each_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = [(PRIMES[0], BAD), PRIMES[:2]]
    told: tuple[list[tuple[int, int]], ...] = ([], [])

    async def draw(ctx: Context, lengths: Any, count: int) -> Any:
        return await drawing(batches[len(told[ctx.me]) - 1])(ctx, lengths, count)

    async def role(ctx: Context, peer: int) -> Any:
        return await making.generate(ctx, await met(ctx), lambda *counts: told[ctx.me].append(counts))

    monkeypatch.setattr(making, "draw", draw)
    run_pair(role, role)
    average = making.expected(TINY)
    assert told[0] == told[1] == [(0, average), (making.batch_size(TINY), average)]
    assert 40 < average < 150
    assert 30000 < making.expected(Lengths(2048)) < 38000


def test_a_batch_without_a_good_pair_makes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for candidates in ((DEAD, PRIMES[0]), (DEAD, DEAD), (PRIMES[0], BAD), (TRIED, BAD)):
        monkeypatch.setattr(making, "draw", drawing(candidates))
        assert [run.result for run in run_pair(one_batch, one_batch)] == [None, None]


def test_a_modulus_that_the_first_test_lets_pass_is_tested_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And given up without blame: neither party has deviated."""
    monkeypatch.setattr(making, "draw", drawing((PRIMES[0], BAD)))
    monkeypatch.setattr(making.biprimality, "_FIRST_BASE", 1)
    assert [run.result for run in run_pair(one_batch, one_batch)] == [None, None]


async def one_batch(ctx: Context, peer: int) -> Any:
    return await making.try_batch(ctx, await met(ctx), 0)


def test_what_is_sent_is_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """From fixed randomness, keys and parameters: draws with their nonces, sieve, products, certificate, openings."""
    sources = [insecure_seed("ends of a modulus", i).prg("primes").bytes for i in range(2)]
    own = [PrivateKey.insecure_of(*(random_prime(256, source=source) for _ in range(2))) for source in sources]
    parameters = [RingPedersenKey(1019, 1187, source).public for source in sources]

    async def role(ctx: Context, peer: int) -> int:
        me, cot = ctx.me, await meeting.transfers(ctx)
        ends = Ends(TINY, own[me], own[peer].public, parameters[me], parameters[peer], cot)
        return (await making.generate(ctx, ends)).n

    monkeypatch.setattr(making, "DRAWN_PER_BIT", 1)
    assert digest(role, role) == DIGEST


@pytest.mark.slow
def test_a_modulus_of_2048_bits_is_made_by_keys_with_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that a real one takes but patience: few candidates, of which the sieve leaves a pair of primes; safe primes
    made before."""
    monkeypatch.setattr(meeting.RingPedersenKey, "generate", lambda bits: ring_pedersen())
    p, q = random_prime(1024), random_prime(1024)
    sieved = [prime - 4 * (prime % 3) - further for prime in (p, q) for further in (0, 12)]
    candidates = (*sieved, p, q)
    monkeypatch.setattr(making, "draw", drawing(candidates))

    async def main(ctx: Context, mine: None) -> AdditiveShare:
        return await generate_between_two(ctx)

    run = mpc.simulate(main, inputs=[None, None])
    first, second = run.results
    found = factors_of(first.n, first.phi + second.phi)
    assert first.n == second.n
    assert set(found) <= {*candidates}
    assert all(is_prime(factor) for factor in found)
    assert "holds although the prover may deviate" in run.report.security
    assert run.report.lines[0].rounds == run.report.rounds


def test_only_two_parties_make_one_of_a_keys_length() -> None:
    async def main(ctx: Context, mine: None) -> Any:
        return await generate_between_two(ctx, bits=1024 if ctx.n == 2 else 2048)

    with pytest.raises(LocalError, match="two-parties-only"):
        mpc.simulate(main, inputs=[None] * 3)
    with pytest.raises(LocalError, match="paillier-key-size"):
        mpc.simulate(main, inputs=[None] * 2)


def test_a_plan_has_no_place_for_one() -> None:
    async def main(ctx: Context, mine: None) -> Any:
        return await generate_between_two(ctx)

    with pytest.raises(LocalError, match="not-in-a-plan"):
        mpc.plan(main, [None] * 2)
