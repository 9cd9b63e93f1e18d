"""Ring arithmetic: exhaustive on tiny rings, against Python's integers on Z_2^64, and what it refuses."""

import operator
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mpc.algebra.cores import using_cores
from mpc.algebra.ring import Z64, Ring, Words
from mpc.errors import LocalError

SIZES = [0, 1, 7, 1000, 8191, 8192, 8193, 70_000]
TINY = [Ring(bits) for bits in (1, 2, 3, 4)]
OPERATIONS = [(Ring.add, operator.add), (Ring.sub, operator.sub), (Ring.mul, operator.mul)]
Operation = tuple[Callable[[Ring, Words, Words], Words], Callable[[int, int], int]]


def random_words(shape: int | tuple[int, ...], seed: int = 0) -> Words:
    return np.random.default_rng(seed).integers(0, 2**64, shape, dtype=np.uint64, endpoint=False)


def exact(x: Words) -> np.ndarray:
    """x as Python integers."""
    return x.astype(object)


def everything(ring: Ring, copies: int) -> list[Words]:
    """Arrays that together run through every combination of `copies` elements."""
    axes = np.meshgrid(*[np.arange(2**ring.bits, dtype=np.uint64)] * copies, indexing="ij")
    return [np.ascontiguousarray(axis.ravel()) for axis in axes]


def same(result: Words, expected: np.ndarray, bits: int = 64) -> bool:
    assert isinstance(result, np.ndarray)
    assert result.dtype == np.uint64
    assert result.flags.c_contiguous
    assert result.shape == np.shape(expected)
    return bool(np.all(exact(result) == np.asarray(expected, dtype=object) % 2**bits))


@pytest.mark.parametrize("ring", TINY, ids=str)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_tiny_rings_exhaustively(ring: Ring, operation: Operation) -> None:
    x, y = everything(ring, 2)
    of_ring, of_integers = operation
    assert same(of_ring(ring, x, y), of_integers(exact(x), exact(y)), ring.bits)


@pytest.mark.parametrize("ring", TINY[:3], ids=str)
@pytest.mark.parametrize("with_de", [False, True])
def test_recombine_exhaustively(ring: Ring, with_de: bool) -> None:
    c, d, b, e, a = everything(ring, 5)
    expected = exact(c) + exact(d) * exact(b) + exact(e) * exact(a) + with_de * exact(d) * exact(e)
    assert same(ring.recombine(c, d, b, e, a, with_de=with_de), expected, ring.bits)


@pytest.mark.parametrize("ring", [*TINY, Ring(63), Z64], ids=str)
def test_signed_values(ring: Ring) -> None:
    half = 2 ** (ring.bits - 1)
    values = np.unique(np.clip([-half, -half + 1, -1, 0, 1, half - 2, half - 1], -half, half - 1).astype(object))
    signed = values.astype(np.int64)
    assert same(ring.from_signed(signed), values, ring.bits)
    assert (ring.to_signed(ring.from_signed(signed)) == signed).all()


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_sizes_on_both_sides_of_the_native_threshold(n: int, operation: Operation) -> None:
    x, y = random_words(n, 1), random_words(n, 2)
    of_ring, of_integers = operation
    assert same(of_ring(Z64, x, y), of_integers(exact(x), exact(y)))
    assert same(of_ring(Ring(40), x % 2**40, y % 2**40), of_integers(exact(x), exact(y)), 40)


