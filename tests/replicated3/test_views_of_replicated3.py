"""Replicated sharing among three parties: what one of them sees says nothing beyond what is opened.

That it computes what every suite computes is shown with the other suites, in `tests/suites`.
"""

import pytest

from mpc.algebra.ring import Ring
from mpc.errors import LocalError
from mpc.testing import assert_same_distribution, exact_view
from protocols.replicated3 import SUITE
from protocols.runs.simulating import simulate


async def put_in(ctx, owner, mine, lanes):
    return await ctx.suite.input(ctx, owner, mine[0] if ctx.me == owner else None, (lanes,))


async def product(ctx, mine, lanes):
    return await ctx.suite.mul(ctx, await put_in(ctx, 0, mine, lanes), await put_in(ctx, 1, mine, lanes))


async def opened_product(ctx, mine, lanes):
    return await ctx.suite.open(ctx, await product(ctx, mine, lanes))


async def product_to_the_last(ctx, mine, lanes):
    return await ctx.suite.open_to(ctx, 2, await product(ctx, mine, lanes))


def view(protocol, x, y, observer, ring):
    return exact_view(protocol, [[x], [y], []], suite=SUITE, observers=observer, ring=ring)


@pytest.mark.parametrize(("observer", "pairs"), [(0, [(1, 0), (1, 1)]), (1, [(0, 1), (1, 1)]), (2, [(0, 1), (1, 1)])])
def test_a_product_shows_nothing_to_one_party(observer, pairs):
    """Two runs that differ in what others put in; nothing is opened."""
    first, second = (view(product, x, y, observer, Ring(1)) for x, y in pairs)
    assert_same_distribution(first, second)


@pytest.mark.parametrize("protocol", [opened_product, product_to_the_last])
@pytest.mark.parametrize(("x", "y"), [((0, 1), (1, 0)), ((0, 0), (1, 0))])
def test_an_opened_product_shows_the_result_alone(protocol, x, y):
    """Party 2 puts nothing in and sees two runs with the same product."""
    assert_same_distribution(view(protocol, *x, 2, Ring(1)), view(protocol, *y, 2, Ring(1)))


def test_a_product_on_two_bits_shows_nothing_to_the_party_that_puts_nothing_in():
    first, second = view(product, 3, 2, 2, Ring(2)), view(product, 0, 1, 2, Ring(2))
    assert_same_distribution(first, second)


@pytest.mark.parametrize("n", [2, 4])
def test_another_number_of_parties_is_refused(n):
    with pytest.raises(LocalError, match="unfit-session"):
        simulate(lambda ctx, mine: ctx.suite.random(ctx, (1,)), [None] * n, suite="replicated3")
