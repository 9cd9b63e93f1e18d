"""Replicated sharing among three parties: what one of them sees of a product says nothing, and rules of the fixture.

That it computes what every suite computes is shown with the other suites, in `test_arithmetic_of_suites`.
"""

import pytest
from replicated import REPLICATED
from sharing import computed, words

from mpc.algebra.field import FIELD64
from mpc.algebra.ring import Ring
from mpc.errors import LocalError
from mpc.testing import assert_same_distribution, exact_view
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
    return exact_view(protocol, [[x], [y], []], suite=REPLICATED, observers=observer, ring=ring)


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


def test_it_computes_in_a_field_as_well():
    """A prime field as the session's algebra: no line of the suite knows which one it is."""

    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, ctx.ring.from_ints([5, -7]) if ctx.me == 0 else None, (2,))
        y = await ctx.suite.mul(ctx, x, x.scale(-3))
        return ctx.ring.to_signed((await ctx.suite.open(ctx, y + x))[0]).tolist()

    assert simulate(main, [None] * 3, suite="replicated", ring=FIELD64, check_costs=True).results == [[-70, -154]] * 3


def test_it_says_what_it_lacks():
    async def compare(ctx, x):
        return await ctx.suite.a2b(ctx, x, 4)

    with pytest.raises(LocalError, match=r"not-offered.*a2b"):
        computed(compare, words([1]), suite="replicated")
    with pytest.raises(LocalError, match="unfit-session"):
        simulate(lambda ctx, mine: ctx.suite.random(ctx, (1,)), [None] * 2, suite="replicated")
