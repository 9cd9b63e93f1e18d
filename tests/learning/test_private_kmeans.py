"""k-means with noise: Lloyd's steps where there is none, no further moved than is said, charged once."""

from __future__ import annotations

from itertools import product
from math import isqrt
from typing import Any

import numpy as np
import pytest
from learning.without_noise import PRIVACY, distances, without_noise
from sklearn.cluster import KMeans

import mpc
from mpc.errors import LocalError
from protocols.learning.kmeans_su16 import moved_by_a_row, spread

CENTRES = np.array([[1.0, 3.0], [4.0, 8.0], [5.0, 1.0]])
BOUNDS = (np.array([0, 0]), np.array([6, 10]))


def table(rows: int = 30, seed: int = 4) -> Any:
    dice = np.random.default_rng(seed)
    return (CENTRES[np.arange(rows) % 3] + dice.normal(0, 0.4, (rows, 2))).clip(-1, 11)


def clustered(x: Any, n: int = 2, suite: str = "ideal", **how: Any) -> Any:
    """Rows of n parties, in parts."""
    how = {"clusters": 3, "bounds": BOUNDS, "privacy": PRIVACY, "steps": 2} | how
    places = np.array_split(np.arange(len(x)), n)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        parts = [await mpc.secret(ctx, j, x[places[j]], range=(-1, 11)) for j in ctx.everyone]
        return await mpc.learning.private_kmeans(ctx, parts, **how)

    return mpc.simulate(main, [None] * n, suite=suite)


@pytest.mark.parametrize(("n", "suite"), [(2, "beaver"), (3, "beaver"), (2, "ideal")])
def test_without_noise_it_takes_lloyds_steps(monkeypatch: pytest.MonkeyPatch, n: int, suite: str) -> None:
    without_noise(monkeypatch)
    x, start = table(), CENTRES + np.array([[0.5, 1], [1, -1], [-1, 1.5]])
    found = clustered(x, n, suite, clusters=start, steps=2).result
    lo, hi = BOUNDS
    unit = (x.clip(lo, hi) - lo) / (hi - lo)
    right = KMeans(3, init=(start - lo) / (hi - lo), n_init=1, max_iter=2, tol=0).fit(unit)
    np.testing.assert_allclose(found.centres, lo + right.cluster_centers_ * (hi - lo), atol=2e-3)
    assert found.counts.tolist() == [10, 10, 10]
    assert (found.predict(CENTRES) == np.arange(3)).all()


def test_an_empty_cluster_stays_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    without_noise(monkeypatch)
    start = np.array([[3.0, 4.0], [0.0, 10.0]])
    found = clustered(np.full((30, 2), [4.0, 3.0]), clusters=start, steps=1).result
    np.testing.assert_allclose(found.centres, [[4, 3], [0, 10]], atol=1e-3)
    assert found.counts.tolist() == [30, 0]
    assert np.isinf(found.deviations).any(axis=1).tolist() == [False, True]


def test_with_little_noise_centres_are_within_what_is_said() -> None:
    x = table(900)
    found = clustered(x, 3, "beaver", clusters=CENTRES, privacy=mpc.Gaussian(epsilon=10, delta="1e-6")).result
    exact = [x.clip(*BOUNDS)[k::3].mean(axis=0) for k in range(3)]
    assert (np.abs(found.centres - exact) < 8 * found.deviations).all()
    assert found.deviations.max() < 0.3
    assert "or epsilon 9.9999" in str(found)


def test_nothing_but_noisy_counts_and_sums_is_opened() -> None:
    report = clustered(table(), steps=3).report
    assert [reveal.shape for reveal in report.reveals] == [(3 * 3,)] * 3
    assert all("of 3, paid for beforehand" in reveal.privacy for reveal in report.reveals)


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_no_record_moves_counts_and_sums_further_than_is_said(columns: int) -> None:
    """Of all records of -2, 0 and 2 in two clusters, by all of these."""
    weight = 2 * isqrt(columns)
    found = []
    for cluster, *x in product((0, 1), *[(-2, 0, 2)] * columns):
        moved = np.zeros((2, columns + 1), int)
        moved[cluster] = weight, *x
        found.append(moved.reshape(-1))
    every = np.array(found)
    furthest = int(np.square(every[:, None] - every).sum(axis=2).max())
    assert furthest == moved_by_a_row(columns, weight, 2) == 4 * columns * 2**2
    assert np.square(every).sum(axis=1).max() <= furthest


@pytest.mark.parametrize("suite", ["ideal", "beaver"])
def test_what_is_computed_moves_no_further(monkeypatch: pytest.MonkeyPatch, suite: str) -> None:
    """Records at corners, beyond the bounds, and where two centres are as near."""
    opened = without_noise(monkeypatch)
    x = table(6)
    for row in ([0, 0], [6, 10], [11, 11], [-1, 10], [3, 5]):
        other = x.copy()
        other[0] = row
        clustered(other, suite=suite, clusters=[[1, 5], [5, 5]], steps=1)
    apart = [max(distances([a], [b])) for a in opened.vectors for b in opened.vectors]
    assert opened.moved**2 / 2 < max(apart) <= opened.moved**2


@pytest.mark.parametrize(("k", "columns"), [(2, 1), (5, 2), (8, 10)])
def test_starts_are_spread(k: int, columns: int) -> None:
    found = spread(k, columns)
    assert found.shape == (k, columns)
    assert np.abs(found).max() <= 1
    apart = np.linalg.norm(found[:, None] - found, axis=2) + 9 * np.eye(k)
    assert apart.min() > 0.5


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"clusters": 1}, "amount-out-of-range"),
        ({"clusters": 2.5}, "wrong-amount"),
        ({"clusters": [[1, 2]]}, "wrong-shape"),
        ({"clusters": [[1, 2, 3], [1, 2, 3]]}, "wrong-shape"),
        ({"clusters": [[1, 2], [np.nan, 3]]}, "wrong-shape"),
        ({"bounds": (1, 1)}, "wrong-number"),
        ({"bounds": (0, np.inf)}, "wrong-number"),
        ({"bounds": 3}, "wrong-number"),
        ({"bounds": ([0, 0, 0], 1)}, "wrong-number"),
        ({"steps": 0}, "amount-out-of-range"),
        ({"privacy": mpc.Laplace(epsilon=1)}, "wrong-privacy"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(how: dict[str, Any], code: str) -> None:
    with pytest.raises(LocalError, match=code):
        clustered(table(), **how)
