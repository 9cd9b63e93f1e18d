"""Prime fields in Python: shapes, broadcasting, polynomials, transforms, uniform elements, and what is refused."""

import operator
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mpc.algebra.field import FIELD64, FIELD128, LARGEST64, MERSENNE61, PrimeField
from mpc.algebra.primes import PROTH128, is_prime, non_square
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from mpc.prg import Seed

NAMED = [MERSENNE61, FIELD64, FIELD128, LARGEST64]
FIELDS = [*NAMED, PrimeField(2**63 - 25), PrimeField(2**32 - 5), PrimeField(251), PrimeField(2)]
Shape = tuple[int, ...]


def sample(field: PrimeField, shape: Shape, seed: int = 0) -> Words:
    return field.draw(Seed(bytes(32)).prg("test", seed), shape)


def same(field: PrimeField, result: Words, expected: object) -> bool:
    assert result.dtype == np.uint64
    assert result.flags.c_contiguous
    exact = np.asarray(np.asarray(expected, dtype=object) % field.p, dtype=object)
    assert field.shape(result) == exact.shape
    return bool(np.all(field.to_ints(field.check(result)) == exact))


def test_named_moduli() -> None:
    assert MERSENNE61.p == 2**61 - 1
    assert FIELD64.p == 18446744069414584321
    assert FIELD128.p == 340282366920938462946865773367900766209
    assert LARGEST64.p == 18446744073709551557
    assert [field.words for field in NAMED] == [1, 1, 2, 1]
    assert [field.bits for field in NAMED] == [61, 64, 128, 64]


def test_primality_is_decided() -> None:
    sieve = [all(n % d for d in range(2, int(n**0.5) + 1)) and n > 1 for n in range(3000)]
    assert [is_prime(n) for n in range(3000)] == sieve
    assert not any(is_prime(n) for n in range(2**64 - 58, 2**64))
    pseudoprimes = (2047, 3215031751, 3474749660383, 341550071728321, 3825123056546413051, 318665857834031151167461)
    assert not any(map(is_prime, pseudoprimes))


