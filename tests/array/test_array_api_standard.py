"""The array API standard, name by name: each function does on secrets what a strict implementation does on numbers, or
stands among those that make no sense for secrets.
"""

from inspect import isfunction

import array_api_strict as strict
import numpy as np
import pytest
from programs import revealed

X = np.array([[1.5, -0.25, 2.0], [0.5, 3.0, -1.75]])
Y = np.array([[0.5, 1.25, 0.75], [2.0, 0.5, 1.5]])
BITS = np.array([[True, False, True], [False, False, True]])
WHOLE = np.array([[3, -7, 0], [5, 2, -4]])

OF_ONE = "abs ceil conj floor negative positive real round sign signbit square tanh trunc exp expm1"
OF_A_POSITIVE = "log log1p log2 log10 reciprocal sqrt"
OF_TWO = """add copysign divide equal greater greater_equal hypot less less_equal logaddexp maximum minimum multiply
not_equal subtract"""
OF_BITS = "bitwise_and bitwise_or bitwise_xor logical_and logical_or logical_xor"
ALONG = """argmax argmin argsort count_nonzero diff max mean min prod sort std sum var cumulative_sum cumulative_prod
flip"""
CALLS = {
    **{name: lambda f, x, y, b, w, a: f(x) for name in OF_ONE.split()},
    **{name: lambda f, x, y, b, w, a: f(y) for name in OF_A_POSITIVE.split()},
    **{name: lambda f, x, y, b, w, a: f(x, y) for name in OF_TWO.split()},
    **{name: lambda f, x, y, b, w, a: f(b, ~b[::-1, :]) for name in OF_BITS.split()},
    **{name: lambda f, x, y, b, w, a: f(x, axis=1) for name in ALONG.split()},
    **{name: lambda f, x, y, b, w, a: f(b, axis=0) for name in ("all", "any")},
    **{name: lambda f, x, y, b, w, a: f(b) for name in ("logical_not", "bitwise_invert")},
    **{name: lambda f, x, y, b, w, a: f(w, a(3)) for name in ("floor_divide", "remainder")},
    **{name: lambda f, x, y, b, w, a: f(x, k=1) for name in ("tril", "triu")},
    **{name: lambda f, x, y, b, w, a: f(x) for name in ("zeros_like", "ones_like", "matrix_transpose")},
    **{name: lambda f, x, y, b, w, a: f([x, y], axis=0) for name in ("concat", "stack")},
    "astype": lambda f, x, y, b, w, a: f(b, a(0).dtype),
    "broadcast_arrays": lambda f, x, y, b, w, a: f(x, y[:1, :])[1],
    "broadcast_to": lambda f, x, y, b, w, a: f(x, (2, 2, 3)),
    "clip": lambda f, x, y, b, w, a: f(x, min=-1.0, max=1.0),
    "expand_dims": lambda f, x, y, b, w, a: f(x, axis=1),
    "full_like": lambda f, x, y, b, w, a: f(x, 2.5),
    "isin": lambda f, x, y, b, w, a: f(w, a([5, 0, 9])),
    "matmul": lambda f, x, y, b, w, a: f(x, y.T),
    "meshgrid": lambda f, x, y, b, w, a: f(x[0, :], y[1, :])[0],
    "moveaxis": lambda f, x, y, b, w, a: f(x, 0, -1),
    "permute_dims": lambda f, x, y, b, w, a: f(x, (1, 0)),
    "pow": lambda f, x, y, b, w, a: f(w, a(3)),
    "repeat": lambda f, x, y, b, w, a: f(x, 2, axis=1),
    "reshape": lambda f, x, y, b, w, a: f(x, (3, 2)),
    "roll": lambda f, x, y, b, w, a: f(x, 1, axis=1),
    "searchsorted": lambda f, x, y, b, w, a: f(a([-1.0, 0.0, 2.0]), x, side="right"),
    "squeeze": lambda f, x, y, b, w, a: f(x[:1, :], axis=0),
    "take": lambda f, x, y, b, w, a: f(x, a([2, 0]), axis=1),
    "take_along_axis": lambda f, x, y, b, w, a: f(x, a([[1, 0, 2], [0, 0, 1]]), axis=1),
    "tensordot": lambda f, x, y, b, w, a: f(x, y, axes=2),
    "tile": lambda f, x, y, b, w, a: f(x, (2, 1)),
    "unstack": lambda f, x, y, b, w, a: f(x, axis=1)[2],
    "vecdot": lambda f, x, y, b, w, a: f(x, y, axis=-1),
    "where": lambda f, x, y, b, w, a: f(b, x, y),
}  # fmt: skip

