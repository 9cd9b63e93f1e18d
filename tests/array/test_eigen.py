"""Eigenvalues and eigenvectors of symmetric matrices against numpy's: clusters, zeros, odd sizes, several at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import UNIT, revealing

import mpc
from protocols.array.eigen import _grid, _rounds

MATRICES = {
    "one": np.array([[3.5]]),
    "two": np.array([[2.0, 1.0], [1.0, 2.0]]),
    "a small angle": np.array([[1.0, 1e-3], [1e-3, 2.0]]),
    "close values": np.array([[1.0, 1e-3], [1e-3, 1.0]]),
    "a multiple of one": np.eye(3) * 2,
    "zero": np.zeros((3, 3)),
    "a rank of one": np.ones((4, 4)),
    "large": 100 * (np.ones((3, 3)) - np.diag([1.0, 2.0, 4.0])),
}


def checked(a, suite="ideal", units=8):
    """Values, residuals and lengths within some units of the last place, for each of size 1 that is in the matrix."""
    size = float(np.abs(a).max()) + 0.01
    run = revealing(lambda x: (*np.linalg.eigh(x), np.linalg.eigvalsh(x)), a, ranges=[(-size, size)], suite=suite)
    values, vectors, alone = run.result
    tolerance = units * UNIT * max(size, 1) * len(a)
    for found in (values, alone):
        assert np.abs(found - np.linalg.eigvalsh(a)).max() <= tolerance
    assert np.abs(a @ vectors - vectors * values[..., None, :]).max() <= 4 * tolerance
    assert np.abs(np.swapaxes(vectors, -1, -2) @ vectors - np.eye(a.shape[-1])).max() <= 4 * units * UNIT
    return run


@pytest.mark.parametrize("name", MATRICES)
def test_values_and_vectors(name):
    checked(MATRICES[name])


@pytest.mark.slow
def test_on_shares_with_the_rounds_that_are_said():
    run = checked(MATRICES["two"], suite="beaver")
    assert run.report.rounds < 9 * 22 + 60
    assert run.report.reveals[0].error == np.inf


@pytest.mark.slow
@settings(max_examples=6)
@given(seed=st.integers(0, 10**6), side=st.integers(2, 6))
def test_random_matrices(seed, side):
    noise = np.random.default_rng(seed).normal(size=(side, side))
    checked((noise + noise.T) / 2)


@pytest.mark.parametrize("triangle", [(), ("L",), ("U",), ("u",)])
def test_one_triangle_is_read_as_numpy_reads_it(triangle):
    matrix = np.array([[2.0, 1.0], [7.0, 2.0]])
    found = revealing(lambda a: np.linalg.eigvalsh(a, *triangle), matrix, ranges=[(-8, 8)], suite="ideal").result
    assert np.abs(found - np.linalg.eigvalsh(matrix, *(t.upper() for t in triangle))).max() < 8 * UNIT
    values = revealing(lambda a: np.linalg.eigh(a, *triangle).eigenvalues, matrix, ranges=[(-8, 8)], suite="ideal")
    assert np.abs(values.result - found).max() < 8 * UNIT


@pytest.mark.parametrize("n", range(2, 10))
def test_a_sweep_meets_every_pair_once(n):
    pairs = [pair for p, q in _rounds(n) for pair in zip(p.tolist(), q.tolist(), strict=True)]
    assert sorted(pairs) == [(p, q) for p in range(n) for q in range(p + 1, n)]
    assert all(len({*p, *q}) == 2 * len(p) for p, q in _rounds(n))


def test_every_rotation_leaves_at_most_a_quarter():
    """For angles all over: what the public rotation leaves of the element, as a part of it."""
    grid = _grid()
    for angle in np.linspace(2.0**-14, np.pi / 4, 4001):
        d, o = np.cos(2 * angle), np.sin(2 * angle)
        level = int((o * grid.a > d * grid.b).sum())
        c, s = 1 + grid.cosines[len(grid.a) - level :].sum(), grid.sines[len(grid.a) - level :].sum()
        assert c * c + s * s == pytest.approx(1)
        left = o / 2 * (c * c - s * s) - d * c * s
        assert abs(left) <= 0.25 * o / 2 or o < 2.0**-14 * d


@pytest.mark.parametrize(("ring", "bits"), [(64, 20), (128, 40)])
def test_what_more_fractional_bits_gain_ends_at_a_millionth(ring, bits):
    a = np.array([[0.3, -0.2, 0.1], [-0.2, 1.0, 0.4], [0.1, 0.4, -0.7]])

    async def main(ctx, mine):
        return await mpc.reveal(ctx, np.linalg.eigvalsh(await mpc.secret(ctx, 0, mine, range=(-1, 1))))

    found = mpc.simulate(main, [a, None], suite="ideal", ring=ring, fractional_bits=bits).result
    np.testing.assert_allclose(found, np.linalg.eigvalsh(a), rtol=0, atol=max(1e-6, 8 * 2.0**-bits))