@pytest.mark.parametrize("n", SIZES)
def test_unary_operations(n: int) -> None:
    x = random_words(n)
    assert same(Z64.neg(x), -exact(x))
    assert same(Ring(9).reduce(x), exact(x), 9)
    assert Z64.reduce(x) is x
    for s in (0, 1, 20, 63, 64):
        assert same(Z64.shift_right(x, s), exact(x) // 2**s)
        assert same(Z64.shift_right(x, s, plus=2**62 + 1), (exact(x) + 2**62 + 1) % 2**64 // 2**s)
        assert same(Z64.shift_left(x, s), exact(x) * 2**s)
    small = Ring(20).reduce(x)
    assert same(Ring(20).shift_right(small, 7, plus=-3), (exact(small) - 3) % 2**20 // 2**7)
    assert same(Ring(20).shift_left(small, 7), exact(small) * 2**7, 20)


@pytest.mark.parametrize("ring", [Ring(40), Z64], ids=str)
@pytest.mark.parametrize("n", [5, 9000])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_one_element_for_a_whole_array(ring: Ring, n: int, operation: Operation) -> None:
    x, one = ring.reduce(random_words((2, n), 1)), ring.reduce(random_words((), 2))
    of_ring, of_integers = operation
    for scalar in (one, one.reshape(1), one.reshape(1, 1)):
        assert same(of_ring(ring, x, scalar), of_integers(exact(x), int(one)), ring.bits)
        assert same(of_ring(ring, scalar, x.T[::2]), of_integers(int(one), exact(x.T[::2])), ring.bits)
    assert of_ring(ring, x, one.reshape(1, 1, 1)).shape == (1, 2, n)


@pytest.mark.parametrize("shapes", [((), ()), ((), (5,)), ((3, 1), (1, 4)), ((2, 0), (1,)), ((70, 100), (100,))])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_broadcasting(shapes: tuple[tuple[int, ...], tuple[int, ...]], operation: Operation) -> None:
    x, y = random_words(shapes[0], 1), random_words(shapes[1], 2)
    of_ring, of_integers = operation
    expected = of_integers(exact(x), exact(y))
    assert same(of_ring(Z64, np.asarray(x), np.asarray(y)), expected)


@pytest.mark.parametrize("with_de", [False, True])
def test_recombine_broadcasts_and_takes_scalars(with_de: bool) -> None:
    shapes: list[tuple[int, ...]] = [(3, 4), (4,), (3, 1), (), (1, 4)]
    c, d, b, e, a = (np.asarray(random_words(s, i)) for i, s in enumerate(shapes))
    expected = exact(c) + exact(d) * exact(b) + exact(e) * exact(a) + with_de * exact(d) * exact(e)
    assert same(Z64.recombine(c, d, b, e, a, with_de=with_de), expected)
    scalars = [v.ravel()[0] for v in (c, d, b, e, a)]
    assert Z64.recombine(*scalars, with_de=with_de).shape == ()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_views_of_any_layout(operation: Operation) -> None:
    of_ring, of_integers = operation
    x, y = random_words((200, 300), 1), random_words((300, 200), 2)
    for a, b in [(x.T, y), (x[::-1, ::-1], y.T), (x[:, ::3], y.T[:, ::3]), (np.asfortranarray(x), y.T)]:
        assert same(of_ring(Z64, a, b), of_integers(exact(a), exact(b)))


def test_misaligned_arrays() -> None:
    raw = np.random.default_rng(0).bytes(8 * 9000 + 3)
    x = np.frombuffer(raw[:-3], np.uint64)
    y = np.frombuffer(raw, np.uint8)[3:].view(np.uint64)[:9000]
    assert not y.flags.aligned
    assert same(Z64.mul(x, y), exact(x) * exact(y))
    assert same(Z64.recombine(y, x, y, y, x, with_de=True), exact(y) * (1 + 3 * exact(x)))


def test_read_only_inputs() -> None:
    x = random_words(9000)
    x.flags.writeable = False
    assert same(Z64.add(x, x), exact(x) * 2)
    assert Z64.reduce(x) is x


def test_results_are_fresh() -> None:
    x = random_words(9000)
    for result in (Z64.add(x, Z64.zeros(9000)), Z64.shift_right(x, 0), Z64.shift_left(x, 0), Ring(64).sum(x, axis=())):
        assert not np.shares_memory(result, x)


MATMULS: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
    ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (3,)),
    ((2, 3), (5, 3, 4)), ((3,), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 6)), ((1, 2, 3), (4, 3, 2)),
    ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0,), (0,)), ((0, 2, 3), (0, 3, 2)), ((4, 2, 3), (1, 3, 2)), ((0, 2, 3), (3,)),
]  # fmt: skip


