"""Candidates: p and q have form and length whatever the parties draw, N is their product, shares are uniform."""

from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joint_keys.joint_parties import INSECURE, added, everyones, run_parties, with_ends

from mpc.algebra.residues import BOUND_BITS, Residues
from mpc.errors import LocalError
from mpc.network.transport import memory_network
from mpc.testing import Fault, FaultyTransport
from protocols.joint_keys.candidates_cdklrs20 import make_candidates
from protocols.joint_keys.residue_products import ends_of, open_residues, packed_words, shared_product, sum_of_factors
from protocols.joint_keys.search_space import SearchSpace, other_moduli, smallest_factor
from protocols.paillier.key_checks import KEY_BITS
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN

SPACES = [(bits, n) for bits in (*KEY_BITS, 40, 64, 130, 512) for n in (2, 3, 5, 32)]


@pytest.mark.parametrize(("bits", "n"), SPACES)
def test_every_draw_gives_primes_of_the_right_length(bits, n):
    """Bounds of p from the largest and the smallest that all parties can draw."""
    space, half = SearchSpace(bits, n), bits // 2
    m = space.sieve.product
    smallest = 4 * m * space.first + 3
    largest = 4 * (m * (space.first + n * (space.multiples - 1)) + n * (m - 1)) + 3
    assert smallest**2 >= 1 << bits - 1
    assert largest < 1 << half
    assert 1 <= space.multiples < 1 << BOUND_BITS
    assert largest - smallest > 1 << half - 2 or bits < 2048
    assert m * space.further.product > 1 << bits
    assert gcd(m, space.further.product) == 1


def test_the_sieve_has_all_small_primes():
    for bits in KEY_BITS:
        moduli = SearchSpace(bits, 2).sieve.moduli
        primes = [smallest_factor(m) for m in moduli]
        assert primes == [r for r in range(3, primes[-1] + 1, 2) if smallest_factor(r) == r]
        assert primes[-1] > 600
        assert all(m % r == 0 and m * r > 1 << moduli[-1].bit_length() - 1 for m, r in zip(moduli, primes, strict=True))


@pytest.mark.parametrize(("bits", "n"), [(41, 2), (38, 2), (64, 1), (40, 2000)])
def test_lengths_that_cannot_be(bits, n):
    with pytest.raises(LocalError) as error:
        SearchSpace(bits, n)
    assert error.value.code == "wrong-number"


def test_other_moduli_are_new_primes_and_enough():
    taken = Residues((9, 25, 7))
    for above in (10, 10**6, 10**400):
        chosen = other_moduli(taken, above)
        assert np.prod(chosen, dtype=object) > above
        assert all(smallest_factor(r) == r and r not in (3, 5, 7) for r in chosen)
    with pytest.raises(LocalError):
        other_moduli(None, 1 << 12_000)


def candidates(bits, n, count, extension=INSECURE, **options):
    space = SearchSpace(bits, n)

    async def main(ctx):
        ends = await ends_of(ctx, extension)
        return await make_candidates(ctx, ends, space, count)

    return space, everyones(main, n, **options)


def factors(made):
    """p and q of all candidates."""
    return [
        [4 * y + 3 for y in added([each.shares[i] for each in made])] for i in (0, 1)
    ]  # fmt: skip


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("bits", [40, 66, 256])
def test_candidates_are_products_of_what_is_shared(bits, n):
    space, made = candidates(bits, n, 40)
    ps, qs = factors(made)
    assert [p * q for p, q in zip(ps, qs, strict=True)] == made[0].n
    assert all(each.n == made[0].n for each in made)
    for factor in (*ps, *qs):
        assert factor % 4 == 3
        assert gcd(factor, space.sieve.product) == 1
    assert all(number.bit_length() == bits for number in made[0].n)
    assert len(set(ps + qs)) > 40


@pytest.mark.parametrize("extension", [SOFTSPOKEN, SILENT], ids=["softspoken", "silent"])
def test_candidates_of_full_length_over_real_transfers(extension):
    space, made = candidates(2048, 2, 2, extension)
    ps, qs = factors(made)
    assert [p * q for p, q in zip(ps, qs, strict=True)] == made[0].n
    assert all(gcd(n, space.sieve.product) == 1 and n.bit_length() == 2048 for n in made[0].n)


def test_factors_are_spread_over_all_units():
    """Residues modulo 9 and 5 of some thousand p: every unit, and no other, within five deviations of an even share."""
    space, made = candidates(40, 2, 2000)
    assert space.sieve.moduli[:2] == (9, 5)
    ps, _ = factors(made)
    for m, units in ((9, 6), (5, 4)):
        counts = np.bincount(np.array(ps) % m, minlength=m)
        assert sorted(np.flatnonzero(counts)) == [r for r in range(m) if gcd(r, m) == 1]
        assert abs(counts[counts > 0] - 2000 / units).max() < 5 * (2000 / units) ** 0.5


