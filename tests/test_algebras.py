"""One conformance suite for all rings, fields and packed bits; and their members for shapes alone beside them.

Elements are compared with Python's integers. A member for shapes gives what the real one gives, without content.
"""

from functools import partial
from operator import and_, xor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.bits import words_for
from mpc.algebra.elements import to_integers
from mpc.algebra.field import FIELD64, FIELD128, MERSENNE61, PrimeField
from mpc.algebra.interface import Algebra, Bits, Elementwise, Z2k
from mpc.algebra.masked import formula_of_product
from mpc.algebra.packed_bits import PACKED
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.shapes_only import SHAPES_OF_BITS, ShapesOfRing, blank
from mpc.algebra.wide_ring import Z128, WideRing
from mpc.errors import LocalError
from mpc.prg import Seed
from mpc.testing import shapes

RINGS: list[Z2k] = [Ring(1), Ring(3), Ring(40), Z64, WideRing(65), Z128]
FIELDS: list[Algebra] = [PrimeField(5), MERSENNE61, FIELD64, FIELD128]
NUMBERS: list[Algebra] = [*RINGS, *FIELDS]
BITS: Bits = PACKED
EVERY: list[Elementwise] = [*NUMBERS, BITS]
SHAPED: list[tuple[Elementwise, Elementwise]] = [*((r, ShapesOfRing(r)) for r in RINGS), (PACKED, SHAPES_OF_BITS)]

every = pytest.mark.parametrize("algebra", EVERY, ids=str)
numbers = pytest.mark.parametrize("algebra", NUMBERS, ids=str)
rings = pytest.mark.parametrize("ring", RINGS, ids=str)
shaped = pytest.mark.parametrize(("algebra", "of_shapes"), SHAPED, ids=lambda a: str(a))


def modulus(algebra):
    return algebra.p if isinstance(algebra, PrimeField) else 1 << getattr(algebra, "bits", 64)


def drawn(algebra, shape, which=0):
    return algebra.draw(Seed(bytes(32)).prg("test", which), shape)


def exact(algebra, x):
    return to_integers(x, algebra.shape(x), algebra.words)


def added(algebra, *values):
    if algebra is PACKED:
        return np.frompyfunc(xor, 2, 1)(values[0], values[1])
    return (values[0] + values[1]) % modulus(algebra)


def multiplied(algebra, x, y):
    return np.frompyfunc(and_, 2, 1)(x, y) if algebra is PACKED else x * y % modulus(algebra)


def operands(data):
    shape = data.draw(shapes())
    other = tuple(side if data.draw(st.booleans()) else 1 for side in shape)[data.draw(st.integers(0, len(shape))) :]
    return shape, other


@every
@given(data=st.data())
def test_sums_and_products_are_those_of_integers_and_broadcast(algebra, data):
    shape, other = operands(data)
    x, y = drawn(algebra, shape), drawn(algebra, other, 1)
    a, b = exact(algebra, x), exact(algebra, y)
    np.testing.assert_array_equal(exact(algebra, algebra.add(x, y)), added(algebra, a, b))
    np.testing.assert_array_equal(exact(algebra, algebra.mul(x, y)), multiplied(algebra, a, b))
    assert algebra.shape(algebra.add(x, y)) == shape
    np.testing.assert_array_equal(algebra.sub(algebra.add(x, y), y), algebra.add(x, algebra.sub(y, y)))
    np.testing.assert_array_equal(algebra.add(x, algebra.neg(x)), algebra.zeros(shape))


@every
@given(data=st.data())
def test_recombination_is_its_formula(algebra, data):
    shape, other = operands(data)
    c, d, b, e, a = (drawn(algebra, s, i) for i, s in enumerate((shape, shape, other, other, shape)))
    for with_de in (False, True):
        parts = [c, algebra.mul(d, b), algebra.mul(e, a)] + ([algebra.mul(d, e)] if with_de else [])
        total = parts[0]
        for part in parts[1:]:
            total = algebra.add(total, part)
        np.testing.assert_array_equal(algebra.recombine(c, d, b, e, a, with_de=with_de), total)


