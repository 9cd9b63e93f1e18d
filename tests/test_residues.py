"""Residues modulo many small numbers: every operation against Python's integers, and the numbers had back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.bigint import from_ints, limbs_for, to_ints
from mpc.algebra.residues import BOUND_BITS, MOST_BITS, Residues, below, carried, digits_of
from mpc.errors import LocalError

PRIMES = [r for r in range(3, 1 << MOST_BITS, 2) if all(r % d for d in range(3, int(r**0.5) + 1, 2))]
SETS = [(3,), (8191,), (729, 625, 343, 121), tuple(PRIMES[:40]), tuple(PRIMES[-300:])]


@pytest.mark.parametrize("moduli", SETS, ids=["three", "largest", "powers", "small", "many"])
def test_operations(moduli):
    residues = Residues(moduli)
    rng = np.random.default_rng(0)
    x, y = (rng.integers(0, moduli, (2, 5, len(moduli)), np.uint64) for _ in range(2))
    m = np.array(moduli, np.uint64)
    assert (residues.add(x, y) == (x + y) % m).all()
    assert (residues.sub(x, y) == (x + m - y) % m).all()
    assert (residues.mul(x, y) == x * y % m).all()
    assert residues.constant(-(2**200) - 1).tolist() == [(-(2**200) - 1) % v for v in moduli]


@pytest.mark.parametrize("m", [3, 9, 5, 7, 31, 33, 8191, 8189, 4097])
def test_words_below_two_to_32_are_reduced(m):
    multiples = np.arange(0, 2**32 // m, max(1, 2**32 // m // 5000), dtype=np.uint64) * np.uint64(m)
    x = np.concatenate([multiples + np.uint64(k) for k in (0, 1, m - 1)] + [np.array([2**32 - 1], np.uint64)])
    x = x[x < 2**32][:, None]
    assert (Residues([m]).reduce(x) == x % np.uint64(m)).all()


@given(st.sampled_from(SETS), st.data())
def test_numbers_are_had_back_from_their_residues(moduli, data):
    residues = Residues(moduli)
    values = data.draw(st.lists(st.integers(0, residues.product - 1), max_size=4))
    values += [0, residues.product - 1]
    words = from_ints(values, limbs_for(residues.product.bit_length()))
    assert residues.of(words).tolist() == [[v % m for m in moduli] for v in values]
    assert to_ints(residues.combine(residues.of(words))) == values


def test_residues_of_long_numbers():
    value = 2 ** (64 * 128) - 1
    assert Residues(SETS[-1]).of(from_ints([value], 128)).tolist() == [[value % m for m in SETS[-1]]]


@given(st.lists(st.integers(0, 2**63 - 1), min_size=2, max_size=6).filter(lambda d: len(d) % 2 == 0))
def test_carries(digits):
    value = sum(d << 32 * k for k, d in enumerate(digits))
    padded = np.array([[*digits, 0, 0]], np.uint64)
    assert to_ints(carried(padded)) == [value]
    assert (carried(digits_of(from_ints([value], len(digits) // 2 + 1))) == carried(padded)).all()


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(1, 2**BOUND_BITS - 1))
def test_draws_are_parts_of_the_bound(upper, lower, bound):
    kept = 64 - BOUND_BITS
    fraction = (upper >> BOUND_BITS) << kept | lower >> BOUND_BITS
    drawn = below(np.array([upper, lower], np.uint64), bound)
    assert int(drawn) == fraction * bound >> 2 * kept < bound


def test_draws_are_uniform_over_all_fractions_of_few_bits():
    """Of 2^10 fractions a number below 7 has as nearly the same count as can be."""
    upper = np.arange(1 << 10, dtype=np.uint64) << np.uint64(54)
    drawn = below(np.stack([upper, np.zeros_like(upper)], axis=-1), 7)
    counts = np.bincount(drawn.astype(np.intp), minlength=7)
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("moduli", [(), (4, 3), (1,), (3, 9), (8193,)], ids=["none", "even", "one", "shared", "long"])
def test_moduli_that_cannot_be(moduli):
    with pytest.raises(LocalError) as error:
        Residues(moduli)
    assert error.value.code == "wrong-modulus"


def test_what_are_no_residues_is_seen():
    residues = Residues((3, 5))
    assert residues.fits(np.array([[2, 4]], np.uint64))
    assert not residues.fits(np.array([[2, 5]], np.uint64))