def test_field128_by_proths_theorem() -> None:
    odd, two = divmod(PROTH128 - 1, 2**66)
    assert two == 0
    assert odd < 2**66
    assert pow(7, (PROTH128 - 1) // 2, PROTH128) == PROTH128 - 1


@pytest.mark.parametrize("p", [-7, 0, 1, 4, 2**61 + 1, 2**64 + 13, 2**127 - 1, 3825123056546413051])
def test_other_moduli_are_refused(p: int) -> None:
    with pytest.raises(LocalError, match="wrong-field"):
        PrimeField(p)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_integers_of_any_size_and_back(field: PrimeField) -> None:
    values = [[0, 1, -1], [field.p, -(10**50), 2**200 + 3]]
    assert same(field, field.from_ints(values), values)
    assert same(field, field.from_ints(-5), -5)
    assert same(field, field.from_ints(np.array([-1, 2**62])), [-1, 2**62])
    assert field.shape(field.from_ints([])) == (0,)
    assert same(field, field.zeros((2, 3)), np.zeros((2, 3), object))


SHAPES: list[tuple[Shape, Shape]] = [
    ((), ()), ((), (5,)), ((3, 1), (1, 4)), ((2, 0), (1,)), ((70, 10), (10,)), ((4, 2), ()), ((2,), (2,)),
    ((3, 2), (2,)),
]  # fmt: skip
Operation = tuple[Callable[[PrimeField, Words, Words], Words], Callable[[object, object], object]]
OPERATIONS: list[Operation] = [
    (PrimeField.add, operator.add),
    (PrimeField.sub, operator.sub),
    (PrimeField.mul, operator.mul),
]


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_broadcasting(field: PrimeField, operation: Operation, shapes: tuple[Shape, Shape]) -> None:
    of_field, of_integers = operation
    x, y = sample(field, shapes[0], 1), sample(field, shapes[1], 2)
    assert same(field, of_field(field, x, y), of_integers(field.to_ints(x), field.to_ints(y)))


@pytest.mark.parametrize("with_de", [False, True])
@pytest.mark.parametrize("field", NAMED, ids=str)
def test_recombine_and_multiply_add_broadcast(field: PrimeField, with_de: bool) -> None:
    shapes: list[Shape] = [(3, 4), (4,), (3, 1), (), (1, 4)]
    c, d, b, e, a = (sample(field, s, i) for i, s in enumerate(shapes))
    ic, id_, ib, ie, ia = (field.to_ints(v) for v in (c, d, b, e, a))
    assert same(field, field.recombine(c, d, b, e, a, with_de=with_de), ic + id_ * ib + ie * ia + with_de * id_ * ie)
    assert same(field, field.mul_add(c, d, b), ic + id_ * ib)


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_unary_operations(field: PrimeField) -> None:
    for shape in [(), (0,), (7,), (3, 50)]:
        x = sample(field, shape)
        exact = field.to_ints(x)
        assert same(field, field.neg(x), -exact)
        assert same(field, field.reduce(x), exact)
        for e in (0, 1, 5, field.p, 2**70 + 1, 2**130):
            expected = np.array([pow(int(v), e, field.p) for v in exact.flat], dtype=object)
            assert same(field, field.power(x, e), expected.reshape(shape))
        inverses = field.inverse(x)
        assert same(field, field.mul(inverses, x), (exact != 0).astype(object))
        assert same(field, field.power(x, -3), field.to_ints(field.power(inverses, 3)))


def test_zero_to_large_powers_that_are_multiples_of_the_group_order() -> None:
    x = MERSENNE61.from_ints([0, 1, 5])
    assert same(MERSENNE61, MERSENNE61.power(x, 2**64 * (MERSENNE61.p - 1)), [0, 1, 1])
    assert same(MERSENNE61, MERSENNE61.power(x, 0), [1, 1, 1])


@pytest.mark.parametrize("field", NAMED, ids=str)
def test_any_words_are_reduced_and_wrong_ones_found(field: PrimeField) -> None:
    words = np.full((3, 5, field.words) if field.words > 1 else (3, 5), 2**64 - 1, np.uint64)
    assert same(field, field.reduce(words), np.full((3, 5), 2 ** (64 * field.words) - 1, object))
    with pytest.raises(LocalError, match="15 of 15 words are not below p"):
        field.check(words)
    fine = sample(field, (4,))
    assert field.check(fine) is fine


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_sums(field: PrimeField) -> None:
    x = sample(field, (4, 3, 5))
    exact = field.to_ints(x)
    assert same(field, field.sum(x), exact.sum())
    for axis in (0, 1, 2, -1, -3):
        assert same(field, field.sum(x, axis), exact.sum(axis=axis))
    assert same(field, field.sum(field.zeros((0, 3)), 0), [0, 0, 0])
    with pytest.raises(LocalError, match="wrong-shape"):
        field.sum(x, 3)


MATMULS: list[tuple[Shape, Shape]] = [
    ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)), ((5, 2, 3), (3,)),
    ((2, 3), (5, 3, 4)), ((3,), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 6)), ((1, 2, 3), (4, 3, 2)),
    ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0,), (0,)), ((0, 2, 3), (0, 3, 2)), ((4, 2, 3), (1, 3, 2)), ((0, 2, 3), (3,)),
]  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_dot_products_of_columns(field: PrimeField) -> None:
    for shape in ((3, 4), (2, 5, 3), (0, 2), (2, 0, 3)):
        x, y = sample(field, shape, 1), sample(field, shape, 2)
        assert same(field, field.column_dots(x, y), (field.to_ints(x) * field.to_ints(y)).sum(axis=-2, initial=0))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("batch", "n"), [(1, 7), (2, 9), (0, 5), (2, 0)])
def test_sums_of_rows_under_growing_powers(field: PrimeField, batch: int, n: int) -> None:
    rows = -(-n // 3)
    x, w, r = (sample(field, (batch, m), i) for i, m in enumerate((n, rows, rows)))
    elements = np.zeros((batch, 3 * rows), object)
    elements[:, :n] = field.to_ints(x)
    elements, weights = elements.reshape(batch, rows, 3), field.to_ints(w)[:, :, None]
    under = [weights * field.to_ints(r)[:, :, None] ** np.arange(1, 4), weights]
    expected = [(each * elements).sum(axis=1, initial=0) for each in under]
    assert same(field, field.power_sums(x, 3, w, r), np.stack(np.broadcast_arrays(*expected), axis=1))


@pytest.mark.parametrize("shapes", MATMULS, ids=str)
@pytest.mark.parametrize("field", [FIELD64, FIELD128, PrimeField(251)], ids=str)
def test_matmul(field: PrimeField, shapes: tuple[Shape, Shape]) -> None:
    x, y = sample(field, shapes[0], 1), sample(field, shapes[1], 2)
    shape = np.matmul(np.zeros(shapes[0]), np.zeros(shapes[1])).shape
    exact = np.zeros(shape, object) if 0 in (*shapes[0], *shapes[1]) else np.matmul(field.to_ints(x), field.to_ints(y))
    assert same(field, field.matmul(x, y), exact)


@given(
    hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=6), st.sampled_from(FIELDS), st.integers(0, 99)
)
def test_arithmetic_of_any_shapes(shapes: hnp.BroadcastableShapes, field: PrimeField, seed: int) -> None:
    x, y = (sample(field, shape, seed + i) for i, shape in enumerate(shapes.input_shapes))
    ix, iy = field.to_ints(x), field.to_ints(y)
    for of_field, of_integers in OPERATIONS:
        assert same(field, of_field(field, x, y), of_integers(ix, iy))
    assert same(field, field.mul(field.sub(x, y), field.add(x, y)), ix * ix - iy * iy)