@pytest.mark.parametrize("algebra", [*RINGS, BITS], ids=str)
@given(data=st.data())
def test_masked_products_are_their_formula_under_any_stream(algebra, data):
    """Streams that a kernel may draw, one within a block, which it may not, and none; the same numbers after."""
    shape, other = operands(data)
    x = drawn(algebra, shape), drawn(algebra, shape, 1)
    y = drawn(algebra, other, 2), drawn(algebra, other, 3)
    taken, present = data.draw(st.integers(0, 3)), data.draw(st.tuples(st.booleans(), st.booleans()))
    results = []
    for masked in (algebra.masked_product, partial(formula_of_product, algebra)):
        streams = [Seed(bytes([i] * 32)).prg("mask") for i in range(2)]
        streams[0].words((taken,))
        masks = [stream if there else None for stream, there in zip(streams, present, strict=True)]
        results.append([masked(x, y, tuple(masks)), *(stream.words((3,)) for stream in streams)])
    for found, expected in zip(*results, strict=True):
        np.testing.assert_array_equal(found, expected)


@every
@given(data=st.data())
def test_sums_over_axes_add_up_slice_by_slice(algebra, data):
    shape = data.draw(shapes())
    x = drawn(algebra, shape)
    axes = data.draw(st.sampled_from([None, *range(-len(shape), len(shape)), tuple(range(len(shape)))]))
    total = algebra.sum(x, axes)
    flat = [axes] if isinstance(axes, int) else range(len(shape))
    expected = x
    for axis in sorted((a % len(shape) for a in flat), reverse=True):
        slices = [algebra.moved(lambda v, i=i, a=axis: np.take(v, i, a), expected) for i in range(shape[axis])]
        expected = algebra.zeros(algebra.shape(expected)[:axis] + algebra.shape(expected)[axis + 1 :])
        for one in slices:
            expected = algebra.add(expected, one)
    np.testing.assert_array_equal(total, expected)
    with pytest.raises(LocalError, match="wrong-shape"):
        algebra.sum(x, len(shape))


@every
def test_elements_are_moved_whole(algebra):
    x, y = drawn(algebra, (3, 4)), drawn(algebra, (2, 4), 1)
    turned = algebra.moved(lambda a: a.T[::-1], x)
    np.testing.assert_array_equal(exact(algebra, turned), exact(algebra, x).T[::-1])
    joined = algebra.moved(lambda *arrays: np.concatenate(arrays), x, y)
    np.testing.assert_array_equal(exact(algebra, joined), np.concatenate([exact(algebra, x), exact(algebra, y)]))
    one = algebra.moved(lambda a: a[1, 2], x)
    assert algebra.shape(one) == ()
    assert exact(algebra, one) == exact(algebra, x)[1, 2]
    assert turned.flags.c_contiguous
    assert joined.flags.c_contiguous


@every
def test_draws_are_reduced_repeat_and_differ(algebra):
    x = drawn(algebra, (50, 20))
    assert all(0 <= v < modulus(algebra) for v in exact(algebra, x).flat)
    np.testing.assert_array_equal(algebra.reduce(x), x)
    np.testing.assert_array_equal(drawn(algebra, (50, 20)), x)
    assert (drawn(algebra, (50, 20), 1) != x).any()


@numbers
@given(data=st.data())
def test_matrix_products_are_those_of_integers(algebra, data):
    left = data.draw(st.sampled_from([(3,), (2, 3), (4, 2, 3), (2, 1, 2, 3)]))
    right = data.draw(st.sampled_from([(3,), (3, 2), (4, 3, 2), (0, 3, 1)[1:]]))
    x, y = drawn(algebra, left), drawn(algebra, right, 1)
    expected = np.asarray(np.matmul(exact(algebra, x), exact(algebra, y)) % modulus(algebra))
    np.testing.assert_array_equal(exact(algebra, algebra.matmul(x, y)), expected)