@pytest.mark.parametrize("n", [2, 3])
def test_shares_are_spread_over_all_multiples(n):
    """What is added to a share below M is M times any of so many numbers, at each party."""
    space, made = candidates(40, n, 2000)
    for party, each in enumerate(made):
        drawn = [y // space.sieve.product - space.first * (party == 0) for y in added([each.shares[0]])]
        assert min(drawn) >= 0
        assert max(drawn) < space.multiples
        counts = np.bincount(np.array(drawn), minlength=space.multiples)
        assert abs(counts - 2000 / space.multiples).max() < 6 * (2000 / space.multiples) ** 0.5 + 6


@pytest.mark.parametrize("n", [2, 3])
def test_a_share_says_nothing_of_the_factor(n):
    """Of some thousand candidates the residues modulo 5 of p and of a party's share, in a table: even in all cells."""
    _, made = candidates(40, n, 3000)
    p = np.array(factors(made)[0]) % 5
    for party, each in enumerate(made):
        share = (4 * np.array(added([each.shares[0]])) + 3 * (party == 0)) % 5
        cells = np.bincount(5 * share + p, minlength=25).reshape(5, 5)
        assert (cells[:, 0] == 0).all()
        assert abs(cells[:, 1:] - 150).max() < 5 * 150**0.5


MODULO = Residues((9, 5, 7, 11))


@given(st.integers(2, 5), st.sampled_from([(), (3,), (2, 2), (0,)]), st.integers(0, 2**32))
def test_products_of_shared_numbers_and_of_factors(n, shape, seed):
    rng = np.random.default_rng(seed)
    x, y = (rng.integers(0, MODULO.moduli, (n, *shape, 4), np.uint64) for _ in range(2))

    async def main(ctx, ends):
        product = await shared_product(ctx, ends, MODULO, x[ctx.me], y[ctx.me])
        added = await sum_of_factors(ctx, ends, MODULO, x[ctx.me])
        return await open_residues(ctx, (MODULO, product, MODULO.add), (MODULO, added, MODULO.add))

    m = MODULO.row
    for product, factored in everyones(with_ends(main), n, seed=f"products {seed}"):
        assert (product == x.sum(axis=0) % m * (y.sum(axis=0) % m) % m).all()
        assert (factored == np.prod(x, axis=0) % m).all()


def test_a_number_that_is_no_residue_names_its_sender():
    async def main(ctx):
        modulo = MODULO if ctx.me else Residues((9, 5, 7, 13))
        return await open_residues(
            ctx, (modulo, np.full((6, 4), 4, np.uint64) + 8 * (modulo is not MODULO), modulo.add)
        )

    runs = run_parties(main, 3, audit=False, collect=True)
    assert [getattr(runs[j].error, "code", None) for j in (1, 2)] == ["malformed-residues"] * 2
    assert runs[1].error.party == "party0"


def test_an_opening_of_another_size_is_refused():
    network = list(memory_network(2))
    network[0] = FaultyTransport(network[0], Fault("truncate", 0))

    async def main(ctx):
        return await open_residues(ctx, (MODULO, np.zeros((6, 4), np.uint64), MODULO.add))

    runs = run_parties(main, 2, audit=False, collect=True, transports=network)
    assert runs[1].error.code == "unexpected-message"
    assert runs[1].error.party == "party0"


def test_residues_travel_four_in_a_word():
    assert packed_words(0, 1, 4, 5) == 0 + 1 + 1 + 2


def payload(space, count, n):
    """Bytes that all parties send for candidates, and the rounds, with transfers that cost nothing."""
    counted = []

    async def main(ctx):
        ends = await ends_of(ctx, INSECURE)
        call = ctx.child("candidates")
        await make_candidates(call, ends, space, count)
        counted.append((call.payload, call.depth - call.entered))

    everyones(main, n)
    return sum(sent for sent, _ in counted), max(rounds for _, rounds in counted)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_a_candidate_of_2048_bits_takes_seven_kilobytes_for_each_pair(n):
    space, pairs = SearchSpace(2048, n), n * (n - 1) // 2
    sent, rounds = payload(space, 64, n)
    assert 6_500 < sent / (64 * pairs) < 8_000
    assert rounds == n + 3
    assert 3_500 < space.expected < 4_000


def test_expected_numbers_of_candidates():
    """As the page has them, for two parties."""
    found = [round(SearchSpace(bits, 2).expected, -2) for bits in KEY_BITS]
    assert found == [3700, 7300, 12000]
