"""The test of Boneh and Franklin on all small N of the form: every base counted, and the protocol like the formula."""

from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from joint_keys.joint_parties import everyones, run_parties, split, with_ends

from mpc.algebra.bigint import Modulus, from_ints, jacobi_var, to_ints
from protocols.joint_keys import joint_biprimality_bf97 as test
from protocols.joint_keys.joint_biprimality_bf97 import is_biprime, screened, total_of
from protocols.joint_keys.public_tests import bases, has_small_factor
from protocols.joint_keys.search_space import smallest_factor

LENGTHS = (3, 4, 5, 6, 7)
TRIALS = 60


def pairs(bits):
    """All p <= q of so many bits that are 3 modulo 4."""
    values = range((1 << bits - 1) + 3, 1 << bits, 4)
    return [(p, q) for p in values for q in values if p <= q]


def is_prime(n):
    return smallest_factor(n) == n


def squares(r):
    return {x * x % r for x in range(1, r)}


def symbols(g, n):
    """The Jacobi symbols of an array, by the factors of a small n."""
    symbols = np.ones(len(g), int)
    while n > 1:
        r = smallest_factor(n)
        of = np.array([0, *(1 if x in squares(r) else -1 for x in range(1, r))])
        symbols, n = symbols * of[g % r], n // r
    return symbols


def power(g, e, n):
    result = np.ones_like(g)
    for bit in f"{e:b}":
        result = result * result % n
        result = result * g % n if bit == "1" else result
    return result