@pytest.mark.parametrize("field", [FIELD64, FIELD128], ids=str)
def test_views_of_any_layout_and_misaligned(field: PrimeField) -> None:
    x, y = sample(field, (20, 30), 1), sample(field, (20, 30), 2)
    ix, iy = field.to_ints(x), field.to_ints(y)
    assert same(field, field.mul(x[::-2], y[::-2]), ix[::-2] * iy[::-2])
    assert same(field, field.add(x.swapaxes(0, 1), y.swapaxes(0, 1)), ix.T + iy.T)
    shifted = np.frombuffer(b"\0" + x.tobytes(), np.uint8)[1:].view(np.uint64).reshape(x.shape)
    assert not shifted.flags.aligned
    assert same(field, field.mul(shifted, y), ix * iy)


@pytest.mark.parametrize("field", NAMED, ids=str)
@pytest.mark.parametrize(("parties", "degree"), [(3, 1), (5, 2), (10, 9)])
def test_shamir_shares_of_a_vector(field: PrimeField, parties: int, degree: int) -> None:
    coefficients, points = sample(field, (degree + 1, 40)), list(range(1, parties + 1))
    shares = field.matmul(field.vandermonde(points, degree + 1), coefficients)
    exact = field.to_ints(coefficients)
    assert same(field, shares, [sum(exact[j] * i**j for j in range(degree + 1)) for i in points])
    some = slice(parties - degree - 1, parties)
    assert same(field, field.matmul(field.lagrange(points[some]), shares[some]), exact[0])
    assert same(field, field.matmul(field.lagrange(points[some], at=1), shares[some]), field.to_ints(shares)[0])


def test_lagrange_refuses_equal_points() -> None:
    with pytest.raises(LocalError, match="wrong-points"):
        PrimeField(251).lagrange([1, 252])


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_evaluation_at_one_point(field: PrimeField) -> None:
    coefficients, point = sample(field, (3, 17), 1), sample(field, (), 2)
    exact, x = field.to_ints(coefficients), int(field.to_ints(point)[()])
    assert same(field, field.powers(point, 17), [pow(x, i, field.p) for i in range(17)])
    assert same(
        field, field.evaluate(coefficients, point), [sum(int(c) * x**i for i, c in enumerate(r)) for r in exact]
    )


def test_roots_are_those_of_the_vdaf_drafts() -> None:
    """draft-irtf-cfrg-vdaf-13, section 6.1.3: generators 7^4294967295 of order 2^32, 7^4611686018427387897 of 2^66."""
    assert FIELD64.root(2**32) == pow(7, 4294967295, FIELD64.p) == 1753635133440165772
    assert FIELD128.root(2**66) == pow(7, 4611686018427387897, FIELD128.p)
    assert FIELD64.root(1) == FIELD128.root(1) == 1
    assert FIELD64.root(2) == FIELD64.p - 1
    for field in (FIELD64, FIELD128, PrimeField(65537)):
        assert pow(field.root(2**16), 2**15, field.p) == field.p - 1
        assert field.root(2**10) == pow(field.root(2**16), 2**6, field.p)


@pytest.mark.parametrize("n", [-1, 0, 3, 4, 12])
def test_lengths_without_a_transform_are_refused(n: int) -> None:
    with pytest.raises(LocalError, match="no-root"):
        MERSENNE61.root(n)
    with pytest.raises(LocalError, match="no-root"):
        MERSENNE61.ntt(MERSENNE61.zeros(max(n, 0)))


