"""Sums, products and what they are made into agree with numpy, for reals, whole numbers and bits of any shape."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import agrees, revealed

import mpc
from mpc.errors import LocalError
from mpc.testing import fixed_arrays, party_counts

sides = st.tuples(st.integers(1, 4), st.integers(1, 5))
reals = sides.flatmap(lambda shape: fixed_arrays(-2, 2, 16, shape))
wholes = sides.flatmap(lambda shape: hnp.arrays(np.int64, shape, elements=st.integers(-20, 20)))
truths = sides.flatmap(lambda shape: hnp.arrays(np.bool_, shape))


def accumulations(x):
    return (
        np.cumsum(x), x.cumsum(axis=0), np.cumsum(x, axis=1), np.add.accumulate(x), np.add.reduce(x),
        np.add.reduce(x, axis=(0, 1)), np.add.reduce(x, axis=1, keepdims=True), np.add.outer(x[0], x[:, 0]),
        np.maximum.reduce(x), np.minimum.reduce(x, axis=1), np.maximum.accumulate(x, axis=1),
    )  # fmt: skip


@given(n=party_counts(), x=wholes)
def test_accumulations_of_whole_numbers_are_exact(n, x):
    agrees(accumulations, x, n=n)


@given(x=reals)
def test_accumulations_of_reals_are_exact(x):
    agrees(accumulations, x)


@given(x=truths)
def test_accumulations_of_bits(x):
    agrees(lambda b: (np.cumsum(b, axis=1), np.logical_and.accumulate(b), np.logical_or.accumulate(b, axis=1)), x)
    agrees(lambda b: (np.logical_and.reduce(b), np.logical_or.reduce(b, axis=1), np.logical_xor.reduce(b)), x)
    agrees(lambda b: (b.any(axis=1, keepdims=True), b.all(axis=0), np.any(b), np.all(b, axis=(0, 1))), x)


@given(x=wholes)
def test_products_of_whole_numbers_are_exact(x):
    x = x % 5 - 2

    def products(a):
        return np.prod(a, axis=1), a.prod(axis=0, keepdims=True), np.cumprod(a, axis=1), np.multiply.reduce(a)

    agrees(products, x, ranges=[(-2, 2)])


@given(x=reals)
def test_products_of_reals(x):
    """Five factors of at most 2, each product rounded by less than a unit that at most 2^4 multiplies."""
    agrees(lambda a: (np.prod(a, axis=1), np.cumprod(a, axis=1)), x, units=40, ranges=[(-2, 2)])


def test_the_product_of_nothing_is_one():
    agrees(lambda a: (np.prod(a[:0]), np.prod(a[:0], axis=0)), np.ones((2, 3)))


@given(x=reals, y=reals)
def test_inner_and_outer_products(x, y):
    agrees(
        lambda a, b: (np.outer(a, b), np.inner(a[0, 0], b), np.kron(a[:2], b[0])), x, y, units=2, ranges=[(-2, 2)] * 2
    )
    agrees(lambda a: (np.inner(a, a), np.vdot(a, a), np.tensordot(a, a, ((0, 1), (0, 1)))), x, units=2)


@given(x=wholes, shape=sides)
def test_products_with_public_arrays(x, shape):
    other = np.arange(shape[0] * shape[1]).reshape(shape)
    agrees(lambda a: (np.kron(other, a), np.outer(other, a[0]), np.multiply.outer(a[:, 0], other)), x)


EINSUMS = [
    "ij->ji", "ij->", "ij->j", "ij,kj->ik", "ij,ij->", "ij,ij->ij", "ij,kl->iljk", "ij,ij->j", "ij,kj->ijk", "ij,ik",
]  # fmt: skip


@pytest.mark.parametrize("subscripts", EINSUMS)
@given(data=st.data())
def test_einsum(subscripts, data):
    i, j = data.draw(sides)
    x = data.draw(fixed_arrays(-2, 2, 16, (i, j)))
    if "," not in subscripts:
        agrees(lambda a: np.einsum(subscripts, a), x)
        return
    y = data.draw(fixed_arrays(-2, 2, 16, (i, j)))
    agrees(lambda a, b: np.einsum(subscripts, a, b), x, y, units=2)
    agrees(lambda a: np.einsum(subscripts, a, np.arange(y.size).reshape(y.shape)), x, units=2)


def test_einsum_of_three_and_of_diagonals():
    x, y, z = np.arange(6).reshape(2, 3), np.arange(12).reshape(3, 4) - 5, np.arange(8).reshape(4, 2)
    agrees(lambda a, b, c: np.einsum("ij,jk,kl->il", a, b, c), x, y, z, ranges=[(-20, 20)] * 3)
    agrees(lambda a, b, c: np.einsum("ij,jk,ki->", a, b, c), x, y, z, ranges=[(-20, 20)] * 3)
    agrees(
        lambda a: (np.einsum("ii->i", a), np.einsum("ii", a), np.einsum("iji->j", a[:, None])),
        np.arange(9).reshape(3, 3),
    )
    agrees(lambda a, b, c: np.linalg.multi_dot([a, b, c]), x, y, z, ranges=[(-20, 20)] * 3)


def test_tensordot_by_numbers_and_lists():
    x, y = np.arange(24).reshape(2, 3, 4), np.arange(24).reshape(3, 4, 2) - 7
    agrees(
        lambda a, b: (np.tensordot(a, b), np.tensordot(a, b, [(2,), (1,)]), np.tensordot(a, b[0, 0], 0)),
        x,
        y,
        ranges=[(-99, 99)] * 2,
    )


@pytest.mark.parametrize("subscripts", ["ij,jk", "i...", "ij->kk", "ij->ijk", "12"])
def test_wrong_subscripts_are_named(subscripts):
    with pytest.raises(LocalError, match="bad-subscripts"):
        revealed(lambda a: np.einsum(subscripts, a), np.ones((2, 3)))


SPREADS = {
    "std": np.std,
    "std of columns": lambda x: x.std(axis=0),
    "std with ddof": lambda x: np.std(x, ddof=1),
    "var with ddof": lambda x: x.var(axis=1, ddof=1),
    "std by the standard's name": lambda x: np.std(x, axis=1, correction=1),
    "var kept": lambda x: np.var(x, axis=1, ddof=1, keepdims=True),
    "average": lambda x: np.average(x, axis=0),
    "weighted": lambda x: np.average(x, axis=1, weights=[1, 2, 0.5]),
    "weighted all": lambda x: np.average(x, weights=np.arange(12).reshape(4, 3)),
    "cov": lambda x: np.cov(x),
    "cov of columns": lambda x: np.cov(x, rowvar=False),
    "cov of two": lambda x: np.cov(x[0], x[1], bias=True),
    "cov of one": lambda x: np.cov(x[:, 0]),
}


@pytest.mark.parametrize("name", SPREADS)
@given(x=fixed_arrays(-2, 2, 16, (4, 3)))
def test_spreads(name, x):
    """Near zero a square root turns an error of e into one of its root: 2^-11 into 2^-5.5, some 1500 units."""
    agrees(SPREADS[name], x, units=1500 if name.startswith("std") else 40, ranges=[(-2, 2)])


def test_secret_weights():
    x, weights = np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([1.0, 3.0])
    agrees(lambda a, w: np.average(a, axis=1, weights=w), x, weights, units=40, ranges=[(0, 8), (0.5, 4)])
    agrees(lambda w: np.average(x, axis=0, weights=w, keepdims=True), weights, units=40, ranges=[(0.5, 4)])


@given(x=fixed_arrays(-2, 2, 16, (3, 4)))
def test_correlations(x):
    """Variables of a deviation above 0.9, so that a unit or two of the covariances are not magnified by more than 2."""
    x = x / 8 + np.array([[1.5, -1.5, 1.0, -1.0], [1.0, 1.0, -1.25, -1.25], [-1.5, 0.5, 1.5, -0.5]])
    agrees(np.corrcoef, x, units=24, ranges=[(-2, 2)])
    agrees(lambda a: np.corrcoef(a[0], a[1]), x, units=24, ranges=[(-2, 2)])


def test_a_constant_correlates_with_nothing():
    found = revealed(np.corrcoef, np.array([[1.0, 2.0, -1.0], [0.5, 0.5, 0.5]]), ranges=[(-2, 2)])
    assert abs(found[0, 0] - 1) < 2.0**-10
    assert found[0, 1] == found[1, 0] == found[1, 1] == 0


def test_kinds_do_not_follow_the_number_of_elements():
    for count in (1, 2):
        agrees(lambda x: (x.mean(), x.mean(axis=0), x.sum()), np.arange(count))
        agrees(lambda x: (x.mean(), x.max(), x.min()), np.ones(count, bool))


@pytest.mark.parametrize("ddof", [4, 5])
def test_no_freedom_is_refused(ddof):
    with pytest.raises(LocalError, match="empty-mean"):
        revealed(lambda x: np.var(x, ddof=ddof), np.ones(4))


@pytest.mark.parametrize("count", [3, 7, 49])
@pytest.mark.parametrize("ring", [64, 128])
def test_the_mean_of_bits_is_a_neighbour_of_the_exact_one_and_of_set_ones_it(ring, count):
    async def main(ctx, mine):
        x = (await mpc.secret(ctx, 0, mine)).mean(axis=1)
        assert x.error < 1.001 * 2.0**-16
        return await mpc.reveal(ctx, x)

    rows = np.array([np.arange(count) < 2, np.zeros(count), *np.ones((2000, count))]).astype(bool)
    found = mpc.simulate(main, [rows, None], ring=ring).results[0]
    np.testing.assert_array_equal(found[1:], rows[1:].mean(axis=1))
    assert abs(found[0] - 2 / count) < 2.0**-16


def test_unknown_reductions_are_refused():
    with pytest.raises(LocalError, match="unsupported-operation"):
        revealed(np.subtract.reduce, np.ones(3))