@numbers
def test_signed_integers_there_and_back(algebra):
    half = modulus(algebra) // 2
    values = np.array([0, 1 % modulus(algebra) if half > 1 else 0, -half, half - 1, -1], dtype=object)
    x = algebra.from_ints(values)
    np.testing.assert_array_equal(algebra.to_signed(x).astype(object), values)
    np.testing.assert_array_equal(
        exact(algebra, algebra.from_ints([[1, 2 * modulus(algebra) + 3]])),
        [[1 % modulus(algebra), 3 % modulus(algebra)]],
    )
    assert algebra.shape(algebra.from_ints(-7)) == ()
    flags = np.array([[0, 1]], np.uint8)
    np.testing.assert_array_equal(exact(algebra, algebra.from_bits(flags)), [[0, 1 % modulus(algebra)]])
    small = np.array([-1, 0], np.int64)
    np.testing.assert_array_equal(algebra.to_signed(algebra.from_signed(small)).astype(np.int64), small)


@rings
def test_shifts_and_low_bits(ring):
    x = drawn(ring, (40,))
    a, k = exact(ring, x), ring.bits
    for s in {0, 1, k // 2, k - 1, k}:
        np.testing.assert_array_equal(exact(ring, ring.shift_right(x, s)), a >> s)
        np.testing.assert_array_equal(exact(ring, ring.shift_right(x, s, plus=5)), (a + 5) % 2**k >> s)
        np.testing.assert_array_equal(exact(ring, ring.shift_left(x, s)), (a << s) % 2**k)
        np.testing.assert_array_equal(exact(ring, ring.low(x, s)), a % 2**s)


@rings
def test_elements_modulo_a_smaller_power_are_those_of_a_smaller_ring(ring):
    x = drawn(ring, (3, 5))
    for bits in {1, (ring.bits + 1) // 2, min(ring.bits, 64), ring.bits}:
        smaller = ring.smaller(bits)
        assert smaller.bits == bits
        np.testing.assert_array_equal(exact(smaller, ring.to_smaller(x, bits)), exact(ring, x) % 2**bits)
        of_shapes = ShapesOfRing(ring)
        assert of_shapes.smaller(bits) == ShapesOfRing(smaller)
        assert of_shapes.to_smaller(drawn(of_shapes, (3, 5)), bits).shape == ring.to_smaller(x, bits).shape


@rings
@given(count=st.integers(0, 130))
def test_bit_planes_there_and_back(ring, count):
    x = drawn(ring, (count,))
    planes = ring.planes(x, ring.bits)
    flags = [BITS.unpack(plane, count).astype(object) for plane in planes]
    np.testing.assert_array_equal(sum(f << i for i, f in enumerate(flags)), exact(ring, x))
    np.testing.assert_array_equal(ring.from_planes(planes, count), x)
    for few in (0, 1, ring.bits // 2):
        np.testing.assert_array_equal(ring.planes(x, few), planes[:few])
        np.testing.assert_array_equal(ring.from_planes(planes[:few], count), ring.low(x, few))


@rings
def test_what_lies_above_the_bits_of_a_ring_is_lost(ring):
    planes = BITS.draw(Seed(bytes(32)).prg("test", 0), (ring.bits + 3, 2))
    np.testing.assert_array_equal(ring.from_planes(planes, 100), ring.from_planes(planes[: ring.bits], 100))


# shapes alone


def same_shape(real, of_shapes):
    """One is an array with content, the other has the same shape and takes no memory."""
    assert real.shape == of_shapes.shape
    assert real.dtype == of_shapes.dtype
    assert not any(of_shapes.strides)
    assert not of_shapes.flags.writeable


@shaped
@given(data=st.data())
def test_every_operation_has_the_shape_of_the_real_one(algebra, of_shapes, data):
    shape, other = operands(data)
    x, y = drawn(algebra, shape), drawn(algebra, other, 1)
    u, v = drawn(of_shapes, shape), drawn(of_shapes, other)
    same_shape(x, u)
    for name in ("add", "sub", "mul"):
        same_shape(getattr(algebra, name)(x, y), getattr(of_shapes, name)(u, v))
    same_shape(algebra.neg(x), of_shapes.neg(u))
    same_shape(algebra.zeros(shape), of_shapes.zeros(shape))
    same_shape(algebra.recombine(x, x, y, y, x, with_de=True), of_shapes.recombine(u, u, v, v, u, with_de=True))
    for axis in (None, *range(len(shape))):
        same_shape(algebra.sum(x, axis), of_shapes.sum(u, axis))
    for move in (np.transpose, np.ravel, lambda a: a[None], lambda a: np.tile(a, 2), lambda a: np.flip(a)):
        same_shape(algebra.moved(move, x), of_shapes.moved(move, u))


@given(st.lists(shapes(3, 3), min_size=1, max_size=3), st.sampled_from([np.concatenate, np.stack]), st.integers(-3, 3))
def test_what_is_joined_has_the_shape_of_the_real_one_or_is_refused_alike(parts, join, axis):
    joined = lambda *arrays: join(arrays, axis=axis)  # noqa: E731
    ring = ShapesOfRing(Z64)
    try:
        real = Z64.moved(joined, *(drawn(Z64, shape) for shape in parts))
    except ValueError as error:
        with pytest.raises(type(error)):
            ring.moved(joined, *map(blank, parts))
    else:
        same_shape(real, ring.moved(joined, *map(blank, parts)))


@pytest.mark.parametrize(
    "join",
    [
        lambda *arrays: np.concatenate(arrays, None),
        lambda *arrays: np.concatenate(arrays, np.int64(1)),
        lambda *arrays: np.concatenate(arrays, 1, dtype=arrays[0].dtype),
        lambda *arrays: np.hstack(arrays),
        np.append,
    ],
)
def test_what_is_joined_in_other_ways_has_the_shape_of_the_real_one(join):
    left, right = drawn(Z64, (2, 3)), drawn(Z64, (2, 5))
    same_shape(Z64.moved(join, left, right), ShapesOfRing(Z64).moved(join, blank((2, 3)), blank((2, 5))))


def test_large_arrays_without_content_are_joined_at_once():
    huge = blank((1 << 30, 1 << 20))
    assert ShapesOfRing(Z64).moved(lambda *a: np.concatenate(a, 1), huge, huge).shape == (1 << 30, 1 << 21)
    assert ShapesOfRing(Z64).moved(lambda *a: np.stack(a), huge, huge).shape == (2, 1 << 30, 1 << 20)


@rings
@pytest.mark.parametrize("left", [(3,), (2, 3), (4, 2, 3)])
@pytest.mark.parametrize("right", [(3,), (3, 5), (4, 3, 5)])
def test_matrix_products_and_shifts_have_the_shape_of_the_real_ones(ring, left, right):
    of_shapes = ShapesOfRing(ring)
    x, y = drawn(ring, left), drawn(ring, right)
    u, v = drawn(of_shapes, left), drawn(of_shapes, right)
    same_shape(ring.matmul(x, y), of_shapes.matmul(u, v))
    streams = Seed(bytes(32)).prg("before"), Seed(bytes(32)).prg("after")
    same_shape(ring.masked_product((x, x), (x, x), streams), of_shapes.masked_product((u, u), (u, u), streams))
    same_shape(ring.shift_right(x, 1), of_shapes.shift_right(u, 1))
    same_shape(ring.shift_left(x, 1), of_shapes.shift_left(u, 1))
    same_shape(ring.low(x, 1), of_shapes.low(u, 1))
    same_shape(ring.planes(x, 1), of_shapes.planes(u, 1))
    same_shape(ring.from_planes(ring.planes(x, 1), 3), of_shapes.from_planes(of_shapes.planes(u, 1), 3))
    same_shape(ring.from_ints([[1, 2]]), of_shapes.from_ints([[1, 2]]))
    same_shape(ring.from_bits(np.zeros((2, 3), np.uint8)), of_shapes.from_bits(np.zeros((2, 3), np.uint8)))
    assert ring.to_signed(x).shape == of_shapes.to_signed(u).shape
    with pytest.raises(LocalError, match="wrong-shape"):
        of_shapes.matmul(u, drawn(of_shapes, (7, 7)))


def test_operations_of_bits_have_the_shape_of_the_real_ones():
    count = 200
    x, u = drawn(PACKED, (3, words_for(count))), blank((3, words_for(count)))
    for name in ("xor", "or_", "and_not", "same"):
        same_shape(getattr(PACKED, name)(x, x[:1]), getattr(SHAPES_OF_BITS, name)(u, u[:1]))
    values, flags = np.arange(count, dtype=np.uint64), np.zeros((10, 20), np.uint8)
    same_shape(PACKED.not_(x), SHAPES_OF_BITS.not_(u))
    same_shape(PACKED.pack(flags), SHAPES_OF_BITS.pack(flags))
    same_shape(PACKED.unpack(x[0], count), SHAPES_OF_BITS.unpack(u[0], count))
    same_shape(PACKED.planes(values, 9), SHAPES_OF_BITS.planes(blank((count,)), 9))
    same_shape(PACKED.from_planes(x, count), SHAPES_OF_BITS.from_planes(u, count))
    same_shape(PACKED.prefix_planes(x, "or"), SHAPES_OF_BITS.prefix_planes(u, "or"))
    table, blank_table = PACKED.one_hot(x), SHAPES_OF_BITS.one_hot(u)
    same_shape(table, blank_table)
    same_shape(PACKED.one_hot(x, first=1), SHAPES_OF_BITS.one_hot(u, first=1))
    three, blank_three = table[1:, None], blank_table[1:, None]
    for way in ({}, {"from_below": True}):
        same_shape(PACKED.compared(three, x, **way), SHAPES_OF_BITS.compared(blank_three, u, **way))
    streams = Seed(bytes(32)).prg("before"), Seed(bytes(32)).prg("after")
    same_shape(PACKED.masked_product((x, x), (x, x), streams), SHAPES_OF_BITS.masked_product((u, u), (u, u), streams))
    same_shape(PACKED.xored_at(x, 1, x[0]), SHAPES_OF_BITS.xored_at(u, 1, u[0]))
    same_shape(PACKED.look_up(table, x), SHAPES_OF_BITS.look_up(blank_table, u))
    for index in (0, np.s_[1:], [0, 2], ...):
        same_shape(PACKED.part(x, index), SHAPES_OF_BITS.part(u, index))
    shapes_of = [(10, 20), (200,)]
    packed, shape = PACKED.moved_bits(lambda a, b: np.append(a, b), shapes_of, x, x)
    blank_packed, blank_shape = SHAPES_OF_BITS.moved_bits(lambda a, b: np.append(a, b), shapes_of, u, u)
    same_shape(packed, blank_packed)
    assert shape == blank_shape == (400,)
    same_shape(PACKED.turned(table, x), SHAPES_OF_BITS.turned(blank_table, u))


def test_an_array_without_content_takes_no_memory_and_cannot_be_written():
    huge = blank((1 << 20, 1 << 20))
    ring = ShapesOfRing(Z64)
    assert ring.matmul(huge, huge).shape == huge.shape
    assert ring.moved(lambda a: np.broadcast_to(a, (1 << 10, *a.shape)), huge).nbytes == 1 << 53
    with pytest.raises(ValueError, match="read-only"):
        huge[0, 0] = 1
