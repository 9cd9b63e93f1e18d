"""ANDs of several bits at once: results, groups, and what a coalition sees."""

from itertools import product

import numpy as np
import pytest
from beaver.test_views_of_beaver import bit_of
from numpy.testing import assert_array_equal
from sharing import computed

from mpc.algebra import bits
from mpc.algebra.bit_tables import subset_products
from mpc.algebra.ring import Ring
from mpc.context import Context
from mpc.errors import LocalError
from mpc.testing import assert_same_distribution, exact_view
from protocols.beaver import SUITE
from protocols.many_ands import MOST, MOST_OF_LARGE, all_of, depth, groups_of, widest
from protocols.preprocessing.kinds.many_and import ManyAnd
from protocols.shares import stack_planes


async def everything(ctx, *planes):
    return await ctx.suite.and_many(ctx, stack_planes(planes))


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_all_combinations_of_bits(k, n):
    every = np.array(list(product([0, 1], repeat=k)), np.uint8).T
    found = computed(everything, *((bits.pack(row), row.shape) for row in every), n=n)
    assert_array_equal(found, every.all(0))


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 12, 13, 36, 40])
def test_one_missing_among_any_number(count):
    """Each bit in turn is the only 0; and none is."""
    rows = np.ones((count, count + 1), np.uint8)
    rows[np.arange(count), np.arange(count)] = 0

    async def function(ctx, *planes):
        return await all_of(ctx, stack_planes(planes))

    found = computed(function, *((bits.pack(row), row.shape) for row in rows))
    assert_array_equal(found, np.arange(count + 1) == count)


@pytest.mark.parametrize("most", [MOST, MOST_OF_LARGE])
def test_groups_hold_every_plane_once_and_are_small_enough(most):
    for count in range(2, 260):
        groups = groups_of(count, most)
        assert [a for a, _, _ in groups] == [0, *(b for _, b, _ in groups)][:-1]
        assert groups[-1][1] == count
        assert all((b - a) % number == 0 and (b - a) // number <= most for a, b, number in groups)
        assert depth(sum(number for _, _, number in groups), most) == depth(count, most) - 1
    limits = [1, 2, most, most + 1, most**2, most**2 + 1, most**3, most**3 + 1]
    assert [depth(count, most) for count in limits] == [0, 1, 1, 2, 2, 3, 3, 4]


def test_large_arrays_take_less_material_in_more_rounds(monkeypatch):
    assert (widest(32, 768), widest(128, 3072)) == (MOST, MOST_OF_LARGE)
    rows = np.random.default_rng(6).integers(0, 2, (17, 100), np.uint8) | (np.arange(100) % 3 == 0)
    monkeypatch.setattr("protocols.many_ands.LARGE", 10)

    async def function(ctx, *planes):
        return await all_of(ctx, stack_planes(planes))

    found = computed(function, *((bits.pack(row), row.shape) for row in rows.astype(np.uint8)))
    assert_array_equal(found, rows.all(0))


@pytest.mark.parametrize("inputs", [0, 1, 7])
def test_too_few_or_too_many_are_refused(inputs):
    with pytest.raises(LocalError, match="wrong-parameter"):
        ManyAnd(Ring(4), inputs, (1,))


def test_products_of_every_set():
    rows = np.array([0b1100, 0b1010, 0b1111], np.uint64)
    expected = [~np.uint64(0), rows[0], rows[1], 0b1000, rows[2], 0b1100, 0b1010, 0b1000]
    assert_array_equal(subset_products(rows), expected)


async def of_three(ctx, mine, lanes):
    x, y = await bit_of(ctx, 0, mine, lanes), await bit_of(ctx, 1, mine, lanes)
    return await ctx.suite.and_many(ctx, stack_planes([x, y, x]))


async def of_two(ctx, mine, lanes):
    x, y = await bit_of(ctx, 0, mine, lanes), await bit_of(ctx, 1, mine, lanes)
    return await ctx.suite.and_many(ctx, stack_planes([x, y]))


def between(protocol, ring, observer):
    def view(theirs):
        inputs = [[1], [theirs]] if observer == 0 else [[theirs], [1]]
        return exact_view(protocol, inputs, suite=SUITE, observers=observer, ring=ring)

    return view


@pytest.mark.parametrize("protocol", [of_two, of_three])
@pytest.mark.parametrize("observer", [0, 1])
def test_an_and_of_several_shows_nothing(protocol, observer):
    view = between(protocol, Ring(1), observer)
    assert_same_distribution(view(0), view(1))


@pytest.mark.parametrize("observers", [(0, 1), (1, 2), (0,), (2,)])
def test_two_of_three_learn_nothing_of_the_third(observers):
    def view(theirs):
        inputs = [[1] if i in observers else [theirs] for i in range(3)]
        return exact_view(of_two, inputs, suite=SUITE, observers=observers, ring=Ring(1))

    assert_same_distribution(view(0), view(1))


def test_what_is_not_masked_is_noticed(monkeypatch):
    async def nothing_random(ctx, kind):
        return tuple(np.zeros(part.shape, np.uint64) for part in kind.parts())

    monkeypatch.setattr(Context, "take", nothing_random)
    view = between(of_two, Ring(1), 1)
    with pytest.raises(AssertionError):
        assert_same_distribution(view(0), view(1))
