"""Norms, powers of matrices and numpy's other names for what there is agree with numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from programs import agrees, revealed

from mpc.errors import LocalError
from mpc.testing import fixed_arrays

matrices = st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(lambda shape: fixed_arrays(-2, 2, 16, shape))
squares = st.integers(1, 3).flatmap(lambda n: hnp.arrays(np.int64, (n, n), elements=st.integers(-3, 3)))
threes = fixed_arrays(-2, 2, 16, (2, 3))

NORMS = {
    "vector": lambda x: np.linalg.norm(x[0]),
    "all elements": np.linalg.norm,
    "frobenius": lambda x: np.linalg.norm(x, "fro"),
    "rows": lambda x: np.linalg.norm(x, axis=1, keepdims=True),
}
EXACT_NORMS = {
    "sum": lambda x: np.linalg.norm(x[0], 1),
    "largest": lambda x: np.linalg.norm(x, np.inf, axis=0),
    "smallest": lambda x: np.linalg.norm(x, -np.inf, axis=0),
    "count": lambda x: np.linalg.norm(x[0], 0),
    "columns of a matrix": lambda x: np.linalg.norm(x, 1),
    "rows of a matrix": lambda x: np.linalg.norm(x, np.inf, keepdims=True),
    "least column": lambda x: np.linalg.norm(x, -1),
}


@pytest.mark.parametrize("norm", NORMS.values(), ids=NORMS.keys())
@given(x=matrices)
def test_norms_by_squares_are_near(norm, x):
    """A unit that the sum of squares is off becomes at most its root near zero, 256 units."""
    agrees(norm, x, units=260)


@given(x=matrices)
def test_norms_above_one_are_within_two_units(x):
    agrees(np.linalg.norm, np.abs(x) + 1, units=6)


@pytest.mark.parametrize("norm", EXACT_NORMS.values(), ids=EXACT_NORMS.keys())
@given(x=matrices)
def test_other_norms_are_exact(norm, x):
    agrees(norm, x)


@given(a=squares, n=st.integers(1, 6))
def test_powers_of_matrices(a, n):
    agrees(lambda x: np.linalg.matrix_power(x, n), a, ranges=[(-3, 3)])


@given(b=fixed_arrays(-2, 2, 16, (3, 2)))
def test_systems_with_a_public_matrix(b):
    a = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 2.0]])
    agrees(lambda x: np.linalg.solve(a, x), b, units=8)


def others(x):
    return (
        np.fmax(x, x[:1]), np.fmin(x, 0.5), np.fabs(x), np.real(x), x.conj(), x.real, np.deg2rad(x), np.rad2deg(x),
        np.select([x > 1, x > 0], [x, 0.5]), np.trapezoid(x) if hasattr(np, "trapezoid") else x, np.fft.fftshift(x),
        np.zeros_like(x) + x, np.full_like(x, 1.5) * x, np.ones_like(x) - x,
    )  # fmt: skip


@pytest.mark.slow
@given(x=matrices)
def test_other_spellings(x):
    agrees(others, x, units=120)
    agrees(lambda a: (np.copysign(a, -1), np.copysign(a, a[::-1] - 0.0), *np.modf(a), np.fmod(a, 0.75)), x + 0.0)
    agrees(lambda a: (np.ldexp(a, 3), a[np.tril_indices_from(a)], a[np.triu_indices_from(a, 1)]), x)


def test_arrays_like_a_secret_are_public():
    def program(x):
        assert np.zeros_like(x).dtype == np.float64
        assert np.array_equal(np.full_like(x, 2), np.full((2, 3), 2.0))
        return np.full_like(x, x[0, 0])

    x = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(revealed(program, x), np.zeros((2, 3)))


@pytest.mark.slow
@given(x=threes, y=threes)
def test_lengths_of_two_sides(x, y):
    agrees(np.hypot, x, y, units=260)
    agrees(lambda a: np.hypot(a, 3.0), x, units=4)


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="this numpy has no matvec")
@given(x=threes)
def test_products_of_last_axes(x):
    y = np.arange(12.0).reshape(2, 3, 2) - 5

    def products(a):
        return (
            np.vecmat(a, y), np.matvec(np.swapaxes(y, 1, 2), a), np.vecdot(a, a), np.vecdot(a, y[..., 0]),
            np.linalg.vecdot(a, a, axis=0), np.linalg.cross(a, a[::-1]), np.linalg.outer(a[0], a[1]),
        )  # fmt: skip

    agrees(products, x, units=8)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(np.linalg, "vector_norm"), reason="this numpy has no vector_norm")
@given(a=squares)
def test_names_of_the_standard(a):
    def named(x):
        return (
            np.linalg.diagonal(x), np.linalg.trace(x, offset=1), np.linalg.matrix_transpose(x), np.linalg.matmul(x, x),
            np.linalg.tensordot(x, x, axes=1), np.linalg.trace(x),
        )  # fmt: skip

    agrees(named, a, ranges=[(-3, 3)])
    agrees(lambda x: np.linalg.vector_norm(x, ord=1, axis=(0, 1)), a + 0.5)
    agrees(lambda x: (np.linalg.matrix_norm(x), np.linalg.vector_norm(x, axis=0, keepdims=True)), a + 0.5, units=8)


REFUSED = {
    "a system with a secret matrix": (lambda x: np.linalg.solve(x, x), "unsupported-operation"),
    "singular values": (lambda x: np.linalg.norm(x, 2), "unsupported-operation"),
    "a norm by threes": (lambda x: np.linalg.norm(x[0], 3), "unsupported-operation"),
    "no power": (lambda x: np.linalg.matrix_power(x, 0), "bad-exponent"),
    "an inverse": (lambda x: np.linalg.inv(x), "unsupported-operation"),
}


@pytest.mark.parametrize(("use", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(use, code):
    with pytest.raises(LocalError, match=code):
        revealed(use, np.eye(2))
