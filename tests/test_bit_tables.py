"""Tables of bits read at secret places, against Python: every place, every turn, axes between carried along."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra import bits
from mpc.algebra.bit_tables import compared, look_up, one_hot, turned
from mpc.errors import LocalError

SEED = np.random.default_rng(7)
depths = pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])


def lanes(planes):
    """(..., words) packed as (..., 64 words) of 0 and 1."""
    return bits.unpack(planes.reshape(-1), 64 * planes.size).reshape(*planes.shape[:-1], 64 * planes.shape[-1])


def numbers(places):
    return (lanes(places).astype(int) << np.arange(len(places))[:, None]).sum(0)


def random_words(*shape):
    return SEED.integers(0, 2**64, shape, dtype=np.uint64)


@depths
def test_one_hot_says_where_the_place_is(depth):
    places = random_words(depth, 3)
    np.testing.assert_array_equal(lanes(one_hot(places)), np.arange(1 << depth)[:, None] == numbers(places))


@depths
@given(width=st.integers(0, 3), words=st.integers(0, 3))
def test_entries_are_those_at_the_places(depth, width, words):
    table, places = random_words(1 << depth, width, words), random_words(depth, words)
    found, turned_by = look_up(table, places), turned(table, places)
    at = lanes(table)
    for lane, place in enumerate(numbers(places)):
        np.testing.assert_array_equal(lanes(found)[:, lane], at[place, :, lane])
        order = np.arange(1 << depth) ^ place
        np.testing.assert_array_equal(lanes(turned_by)[:, :, lane], at[order, :, lane])
    assert found.shape == (width, words)
    assert turned_by.shape == table.shape


def test_turning_leaves_the_table_and_turning_twice_brings_it_back():
    table, places = random_words(8, 2, 2), random_words(3, 2)
    before = table.copy()
    np.testing.assert_array_equal(turned(turned(table, places), places), before)
    np.testing.assert_array_equal(table, before)


@pytest.mark.parametrize("function", [look_up, turned])
def test_a_table_of_another_size_is_refused(function):
    with pytest.raises(LocalError, match="wrong-shape"):
        function(random_words(7, 2), random_words(3, 2))


@pytest.mark.parametrize("depth", [9, 10])
def test_one_hot_of_long_places(depth):
    places = random_words(depth, 2)
    np.testing.assert_array_equal(lanes(one_hot(places)), np.arange(1 << depth)[:, None] == numbers(places))
    np.testing.assert_array_equal(one_hot(places, first=1), one_hot(places)[1:])


@given(depth=st.integers(1, 5), m=st.integers(0, 3), words=st.integers(0, 3), from_below=st.booleans())
def test_summands_of_tables_of_numbers_give_summands_of_comparisons(depth, m, words, from_below):
    u, w = random_words(depth, words), random_words(depth, m, words)
    hot, pad = one_hot(w, first=1), random_words((1 << depth) - 1, m, words)
    found = compared(pad, u, from_below=from_below) ^ compared(pad ^ hot, u, whole=True, from_below=from_below)
    for bits_of, planes in zip(range(1, depth + 1), found, strict=True) if from_below else [(depth, found)]:
        for i in range(m):
            a, b = numbers(u[:bits_of]), numbers(w[:bits_of, i])
            np.testing.assert_array_equal(lanes(planes[:, i]), [a < b, a == b])
    assert found.shape == (*((depth,) if from_below else ()), 2, m, words)


@pytest.mark.parametrize(("rows", "depth", "words"), [(2, 2, 1), (3, 2, 2), (511, 9, 1), (0, 0, 1)])
def test_a_table_that_does_not_fit_its_places_is_refused(rows, depth, words):
    with pytest.raises(LocalError, match="wrong-shape"):
        compared(random_words(rows, 1, 1), random_words(depth, words))
