"""Packed bits and bit planes: round trips, the stated layout, padding, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mpc.bits import bit_and, bit_not, bit_or, bit_xor, from_planes, pack, planes, popcount, unpack, words_for
from mpc.errors import LocalError
from mpc.ring import Words

COUNTS = [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000, 10_000]


def random_words(shape: int | tuple[int, ...], seed: int = 0) -> Words:
    return np.random.default_rng(seed).integers(0, 2**64, shape, dtype=np.uint64, endpoint=False)


def test_words_for() -> None:
    assert [words_for(n) for n in (0, 1, 63, 64, 65, 128, 129)] == [0, 1, 1, 1, 2, 2, 3]


@pytest.mark.parametrize("count", COUNTS)
def test_pack_puts_bit_i_into_word_i_div_64(count: int) -> None:
    bits = np.random.default_rng(count).integers(0, 2, count, dtype=np.uint8)
    words = pack(bits)
    assert words.shape == (words_for(count),)
    assert [int(words[i // 64]) >> i % 64 & 1 for i in range(count)] == bits.tolist()
    assert popcount(words) == bits.sum()
    assert (unpack(words, count) == bits).all()
    assert (pack(bits.astype(np.bool_)) == words).all()


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=0, max_dims=3, max_side=9), elements=st.integers(0, 1)))
def test_pack_flattens_any_layout_in_c_order(bits: np.ndarray) -> None:
    for view in (bits, bits.T, bits[..., ::-1] if bits.ndim else bits):
        assert (unpack(pack(view), view.size) == view.ravel()).all()


@given(st.integers(0, 300), st.integers(0, 64), st.integers(0, 2**32))
def test_planes_and_back(count: int, bits: int, seed: int) -> None:
    x = random_words(count, seed)
    rows = planes(x, bits)
    assert rows.shape == (bits, words_for(count))
    for i in range(bits):
        assert (unpack(rows[i], count) == (x >> np.uint64(i)) % np.uint64(2)).all()
    assert popcount(rows) == sum((int(v) % 2**bits).bit_count() for v in x)
    expected = x & np.uint64(2**bits - 1)
    assert (from_planes(rows, count) == expected).all()


@pytest.mark.parametrize("count", [20_000, 65_537])
def test_planes_of_large_arrays(count: int) -> None:
    x = random_words(count)
    rows = planes(x)
    assert (unpack(rows[17], count) == (x >> np.uint64(17)) % np.uint64(2)).all()
    assert (from_planes(rows, count) == x).all()


def test_planes_of_views() -> None:
    x = random_words((20, 30))
    assert (planes(x.T) == planes(np.ascontiguousarray(x.T).ravel())).all()
    assert planes(np.array(5, np.uint64), 3).tolist() == [[1], [0], [1]]
    rows = planes(x)
    assert (from_planes(rows[::-1], 600) == from_planes(rows[::-1].copy(), 600)).all()


@pytest.mark.parametrize("shape", [(), (0,), (3, 4), (9000,)])
def test_bit_operations(shape: tuple[int, ...]) -> None:
    x, y = np.asarray(random_words(shape, 1)), np.asarray(random_words(shape, 2))
    assert (bit_and(x, y) == x & y).all()
    assert (bit_xor(x, y) == x ^ y).all()
    assert (bit_or(x, y) == x | y).all()
    assert (bit_not(x) == ~x).all()
    for result in (bit_and(x, y), bit_xor(x, y), bit_or(x, y), bit_not(x)):
        assert result.shape == shape
        assert isinstance(result, np.ndarray)


def test_bit_operations_broadcast() -> None:
    x, y = random_words((64, 5), 1), random_words(5, 2)
    assert (bit_xor(x, y) == x ^ y).all()


def test_refusals() -> None:
    words = np.zeros(2, np.uint64)
    for wrong in (np.zeros(3, np.int64), np.zeros(3), [0, 1], words):
        with pytest.raises(LocalError, match="wrong-dtype"):
            pack(wrong)  # type: ignore[arg-type]
    for call in (lambda x: planes(x), lambda x: unpack(x, 3), lambda x: from_planes(x, 3), popcount, bit_not):
        with pytest.raises(LocalError, match="wrong-dtype"):
            call(np.zeros(1, np.int64))
    with pytest.raises(LocalError, match="wrong-dtype"):
        bit_and(words, np.zeros(2, np.uint8))  # type: ignore[arg-type]
    for count in (64, 129, -1):
        with pytest.raises(LocalError, match="wrong-shape"):
            unpack(words, count)
    with pytest.raises(LocalError, match="wrong-shape"):
        from_planes(np.zeros((65, 1), np.uint64), 3)
    with pytest.raises(LocalError, match="wrong-shape"):
        from_planes(np.zeros((3, 2), np.uint64), 64)
    with pytest.raises(LocalError, match="wrong-shape"):
        from_planes(words, 64)
    for bits in (65, -1):
        with pytest.raises(LocalError, match="wrong-shape"):
            planes(words, bits)
