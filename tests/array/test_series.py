"""Polynomials, lines between points and convolutions agree with numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from programs import agrees, revealed

from mpc.errors import LocalError
from mpc.testing import fixed_arrays

reals = st.integers(1, 9).flatmap(lambda size: fixed_arrays(-2, 2, 16, size))


SERIES = {
    "polynomial": lambda x: np.polyval([2, -1, 0.5], x),
    "polynomial of a constant": lambda x: np.polyval([3.0], x),
    "lines": lambda x: np.interp(x, [-1.5, 0.0, 0.5], [1.0, -1.0, 2.0]),
    "lines with ends": lambda x: np.interp(x, [-1.5, 0.5], [1.0, 2.0], left=-3, right=4),
    "convolution": lambda x: np.convolve(x, [1.0, -2.0, 0.5]),
    "convolution of the same length": lambda x: np.convolve([1.0, 2.0], x, "same"),
    "correlation": lambda x: np.correlate(x, x[:1]),
}


@pytest.mark.parametrize("series", SERIES.values(), ids=SERIES.keys())
@given(x=reals)
def test_series(series, x):
    agrees(series, x, units=8, ranges=[(-2, 2)])


def test_secret_coefficients_and_convolutions_of_two_secrets():
    x, y = np.array([1, 2, 3]), np.array([4, 5])
    agrees(lambda a, b: (np.convolve(a, b), np.convolve(b, a, "valid"), np.polyval(a, b)), x, y, ranges=[(0, 9)] * 2)
    agrees(lambda a: (np.cross(a, [1, 0, 2]), np.cross([[1, 0, 2]], a)), x)


def test_points_that_do_not_rise_are_refused():
    with pytest.raises(LocalError, match="bad-points"):
        revealed(lambda x: np.interp(x, [1.0, 0.0], [1.0, 2.0]), 0.5)


SQUARE = np.array([[0.0, 1.0, 4.0, 9.5], [2.0, -1.0, 0.25, 3.0], [1.0, 1.0, 7.0, -8.0]])
SLOPES = {
    "along a row": lambda x: np.gradient(x[0]),
    "of two": lambda x: np.gradient(x[0, :2]),
    "at a distance": lambda x: np.gradient(x[1], 0.25),
    "at places": lambda x: np.gradient(x[1], [0.0, 1.0, 3.0, 3.5]),
    "at places, parabolas at the ends": lambda x: np.gradient(x[1], [0.0, 1.0, 3.0, 3.5], edge_order=2),
    "of three": lambda x: np.gradient(x[1, :3], edge_order=2),
    "along both axes": lambda x: np.gradient(x),
    "along both axes, at distances": lambda x: np.gradient(x, 2, [0.0, 1.0, 3.0, 3.5]),
    "along the first": lambda x: np.gradient(x, axis=0),
    "along both, the last first": lambda x: np.gradient(x, axis=(1, 0)),
    "of whole numbers": lambda x: np.gradient(x.astype(int), 0.5, axis=-1),
}


@pytest.mark.parametrize("slopes", SLOPES.values(), ids=SLOPES.keys())
def test_slopes(slopes):
    agrees(slopes, SQUARE, units=8, ranges=[(-16, 16)])


@pytest.mark.parametrize(
    ("use", "code"),
    [
        (lambda x: np.gradient(x[:1]), "shape-mismatch"),
        (lambda x: np.gradient(x, [0.0, 1.0]), "shape-mismatch"),
        (lambda x: np.gradient(x, 1, 2), "shape-mismatch"),
        (lambda x: np.gradient(np.arange(3.0), x), "unsupported-operation"),
        (lambda x: np.gradient(x > 0), "arithmetic-of-bits"),
    ],
)
def test_slopes_that_there_are_not_are_refused(use, code):
    with pytest.raises(LocalError, match=code):
        revealed(use, np.array([1.0, 2.0, 4.0]))
