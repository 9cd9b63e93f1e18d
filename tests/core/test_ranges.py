"""Ranges hold every value that an operation on values within ranges can give, and are no wider than they must be."""

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocols.ranges import Range

bounds = st.integers(-(2**70), 2**70)
ranges = st.tuples(bounds, bounds).map(lambda pair: Range(min(pair), max(pair)))
small = st.tuples(st.integers(-6, 6), st.integers(-6, 6)).map(lambda pair: Range(min(pair), max(pair)))


def values(r):
    return range(r.lo, r.hi + 1)


def hull(numbers):
    numbers = list(numbers)
    return Range(min(numbers), max(numbers))


@given(x=small, y=small)
def test_operations_give_the_smallest_range_there_is(x, y):
    pairs = list(product(values(x), values(y)))
    assert x + y == hull(a + b for a, b in pairs)
    assert x - y == hull(a - b for a, b in pairs)
    assert x * y == hull(a * b for a, b in pairs)
    assert x | y == hull([*values(x), *values(y)])
    assert -x == hull(-a for a in values(x))
    assert x.square() == hull(a * a for a in values(x))
    assert x.absolute() == hull(abs(a) for a in values(x))
    assert x.times(3) == hull(3 * a for a in values(x))
    assert x.shift_left(2) == hull(4 * a for a in values(x))


@given(x=ranges, shift=st.integers(0, 60))
def test_truncation_holds_both_neighbours(x, shift):
    short = x.truncate(shift)
    for value in (x.lo, x.hi):
        assert short.lo <= value >> shift <= short.hi
        if shift:
            assert (value >> shift) + 1 <= short.hi or value != x.hi
    assert x.truncate(0) == x


@given(x=ranges)
@example(x=Range(-1, -1))
def test_bits_are_those_of_the_shortest_word(x):
    def holds(bits):
        return -(1 << (bits - 1)) <= x.lo and x.hi < 1 << (bits - 1)

    assert holds(x.bits)
    assert x.bits == 1 or not holds(x.bits - 1)


@given(x=ranges)
def test_what_fits_leaves_two_bits_of_room(x):
    assert x.fits(64) == (max(abs(x.lo), abs(x.hi)) < 2**62)


@given(lo=st.floats(-1e6, 1e6), hi=st.floats(-1e6, 1e6), bits=st.integers(0, 20))
def test_reals_are_rounded_outward(lo, hi, bits):
    lo, hi = min(lo, hi), max(lo, hi)
    encoded = Range.of_reals(lo, hi, bits)
    back = encoded.reals(bits)
    assert back[0] <= lo <= hi <= back[1]
    assert lo - back[0] <= 2.0**-bits
    assert back[1] - hi <= 2.0**-bits


def test_an_empty_range_is_refused():
    with pytest.raises(ValueError, match="empty"):
        Range(1, 0)


def test_whole_bounds_of_any_size_are_exact():
    assert Range.of_reals(-(2**61) - 1, 2**61 + 1, 0) == Range(-(2**61) - 1, 2**61 + 1)
