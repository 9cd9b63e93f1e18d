"""Numbers to ring elements and back: exact where it can be, refused where it cannot."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.encoding import decode, decode_integers, encode
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.wide_ring import Z128, WideRing
from mpc.errors import LocalError
from mpc.testing import fixed_arrays, party_counts, ring_arrays, ring_elements, shapes, signed_integers


@given(fractional_bits=st.integers(0, 30), data=st.data())
def test_multiples_of_the_unit_come_back_exactly(fractional_bits, data):
    x = data.draw(fixed_arrays(-(2.0**20), 2.0**20, fractional_bits))
    words = encode(x, fractional_bits, Z64)
    assert words.dtype == np.uint64
    assert words.shape == x.shape
    np.testing.assert_array_equal(decode(words, fractional_bits, Z64), x)


@given(x=st.floats(-(2.0**40), 2.0**40))
def test_any_real_is_off_by_half_a_unit_at_most(x):
    assert abs(float(decode(encode(x, 16, Z64), 16, Z64)) - x) <= 2.0**-17


@given(x=signed_integers(62))
def test_integers_are_exact(x):
    words = encode(np.array([x], np.int64), 0, Z64)
    assert int(words[0]) == x % 2**64
    assert int(decode_integers(words, Z64)[0]) == x


@pytest.mark.parametrize("dtype", [np.bool_, np.int8, np.uint8, np.int32, np.uint64, np.float32, np.float64])
def test_every_number_type_is_taken(dtype):
    x = np.array([0, 1], dtype)
    np.testing.assert_array_equal(decode(encode(x, 16, Z64), 16, Z64), [0.0, 1.0])


@pytest.mark.parametrize("ring", [Z64, Ring(32), Ring(8)], ids=str)
def test_the_limit_of_a_ring_is_the_first_number_refused(ring):
    limit = 2 ** min(ring.bits - 1, 62)
    encode(np.array([limit - 1, 1 - limit]), 0, ring)
    for outside in (limit, -limit):
        with pytest.raises(LocalError, match="out-of-range"):
            encode(np.array([outside]), 0, ring)
        with pytest.raises(LocalError, match="out-of-range"):
            encode(np.array([float(outside)]), 0, ring)


@pytest.mark.parametrize("ring", [Z128, WideRing(96)], ids=str)
def test_the_limit_of_a_wide_ring_is_the_first_number_refused(ring):
    limit = 2 ** (ring.bits - 2)
    ends = [limit - 1, 1 - limit, 2**63, -(2**63), 0]
    assert decode_integers(encode(ends, 0, ring), ring).tolist() == ends
    for outside in (limit, -limit, float(limit)):
        with pytest.raises(LocalError, match="out-of-range"):
            encode([outside], 0, ring)
    with pytest.raises(LocalError, match="out-of-range"):
        encode(limit >> 40, 40, ring)


@given(values=st.lists(st.integers(-(2**125), 2**125), min_size=1, max_size=5), bits=st.integers(0, 60))
def test_integers_of_any_size_are_exact_in_a_wide_ring(values, bits):
    small = [v >> bits for v in values]
    for numbers in (small, np.array(small, object), tuple(small)):
        assert decode_integers(encode(numbers, 0, Z128), Z128).tolist() == small
        assert decode_integers(encode(numbers, bits, Z128), Z128).tolist() == [v << bits for v in small]


@given(x=st.floats(-(2.0**84), 2.0**84), bits=st.integers(0, 40))
def test_reals_are_encoded_to_the_nearest_unit_of_a_wide_ring_and_come_back(x, bits):
    (units,) = decode_integers(encode([x], bits, Z128), Z128)
    numerator, denominator = x.as_integer_ratio()
    assert abs(units * denominator - (numerator << bits)) * 2 <= denominator
    assert decode(Z128.from_ints([units]), bits, Z128)[0] == float(units) / 2.0**bits


def test_unsigned_words_and_mixed_lists_keep_every_bit():
    words = np.array([2**64 - 1, 2**63], np.uint64)
    assert decode_integers(encode(words, 0, Z128), Z128).tolist() == [2**64 - 1, 2**63]
    assert decode_integers(encode([-1, 2**63 + 1], 0, Z128), Z128).tolist() == [-1, 2**63 + 1]
    with pytest.raises(LocalError, match="not-a-number"):
        encode(np.array([1, 0.5], object), 0, Z128)


@pytest.mark.parametrize("value", [2.0**46, -(2.0**46), 1e300, 2**46, 2**63 - 1, -(2**63)])
def test_what_does_not_fit_is_refused_not_wrapped(value):
    with pytest.raises(LocalError, match="out-of-range"):
        encode(value, 16, Z64)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, "x", None, 1j, [1, None]])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(LocalError, match="not-a-number"):
        encode(value, 16, Z64)


def test_an_error_quotes_no_value():
    with pytest.raises(LocalError) as caught:
        encode(np.array([1.0, 7.654321e200]), 16, Z64)
    assert "7.65" not in str(caught.value)


@given(data=st.data())
def test_strategies_stay_within_what_they_promise(data):
    ring = Ring(data.draw(st.integers(1, 64)))
    array = data.draw(ring_arrays(ring))
    assert array.dtype == np.uint64
    assert all(int(v) < 2**ring.bits for v in array.flat)
    assert 0 <= data.draw(ring_elements(ring)) < 2**ring.bits
    reals = data.draw(fixed_arrays(-3, 5, 4))
    assert np.all((reals >= -3) & (reals <= 5) & (reals * 16 == np.rint(reals * 16)))
    assert 2 <= data.draw(party_counts()) <= 5
    assert len(data.draw(shapes())) <= 3
