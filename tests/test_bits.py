"""Packed bits and bit planes: round trips, the stated layout, padding, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mpc.algebra.bits import (
    bit_and,
    bit_and_not,
    bit_not,
    bit_or,
    bit_same,
    bit_xor,
    from_planes,
    pack,
    planes,
    popcount,
    prefix,
    prefix_planes,
    recombine,
    transpose,
    unpack,
    words_for,
)  # fmt: skip
from mpc.algebra.ring import Words
from mpc.errors import LocalError

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


W = 300
VIEWS = {
    "one shape": (np.s_[:], np.s_[:]),
    "every second row": (np.s_[:, 0:30:2], np.s_[:, 1:31:2]),
    "a row for all": (np.s_[:, :1], np.s_[:]),
    "a plane for all": (np.s_[1:], np.s_[:]),
    "rows of one plane and of all": (np.s_[1:, 1:30:2], np.s_[:, 0:30:2]),
    "some columns": (np.s_[..., 3:], np.s_[..., : W - 3]),
    "rows backwards": (np.s_[:, ::-1], np.s_[:]),
    "columns backwards": (np.s_[..., ::-1], np.s_[:]),
    "a word for a row": (np.s_[..., :1], np.s_[:]),
    "every second column": (np.s_[..., ::2], np.s_[..., ::2]),
}


@pytest.mark.parametrize("name", VIEWS)
def test_bit_operations_on_views_of_any_layout(name: str) -> None:
    left, right = VIEWS[name]
    x, y = random_words((2, 31, W), 1)[left], random_words((2, 31, W), 2)[right]
    for a, b in ((x, y), (y, x)):
        assert (bit_xor(a, b) == a ^ b).all()
        assert (bit_and(a, b) == a & b).all()
        assert (bit_or(a, b) == a | b).all()
        assert (bit_and_not(a, b) == a & ~b).all()
        assert (bit_same(a, b) == ~(a ^ b)).all()


@pytest.mark.parametrize("shape", [(3,), (2, 31, W)])
def test_results_go_where_they_are_told(shape: tuple[int, ...]) -> None:
    x, y = random_words(shape, 1), random_words(shape, 2)
    for function, expected in ((bit_xor, x ^ y), (bit_and_not, x & ~y), (bit_same, ~(x ^ y))):
        there = x.copy()
        assert function(there, y, out=there) is there
        assert (there == expected).all()
    for wrong in (np.empty((2, 2), np.uint64), np.empty(shape, np.int64), np.empty((*shape, 2), np.uint64)[..., 0]):
        with pytest.raises(LocalError, match="wrong-shape"):
            bit_xor(x, y, out=wrong)


def test_misaligned_words() -> None:
    odd = np.zeros(8 * 20_000 + 1, np.uint8)[1:].view(np.uint64)
    assert (bit_not(bit_same(odd, odd)) == 0).all()
    assert (recombine(odd, odd, odd, odd, odd, with_de=True) == 0).all()


@given(st.data())
def test_recombine_broadcasts_as_its_formula(data: st.DataObject) -> None:
    shapes = data.draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4))
    left, right = shapes.input_shapes
    d, a, b, e = (random_words(shape, i) for i, shape in enumerate((left, left, right, right)))
    c = random_words(shapes.result_shape, 4)
    for with_de in (False, True):
        expected = c ^ d & b ^ e & a ^ (d & e if with_de else np.zeros_like(c))
        assert (recombine(c, d, b, e, a, with_de=with_de) == expected).all()


@pytest.mark.parametrize(("left", "right"), [((1, 31, W), (2, 31, W)), ((2, 31, W), (2, 31, W)), ((31, 1), (31, W))])
def test_recombine_of_many_words(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    d, a, b, e = (random_words(shape, i) for i, shape in enumerate((left, left, right, right)))
    c = random_words(right, 4)
    assert (recombine(c, d, b, e, a, with_de=True) == c ^ d & b ^ e & a ^ d & e).all()
    assert (recombine(c, d, b, e, a, with_de=False) == c ^ d & b ^ e & a).all()


@pytest.mark.parametrize("op", ["xor", "or", "and"])
def test_prefixes(op: str) -> None:
    accumulate = {"xor": np.bitwise_xor, "or": np.bitwise_or, "and": np.bitwise_and}[op].accumulate
    x = random_words((64, 7))
    assert (prefix_planes(x, op) == accumulate(x, axis=0)).all()  # type: ignore[arg-type]
    assert (prefix_planes(x, op, from_last=True) == accumulate(x[::-1], axis=0)[::-1]).all()  # type: ignore[arg-type]
    assert (planes(prefix(x.ravel(), op)) == accumulate(planes(x), axis=0)).all()  # type: ignore[arg-type]
    assert prefix(x[:, ::2], op).shape == (64, 4)  # type: ignore[arg-type]
    assert prefix_planes(x[:0], op).shape == (0, 7)  # type: ignore[arg-type]


@given(st.integers(0, 200), st.integers(0, 300))
def test_transpose_and_back(k: int, count: int) -> None:
    x = random_words((k, words_for(count)), k)
    turned = transpose(x, count)
    assert turned.shape == (count, words_for(k))
    bits = np.array([unpack(row, count) for row in x], np.uint8).reshape(k, count)
    assert all((pack(column) == row).all() for column, row in zip(bits.T, turned, strict=True))
    back = transpose(turned, k)
    assert back.shape == x.shape
    assert all((unpack(row, count) == expected).all() for row, expected in zip(back, bits, strict=True))


def test_more_refusals() -> None:
    words = np.zeros((2, 2), np.uint64)
    with pytest.raises(LocalError, match="unknown-operation"):
        prefix(words, "nand")  # type: ignore[arg-type]
    with pytest.raises(LocalError, match="unknown-operation"):
        prefix_planes(words, "not")  # type: ignore[arg-type]
    for call in (
        lambda: prefix_planes(np.zeros((), np.uint64), "xor"),
        lambda: transpose(words, 64),
        lambda: transpose(words[0], 128),
        lambda: bit_and(words, np.zeros(3, np.uint64)),
        lambda: bit_xor(np.zeros((2, 8192), np.uint64), np.zeros((3, 8192), np.uint64)),
    ):
        with pytest.raises(LocalError, match="wrong-shape"):
            call()