def passing(p, q):
    """Of the bases with Jacobi symbol 1 all, and those that N passes with."""
    n = p * q
    g = np.arange(1, n)
    g = g[symbols(g, n) == 1]
    v = power(g, (n - p - q + 1) // 4, n)
    return g, g[(v == 1) | (v == n - 1)]


@pytest.mark.parametrize("bits", LENGTHS)
def test_how_many_bases_a_number_passes_with(bits):
    """Two different primes: all. Others: at most half; a quarter where p + q - 1 and N have no common factor, but for
    squares of the smallest primes; and whatever passes with more has such a factor."""
    for p, q in pairs(bits):
        bases, good = passing(p, q)
        fraction, coprime = Fraction(len(good), len(bases)), gcd(p + q - 1, p * q) == 1
        if is_prime(p) and is_prime(q) and p != q:
            assert fraction == 1
            assert coprime
        elif coprime:
            assert fraction <= Fraction(1, 4)
        else:
            assert fraction <= Fraction(1, 2) or {p, q} == {19, 27}


def sums_of(numbers, n):
    """Each party's y_i of p and of q, added up."""
    return split([(p + q - 6) // 4 for p, q in numbers], n)


@pytest.mark.parametrize(("bits", "n"), [(4, 2), (4, 3), (4, 5), (5, 2), (5, 3)])
def test_the_protocol_says_what_the_formula_says(bits, n):
    """Every N of two lengths, every base: the powers that the parties open are taken together as the formula has it."""
    numbers, bases, expected = [], [], []
    for p, q in pairs(bits):
        all_of_them, good = passing(p, q)
        numbers += [(p, q)] * len(all_of_them)
        bases += all_of_them.tolist()
        expected += np.isin(all_of_them, good).tolist()
    sums = sums_of(numbers, n)
    moduli = {p * q: Modulus(p * q) for p, q in numbers}

    async def main(ctx):
        return await test._pass(ctx, [moduli[p * q] for p, q in numbers], from_ints(bases, 1), sums[ctx.me])

    assert everyones(main, n) == [expected] * n


@pytest.mark.parametrize("n", [2, 3])
def test_screening_keeps_all_products_of_two_primes(n):
    numbers = [pair for bits in (5, 6, 7) for pair in pairs(bits)]
    sums = sums_of(numbers, n)

    async def main(ctx):
        return [await screened(ctx, [p * q for p, q in numbers], sums[ctx.me]), await screened(ctx, [], sums[0][:0])]

    for kept, none in everyones(main, n):
        good = {pair for pair in numbers if is_prime(pair[0]) and is_prime(pair[1]) and pair[0] != pair[1]}
        assert good <= {pair for pair, keep in zip(numbers, kept, strict=True) if keep}
        assert sum(kept) < len(numbers) / 2
        assert none == []


JUDGED = [(19, 23, True), (19, 27, False), (343, 491, False), (19, 19, False), (43, 63, False), (63, 43, False),
          (15, 11, False), (2147483647, 2147483575, False), (2147483647, 2147483587, True)]  # fmt: skip


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize(("p", "q", "good"), JUDGED)
def test_verdicts(n, p, q, good):
    """Among them powers of primes that pass with every base, which p + q - 1 gives away: 19 * 27 and 343 * 491."""
    (total,) = zip(*sums_of([(p, q)], n), strict=True)

    async def main(ctx, ends):
        return await is_biprime(ctx, ends, p * q, total[ctx.me])

    assert everyones(with_ends(main), n) == [good] * n


@pytest.mark.parametrize(("p", "q"), [(19, 27), (343, 491)])
def test_powers_of_primes_pass_with_every_base_and_fail_all_the_same(p, q):
    bases = [g for g in range(1, p * q) if jacobi_var(g, p * q) == 1]
    assert all(pow(g, (p * q - p - q + 1) // 4, p * q) in (1, p * q - 1) for g in bases)
    assert gcd(p + q - 1, p * q) > 1


def test_bases_are_public_coins_with_symbol_one():
    async def main(ctx):
        return to_ints(bases(ctx.common_prg("bases of a test"), 2147483647 * 2147483587, 128))

    first, second = everyones(main, 2)
    assert first == second
    assert len(set(first)) == test.REPETITIONS
    assert all(jacobi_var(g, 2147483647 * 2147483587) == 1 for g in first)


def test_what_is_opened_for_the_common_factor_is_a_random_multiple():
    """z modulo N, of N = 15 * 11 = 165 and p + q - 1 = 25: one of the 33 multiples of 5, each as likely."""
    seen = []
    (total,) = zip(*sums_of([(15, 11)], 2), strict=True)
    opened = test.open_residues

    async def noted(ctx, *parts):
        result = await opened(ctx, *parts)
        seen.append(to_ints(parts[0][0].combine(result[0]))[0])
        return result

    async def main(ctx, ends):
        for _ in range(TRIALS):
            await test._is_coprime(ctx, ends, 165, total[ctx.me])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(test, "open_residues", noted)
        everyones(with_ends(main), 2)
    residues = [z % 165 for z in seen[::2]]
    assert all(z % 5 == 0 for z in residues)
    assert len(set(residues)) > TRIALS / 4
    assert len(set(seen)) == TRIALS


def test_masks_of_what_is_opened_are_80_bits_longer_than_what_they_hide(monkeypatch):
    """r than N, so that it is uniform modulo N; s N than r (p + q - 1), for N of 62 bits and factors of 31."""
    p, q = 2147483647, 2147483587
    (total,) = zip(*sums_of([(p, q)], 2), strict=True)
    drawn, seen = test._random, {}

    def noted(ctx, use, bits):
        words = drawn(ctx, use, bits)
        seen.setdefault(use, []).append((bits, to_ints(words[None])[0]))
        return words

    async def main(ctx, ends):
        return await test._is_coprime(ctx, ends, p * q, total[ctx.me])

    monkeypatch.setattr(test, "_random", noted)
    assert everyones(with_ends(main), 2) == [True] * 2
    for least, use in ((62 + 80, "multiplier"), (62 + 80 + 32 - 62 + 80, "multiple")):
        assert len(seen[use]) == 2
        assert all(bits >= least and bits - 60 < number.bit_length() <= bits for bits, number in seen[use])


def test_with_three_parties_powers_tell_their_product_alone():
    """The same N and base again and again: what one party opens is another unit each time, spread over all of them."""
    p, q, times = 19, 23, 3000
    sums = sums_of([(p, q)] * times, 3)
    moduli = [Modulus(p * q)] * times

    async def main(ctx):
        powers = test._powers(moduli, from_ints([4] * times, 1), sums[ctx.me], ctx.me == 0)
        pairs_of = [(j, ctx.pairwise_prg(j, "blinds of a test")) for j in ctx.others]
        return await test._opened(ctx, moduli, test._blinded(ctx.me, moduli, powers, pairs_of))

    opened = everyones(main, 3)[0]
    units = (p - 1) * (q - 1)
    for party in range(3):
        counts = np.bincount(np.array(opened[party]), minlength=p * q)
        assert all(gcd(v, p * q) == 1 for v in np.flatnonzero(counts))
        assert counts.max() < times / units + 8 * (times / units) ** 0.5
    assert all(v[0] in (rest := v[1] * v[2] % (p * q), p * q - rest) for v in zip(*opened, strict=True))


@pytest.mark.parametrize("sent", [437, 1000, 0, 19, 23 * 5], ids=str)
def test_a_power_that_is_no_unit_names_its_sender(sent):
    async def main(ctx):
        n, power = (1009, sent) if ctx.me else (437, 5)
        return await test._opened(ctx, [Modulus(n)], from_ints([power], 1))

    runs = run_parties(main, 2, audit=False, collect=True)
    assert runs[0].error.code == "malformed-residues"
    assert runs[0].error.party == "party1"


def test_sums_of_shares():
    shares = np.stack([from_ints([2**127 - 1, 5], 2), from_ints([2**126, 7], 2)])
    assert to_ints(total_of(shares)) == [2**127 - 1 + 2**126, 12]


def test_small_factors_are_seen():
    large = 2**31 - 1, 2**61 - 1
    assert not has_small_factor(large[0] * large[1], 61)
    for r in (3, 65521):
        assert has_small_factor(large[0] * r, 64)
    assert not has_small_factor(large[0] * 65537, 64)
    assert not has_small_factor(19 * 23, 5)