def test_smallest_elements_that_are_no_squares() -> None:
    assert non_square(FIELD64.p) == non_square(FIELD128.p) == 7
    assert [non_square(p) for p in (2, 3, 7, 17, 65537)] == [1, 2, 3, 3, 3]


@pytest.mark.parametrize("log", range(15))
@pytest.mark.parametrize("field", [FIELD64, FIELD128, PrimeField(3 * 2**30 + 1)], ids=str)
def test_transforms_and_back(field: PrimeField, log: int) -> None:
    n = 1 << log
    for batch in [(), (2,), (3, 6)] if log <= 11 else [()]:
        x = sample(field, (*batch, n), log)
        values = field.ntt(x)
        assert (field.inverse_ntt(values) == x).all()
        for k in {0, 1 % n, n // 3, n - 1}:
            point = field.from_ints(pow(field.root(n), k, field.p))
            values_at_k = np.moveaxis(values, len(batch), 0)[k]
            assert (values_at_k == field.evaluate(x, point)).all()


@pytest.mark.slow
@pytest.mark.parametrize("field", [FIELD64, FIELD128], ids=str)
def test_a_long_transform_and_back(field: PrimeField) -> None:
    x = sample(field, (1 << 20,))
    values = field.ntt(x)
    assert (values[12345] == field.evaluate(x, field.from_ints(pow(field.root(1 << 20), 12345, field.p)))).all()
    assert (field.inverse_ntt(values) == x).all()


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 5), (7, 9), (100, 30), (33, 32)])
@pytest.mark.parametrize("field", [FIELD64, FIELD128], ids=str)
def test_products_of_polynomials(field: PrimeField, n: int, m: int) -> None:
    x, y = sample(field, (n,), 1), sample(field, (3, m), 2)
    expected = [np.convolve(field.to_ints(x), row) for row in field.to_ints(y)]
    assert same(field, field.convolve(x, y), np.array(expected, dtype=object))


@pytest.mark.parametrize("field", FIELDS, ids=str)
def test_random_elements_follow_the_stream(field: PrimeField) -> None:
    x = field.draw(Seed(bytes(32)).prg("draw"), (50, 20))
    stream, kept, mask = Seed(bytes(32)).prg("draw"), [], 2**field.bits - 1
    while len(kept) < 1000:
        words = stream.words((1000 - len(kept), field.words)).astype(object)
        drawn = [sum(int(w) << 64 * i for i, w in enumerate(row)) & mask for row in words]
        kept += [v for v in drawn if v < field.p]
    assert same(field, x, np.array(kept, dtype=object).reshape(50, 20))


def test_random_elements_of_a_tiny_field_are_uniform() -> None:
    counts = np.bincount(sample(PrimeField(5), (50_000,)).astype(np.int64), minlength=5)
    assert len(counts) == 5
    assert (abs(counts - 10_000) < 500).all()


@pytest.mark.parametrize("wrong", [np.zeros(4), np.zeros(4, np.int64), 3, [1, 2]], ids=repr)
def test_other_types_are_refused(wrong: object) -> None:
    for call in (FIELD64.neg, FIELD64.check, FIELD64.sum, FIELD64.ntt, FIELD64.inverse, FIELD64.to_ints):
        with pytest.raises(LocalError, match="wrong-dtype"):
            call(wrong)  # type: ignore[operator]
    with pytest.raises(LocalError, match="wrong-dtype"):
        FIELD64.add(FIELD64.zeros(4), wrong)  # type: ignore[arg-type]


def test_shapes_that_do_not_fit_are_refused() -> None:
    for field in (FIELD64, FIELD128):
        x, y = field.zeros((2, 3)), field.zeros((2, 4))
        for call in (field.add, field.mul, field.matmul, field.column_dots):
            with pytest.raises(LocalError, match="wrong-shape"):
                call(x, y)
        for refused in (lambda: field.powers(x, 3), lambda: field.evaluate(field.zeros(()), field.zeros(()))):  # noqa: B023
            with pytest.raises(LocalError, match="wrong-shape"):
                refused()
        with pytest.raises(LocalError, match="wrong-shape"):
            field.convolve(field.zeros(0), x)
        with pytest.raises(LocalError, match="wrong-shape"):
            field.power_sums(x, 2, y[:, :2], y[:, :1])
    for words in (np.zeros((), np.uint64), np.zeros((2, 3), np.uint64)):
        with pytest.raises(LocalError, match="wrong-shape"):
            FIELD128.neg(words)
