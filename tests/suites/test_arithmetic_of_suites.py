"""Every suite computes what the specification says: inputs, openings, products, selection, packed bits.

Each function is run in both suites with 2 to 5 parties, with its declared cost audited.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sharing import DERIVED, PARTIES, computed, packed, signed, words

from mpc.algebra import bits
from mpc.algebra.ring import Ring
from mpc.testing import EDGES, party_counts, ring_arrays, shapes
from protocols.runs.simulating import simulate

SUITES = ["beaver", DERIVED, "replicated3", "yao", "ideal"]
TINY = [Ring(3), Ring(4)]
EDGE_WORDS = words([e for e in EDGES if -(2**62) <= e < 2**62])

suites = pytest.mark.parametrize("suite", SUITES)
tiny = pytest.mark.parametrize("ring", TINY, ids=str)


def all_pairs(ring: Ring):
    every = np.arange(1 << ring.bits, dtype=np.uint64)
    x, y = np.meshgrid(every, every, indexing="ij")
    return x.reshape(-1), y.reshape(-1)


def like_numpy(x, y):
    """Two shapes that broadcast, and the shape of both."""
    return np.broadcast_shapes(x.shape, y.shape)


async def mul(ctx, x, y):
    return await ctx.suite.mul(ctx, x, y)


async def square(ctx, x):
    return await ctx.suite.square(ctx, x)


async def matmul(ctx, x, y):
    return await ctx.suite.matmul(ctx, x, y)


async def inner(ctx, x, y):
    return await ctx.suite.inner(ctx, x, y)


async def select(ctx, c, x, y):
    return await ctx.suite.select(ctx, c, x, y)


@suites
@given(n=party_counts(), data=st.data())
def test_mul_is_the_product_modulo_the_ring(suite, n, data):
    x = data.draw(ring_arrays())
    y = data.draw(ring_arrays(shape=x.shape))
    np.testing.assert_array_equal(computed(mul, x, y, n=n, suite=suite), x * y)


@suites
@given(n=party_counts(), data=st.data())
def test_mul_broadcasts_like_numpy(suite, n, data):
    shape = data.draw(shapes())
    other = tuple(side if data.draw(st.booleans()) else 1 for side in shape)[data.draw(st.integers(0, len(shape))) :]
    x, y = data.draw(ring_arrays(shape=shape)), data.draw(ring_arrays(shape=other))
    product = computed(mul, x, y, n=n, suite=suite)
    assert product.shape == like_numpy(x, y)
    np.testing.assert_array_equal(product, x * y)


@suites
@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_mul_of_all_pairs_of_edges(suite, n):
    x, y = EDGE_WORDS[:, None], EDGE_WORDS[None, :]
    np.testing.assert_array_equal(computed(mul, x, y, n=n, suite=suite), x * y)


@suites
@tiny
def test_mul_of_all_pairs_of_a_tiny_ring(suite, ring):
    x, y = all_pairs(ring)
    np.testing.assert_array_equal(computed(mul, x, y, n=3, ring=ring, suite=suite), x * y % (1 << ring.bits))


@suites
@given(n=party_counts(), x=ring_arrays())
def test_square_is_the_product_with_itself(suite, n, x):
    np.testing.assert_array_equal(computed(square, x, n=n, suite=suite), x * x)


@suites
@given(n=party_counts(), data=st.data())
def test_matmul_is_numpys(suite, n, data):
    rows, middle, columns = (data.draw(st.integers(0, 4)) for _ in range(3))
    stacked = data.draw(st.sampled_from([(), (2,), (3, 1)]))
    x = data.draw(ring_arrays(shape=(*stacked, rows, middle)))
    y = data.draw(ring_arrays(shape=(middle, columns)))
    z = computed(matmul, x, y, n=n, suite=suite)
    assert z.shape == (*stacked, rows, columns)
    np.testing.assert_array_equal(z, np.matmul(x, y))


@suites
@given(n=party_counts(), data=st.data())
def test_inner_sums_products_over_the_last_axis(suite, n, data):
    shape = (*data.draw(shapes(2)), data.draw(st.integers(0, 5)))
    x, y = data.draw(ring_arrays(shape=shape)), data.draw(ring_arrays(shape=shape))
    z = computed(inner, x, y, n=n, suite=suite)
    np.testing.assert_array_equal(z, (x * y).sum(-1, dtype=np.uint64))


@suites
@given(n=party_counts(), data=st.data())
def test_select_picks_by_bit(suite, n, data):
    x = data.draw(ring_arrays())
    y = data.draw(ring_arrays(shape=x.shape))
    c = data.draw(ring_arrays(Ring(1), x.shape))
    np.testing.assert_array_equal(computed(select, c, x, y, n=n, suite=suite), np.where(c == 1, x, y))


@suites
@tiny
def test_select_of_all_pairs_of_a_tiny_ring(suite, ring):
    x, y = (np.tile(v, 2) for v in all_pairs(ring))
    c = np.repeat(np.array([0, 1], np.uint64), x.size // 2)
    np.testing.assert_array_equal(computed(select, c, x, y, n=3, ring=ring, suite=suite), np.where(c == 1, x, y))


@suites
@given(n=party_counts(), x=ring_arrays(), y=ring_arrays())
def test_constants_inputs_and_sums_are_linear(suite, n, x, y):
    async def combine(ctx, x_, y_):
        total = x_.sum() - y_.sum()
        return total.scale(3) + ctx.suite.constant(ctx, np.array(5, np.uint64))

    expected = words(3 * (sum(map(int, x.flat)) - sum(map(int, y.flat))) + 5)
    np.testing.assert_array_equal(computed(combine, x, y, n=n, suite=suite), expected)


@suites
@pytest.mark.parametrize("n", [2, 3, 5])
def test_open_to_tells_one_party_only(suite, n):
    values, n = words([0, 1, -1, 2**62 - 1]), PARTIES.get(suite, n)

    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, values if ctx.me == 0 else None, values.shape)
        return await ctx.suite.open_to(ctx, n - 1, x)

    results = simulate(main, [None] * n, suite=suite, check_costs=True).results
    np.testing.assert_array_equal(results[-1], values)
    assert results[:-1] == [None] * (n - 1)


@suites
@pytest.mark.parametrize("n", [2, 3, 5])
def test_open_bits_to_tells_one_party_only(suite, n):
    values, n = np.array([[0, 1, 1], [1, 0, 1]], np.uint8), PARTIES.get(suite, n)

    async def main(ctx, mine):
        x = await ctx.suite.input_bits(ctx, 0, bits.pack(values) if ctx.me == 0 else None, values.shape)
        return await ctx.suite.open_bits_to(ctx, n - 1, x)

    results = simulate(main, [None] * n, suite=suite, check_costs=True).results
    np.testing.assert_array_equal(bits.unpack(results[-1], 6).reshape(values.shape), values)
    assert results[:-1] == [None] * (n - 1)


@suites
@pytest.mark.parametrize("n", [2, 4])
def test_random_values_fill_the_ring(suite, n):
    async def random(ctx):
        return await ctx.suite.random(ctx, (4000,))

    drawn = signed(computed(random, n=n, ring=Ring(3), suite=suite), Ring(3))
    assert set(drawn) == set(range(-4, 4))
    again = computed(random, n=n, suite=suite)
    assert len(set(again.tolist())) == 4000


@suites
@given(n=party_counts(), data=st.data())
def test_several_shares_are_opened_in_one_round(suite, n, data):
    x, y, n = data.draw(ring_arrays()), data.draw(ring_arrays()), PARTIES.get(suite, n)

    async def main(ctx, mine):
        a = await ctx.suite.input(ctx, 0, x if ctx.me == 0 else None, x.shape)
        b = await ctx.suite.input(ctx, 1, y if ctx.me == 1 else None, y.shape)
        before = ctx.depth
        opened = await ctx.suite.open(ctx, a, b)
        return opened, before, ctx.depth

    results = simulate(main, [None] * n, suite=suite, check_costs=True).results
    for (a, b), _, _ in results:
        np.testing.assert_array_equal(a, x)
        np.testing.assert_array_equal(b, y)
    _, entered, left = zip(*results, strict=True)
    assert max(left) - max(entered) == (0 if suite == "ideal" else 1)


@suites
@given(n=party_counts(), data=st.data())
def test_bit_operations_are_numpys(suite, n, data):
    shape = data.draw(shapes())
    draw_bits = st.integers(0, 2 ** max(int(np.prod(shape)), 1) - 1)
    x, y = (np.array([v >> i & 1 for i in range(int(np.prod(shape)))], np.uint8).reshape(shape)
            for v in (data.draw(draw_bits), data.draw(draw_bits)))  # fmt: skip
    public = packed(y)[0]

    async def everything(ctx, a, b):
        both, either = await ctx.suite.and_(ctx, a, b), await ctx.suite.or_(ctx, a, b)
        return [both, either, ctx.suite.not_(ctx, a), a ^ b, ctx.suite.xor_public(ctx, a, public), a.and_public(public)]

    results = computed(everything, packed(x), packed(y), n=n, suite=suite)
    for result, expected in zip(results, [x & y, x | y, 1 - x, x ^ y, x ^ y, x & y], strict=True):
        np.testing.assert_array_equal(result, expected)


@suites
@pytest.mark.parametrize("n", [2, 3])
def test_random_bits_are_known_to_nobody_and_even(suite, n):
    async def drawn(ctx):
        return await ctx.suite.random_bits(ctx, (50, 80))

    bits = computed(drawn, n=n, suite=suite)
    assert bits.shape == (50, 80)
    assert abs(int(bits.sum()) - 2000) < 320
    assert (bits != computed(drawn, n=n, suite=suite)).any()


@suites
def test_one_plane_meets_many_in_a_single_and(suite):
    x = np.array([0, 1, 0, 1], np.uint8)
    many = np.array([[0, 0, 1, 1], [1, 1, 1, 1], [1, 0, 1, 0]], np.uint8)

    async def each(ctx, a):
        rows = np.stack([packed(row)[0] for row in many])
        planes = ctx.suite.constant_bits(ctx, rows, (4,))
        return await ctx.suite.and_(ctx, a, planes)

    np.testing.assert_array_equal(computed(each, packed(x), n=3, suite=suite), many & x)
