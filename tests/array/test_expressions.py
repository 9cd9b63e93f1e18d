"""Expressions on secrets give what numpy gives, up to the stated error, with 2 to 5 parties and public operands."""

import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import UNIT, revealed

from mpc.testing import fixed_arrays, party_counts, shapes

ARITHMETIC = [operator.add, operator.sub, operator.mul]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
LOGIC = [operator.and_, operator.or_, operator.xor]
name = operator.attrgetter("__name__")

small_reals = fixed_arrays(-30, 30, 16, (2, 3))
small_ints = hnp.arrays(np.int64, (2, 3), elements=st.integers(-1000, 1000))
truths = hnp.arrays(np.bool_, (2, 3))


def close(found, expected, units=2.0):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.astype(float), expected.astype(float), rtol=0, atol=units * UNIT)


def same(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    assert found.dtype.kind == expected.dtype.kind
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("operation", ARITHMETIC, ids=name)
@given(n=party_counts(), x=small_reals, y=small_reals)
def test_arithmetic_of_reals(operation, n, x, y):
    close(revealed(operation, x, y, n=n), operation(x, y))


@pytest.mark.parametrize("operation", [*ARITHMETIC, *COMPARISONS], ids=name)
@given(n=party_counts(), x=small_ints, y=small_ints)
def test_arithmetic_and_comparison_of_integers_are_exact(operation, n, x, y):
    same(revealed(operation, x, y, n=n), operation(x, y))


@pytest.mark.parametrize("operation", COMPARISONS, ids=name)
@given(n=party_counts(), x=small_reals, y=small_reals, ties=truths)
def test_comparison_of_reals_is_exact(operation, n, x, y, ties):
    y = np.where(ties, x, y)
    same(revealed(operation, x, y, n=n), operation(x, y))


@pytest.mark.parametrize("operation", LOGIC, ids=name)
@given(n=party_counts(), x=truths, y=truths)
def test_logic_of_bits(operation, n, x, y):
    same(revealed(operation, x, y, n=n), operation(x, y))
    same(revealed(lambda a: (operation(a, y), operation(y, a)), x, n=n)[1], operation(y, x))
    same(revealed(lambda a: ~a, x, n=n), ~x)


@pytest.mark.parametrize("operation", [*ARITHMETIC, *COMPARISONS], ids=name)
@given(x=small_ints, y=small_ints)
def test_a_public_operand_may_stand_on_either_side(operation, x, y):
    left, right = revealed(lambda a: (operation(a, y), operation(y, a)), x)
    same(left, operation(x, y))
    same(right, operation(y, x))


@pytest.mark.parametrize("operation", [*ARITHMETIC, *COMPARISONS], ids=name)
@given(x=small_reals, y=small_reals)
def test_a_public_real_may_stand_on_either_side(operation, x, y):
    left, right = revealed(lambda a: (operation(a, y), operation(y, a)), x)
    close(left, operation(x, y))
    close(right, operation(y, x))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint16, np.int32, np.uint64, np.float32])
@pytest.mark.parametrize("operation", [*ARITHMETIC, *COMPARISONS], ids=name)
def test_public_operands_of_any_number_type_do_not_wrap(operation, dtype):
    x, public = np.array([-7, 0, 3, 100]), np.array([100, 3, 0, 7], dtype)
    left, right = revealed(lambda a: (operation(a, public), operation(public, a)), x)
    same(np.asarray(left).astype(int), operation(x, public.astype(np.int64)).astype(int))
    same(np.asarray(right).astype(int), operation(public.astype(np.int64), x).astype(int))


def test_public_booleans_count_as_zero_and_one():
    x, public = np.array([5, 6]), np.array([True, False])
    for found, expected in zip(
        revealed(lambda a: (a + public, a - public, public - a, a * public), x),
        (x + public, x - public.astype(int), public.astype(int) - x, x * public),
        strict=True,
    ):
        same(found, expected)


@given(x=small_ints, y=small_reals, z=truths)
def test_kinds_mix(x, y, z):
    close(revealed(lambda a, b, c: a * b + c, x, y, z), x * y + z, 3)
    close(revealed(lambda a, b, c: c * b - a, x, y, z, n=3), z * y - x, 3)
    same(revealed(lambda a, b: a < b, x, y), x < y)


