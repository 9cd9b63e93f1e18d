"""Which steps some number of a row reaches: the tables, the zeros, and what a coalition sees."""

import numpy as np
import pytest
from beaver.test_views_of_beaver import put_in
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from mpc.algebra import bits
from mpc.algebra.byte_lanes import add, packed, sub, unpacked
from mpc.algebra.counted_steps import counted, one_hots, read, step_tables
from mpc.algebra.ring import Ring
from mpc.context import Context
from mpc.errors import LocalError
from mpc.testing import assert_same_distribution, sampled_view
from protocols.beaver import SUITE
from protocols.beaver.reached import not_zero
from protocols.preprocessing.kinds.step_mask import StepMask
from protocols.preprocessing.kinds.zero_mask import ZeroMask

RANDOM = np.random.default_rng(5)


def words(*shape):
    return RANDOM.integers(0, 2**64, shape, dtype=np.uint64)


@given(x=st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=4))
def test_eight_numbers_of_a_word_do_not_touch_one_another(x):
    x, y = np.array(x, np.uint64), words(len(x))
    left, right = ([int(word) >> 8 * i & 255 for word in each for i in range(8)] for each in (x, y))
    assert_array_equal(unpacked(add(x, y)), [(a + b) % 256 for a, b in zip(left, right, strict=True)])
    assert_array_equal(unpacked(sub(x, y)), [(a - b) % 256 for a, b in zip(left, right, strict=True)])
    assert_array_equal(packed(unpacked(x)), x)


@pytest.mark.parametrize("size", [8, 64, 128])
def test_every_number_at_every_place(size):
    """Two shares of the tables, counted each for itself, give how many (p - a) mod size are t or more: all a, p, t."""
    a, p = (grid.astype(np.uint64) for grid in np.meshgrid(*[np.arange(size)] * 2))
    tables = step_tables(a.reshape(-1), size).reshape(size, size, -1)
    mask, shown = words(*tables.shape), RANDOM.integers(0, 4, a.shape) > 0
    shares = counted(sub(tables, mask), p, shown, whole=True), counted(mask, p, shown, whole=False)
    reached = ((p - a) % np.uint64(size))[..., None] >= np.arange(size)
    assert_array_equal(unpacked(add(*shares)), (reached & shown[..., None]).sum(1) % 256)


def test_rows_are_counted_alike_in_blocks(monkeypatch):
    tables, places = words(5, 3, 8), RANDOM.integers(0, 64, (5, 3)).astype(np.uint64)
    shown = np.ones((5, 3), bool)
    whole = counted(tables, places, shown, whole=True)
    monkeypatch.setattr("mpc.algebra.counted_steps._BLOCK", 1)
    assert_array_equal(counted(tables, places, shown, whole=True), whole)
    assert counted(tables[:0], places[:0], shown[:0], whole=True).shape == (0, 8)


@pytest.mark.parametrize("size", [2, 64, 256])
def test_the_bit_of_a_column_at_its_place(size):
    places = RANDOM.integers(0, size, 130).astype(np.uint8)
    columns = one_hots(places, size)
    assert_array_equal(bits.unpack(read(columns, places), 130), np.ones(130))
    assert_array_equal(bits.unpack(read(columns, (places + 1) % size if size < 256 else places + np.uint8(1)), 130), 0)


@pytest.mark.parametrize(("cell_bits", "place_bits"), [(0, 2), (0, 11), (60, 5)])
def test_a_table_that_does_not_fit_is_refused(cell_bits, place_bits):
    with pytest.raises(LocalError, match="wrong-parameter"):
        StepMask(Ring(64), 1, cell_bits, place_bits)


@pytest.mark.parametrize("width", [0, 9])
def test_columns_of_no_or_too_many_places_are_refused(width):
    with pytest.raises(LocalError, match="wrong-parameter"):
        ZeroMask(Ring(64), 1, width)


async def reached(ctx, mine, lanes):
    """A row of one for each lane."""
    x = await put_in(ctx, 0, mine, lanes)
    return await ctx.suite.reached(ctx, x.reshape((lanes, 1)), 12, 6, np.ones((lanes, 1), bool))


async def zeros(ctx, mine, lanes):
    """Which of eight numbers of party 0 for each lane are zero."""
    own = mine[0] if ctx.me == 0 else np.zeros(lanes, np.uint64)
    return await not_zero(ctx, own, (lanes, 8), 8)


def views(protocol, values, observer):
    return [
        sampled_view(protocol, [[x], [5]] if observer else [[5], [x]], suite=SUITE, observers=observer, lanes=4096)
        for x in values
    ]


def test_what_the_other_party_reaches_shows_nothing():
    assert_same_distribution(*views(reached, (0, 31 << 12), 1))


def test_counts_show_nothing():
    assert_same_distribution(*views(zeros, (0, 0x0102030405060708), 1))


@pytest.mark.parametrize(("protocol", "other"), [(reached, 31 << 12), (zeros, 0x0102030405060708)])
def test_what_is_not_masked_is_noticed(monkeypatch, protocol, other):
    async def nothing_random(ctx, kind):
        return tuple(np.zeros(part.shape, np.uint64) for part in kind.parts())

    monkeypatch.setattr(Context, "take", nothing_random)
    with pytest.raises(AssertionError):
        assert_same_distribution(*views(protocol, (0, other), 1))
