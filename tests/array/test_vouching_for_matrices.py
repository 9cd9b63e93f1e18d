"""What a program vouches for of a matrix is checked; whatever is wrong about it has a code and a way out."""

import numpy as np
import pytest
from programs import revealed

import mpc
from mpc.errors import LocalError

MATRIX, COLUMN = 2 * np.eye(3), np.ones(3)
FUNCTIONS = {
    "solve": lambda a, b, **known: mpc.solve(a, b, **known),
    "inv": lambda a, b, **known: mpc.inv(a, **known),
    "lstsq": lambda a, b, **known: mpc.lstsq(a, b, **known),
    "pinv": lambda a, b, **known: mpc.pinv(a, **known),
    "det": lambda a, b, **known: mpc.det(a, **known),
    "cholesky": lambda a, b, **known: mpc.cholesky(a, **known),
}
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def refused(function, match):
    with pytest.raises(LocalError, match=match) as refusal:
        revealed(function, MATRIX, COLUMN, ranges=[(-10, 10), (-10, 10)])
    assert refusal.value.line


@every_function
@pytest.mark.parametrize("least", [np.nan, None, "many", 1e300, 1e-300, 0, -1, np.inf, np.array([1.0, 2.0])], ids=str)
def test_least_is_a_number_above_zero(name, least):
    refused(lambda a, b: FUNCTIONS[name](a, b, least=least), "bad-range")


@pytest.mark.parametrize("name", ["solve", "inv", "lstsq", "pinv"])
@pytest.mark.parametrize("most", [np.nan, "many", 1e300, 0, np.array([1.0, 2.0])], ids=str)
def test_so_is_most(name, most):
    refused(lambda a, b: FUNCTIONS[name](a, b, least=1, most=most), "bad-range")


@every_function
def test_numpy_serves_for_public_matrices(name):
    refused(lambda a, b: FUNCTIONS[name](MATRIX, b, least=1), rf"np\.linalg\.{name}")


@every_function
@pytest.mark.parametrize("shape", [(), (9,), (0, 0)])
def test_a_matrix_has_two_axes(name, shape):
    refused(lambda a, b: FUNCTIONS[name](a.ravel()[: int(np.prod(shape))].reshape(shape), b, least=1), "shape-mismatch")


@pytest.mark.parametrize("name", ["lstsq", "pinv"])
def test_what_the_squares_of_singular_values_lose(name):
    refused(lambda a, b: FUNCTIONS[name](a, b, least=0.003), "(?s)loses-too-much.*more --fractional-bits")


def test_a_public_matrix_without_inverse():
    refused(lambda a, b: np.linalg.solve(np.ones((3, 3)), b), "singular-matrix")


@pytest.mark.parametrize("name", ["solve", "det", "cholesky"])
def test_the_lower_triangle_is_read(name):
    half = np.tril(np.array([[2.0, 0, 0], [0.5, 3, 0], [0.25, -1, 2]]))
    whole = half + np.tril(half, -1).T
    expected = getattr(np.linalg, name)(*([whole, COLUMN] if name == "solve" else [whole]))
    found = revealed(lambda a, b: FUNCTIONS[name](a, b, least=0.5), half, COLUMN, ranges=[(-4, 4), (-10, 10)])
    np.testing.assert_allclose(found, expected, atol=2e-3)