@given(n=party_counts(), shape=shapes(), data=st.data())
def test_any_shape_and_broadcasting(n, shape, data):
    x = data.draw(fixed_arrays(-5, 5, 16, shape))
    other = tuple(1 if data.draw(st.booleans()) else side for side in shape)
    y = data.draw(fixed_arrays(-5, 5, 16, other))
    product, total, less = revealed(lambda a, b: (a * b, a + b, a < b), x, y, n=n)
    close(product, x * y)
    close(total, x + y, 0)
    same(less, x < y)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_matrix_products(n):
    rng = np.random.default_rng(n)
    vector, matrix, stack = rng.uniform(-2, 2, 4), rng.uniform(-2, 2, (4, 3)), rng.uniform(-2, 2, (2, 3, 4))
    close(revealed(operator.matmul, vector, matrix, n=n), vector @ matrix, 16)
    close(revealed(operator.matmul, matrix.T, vector, n=n), matrix.T @ vector, 16)
    close(revealed(operator.matmul, vector, vector, n=n), vector @ vector, 16)
    close(revealed(operator.matmul, stack, matrix, n=n), stack @ matrix, 16)
    close(revealed(np.dot, vector, vector, n=n), vector @ vector, 16)
    close(revealed(lambda a, b: a.dot(b), matrix.T, vector, n=n), matrix.T @ vector, 16)
    close(revealed(lambda a: a @ matrix, vector, n=n), vector @ matrix, 16)
    close(revealed(lambda a: matrix.T @ a, vector, n=n), matrix.T @ vector, 16)
    whole = np.arange(6).reshape(2, 3), np.arange(12).reshape(3, 4)
    same(revealed(operator.matmul, *whole, n=n, ranges=[(0, 100)] * 2), whole[0] @ whole[1])


STRUCTURE = {
    "index": lambda x: x[1],
    "negative index": lambda x: x[-1, :-1],
    "slice": lambda x: x[:, ::2],
    "ellipsis and new axis": lambda x: x[..., None],
    "fancy": lambda x: x[np.array([1, 0, 1])],
    "mask": lambda x: x[np.array([True, False])],
    "empty": lambda x: x[:0],
    "reshape": lambda x: x.reshape(3, 2),
    "reshape tuple": lambda x: np.reshape(x, (3, -1)),
    "ravel": lambda x: x.ravel(),
    "transpose": lambda x: x.T,
    "transpose axes": lambda x: np.transpose(x, (1, 0)),
    "expand": lambda x: np.expand_dims(x, 0),
    "squeeze": lambda x: np.squeeze(x[:1]),
    "flip": lambda x: np.flip(x, 1),
    "broadcast": lambda x: np.broadcast_to(x, (2, 2, 3)),
    "concatenate": lambda x: np.concatenate([x, x[::-1]], axis=1),
    "stack": lambda x: np.stack([x, x], axis=2),
    "vstack": lambda x: np.vstack([x, x]),
    "hstack": lambda x: np.hstack([x, x]),
    "rows": lambda x: np.stack(list(x), axis=1),
}


@pytest.mark.parametrize("change", STRUCTURE.values(), ids=STRUCTURE.keys())
def test_structure_of_every_kind(change):
    reals = np.arange(6).reshape(2, 3) / 4 - 0.5
    whole = np.arange(6).reshape(2, 3) - 3
    truth = reals > 0
    close(revealed(change, reals), change(reals), 0)
    same(revealed(change, whole, n=3), change(whole))
    same(revealed(change, truth), change(truth))


def test_secrets_and_public_arrays_are_joined():
    x, y = np.array([[1.5, 2.5]]), np.array([[1, 2]])
    close(revealed(lambda a: np.concatenate([a, y]), x), np.concatenate([x, y]), 0)
    close(revealed(lambda a: np.stack([y, a]), x), np.stack([y, x]), 0)
    close(revealed(lambda a, b: np.concatenate([a, b]), x, y), np.concatenate([x, y]), 0)


