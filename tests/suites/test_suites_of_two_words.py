"""Suites in rings of 65 to 128 bits, whose elements have two words: what Python's integers give, at declared costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sharing import DERIVED, MADE, computed, signed

from mpc.algebra.wide_ring import Z128, WideRing
from mpc.errors import LocalError
from mpc.testing import party_counts, signed_integers

RINGS = [Z128, WideRing(96)]

suites = pytest.mark.parametrize("suite", ["beaver", MADE, DERIVED, "replicated3", "yao", "ideal"])
rings = pytest.mark.parametrize("ring", RINGS, ids=str)


def edges(ring):
    top = 1 << (ring.bits - 1)
    near = [0, 1, -1, 2**63 - 1, 2**63, -(2**63), 2**64, -(2**64), 2**64 + 1, top // 2 - 1, -(top // 2)]
    return np.array([*near, top - 1, -top, top - 2**64], object)


def integers(ring, count):
    some = st.lists(signed_integers(ring.bits), min_size=count, max_size=count)
    return some.map(lambda values: np.array(values, object))


def same(ring, result, expected):
    values = signed(result, ring)
    half = 1 << (ring.bits - 1)
    np.testing.assert_array_equal(values, (np.asarray(expected, object) + half) % (2 * half) - half)


def bits_of(x, width):
    return np.array([[(int(v) >> i) & 1 for v in x] for i in range(width)], np.uint8)


@suites
@rings
def test_products_of_all_pairs_of_edges(suite, ring):
    x, y = edges(ring)[:, None], edges(ring)[None, :]

    async def products(ctx, a, b):
        suite = ctx.suite
        return [await suite.mul(ctx, a, b), await suite.square(ctx, a), await suite.matmul(ctx, a, b), a - b, -a]

    left, right = ring.from_ints(x), ring.from_ints(y)
    results = computed(products, left, right, n=3, ring=ring, suite=suite)
    for result, expected in zip(results, [x * y, x * x, x * y, x - y, -x], strict=True):
        same(ring, result, expected)


@suites
@rings
@settings(max_examples=5)
@given(n=party_counts(), data=st.data())
def test_linear_algebra_and_choice(suite, ring, n, data):
    x, y, c = data.draw(integers(ring, 6)), data.draw(integers(ring, 6)), np.arange(6) % 2

    async def combined(ctx, a, b, chosen):
        rows, columns = a.reshape((2, 3)), b.reshape((3, 2))
        total = a.sum() + b[::2].sum().scale(-(1 << 70)) + ctx.suite.constant(ctx, ring.from_ints(1 << 90))
        inner = await ctx.suite.inner(ctx, rows, columns.transpose())
        return [total, inner, await ctx.suite.matmul(ctx, rows, columns), await ctx.suite.select(ctx, chosen, a, b)]

    given_in = [ring.from_ints(v) for v in (x, y, c)]
    total, inner, product, chosen = computed(combined, *given_in, n=n, ring=ring, suite=suite)
    same(ring, total, x.sum() - (y[::2].sum() << 70) + (1 << 90))
    same(ring, product, x.reshape(2, 3) @ y.reshape(3, 2))
    same(ring, inner, (x.reshape(2, 3) * y.reshape(3, 2).T).sum(-1))
    same(ring, chosen, np.where(c == 1, x, y))


@suites
@rings
@settings(max_examples=5)
@given(n=st.integers(2, 3), data=st.data())
def test_bits_comparisons_and_back(suite, ring, n, data):
    x = np.concatenate([edges(ring), data.draw(integers(ring, 3))])
    width = data.draw(st.sampled_from([1, 2, 63, 64, 65, ring.bits - 1, ring.bits]))

    async def bits(ctx, a):
        planes = await ctx.suite.a2b(ctx, a, width)
        each = await ctx.suite.bits_to_ring(ctx, planes)
        return [
            await ctx.suite.msb(ctx, a), await ctx.suite.is_zero(ctx, a), planes, each, await ctx.suite.b2a(ctx, planes)
        ]  # fmt: skip

    signs, zeros, planes, each, number = computed(bits, ring.from_ints(x), n=n, ring=ring, suite=suite)
    np.testing.assert_array_equal(signs, x < 0)
    np.testing.assert_array_equal(zeros, x == 0)
    np.testing.assert_array_equal(planes, bits_of(x, width))
    same(ring, each, bits_of(x, width).astype(object))
    same(ring, number, x % (1 << width))


@suites
@rings
@settings(max_examples=5)
@given(n=st.integers(2, 3), data=st.data())
def test_thresholds_and_truncation(suite, ring, n, data):
    half = 1 << (ring.bits - 2)
    x = np.array([v % (2 * half) - half for v in data.draw(integers(ring, 4))], object)
    x[x == -half] = 0
    thresholds = [-(2**70), 0, 1, 2**90]
    shift = data.draw(st.sampled_from([1, 16, 63, 64, 65, ring.bits - 2]))

    async def compared(ctx, a):
        below = await ctx.suite.below(ctx, a, ring.from_ints(thresholds))
        return [below, await ctx.suite.truncate(ctx, a, shift)]

    below, shorter = computed(compared, ring.from_ints(x), n=n, ring=ring, suite=suite)
    np.testing.assert_array_equal(below, [x < t for t in thresholds])
    for found, exact in zip(signed(shorter, ring), x, strict=True):
        assert found - (exact >> shift) in (0, 1)


@suites
@rings
@pytest.mark.parametrize("bits", [9, 40, 64, 70])
def test_thresholds_in_a_smaller_ring(suite, ring, bits):
    """Signs are found among as many bits as a range needs, whatever the session's ring."""
    half, small = 1 << bits - 2, ring.smaller(bits)
    x, thresholds = np.array([-half, -3, 0, 2, half - 1], object), [-half + 1, 0, 2, half - 1]

    async def compared(ctx, a):
        given = ctx.suite.bits_to_ring
        planes = await ctx.suite.below(ctx, a.modulo(bits), small.from_ints(thresholds))
        return [planes, await given(ctx, planes)]

    found, numbers = computed(compared, ring.from_ints(x), ring=ring, suite=suite)
    np.testing.assert_array_equal(found, [x < t for t in thresholds])
    same(ring, numbers, found.astype(object))


@suites
@rings
def test_random_values_fill_both_words(suite, ring):
    async def drawn(ctx):
        return await ctx.suite.random(ctx, (400,))

    values = signed(computed(drawn, ring=ring, suite=suite), ring)
    assert len(set(values)) == 400
    assert max(abs(v) for v in values).bit_length() >= ring.bits - 3


@suites
@rings
def test_one_party_learns_and_a_shift_beyond_the_ring_is_refused(suite, ring):
    async def told(ctx, a):
        whole = await ctx.suite.open_to(ctx, 1, a)
        assert (whole is None) == (ctx.me != 1)
        if whole is not None:
            same(ring, whole, edges(ring))
        return a

    same(ring, computed(told, ring.from_ints(edges(ring)), n=3, ring=ring, suite=suite), edges(ring))

    async def truncated(ctx, a):
        return await ctx.suite.truncate(ctx, a, ring.bits + 1)

    with pytest.raises(LocalError):
        computed(truncated, ring.from_ints([1]), ring=ring, suite=suite)