NO_SENSE = {
    "makes public arrays, or speaks of types": """asarray arange empty empty_like eye from_dlpack full linspace
        ones zeros broadcast_shapes can_cast isdtype result_type set_array_api_strict_flags get_array_api_strict_flags
        reset_array_api_strict_flags __array_namespace_info__ finfo iinfo""",
    "the shape of the result would show the values": "nonzero unique_all unique_counts unique_inverse unique_values",
    "secrets are finite real numbers": "isfinite isinf isnan imag nextafter",
    "a whole number is no array of bits": "bitwise_left_shift bitwise_right_shift",
    "there is no protocol of it": "acos acosh asin asinh atan atan2 atanh cos cosh sin sinh tan",
}

LINEAR = {
    "cross": lambda f, x, y: f(x, y),
    "diagonal": lambda f, x, y: f(x),
    "matmul": lambda f, x, y: f(x, y.T),
    "matrix_norm": lambda f, x, y: f(x),
    "matrix_power": lambda f, x, y: f(x @ y.T, 2),
    "matrix_transpose": lambda f, x, y: f(x),
    "outer": lambda f, x, y: f(x[0, :], y[1, :]),
    "tensordot": lambda f, x, y: f(x, y, axes=2),
    "trace": lambda f, x, y: f(x),
    "vecdot": lambda f, x, y: f(x, y),
    "vector_norm": lambda f, x, y: f(x, axis=1),
}
LOOSE = {"tanh": 1.4e-3} | dict.fromkeys(("exp", "expm1", "cumulative_prod", "prod", "hypot"), 2.0**-13)


def test_every_name_of_the_standard_is_accounted_for():
    named = {name for name in strict.__all__ if isfunction(getattr(strict, name))}
    without = {name for names in NO_SENSE.values() for name in names.split()}
    assert named <= set(CALLS) | without
    assert set(CALLS) <= named
    assert not set(CALLS) & without


@pytest.mark.parametrize("name", sorted(CALLS))
def test_names_of_the_standard(name):
    if not hasattr(np, name):
        pytest.skip(f"this numpy has no {name}")
    arrays = [strict.asarray(value) for value in (X, Y, BITS, WHOLE)]
    expected = np.asarray(CALLS[name](getattr(strict, name), *arrays, strict.asarray))
    found = _as_result(lambda x, y, b, w: CALLS[name](getattr(np, name), x, y, b, w, np.asarray), X, Y, BITS, WHOLE)
    _agree(found, expected, LOOSE.get(name, 2.0**-14))


@pytest.mark.parametrize("name", sorted(LINEAR))
def test_names_of_its_linear_algebra(name):
    if not hasattr(np.linalg, name):
        pytest.skip(f"this numpy has no linalg.{name}")
    expected = np.asarray(LINEAR[name](getattr(strict.linalg, name), strict.asarray(X), strict.asarray(Y)))
    found = _as_result(lambda x, y: LINEAR[name](getattr(np.linalg, name), x, y), X, Y)
    _agree(found, expected, 2.0**-12)


def _as_result(function, *values):
    """The result revealed, or as it is where it is public."""
    public = []

    def program(*secrets):
        outcome = function(*secrets)
        if isinstance(outcome, np.ndarray):
            public.append(outcome)
            return secrets[0]
        return outcome

    bounds = [(0.25, 4) if value is Y else (-8, 8) if value is not BITS else (0, 1) for value in values]
    found = revealed(program, *values, ranges=bounds)
    return public[0] if public else found


def _agree(found, expected, tolerance):
    assert np.shape(found) == expected.shape
    assert np.asarray(found).dtype.kind == expected.dtype.kind
    np.testing.assert_allclose(
        np.asarray(found).astype(float), np.asarray(expected).astype(float), rtol=0, atol=tolerance
    )
