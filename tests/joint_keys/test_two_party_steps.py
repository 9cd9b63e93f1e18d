"""The steps of two parties towards a modulus, each by itself: lengths, sieve, test, powers to one exponent."""

from __future__ import annotations

from dataclasses import replace
from math import gcd, log2
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joint_keys.two_party_ends import BAD, DEAD, LARGEST, PRIMES, SMALLEST, TINY, TRIED, met, random_shares, shares
from ot.pairs import run_pair

from mpc.algebra.bigint import Modulus, from_ints, jacobi_var, to_ints
from mpc.algebra.primes import is_prime
from mpc.context import Context
from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.joint_keys import biprimality_flop18 as biprimality
from protocols.joint_keys import public_tests
from protocols.joint_keys.certified_flop18 import blinding_bits
from protocols.joint_keys.exponents_flop18 import BASES, OneExponent, begin, challenges
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.joint_keys.products_flop18 import answer, as_ciphertexts, ask
from protocols.joint_keys.sieve_flop18 import require_chosen, sieve_receive, sieve_send, waves
from protocols.paillier.prime_search import random_prime, small_primes
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersenKey


@pytest.mark.parametrize("bits", [48, 64, 96, 128, 2048, 3072, 4096])
def test_the_largest_and_smallest_shares_give_moduli_of_exactly_so_many_bits(bits: int) -> None:
    lengths = Lengths.insecure_of(bits)
    wide = Modulus(2 ** (lengths.half + 1) - 1)
    for x in (0, 2**lengths.share_bits - 1):
        of_both = [lengths.share_of(party, from_ints([x], wide.limbs), wide) for party in (0, 1)]
        factor = sum(to_ints(np.concatenate(of_both)))
        assert factor == lengths.constant + 8 * x
        assert factor.bit_length() == lengths.half
        assert factor % 4 == 3
        assert (factor**2).bit_length() == bits
        assert lengths.admits(factor**2)
    assert not lengths.admits(lengths.constant**2 + 2)
    assert not lengths.admits(lengths.constant**2 - 4)
    assert not lengths.admits(2**bits + 1)


@pytest.mark.parametrize("bits", [0, 1024, 2047, 8192])
def test_keys_of_other_lengths_are_not_made(bits: int) -> None:
    with pytest.raises(LocalError, match="paillier-key-size"):
        Lengths(bits)


def test_small_moduli_take_another_word_and_are_even_then() -> None:
    assert Lengths.insecure_of(48).half == 24
    for bits in (46, 49, 4098):
        with pytest.raises(LocalError, match="paillier-key-size"):
            Lengths.insecure_of(bits)


@pytest.mark.parametrize("bits", [48, 96, 2048])
def test_the_waves_of_the_sieve_have_every_odd_prime_once(bits: int) -> None:
    lengths = Lengths.insecure_of(bits)
    primes = [prime for wave in waves(lengths) for prime in wave.primes]
    assert primes == small_primes(min(1 << 12, 1 << lengths.half - 2)).tolist()


@settings(max_examples=10)
@given(st.lists(st.integers(0, 2**TINY.share_bits - 1), min_size=2, max_size=6))
def test_a_and_b_are_the_same_where_the_prime_divides(numbers: list[int]) -> None:
    x = from_ints(numbers, 1)
    for wave in waves(TINY):
        a, b = (wave.digits(party, TINY, x) for party in (0, 1))
        planes = [np.unpackbits(digits.view(np.uint8), bitorder="little") for digits in (a, b)]
        at = 0
        for prime, width in zip(wave.primes, wave.widths, strict=True):
            rows = [each[at : at + width * len(x)].reshape(width, -1) for each in planes]
            found = [sum(row[i].astype(int) << i for i in range(width)).tolist() for row in rows]
            assert found[0] == [(TINY.constant + 4 * n) % prime for n in numbers]
            assert found[1] == [-4 * n % prime for n in numbers]
            at += width * len(x)


def sieve(x: tuple[Any, Any], opened: Any = None) -> Any:
    """Both ends of a sieve; then party 0 looks at what the other has chosen by, all candidates being opened."""

    async def send(ctx: Context, peer: int) -> Any:
        ends = await met(ctx)
        sieved = await sieve_send(ctx, ends.cot, TINY, x[0])  # type: ignore[arg-type]
        return ctx, ends.cot, sieved

    async def receive(ctx: Context, peer: int) -> Any:
        return await sieve_receive(ctx, (await met(ctx)).cot, TINY, x[1])  # type: ignore[arg-type]

    first, second = run_pair(send, receive)
    ctx, cot, sieved = first.result
    np.testing.assert_array_equal(sieved.flags, second.result.flags)
    places = np.arange(len(x[0]))
    told = x[1] if opened is None else opened
    require_chosen(ctx, cot, TINY, sieved, (places, told, second.result.digests))
    return sieved.flags


