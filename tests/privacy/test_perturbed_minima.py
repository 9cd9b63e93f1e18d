"""Noise in an objective keeps what it is asked for: held against the densities of minima, over all small rows."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from mpc.errors import LocalError
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.joint_noise import MOST_TAU
from protocols.privacy.perturbed_minima_kst12 import ObjectiveNoise, Perturbed, objective_noise

EPSILON = Fraction(3, 2)


def log_densities(rows: Any, labels: Any, at: Any, curvature: float, deviation: float) -> Any:
    """Of the minimum of each objective, up to a constant, at points (..., p): of rows (objectives, n, p)."""
    p = at.shape[-1]
    odds = np.einsum("...p,onp->o...n", at, rows)
    s = 1 / (1 + np.exp(-odds))
    b = np.einsum("o...n,onp->o...p", s - labels[(slice(None), *(None,) * (at.ndim - 1))], rows) + curvature * at
    bent = np.einsum("o...n,onp,onq->o...pq", s * (1 - s), rows, rows) + curvature * np.eye(p)
    return np.linalg.slogdet(bent)[1] - np.square(b).sum(axis=-1) / (2 * deviation**2)


def worst(rows: list[Any], n: int, p: int, curvature: float, deviation: float, points: int) -> float:
    """The largest delta at EPSILON of two objectives of n such rows of which all but the first are alike."""
    side = np.linspace(-6, 6, points) * (deviation + n) / curvature / 2
    at = np.stack(np.meshgrid(*[side] * p, indexing="ij"), axis=-1).reshape(-1, p)
    most = 0.0
    for rest in product(rows, repeat=n - 1):
        tables = np.array([[row[:p] for row in (first, *rest)] for first in rows], float)
        labels = np.array([[row[p] for row in (first, *rest)] for first in rows], float)
        density = np.exp(log_densities(tables, labels, at, curvature, deviation))
        density /= density.sum(axis=1, keepdims=True)
        apart = np.maximum(density[:, None] - np.exp(float(EPSILON)) * density, 0).sum(axis=2)
        most = max(most, float(apart.max()))
    return most


CASES = [
    pytest.param([(x, y) for x in (-1, 0, 0.5, 1) for y in (0, 1)], 2, 1, 2001, id="1 column"),
    pytest.param([(*x, y) for x in [(1, 0), (0, 1), (0.6, -0.8), (-1, 0)] for y in (0, 1)], 1, 2, 81, id="2 columns"),
]


@pytest.mark.parametrize(("rows", "n", "p", "points"), CASES)
@pytest.mark.parametrize("curvature", [0.3, 4.0])
def test_no_two_neighbours_are_easier_to_tell_apart(rows: Any, n: int, p: int, points: int, curvature: float) -> None:
    objective = Perturbed(1, Fraction(1), Fraction(curvature))
    for variance in (1, 9):
        found = worst(rows, n, p, curvature, variance**0.5, points)
        assert found < objective.delta(EPSILON, Fraction(variance)) * (1 + 1e-6)
    assert worst(rows, n, p, curvature, 0.5, points) > objective.delta(EPSILON, Fraction(4))


def test_the_bound_is_near_what_noise_of_that_distance_costs() -> None:
    """Of one row in the place of another, of length 1: at most a few times the delta of a Gaussian shifted by 2."""
    objective = Perturbed(1, Fraction(1), Fraction(10**6))
    least = Concentrated(Fraction(2, 16)).delta(EPSILON)
    assert least < objective.delta(EPSILON, Fraction(16)) < least * Fraction(11, 10)


@pytest.mark.parametrize(("rows", "scale"), [(1, 24), (2, 16), (9, 16)])
def test_the_noise_is_the_least_that_keeps_both(rows: int, scale: int) -> None:
    objective, delta = Perturbed(rows, Fraction(2), Fraction(40)), Fraction(1, 10**6)
    noise = objective_noise(objective, EPSILON, delta, 5, scale)
    assert objective.delta(EPSILON, noise.variance) < delta
    assert objective.delta(EPSILON, noise.variance * Fraction(999, 1000)) > delta
    assert noise.sampler.tau <= MOST_TAU
    assert noise.distance < delta / 1000
    assert (noise.sampler.count, noise.scale <= scale) == (5, True)


def test_more_rows_need_more_noise_than_as_many_times_the_distance() -> None:
    objectives = [Perturbed(m, Fraction(2), Fraction(40)) for m in (1, 2)]
    one, two = (objective_noise(each, EPSILON, Fraction(1, 10**6), 5, 16) for each in objectives)
    assert 4 < two.variance / one.variance < 5


def test_the_length_of_noise_is_a_bound() -> None:
    noise = ObjectiveNoise(Fraction(9), 7, 12)
    assert float(noise.longest) == pytest.approx(3 * (7**0.5 + 9))
    assert float(noise.rounded) == pytest.approx(7**0.5 / 2 / 2**12)


@pytest.mark.parametrize(
    ("curvature", "epsilon", "delta", "scale", "code"),
    [
        (Fraction(1, 100), 1, Fraction(1, 10**6), 16, "ridge-too-small"),
        (10, 1, Fraction(1, 1 << 49), 16, "delta-too-small"),
        (10, 1, Fraction(1, 2), 0, "noise-out-of-range"),
    ],
)
def test_what_cannot_be_kept_is_refused(curvature: Any, epsilon: int, delta: Fraction, scale: int, code: str) -> None:
    with pytest.raises(LocalError, match=code):
        objective_noise(Perturbed(1, Fraction(1), Fraction(curvature)), Fraction(epsilon), delta, 3, scale)