@pytest.mark.parametrize("shapes", MATMULS, ids=str)
@pytest.mark.parametrize("ring", [Ring(5), Z64], ids=str)
def test_matmul_has_numpys_shapes(shapes: tuple[tuple[int, ...], tuple[int, ...]], ring: Ring) -> None:
    x, y = ring.reduce(random_words(shapes[0], 1)), ring.reduce(random_words(shapes[1], 2))
    assert same(ring.matmul(x, y), np.asarray(ring.reduce(np.asarray(np.matmul(x, y)))))


def test_matmul_of_views() -> None:
    x, y = random_words((30, 40), 1), random_words((30, 20), 2)
    assert same(Z64.matmul(x.T, y), np.matmul(x.T, y))
    assert same(Z64.matmul(x.T[::2], y[:, ::-1]), np.matmul(x.T[::2], y[:, ::-1]))


@pytest.mark.parametrize("inner", [3, 40])
def test_matmul_of_stacks_of_any_layout(inner: int) -> None:
    tokens, queries = random_words((20, 4, 3, inner), 1), random_words((25, 3, inner), 2)
    cases = [
        (tokens.transpose(1, 2, 0, 3), queries.transpose(1, 2, 0)),
        (tokens.transpose(2, 1, 0, 3), queries[:, :1].transpose(1, 2, 0)[np.newaxis]),
        (tokens[:, :, ::2].transpose(1, 2, 0, 3), np.broadcast_to(queries[:, 0].T, (4, 2, inner, 25))),
        (tokens[::-1, 0, 0], queries[:, 0].T),
        (queries[:, 0].T, np.asfortranarray(tokens[:, 0, 0, :2].repeat(2, axis=0)[:25])),
        (tokens.transpose(1, 2, 0, 3), queries[0, 0]),
        (np.broadcast_to(queries[0, 0, 0], (300, inner)), queries[:, 0].T),
    ]
    for x, y in cases:
        assert same(Z64.matmul(x, y), np.matmul(x, y))


@pytest.mark.parametrize("shape", [(60, 1, 300), (1, 300, 60), (60, 300, 1), (1, 20000, 1)])
def test_matmul_where_an_axis_of_length_one_was_reversed(shape: tuple[int, int, int]) -> None:
    """numpy takes it for an array in C order, whatever its strides are."""
    rows, inner, columns = shape
    x, y = random_words((rows, inner)), random_words((inner, columns))
    for a in (x[::-1], x[:, ::-1]):
        for b in (y[::-1], y[:, ::-1]):
            assert (Z64.matmul(a, b) == a @ b).all()
            assert (Z64.matmul(a[np.newaxis][::-1], b[np.newaxis][::-1]) == (a @ b)[np.newaxis]).all()


def test_matmul_of_misaligned_arrays() -> None:
    raw = np.frombuffer(np.random.default_rng(0).bytes(8 * 900 + 3), np.uint8)[3:].view(np.uint64).reshape(30, 30)
    assert not raw.flags.aligned
    assert same(Z64.matmul(raw, raw.T), np.matmul(raw, raw.T))


@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1, (0, 1), (1, 2), (0, 2), (2, 0), (-3, 1, 2), ()])
def test_sums_of_large_arrays(axis: int | tuple[int, ...] | None) -> None:
    x = random_words((30, 20, 40), 1)
    for view in (x, x.T, x.transpose(1, 0, 2), x[::-1], x[:, ::2]):
        assert same(Z64.sum(view, axis), np.asarray(view.sum(axis=axis, dtype=np.uint64)))
        assert same(Ring(9).sum(Ring(9).reduce(view), axis), exact(view).sum(axis=axis), 9)


@given(hnp.arrays(np.uint64, hnp.array_shapes(max_dims=3, max_side=5), elements=st.integers(0, 2**64 - 1)), st.data())
def test_sum(x: Words, data: st.DataObject) -> None:
    axis = data.draw(st.one_of(st.none(), st.integers(-x.ndim, x.ndim - 1)))
    assert same(Z64.sum(x, axis), np.asarray(exact(x).sum(axis=axis)))
    assert same(Ring(7).sum(Ring(7).reduce(x), axis), np.asarray(exact(x).sum(axis=axis)), 7)


