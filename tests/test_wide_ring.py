"""Rings of 65 to 128 bits against Python's integers: shapes, broadcasting, views, and what is refused."""

import operator
from collections.abc import Callable
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.ring import Words
from mpc.algebra.wide_ring import Z128, WideRing
from mpc.errors import LocalError

RINGS = [WideRing(65), WideRing(101), Z128]
OPERATIONS = [(WideRing.add, operator.add), (WideRing.sub, operator.sub), (WideRing.mul, operator.mul)]
Operation = tuple[Callable[[WideRing, Words, Words], Words], Callable[[np.ndarray, np.ndarray], np.ndarray]]


def sample(ring: WideRing, shape: tuple[int, ...], seed: int = 0) -> Words:
    return ring.reduce(np.random.default_rng(seed).integers(0, 2**64, (*shape, 2), dtype=np.uint64, endpoint=False))


def exact(x: Words) -> np.ndarray:
    """The elements of x as Python integers, in an array of the value's shape."""
    out = np.empty(prod(x.shape[:-1]), object)
    out[:] = [int(low) | int(high) << 64 for low, high in x.reshape(-1, 2)]
    return out.reshape(x.shape[:-1])


def same(ring: WideRing, result: Words, expected: np.ndarray | int) -> bool:
    assert result.dtype == np.uint64
    assert result.flags.c_contiguous
    assert result.shape == (*np.shape(expected), 2)
    return bool(np.all(exact(result) == np.asarray(expected, dtype=object) % 2**ring.bits))


@pytest.mark.parametrize("ring", RINGS, ids=str)
@pytest.mark.parametrize(
    "shapes", [((), ()), ((), (5,)), ((3, 1), (1, 4)), ((0,), (1,)), ((4, 9), (4, 9)), ((2, 3), (1, 1))]
)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_operations_broadcast(
    ring: WideRing, shapes: tuple[tuple[int, ...], tuple[int, ...]], operation: Operation
) -> None:
    x, y = sample(ring, shapes[0], 1), sample(ring, shapes[1], 2)
    of_ring, of_integers = operation
    assert same(ring, of_ring(ring, x, y), of_integers(exact(x), exact(y)))
    assert same(ring, of_ring(ring, y, x), of_integers(exact(y), exact(x)))


@pytest.mark.parametrize("ring", RINGS, ids=str)
def test_unary_operations(ring: WideRing) -> None:
    x = sample(ring, (3, 7), 1)
    for view in (x, x.swapaxes(0, 1), x[::-1, ::2]):
        values = exact(view)
        assert same(ring, ring.neg(view), -values)
        for s in (0, 1, 63, 64, ring.bits - 1, ring.bits):
            assert same(ring, ring.shift_right(view, s), values >> s)
            assert same(ring, ring.shift_right(view, s, plus=-3), (values - 3) % 2**ring.bits >> s)
            assert same(ring, ring.shift_left(view, s), values << s)
        for axis in (None, 0, 1, -1, (0, 1), ()):
            assert same(ring, ring.sum(view, axis), np.asarray(values.sum(axis=axis)))
    raw = np.full((2, 2), 2**64 - 1, np.uint64)
    assert same(ring, ring.reduce(raw), np.array([2**128 - 1] * 2, object))
    assert Z128.reduce(raw) is raw


@pytest.mark.parametrize("ring", RINGS, ids=str)
@pytest.mark.parametrize("with_de", [False, True])
@pytest.mark.parametrize("shapes", [[(3, 4)] * 5, [(3, 4), (4,), (3, 1), (), (1, 4)]])
def test_recombine(ring: WideRing, with_de: bool, shapes: list[tuple[int, ...]]) -> None:
    c, d, b, e, a = (sample(ring, shape, i) for i, shape in enumerate(shapes))
    vc, vd, vb, ve, va = (exact(v) for v in (c, d, b, e, a))
    assert same(ring, ring.recombine(c, d, b, e, a, with_de=with_de), vc + vd * vb + ve * va + with_de * vd * ve)


MATMULS: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
    ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (3,)),
    ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 6)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((12, 20), (20, 9)),
    ((4, 2, 0), (0, 3)), ((4, 0, 0), (0, 3)), ((4, 0, 2), (2, 3)),
]  # fmt: skip


@pytest.mark.parametrize("shapes", MATMULS, ids=str)
@pytest.mark.parametrize("ring", RINGS, ids=str)
def test_matmul(shapes: tuple[tuple[int, ...], tuple[int, ...]], ring: WideRing) -> None:
    x, y = sample(ring, shapes[0], 1), sample(ring, shapes[1], 2)
    assert same(
        ring,
        ring.matmul(x, y),
        np.asarray(exact(x) @ exact(y) if x.size else np.zeros((*shapes[0][:-1], shapes[1][-1]), object)),
    )
    if x.ndim == 3:
        columns = np.ascontiguousarray(x.swapaxes(0, 1)).swapaxes(0, 1)
        assert (ring.matmul(columns, y) == ring.matmul(x, y)).all()


@given(st.integers(65, 128), st.lists(st.integers(-(2**140), 2**140), min_size=3, max_size=3))
def test_integers_there_and_back(bits: int, values: list[int]) -> None:
    ring = WideRing(bits)
    x, y, z = (ring.from_ints([v], ()) for v in values)
    assert ring.to_ints(x) == [values[0] % 2**bits]
    assert ring.to_ints(ring.mul(x, ring.add(y, z))) == [values[0] * (values[1] + values[2]) % 2**bits]


def test_words_are_embedded() -> None:
    x = np.array([[1, 2**64 - 1, 5]], np.uint64)
    assert same(Z128, Z128.from_words(x), x.astype(object))
    assert (Z128.low_words(Z128.from_words(x)) == x).all()
    assert (Z128.low_words(Z128.neg(Z128.from_words(x))) == 0 - x).all()
    assert Z128.low_words(Z128.zeros(())).shape == ()
    assert Z128.from_ints(range(6), (2, 3)).shape == (2, 3, 2)


def test_refusals() -> None:
    for bits in (64, 129):
        with pytest.raises(LocalError, match="wrong-ring"):
            WideRing(bits)
    good = Z128.zeros(3)
    for wrong in (np.zeros(3, np.uint64), np.zeros((), np.uint64), np.zeros((2, 3), np.uint64)):
        with pytest.raises(LocalError, match="wrong-shape"):
            Z128.add(good, wrong)
    with pytest.raises(LocalError, match="wrong-dtype"):
        Z128.neg(np.zeros((3, 2)))  # type: ignore[arg-type]
    with pytest.raises(LocalError, match="wrong-shape"):
        Z128.mul(good, Z128.zeros(4))
    with pytest.raises(LocalError, match="wrong-shape"):
        Z128.matmul(good, Z128.zeros(4))
    with pytest.raises(LocalError, match="wrong-shape"):
        Z128.sum(good, 1)
    with pytest.raises(LocalError, match="wrong-shape"):
        Z128.from_ints([1, 2], 3)
    for s in (-1, 129):
        with pytest.raises(LocalError, match="wrong-shift"):
            Z128.shift_left(good, s)