CHOICES = {
    "minimum": np.minimum,
    "maximum": np.maximum,
    "where": lambda x, y: np.where(x < y, x, y),
    "where public condition": lambda x, y: np.where(np.array([[True], [False]]), x, y),
    "where public left": lambda x, y: np.where(x < y, 1.5, y),
    "where public right": lambda x, y: np.where(x < y, x, -2),
    "where both public": lambda x, y: np.where(x < y, 1.5, 0.25),
    "where public by a coarse step": lambda x, y: np.where(x < y, -1.25, 1.25),
    "where both whole": lambda x, y: np.where(x < y, 3, -4),
    "abs": lambda x, y: abs(x - y),
    "clip": lambda x, y: np.clip(x, -1.5, 2),
    "clip below": lambda x, y: np.clip(x + y, None, 2),
    "min of all": lambda x, y: x.min(),
    "max of rows": lambda x, y: y.max(axis=1),
    "min of columns": lambda x, y: np.min(y, axis=0),
    "max of last": lambda x, y: np.max(x, axis=-1),
    "negative": lambda x, y: -x + +y,
}


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES.keys())
@settings(max_examples=8)
@given(n=party_counts(), x=small_reals, y=small_reals)
def test_choices(choice, n, x, y):
    close(revealed(choice, x, y, n=n), choice(x, y), 0)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.bool_])
def test_where_of_two_public_values_does_not_wrap(dtype):
    x, a, b = np.array([1, -1]), np.array([100, 1], dtype), np.array([0, 127], dtype)
    for first, second in ((a, b), (b, a)):
        found = revealed(lambda s, f=first, g=second: np.where(s > 0, f, g), x)
        same(np.asarray(found).astype(int), np.where(x > 0, first.astype(int), second.astype(int)))


SUMMARIES = {
    "sum": lambda x: x.sum(),
    "sum of columns": lambda x: x.sum(axis=0),
    "sum kept": lambda x: np.sum(x, axis=1, keepdims=True),
    "sum of both": lambda x: np.sum(x, axis=(0, 1)),
    "mean": lambda x: x.mean(),
    "mean of rows": lambda x: np.mean(x, axis=-1),
    "mean kept": lambda x: np.mean(x, axis=0, keepdims=True),
    "var": lambda x: x.var(),
    "var of columns": lambda x: np.var(x, axis=0),
    "square": lambda x: np.square(x),
    "power": lambda x: (x / 256) ** 5,
    "halves": lambda x: x / 2,
    "reals": lambda x: x * 0.3,
    "divided by reals": lambda x: x / np.array([0.7, 3.0, -11.0]),
    "standardised": lambda x: (x - x.mean(axis=0)) / 4,
}


@pytest.mark.parametrize("summary", SUMMARIES.values(), ids=SUMMARIES.keys())
@settings(max_examples=8)
@given(n=party_counts(), x=small_reals)
def test_summaries(summary, n, x):
    close(revealed(summary, x, n=n), summary(x), 8 + 70 * (summary in (SUMMARIES["var"], SUMMARIES["var of columns"])))


@given(n=party_counts(), x=truths)
def test_counting_bits(n, x):
    any_, all_, count = revealed(lambda a: (np.any(a), np.all(a, axis=0), a.sum(axis=1)), x, n=n)
    same(any_, np.any(x))
    same(all_, np.all(x, axis=0))
    same(count, x.sum(axis=1))


LEAVES = st.sampled_from(["x", "y", 0.5, 3, -1.25])
TREES = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "min", "max"]), below, below),
        st.tuples(st.sampled_from(["neg", "abs", "half"]), below),
        st.tuples(st.just("where"), LEAVES, below, below),
    ),
    max_leaves=7,
)
BUILD = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "min": np.minimum, "max": np.maximum,
    "neg": operator.neg, "abs": abs, "half": lambda a: a * 0.5, "where": lambda c, a, b: np.where(c < 0.5, a, b),
}  # fmt: skip


def build(tree, x, y):
    if isinstance(tree, tuple):
        return BUILD[tree[0]](*(build(part, x, y) for part in tree[1:]))
    return {"x": x, "y": y}.get(tree, tree)


@settings(max_examples=60)
@given(n=party_counts(), tree=TREES, x=fixed_arrays(-2, 2, 16, (3,)), y=fixed_arrays(-2, 2, 16, (3,)))
def test_any_expression(n, tree, x, y):
    """Values in +-2 and 7 leaves keep below 2^7 and, with 7 roundings that products enlarge, the error below 2^-7."""
    expected = build(tree, x, y)

    def expression(a, b):
        return build(("+", tree, ("-", "x", "x")), a, b)

    found = revealed(expression, x, y, n=n, ranges=[(-2, 2)] * 2)
    np.testing.assert_allclose(found, np.broadcast_to(expected, (3,)), rtol=0, atol=2.0**-7)