@given(st.integers(1, 64), st.lists(st.integers(0, 2**64 - 1), min_size=3, max_size=3))
def test_ring_laws(bits: int, values: list[int]) -> None:
    ring = Ring(bits)
    x, y, z = (ring.reduce(np.array(v, np.uint64)) for v in values)
    assert ring.mul(x, ring.add(y, z)) == ring.add(ring.mul(x, y), ring.mul(x, z))
    assert ring.add(x, ring.neg(x)) == 0
    assert ring.sub(x, y) == ring.add(x, ring.neg(y))
    assert max(int(v) for v in (x, ring.neg(x), ring.mul(x, y))) < 2**bits


@pytest.mark.parametrize(
    "wrong", [np.arange(3), np.zeros(3), np.zeros(3, np.uint32), np.zeros(3, ">u8"), [1, 2, 3], 3, None]
)
def test_wrong_dtypes_are_refused(wrong: Words) -> None:
    good = np.zeros(3, np.uint64)
    for call in (Z64.add, Z64.sub, Z64.mul, Z64.matmul):
        for pair in ((good, wrong), (wrong, good)):
            with pytest.raises(LocalError, match="wrong-dtype"):
                call(*pair)
    with pytest.raises(LocalError, match="wrong-dtype"):
        Z64.recombine(good, good, wrong, good, good, with_de=True)
    for unary in (Z64.neg, Z64.reduce, Z64.sum, Z64.to_signed, Ring(3).reduce):
        with pytest.raises(LocalError, match="wrong-dtype"):
            unary(wrong)


def test_an_error_shows_no_element() -> None:
    with pytest.raises(LocalError) as caught:
        Z64.add(np.array([123456789]), np.zeros(1, np.uint64))  # type: ignore[arg-type]
    assert "123456789" not in str(caught.value)
    assert "int64" in str(caught.value)


@pytest.mark.parametrize("shapes", [((2,), (3,)), ((2, 3), (2, 3)), ((), (3,)), ((3,), ()), ((2, 2, 3), (3, 3, 2))])
def test_matmul_refuses_other_shapes(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(LocalError, match="wrong-shape"):
        Z64.matmul(Z64.zeros(shapes[0]), Z64.zeros(shapes[1]))


def test_other_refusals() -> None:
    with pytest.raises(LocalError, match="wrong-shape"):
        Z64.add(Z64.zeros(2), Z64.zeros(3))
    with pytest.raises(LocalError, match="wrong-shape"):
        Z64.recombine(*[Z64.zeros(i) for i in (2, 2, 2, 2, 3)], with_de=True)
    with pytest.raises(LocalError, match="wrong-shape"):
        Z64.sum(Z64.zeros(2), axis=1)
    with pytest.raises(LocalError, match="wrong-shape"):
        Z64.sum(Z64.zeros((2, 2)), axis=(0, -2))
    with pytest.raises(LocalError, match="wrong-dtype"):
        Z64.from_signed(Z64.zeros(2))  # type: ignore[arg-type]
    for bits in (0, 65, -1):
        with pytest.raises(LocalError, match="wrong-ring"):
            Ring(bits)
    for s in (-1, 65):
        with pytest.raises(LocalError, match="wrong-shift"):
            Z64.shift_right(Z64.zeros(2), s)
        with pytest.raises(LocalError, match="wrong-shift"):
            Z64.shift_left(Z64.zeros(2), s)


@pytest.mark.parametrize("allowed", [1, 2, 5])
def test_matmul_on_several_cores(allowed: int) -> None:
    generator = np.random.default_rng(allowed)
    x, y = (generator.integers(0, 2**64, shape, dtype=np.uint64) for shape in ((301, 400), (400, 257)))
    stack = generator.integers(0, 2**64, (7, 130, 400), dtype=np.uint64)
    with using_cores(allowed):
        assert (Z64.matmul(x, y) == x @ y).all()
        assert (Z64.matmul(y.T, x.T) == (x @ y).T).all()
        assert (Z64.matmul(stack, y.reshape(1, 400, 257)) == stack @ y).all()
