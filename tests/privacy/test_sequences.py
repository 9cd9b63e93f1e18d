"""Correlated noise of a sequence costs what its event says, whatever a unit's schedule; and its sums are the better."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from math import log, pi, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.audit import epsilon_at_least
from privacy.tapes import fix_seeds

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.privacy.banded_inverse_kmul25 import BandedInverse, banded_inverse
from protocols.privacy.correlated_noise import CorrelatedNoise
from protocols.privacy.neighbours import substitute

TAP = 2.0**-24
STRATEGIES = st.builds(
    lambda *made: banded_inverse(made[0], made[1], separation=made[2], participations=made[3]),
    st.integers(1, 7),
    st.integers(1, 8),
    st.integers(1, 4),
    st.integers(1, 4),
)


def matrix(strategy: BandedInverse) -> np.ndarray:
    """C, as the inverse of what is drawn."""
    inverse = np.eye(strategy.steps)
    for j, a in enumerate(strategy.taps, 1):
        inverse -= a * TAP * np.eye(strategy.steps, k=-j)
    return np.linalg.inv(inverse)


def schedules(of: BandedInverse) -> list[list[int]]:
    return [
        list(places)
        for count in range(1, of.participations + 1)
        for places in combinations(range(of.steps), count)
        if all(b - a >= of.separation for a, b in pairwise(places))
    ]


@given(STRATEGIES)
def test_the_sensitivity_is_that_of_the_worst_schedule(strategy):
    c = matrix(strategy)
    moved = []
    for places in schedules(strategy):
        signs = np.array(np.meshgrid(*[[-1, 1]] * len(places))).reshape(len(places), -1)
        moved.append(np.square(c[:, places] @ signs).sum(axis=0).max())
    assert float(strategy.squared_sensitivity) == pytest.approx(max(moved), rel=1e-9)
    assert float(strategy.gain) >= np.linalg.norm(c, 2) * (1 - 1e-9)


@given(STRATEGIES, st.integers(1, 50), st.integers(1, 3), st.randoms(use_true_random=False))
def test_neighbours_with_equal_outputs_differ_by_no_more_noise_than_was_accounted(strategy, radius, size, random):
    """The bound D of the proof, roundings included, on paths of outputs: both z follow from outputs and data."""
    dice = np.random.default_rng(random.randrange(2**32))
    places = random.choice(schedules(strategy))
    outputs, one = dice.integers(-90, 90, (2, strategy.steps, size))
    other = one.copy()
    for place in places:
        other[place] += np.trunc(radius * _unit(dice, size)).astype(int)
    apart = np.linalg.norm(drawn_for(strategy, outputs, one) - drawn_for(strategy, outputs, other))
    noise = CorrelatedNoise(strategy, 1, radius, size)
    assert apart <= noise.deviation
    assert CorrelatedNoise(strategy, 1, radius, size, neighbours=substitute()).deviation > noise.deviation


def _unit(dice: np.random.Generator, size: int) -> np.ndarray:
    v = dice.normal(size=size)
    return v / np.linalg.norm(v)


def drawn_for(strategy: BandedInverse, outputs: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The z that gives these outputs on this data."""
    z: list[np.ndarray] = []
    for t in range(strategy.steps):
        before = sum(a * each for a, each in zip(strategy.taps, z[::-1], strict=False))
        z.append(outputs[t] - x[t] + np.floor_divide(before + 2**23, 2**24))
    return np.array(z)


@pytest.mark.parametrize("bands", [1, 2, 5])
def test_a_stream_is_the_data_with_noise_of_the_last_draws(monkeypatch, bands):
    strategy = banded_inverse(6, bands, separation=2, participations=2)
    z = np.random.default_rng(bands).integers(-1000, 1000, (6, 3))
    given_ones = iter(z)
    monkeypatch.setattr("protocols.privacy.correlated_noise.drawn", lambda noise, count: next(given_ones))
    noise = CorrelatedNoise(strategy, 1, 1 << 20, 3)
    data = np.random.default_rng(9).integers(-50, 50, (6, 3))
    outputs = np.array([noise.release(x) for x in data])
    assert (drawn_for(strategy, outputs, data) == z).all()
    exact = np.linalg.inv(matrix(strategy)) @ z
    assert np.abs(outputs - data - exact).max() <= 0.5 + 1e-6
    assert len(noise._next.__self__._before) == min(bands, 6) - 1


