"""Tables of bits read at secret places, against Python: every place, every turn, axes between carried along."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra import bits
from mpc.algebra.bit_tables import look_up, one_hot, turned
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