def test_the_sieve_leaves_what_no_small_prime_divides() -> None:
    x = random_shares(TINY, 40), random_shares(TINY, 41)[:40]
    flags = sieve(x)
    sums = [TINY.constant + 4 * (a + b) for a, b in zip(to_ints(x[0]), to_ints(x[1]), strict=True)]
    assert flags.tolist() == [all(n % prime for prime in small_primes(1 << 12).tolist()) for n in sums]
    assert 0 < flags.sum() < 40


def test_a_sieve_tells_a_party_that_asks_about_others_as_much_as_the_page_says() -> None:
    """Of a candidate that is kept, whose residue is not its own: that it is not another one, or whether it is."""
    others = [prime - 1 for wave in waves(Lengths(2048)) for prime in wave.primes]
    excluded = [log2(n / (n - 1)) for n in others]
    assert 3.45 < sum(excluded) < 3.5
    assert 12.5 < sum(log2(n) / n + (1 - 1 / n) * each for n, each in zip(others, excluded, strict=True)) < 12.55


def test_who_sieves_by_another_share_than_it_opens_is_found_out() -> None:
    x = shares(TINY, 0, PRIMES), shares(TINY, 1, PRIMES)
    told = x[1].copy()
    told[2] += np.uint64(1)
    with pytest.raises(Exception, match=r"candidate-sieve.*party1"):
        sieve(x, told)


