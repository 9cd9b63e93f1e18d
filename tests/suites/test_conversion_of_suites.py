"""Every suite computes what the specification says: bits from ring elements and back, comparison, truncation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sharing import DERIVED, MADE, computed, packed, signed, words

from mpc.algebra.ring import Z64, Ring
from mpc.errors import LocalError
from mpc.testing import EDGES, party_counts, ring_arrays, shapes, signed_integers

TINY = [Ring(2), Ring(3), Ring(4)]
EDGE_WORDS = words(EDGES)

suites = pytest.mark.parametrize("suite", ["beaver", MADE, DERIVED, "replicated3", "yao", "ideal"])
tiny = pytest.mark.parametrize("ring", TINY, ids=str)


def every_element(ring):
    return np.arange(1 << ring.bits, dtype=np.uint64)


def bits_of(x, width):
    return np.stack([(x >> np.uint64(i)) & np.uint64(1) for i in range(width)]).astype(np.uint8)


async def msb(ctx, x):
    return await ctx.suite.msb(ctx, x)


async def is_zero(ctx, x):
    return await ctx.suite.is_zero(ctx, x)


async def b2a(ctx, x):
    return await ctx.suite.b2a(ctx, x)


async def bits_to_ring(ctx, x):
    return await ctx.suite.bits_to_ring(ctx, x)


def a2b(width):
    async def low_bits(ctx, x):
        return await ctx.suite.a2b(ctx, x, width)

    return low_bits


def below(thresholds):
    async def compared(ctx, x):
        return await ctx.suite.below(ctx, x, thresholds)

    return compared


def truncate(shift):
    async def shortened(ctx, x):
        return await ctx.suite.truncate(ctx, x, shift)

    return shortened


@suites
@given(n=party_counts(), x=ring_arrays())
def test_msb_is_the_sign(suite, n, x):
    np.testing.assert_array_equal(computed(msb, x, n=n, suite=suite), x >> np.uint64(63))


@suites
@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_signs_and_zeros_of_all_edges(suite, n):
    np.testing.assert_array_equal(computed(msb, EDGE_WORDS, n=n, suite=suite), [e < 0 for e in EDGES])
    np.testing.assert_array_equal(computed(is_zero, EDGE_WORDS, n=n, suite=suite), [e == 0 for e in EDGES])


@suites
@pytest.mark.parametrize("bits", [1, 2, 3, 4, 5, 7])
def test_signs_zeros_and_bits_of_every_element_of_a_tiny_ring(suite, bits):
    ring = Ring(bits)
    x = np.tile(every_element(ring), 9)
    for n in (2, 3, 4):
        np.testing.assert_array_equal(computed(msb, x, n=n, ring=ring, suite=suite), x >> np.uint64(bits - 1))
        np.testing.assert_array_equal(computed(is_zero, x, n=n, ring=ring, suite=suite), x == 0)
        for width in range(1, bits + 1):
            planes = computed(a2b(width), x, n=n, ring=ring, suite=suite)
            np.testing.assert_array_equal(planes, bits_of(x, width))


@suites
@given(n=party_counts(), data=st.data())
def test_is_zero_finds_zeros(suite, n, data):
    x = np.asarray(data.draw(ring_arrays()) * data.draw(st.sampled_from([np.uint64(0), np.uint64(1)])))
    np.testing.assert_array_equal(computed(is_zero, x, n=n, suite=suite), x == 0)


@suites
@given(n=party_counts(), x=ring_arrays(), width=st.integers(1, 64))
def test_a2b_gives_the_low_bits(suite, n, x, width):
    np.testing.assert_array_equal(computed(a2b(width), x, n=n, suite=suite), bits_of(x, width))


@suites
@given(n=party_counts(), data=st.data())
def test_b2a_reads_the_planes_as_a_number(suite, n, data):
    width = data.draw(st.integers(1, 64))
    x = data.draw(ring_arrays(Ring(width), data.draw(st.sampled_from([0, 1, 5, 64, 70]))))
    count, rows = x.size, bits_of(x, width)
    public = np.stack([packed(row)[0] for row in rows])

    async def from_planes(ctx, x):
        shared = x ^ ctx.suite.constant_bits(ctx, public, (count,))
        return await ctx.suite.b2a(ctx, shared)

    async def each_plane(ctx, x):
        return await ctx.suite.bits_to_ring(ctx, x ^ ctx.suite.constant_bits(ctx, public, (count,)))

    zero = packed(np.zeros(count, np.uint8))
    np.testing.assert_array_equal(computed(from_planes, zero, n=n, suite=suite), x)
    np.testing.assert_array_equal(computed(each_plane, zero, n=n, suite=suite), rows)


@suites
@given(n=party_counts(), shape=shapes(), data=st.data())
def test_one_plane_becomes_an_array_of_its_shape(suite, n, shape, data):
    x = data.draw(ring_arrays(Ring(1), shape))
    for function in (bits_to_ring, b2a):
        numbers = computed(function, packed(x), n=n, suite=suite)
        assert numbers.shape == shape
        np.testing.assert_array_equal(numbers, x)


@suites
@tiny
@pytest.mark.parametrize("n", [2, 3])
def test_a2b_and_back_over_a_tiny_ring(suite, ring, n):
    async def there_and_back(ctx, x):
        return await ctx.suite.b2a(ctx, await ctx.suite.a2b(ctx, x, ring.bits))

    x = every_element(ring)
    np.testing.assert_array_equal(computed(there_and_back, x, n=n, ring=ring, suite=suite), x)


@suites
@given(n=party_counts(), data=st.data())
def test_below_compares_with_every_threshold(suite, n, data):
    shape, count = data.draw(shapes()), data.draw(st.integers(1, 4))
    values = st.integers(-(2**62), 2**62 - 1)
    size = int(np.prod(shape))
    x = np.array(data.draw(st.lists(values, min_size=size, max_size=size)), object).reshape(shape)
    thresholds = data.draw(st.lists(values, min_size=count, max_size=count))
    found = computed(below(words(thresholds)), words(x), n=n, suite=suite)
    assert found.shape == (count, *shape)
    for row, t in zip(found, thresholds, strict=True):
        np.testing.assert_array_equal(row, np.asarray(x < t, bool).reshape(shape))


@suites
@tiny
def test_below_of_all_pairs_of_a_tiny_ring(suite, ring):
    x = every_element(ring)
    found = computed(below(x), x, n=3, ring=ring, suite=suite)
    half = 1 << (ring.bits - 1)
    for t, row in zip(signed(x, ring), found, strict=True):
        differences = signed(x, ring) - t
        defined = np.abs(differences) < half
        np.testing.assert_array_equal(row[defined], (differences < 0)[defined])


@suites
@pytest.mark.parametrize("bits", [6, 7, 8])
def test_truncation_is_one_of_both_neighbours_and_right_on_average(suite, bits):
    """All inputs in range, all shifts, many runs of each: floor or floor + 1, with mean x / 2^shift."""
    ring, repeats = Ring(bits), 64 if suite == "yao" else 512
    limit = 1 << (bits - 2)
    x = np.repeat(np.arange(-limit + 1, limit), repeats)
    for shift in range(bits - 1):
        y = signed(computed(truncate(shift), words(x, ring), n=2, ring=ring, suite=suite), ring).astype(np.int64)
        floor = x >> shift
        assert np.all((y == floor) | (y == floor + (shift > 0)))
        if suite != "ideal":
            errors = (y - x / (1 << shift)).reshape(-1, repeats).mean(1)
            deviation = 0.5 / np.sqrt(repeats)
            assert np.abs(errors).max() < 7 * deviation


@suites
@settings(max_examples=15)
@given(n=party_counts(), shift=st.integers(0, 62), data=st.data())
def test_truncation_of_a_64_bit_ring(suite, n, shift, data):
    x = np.array([0, 1, -1, 2**62 - 1, -(2**62) + 1, *data.draw(st.lists(signed_integers(62), max_size=8))], object)
    y = signed(computed(truncate(shift), words(x), n=n, suite=suite))
    assert np.all((y == x >> shift) | (y == (x >> shift) + 1))
    exact = x % (1 << shift) == 0
    assert np.all(y[exact] == (x >> shift)[exact])


@pytest.mark.parametrize("shift", [-1, 63, 64])
def test_a_shift_out_of_range_is_refused(shift):
    with pytest.raises(LocalError, match="bad-shift"):
        computed(truncate(shift), words([1]), ring=Z64)
