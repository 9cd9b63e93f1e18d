"""Systems, determinants and Cholesky factors of symmetric positive definite matrices, against numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import revealed

import mpc
from mpc.errors import LocalError
from mpc.testing import party_counts

LEAST = 0.5


def definite(seed, shape):
    """A matrix with eigenvalues from 1 to 3."""
    rng = np.random.default_rng(seed)
    q = np.linalg.qr(rng.normal(size=shape))[0]
    values = rng.uniform(1, 3, shape[:-1])
    return (q * values[..., None, :]) @ np.swapaxes(q, -1, -2)


seeds = st.integers(0, 10**6)
sides = st.integers(1, 4)


@pytest.mark.slow
@settings(max_examples=8)
@given(n=party_counts(2, 3), seed=seeds, side=sides, columns=st.integers(1, 3))
def test_systems(n, seed, side, columns):
    a = definite(seed, (side, side))
    b = np.random.default_rng(seed).uniform(-2, 2, (side, columns))
    found = revealed(lambda x, y: mpc.solve(x, y, least=LEAST), a, b, n=n, ranges=[(-4, 4), (-2, 2)])
    np.testing.assert_allclose(found, np.linalg.solve(a, b), rtol=0, atol=2.0**-10)


@settings(max_examples=4)
@given(seed=seeds, side=sides)
def test_right_sides_may_be_public_or_vectors(seed, side):
    a = definite(seed, (side, side))
    b = np.linspace(-1, 1, side)
    found = revealed(
        lambda x: (mpc.solve(x, b, least=LEAST), mpc.solve(x, np.eye(side), least=LEAST)), a, ranges=[(-4, 4)]
    )
    np.testing.assert_allclose(found[0], np.linalg.solve(a, b), rtol=0, atol=2.0**-10)
    np.testing.assert_allclose(found[1], np.linalg.inv(a), rtol=0, atol=2.0**-10)


@settings(max_examples=4)
@given(seed=seeds, side=sides)
def test_determinants_and_factors(seed, side):
    a = definite(seed, (2, side, side))
    found = revealed(lambda x: (mpc.det(x, least=LEAST), mpc.cholesky(x, least=LEAST)), a, ranges=[(-4, 4)])
    np.testing.assert_allclose(found[0], np.linalg.det(a), rtol=2.0**-10)
    np.testing.assert_allclose(found[1], np.linalg.cholesky(a), rtol=0, atol=2.0**-10)


def test_least_squares():
    rng = np.random.default_rng(7)
    x = rng.uniform(-1, 1, (40, 3))
    y = x @ [0.5, -1.0, 0.25] + rng.normal(0, 0.01, 40)

    def fit(a, b):
        return mpc.solve((a.T @ a / 40).within(-1, 1), a.T @ b / 40, least=0.05)

    found = revealed(fit, x, y, ranges=[(-1, 1), (-2, 2)])
    np.testing.assert_allclose(found, np.linalg.lstsq(x, y, rcond=None)[0], atol=2.0**-8)


REFUSED = {
    "nothing vouched": (lambda a: mpc.solve(a, np.ones(2), least=0.0), "bad-range"),
    "more than it holds": (lambda a: mpc.solve(a, np.ones(2), least=9.0), "bad-range"),
    "no square": (lambda a: mpc.det(a[:1], least=0.1), "shape-mismatch"),
    "numpy's own": (lambda a: np.linalg.inv(a), "unsupported-operation"),
}


@pytest.mark.parametrize(("use", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(use, code):
    with pytest.raises(LocalError, match=code):
        revealed(use, np.eye(2), ranges=[(-4, 4)])
