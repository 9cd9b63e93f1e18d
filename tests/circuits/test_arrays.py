"""Arrays as bits of a kind and back: by what each kind encodes itself, one number at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.bits import unpack
from mpc.errors import LocalError
from protocols.circuits.arrays import bits_of, bits_of_bytes, bytes_of_bits, numbers_of, planes_of
from protocols.circuits.kinds import Bits, Float, Float32, Int, UInt

WHOLE = [UInt(1), Bits(5), Int(5), Int(63), UInt(63), UInt(64), Int(64), UInt(65), Int(100), Bits(128)]
FLOATS = [Float32, Float(11, 52), Float(5, 10)]
REALS = [0.0, -0.0, 1.5, -3.25, 1e-40, float("inf"), -float("inf"), 0.1, 65504.0]


@pytest.mark.parametrize("kind", WHOLE, ids=str)
@given(data=st.data())
def test_whole_numbers(kind: Bits, data: Any) -> None:
    low, high = kind.bounds
    numbers = [low, high, *data.draw(st.lists(st.integers(low, high), max_size=5))]
    bits = bits_of(kind, numbers)
    assert bits.tolist() == [kind.encoded(number) for number in numbers]
    assert [int(number) for number in numbers_of(kind, bits)] == numbers
    assert bits_of(kind, high).shape == (kind.width,)
    assert int(numbers_of(kind, bits_of(kind, high))) == high
    np.testing.assert_array_equal(bits_of(kind, bits == 1 if kind.width > 1 else bits[:, 0] == 1), bits)


@pytest.mark.parametrize("kind", FLOATS, ids=str)
def test_floats(kind: Float) -> None:
    bits = bits_of(kind, REALS)
    assert bits.tolist() == [kind.encoded(number) for number in REALS]
    expected = np.array([kind.decoded(kind.encoded(number)) for number in REALS])
    np.testing.assert_array_equal(numbers_of(kind, bits), expected)
    assert np.shape(numbers_of(kind, bits[0])) == ()
    np.testing.assert_array_equal(bits_of(kind, bits == 1), bits)


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 70)])
def test_planes_are_packed_over_the_instances(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(3).integers(0, 32, shape)
    planes = planes_of(bits_of(UInt(5), values))
    rows = np.array([unpack(plane, values.size) for plane in planes])
    np.testing.assert_array_equal((rows.T << np.arange(5)).sum(1), values.reshape(-1))


def test_bytes_are_read_as_hexadecimal_is() -> None:
    data = bytes.fromhex("00112233445566778899aabbccddeeff")
    assert numbers_of(Bits(128), bits_of(Bits(128), data)) == 0x00112233445566778899AABBCCDDEEFF
    assert bytes(bytes_of_bits(bits_of_bytes(data))) == data
    rows = np.arange(48).reshape(3, 16)
    np.testing.assert_array_equal(bytes_of_bits(bits_of_bytes(rows)), rows)


REFUSED = {
    "bad-width": [lambda: bits_of(UInt(8), [True]), lambda: bits_of(UInt(8), True), lambda: bits_of(Bits(9), b"a"),
                  lambda: numbers_of(UInt(8), [1, 0]), lambda: bytes_of_bits([1, 0, 1])],
    "out-of-range": [lambda: bits_of(UInt(8), [1, 256]), lambda: bits_of(UInt(8), -1), lambda: bits_of(Int(8), 128),
                     lambda: bits_of(UInt(8), 2**70), lambda: bits_of(Float32, 1e39), lambda: bits_of_bytes([256])],
    "not-whole": [lambda: bits_of(UInt(8), 1.5)],
    "not-a-number": [lambda: bits_of(UInt(8), float("nan")), lambda: bits_of(Float32, float("nan")),
                     lambda: bits_of(Float32, "1"), lambda: bits_of(Int(8), None), lambda: bits_of_bytes([0.5])],
}  # fmt: skip


@pytest.mark.parametrize(("code", "call"), [(code, call) for code, calls in REFUSED.items() for call in calls])
def test_refused(code: str, call: Any) -> None:
    with pytest.raises(LocalError) as caught:
        call()
    assert caught.value.code == code
    assert caught.value.remedy


def test_who_gave_bytes_reads_of_bytes() -> None:
    with pytest.raises(LocalError, match="bad-width") as caught:
        bits_of(Bits(256), bytes(31))
    assert "31 bytes for" in caught.value.cause
    assert "give 32 bytes, the first the most significant" in caught.value.remedy
    with pytest.raises(LocalError, match="bad-width") as caught:
        bits_of(Bits(256), [True])
    assert "bytes" not in str(caught.value)


def test_errors_tell_places_and_no_values() -> None:
    with pytest.raises(LocalError, match=r"in rows 1, 3, counted from 0") as caught:
        bits_of(UInt(4), [1, 777, 2, -555])
    assert "777" not in str(caught.value)
    assert "555" not in str(caught.value)
