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