def _passes(n: int, p: int, q: int, g: int) -> bool:
    return pow(g, (n + 1 - p - q) // 4, n) in (1, n - 1)


def test_the_test_lets_products_of_two_primes_pass_and_half_of_the_bases_of_others() -> None:
    """All p and q below 84 that are 3 mod 4, all bases: the bound of Boneh and Franklin, and its exceptions."""
    exceptions = 0
    for p in range(3, 84, 4):
        for q in range(p, 84, 4):
            n = p * q
            bases = [g for g in range(1, n) if jacobi_var(g, n) == 1]
            passed = sum(_passes(n, p, q, g) for g in bases)
            if is_prime(p) and is_prime(q) and p != q:
                assert passed == len(bases)
            elif passed > len(bases) / 2:
                assert len({f for f in range(3, 84) if is_prime(f) and n % f == 0}) <= 2
                assert any(n % f**2 == 0 for f in range(3, 84) if is_prime(f))
                exceptions += 1
    assert exceptions


def test_of_two_negative_factors_at_most_half_of_the_bases_pass() -> None:
    """Shares that are proved may be so: -p and -q are 3 mod 4 then, for p and q below 60, primes or not."""
    for p in range(5, 60, 4):
        for q in range(p, 60, 4):
            bases = [g for g in range(1, p * q) if jacobi_var(g, p * q) == 1]
            assert sum(_passes(p * q, -p, -q, g) for g in bases) <= len(bases) / 2


def test_moduli_with_small_factors_are_told_apart() -> None:
    n = [PRIMES[0] * PRIMES[1], PRIMES[0] * TRIED, SMALLEST * LARGEST, DEAD * PRIMES[2], BAD * PRIMES[0]]
    assert biprimality.without_small_factors(TINY, n).tolist() == [True, False, True, False, True]


def test_bases_have_jacobi_symbol_one_and_follow_from_the_coins() -> None:
    n = PRIMES[0] * PRIMES[1]
    first, second, other = (to_ints(public_tests.bases(Seed(32 * b).prg("g"), n, 50)) for b in (b"a", b"a", b"b"))
    assert first == second != other
    assert all(0 < g < n and jacobi_var(g, n) == 1 for g in first)
    assert {gcd(g, n) for g in first} == {1}


def exponent_case(w: int, mu: int) -> tuple[OneExponent, Any]:
    """A statement about w, and a prover of it."""
    to = RingPedersenKey(*(random_prime(64, safe=True) for _ in range(2))).public
    n = Modulus(PRIMES[0] * PRIMES[1])
    bases = public_tests.bases(Seed(32 * b"g").prg("g"), n.n, BASES)
    words = from_ints([w], 1), from_ints([mu], 3)
    commitment = to.commit(words[0], 44, words[1], 130)[0]
    statement = OneExponent(n, bases, commitment, to, 44, 130)
    return statement, begin(statement, words[0][0], words[1][0])


def test_one_exponent_is_shown_and_two_answers_give_it_away() -> None:
    w, mu = 9876543210987, 3**80
    statement, proving = exponent_case(w, mu)
    e = challenges(Seed(32 * b"e").prg("e"), BASES)
    assert 60 < e.sum() < 140
    again = replace(proving, masks=[*proving.masks])
    first, second = proving.responses(e), again.responses(1 - e)
    for challenge in (e, 1 - e):
        with pytest.raises(LocalError, match="material-spent"):
            proving.responses(challenge)
    assert statement.holds(proving.firsts, e, first)
    assert statement.holds(proving.firsts, 1 - e, second)
    signs = np.where(e == 1, 1, -1).tolist()
    for responses, secret in zip(zip(first, second, strict=True), (w, mu), strict=True):
        z, other = (to_ints(each) for each in responses)
        assert {sign * (x - y) for sign, x, y in zip(signs, z, other, strict=True)} == {secret}


def test_a_power_that_is_wrong_at_one_base_passes_only_where_it_is_not_asked() -> None:
    """Even one that is wrong by -1 alone, whose square is right; likewise a wrong answer."""
    statement, proving = exponent_case(1234567, 2**100)

    def answered(e: Any) -> list[Any]:
        return replace(proving, masks=[*proving.masks]).responses(e)

    for k in (0, BASES - 1):
        images = proving.firsts[0].copy()
        images[k] = statement.modulus.sub(np.zeros_like(images[k]), images[k])
        for bit in (0, 1):
            e = np.full(BASES, bit, np.uint64)
            held = statement.holds([images, *proving.firsts[1:]], e, answered(e))
            assert held == (bit == 0)
    e = np.zeros(BASES, np.uint64)
    for place in (0, 1):
        answers = [each.copy() for each in answered(e)]
        answers[place][5, 0] ^= np.uint64(1)
        assert not statement.holds(proving.firsts, e, answers)


def test_bases_are_as_many_and_blindings_as_long_as_the_argument_takes_them() -> None:
    statement, _ = exponent_case(1, 1)
    of_both = zip(statement.mask_bits, (statement.bits, statement.blinding_bits), strict=True)
    assert all(2 ** (mask - bits) > BASES * 2**80 for mask, bits in of_both)
    assert (3 / 4) ** BASES < 2**-80
    assert blinding_bits(statement.to) >= statement.to.modulus.bits + 128


def test_answers_have_randomisers_that_the_asker_cannot_take_apart() -> None:
    """Uniform units, each of one answer; what the asker finds is its own randomisers' powers times these."""

    async def role(ctx: Context, peer: int) -> Any:
        ends = await met(ctx)
        return ends, await (answer if ctx.me else ask)(ctx, ends, shares(TINY, ctx.me, PRIMES[:2] * 2).reshape(2, 2, 1))

    (ends, asked), (_, answered) = (run.result for run in run_pair(role, role))
    n, rho = ends.own.public.group.messages, answered.randomisers
    first, second = to_ints(rho)
    assert min(first, second) > 2**400
    assert first != second
    of_asked = ends.own.randomisers_of(as_ciphertexts(ends.own.public, asked.asked.reshape(4, -1))).reshape(2, 2, -1)
    exponents = to_ints(TINY.share_of(1, shares(TINY, 1, PRIMES[:2] * 2), n))
    found = ends.own.randomisers_of(as_ciphertexts(ends.own.public, asked.answers))
    for i, number in enumerate(to_ints(found)):
        p, q = to_ints(of_asked[i])
        of_p, of_q = exponents[2 * i : 2 * i + 2]
        assert number == pow(p, of_q, n.n) * pow(q, of_p, n.n) * (first, second)[i] % n.n


def test_transfers_are_checked_at_both_ends() -> None:
    async def role(ctx: Context, peer: int) -> Any:
        return (await met(ctx)).cot.malicious

    assert [run.result for run in run_pair(role, role)] == [True, True]


def test_what_is_shown_can_be_made_without_the_exponent() -> None:
    """For any challenges, responses first: then images and first messages that fit; the verifier accepts them."""
    statement, proving = exponent_case(777, 2**90)
    e = challenges(Seed(32 * b"s").prg("e"), BASES)
    made = begin(statement, np.zeros(1, np.uint64), np.zeros(3, np.uint64))
    a, b = made.firsts[1:]
    images = proving.firsts[0]
    chosen = e[:, None] == 1
    n, hat = statement.modulus, statement.to.modulus
    firsts = [
        images,
        np.where(chosen, n.mul(a, n.inverse(images)), a),
        np.where(chosen, hat.mul(b, hat.inverse(statement.commitment)), b),
    ]
    assert statement.holds(firsts, e, made.masks)
    assert not statement.holds(firsts, 1 - e, made.masks)