def test_no_step_is_taken_beyond_those_that_were_padded_to():
    noise = CorrelatedNoise(banded_inverse(2, 2, separation=1, participations=2), 1, 100, 1)
    zeros = np.zeros(1, np.int64)
    first, second = noise.release(zeros), noise.release(zeros)
    assert first.dtype == second.dtype == np.int64
    with pytest.raises(LocalError, match="answers-spent"):
        noise.release(zeros)
    with pytest.raises(LocalError, match="wrong-shape"):
        noise.release(np.zeros(2, np.int64))
    with pytest.raises(LocalError, match="wrong-dtype"):
        noise.release(np.zeros(1))


def test_what_cannot_be_a_strategy_is_refused():
    for steps, bands in ((2**20 + 1, 1), (9, 513)):
        with pytest.raises(LocalError, match="wrong-schedule"):
            banded_inverse(steps, bands, separation=1)
    with pytest.raises(LocalError, match="amount-out-of-range"):
        banded_inverse(9, 2, separation=0)
    with pytest.raises(LocalError, match="noise-out-of-range"):
        CorrelatedNoise(banded_inverse(9, 2, separation=1), 1, 1 << 31, 1)


@pytest.mark.parametrize("n", [8, 100, 256])
def test_all_bands_come_as_near_to_the_optimum_as_is_published(n):
    """The worst prefix sum of one participation has the n-th Landau constant, from 1 to 1.0663 above ln(n)/pi
    (Brutman 1982); no factorisation is below the mean singular value of A (Matousek, Nikolov, Talwar 2020)."""
    strategy = banded_inverse(n, n, separation=n)
    worst = sqrt(strategy.squared_errors().max())
    lower = (1 / (2 * np.sin((2 * np.arange(n) + 1) * pi / (4 * n + 2)))).mean()
    assert lower <= worst
    assert 1 + log(n) / pi - 1e-3 <= worst < 1.0663 + log(n) / pi
    roots = np.cumprod(np.concatenate([[1.0], (2 * np.arange(1, n) - 1) / (2 * np.arange(1, n))]))
    assert worst == pytest.approx(np.square(roots).sum(), rel=1e-3)


def test_more_bands_are_better_up_to_the_separation():
    worst = [
        banded_inverse(200, bands, separation=25, participations=8).squared_errors().max() for bands in (1, 2, 5, 25)
    ]
    assert worst == sorted(worst, reverse=True)
    assert worst[0] == pytest.approx(200 * 8)
    assert worst[-1] < worst[0] / 8


RUNS = 20_000
RADIUS = 1 << 20
MADE = banded_inverse(4, 2, separation=2, participations=2)
MOVED = np.array([1, 0, 1, 0])


def told(noise: CorrelatedNoise, moved: np.ndarray) -> np.ndarray:
    """What tells best whether a unit of one coordinate moved these steps; each coordinate is a run of its own."""
    outputs = np.array([noise.release(np.full(RUNS, RADIUS * x, np.int64)) for x in moved])
    c = matrix(MADE)
    return (c @ MOVED) @ (c @ outputs)


@pytest.mark.parametrize("unpadded", [False, True])
def test_audited(monkeypatch, unpadded):
    """rho = 1/2 is (1, 0.127)-private (Balle, Wang, ICML 2018, theorem 8). Made for two steps and run for four, with
    a unit that comes back, it is not."""
    fix_seeds(monkeypatch, "sequences")
    strategy = banded_inverse(2, 2, separation=2, participations=2) if unpadded else MADE
    one, other = (CorrelatedNoise(strategy, 1, RADIUS, RUNS) for _ in range(2))
    for noise in (one, other):
        assert noise.event.rho == Fraction(1, 2)
        noise._left = 4
    found = epsilon_at_least(told(one, MOVED), told(other, 0 * MOVED), delta=0.127)
    assert (found > 1) == unpadded


def test_a_seed_used_again_is_found(monkeypatch):
    monkeypatch.setattr(Seed, "fresh", lambda: Seed(bytes(32)))
    outputs = []
    for moved in (MOVED, 0 * MOVED):
        noise = CorrelatedNoise(MADE, 1, RADIUS, RUNS)
        first, second = (noise.release(np.full(RUNS, RADIUS * x, np.int64)) for x in moved[:2])
        outputs.append(first / 2 - second)
    assert epsilon_at_least(*outputs, delta=0.127) > 5
