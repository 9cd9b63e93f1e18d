"""Gradients are clipped one by one, summed with noise on a grid, in batches that are drawn as they are charged."""

from __future__ import annotations

from fractions import Fraction
from math import erf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.audit import epsilon_at_least
from privacy.tapes import fix_seeds

from mpc.errors import LocalError
from protocols.privacy.clipping import Clipping, clipping
from protocols.privacy.gradients_acgmmtz16 import NoisyGradients
from protocols.privacy.mechanisms import drawn
from protocols.privacy.neighbours import substitute
from protocols.privacy.training import FixedBatches, PoissonBatches, training_schedule

POISSON = PoissonBatches(Fraction(1, 4))
LARGE = st.floats(allow_nan=False, allow_infinity=False)


def squared(row: np.ndarray) -> int:
    return sum(int(x) ** 2 for x in row)


@given(
    st.lists(st.lists(LARGE, min_size=3, max_size=3), min_size=1, max_size=4),
    st.fractions(Fraction(1, 100), 100),
    st.integers(0, 24),
)
def test_no_vector_is_longer_than_the_bound(rows, bound, coarser):
    on = clipping(bound, clipping(bound).step * 2**coarser)
    assert on.bound <= bound < on.bound + on.step
    assert max(map(squared, on.place(np.array(rows)))) <= on.radius**2


def test_what_is_short_stays_and_what_is_long_keeps_its_direction():
    on = clipping(1)
    placed = on.place(np.array([[0.25, -0.5], [30.0, 40.0], [np.nan, 1.0], [np.inf, 1.0], [0.0, 0.0]]))
    assert np.allclose(placed * float(on.step), [[0.25, -0.5], [0.6, 0.8], [0, 0], [0, 0], [0, 0]], atol=1e-6)
    assert (placed[0] * float(on.step) == [0.25, -0.5]).all()


def test_what_cannot_be_clipped_is_refused():
    for bound, step in ((1, Fraction(1, 3)), (1, 2), (1, Fraction(1, 2**31))):
        with pytest.raises(LocalError, match="wrong-grid"):
            clipping(bound, step)
    with pytest.raises(LocalError, match="wrong-shape"):
        clipping(1).place(np.zeros(3))
    with pytest.raises(LocalError, match="wrong-dtype"):
        clipping(1).place(np.zeros((3, 1), np.int64))


@pytest.mark.parametrize("sigma", [8, 20])
def test_the_noise_is_as_near_to_the_rounded_normal_as_is_charged(sigma):
    """Half of the sum of all differences, beside 1 / (16 sigma^2)."""
    ks = np.arange(-12 * sigma, 12 * sigma + 1)
    discrete = np.exp(-(ks**2) / (2 * sigma**2))
    edges = np.array([erf(x / (sigma * sqrt(2))) / 2 for x in np.append(ks - 0.5, ks[-1] + 0.5)])
    apart = np.abs(discrete / discrete.sum() - np.diff(edges)).sum() / 2
    assert 0.1 / (16 * sigma**2) < apart <= 1 / (16 * sigma**2)


def training(sampling=POISSON, units=40, steps=4, **more) -> NoisyGradients:
    return NoisyGradients(training_schedule(sampling, 2, steps, "0.5", "1e-5", **more), sampling, units, 3)


def test_each_batch_has_one_sum_and_empty_ones_count():
    noisy = training(units=0)
    for _ in range(4):
        assert not noisy.batch().size
        with pytest.raises(LocalError, match="answers-spent"):
            noisy.batch()
        assert noisy.noisy_sum(np.zeros((0, 3))).any()
        with pytest.raises(LocalError, match="answers-spent"):
            noisy.noisy_sum(np.zeros((0, 3)))
    with pytest.raises(LocalError, match="answers-spent"):
        noisy.batch()


def test_the_sum_is_that_of_the_clipped(monkeypatch):
    made = []
    monkeypatch.setattr(
        "protocols.privacy.gradients_acgmmtz16.drawn", lambda of, count: made.append(of) or np.zeros(count, np.int64)
    )
    noisy = training(PoissonBatches(Fraction(1)))
    gradients = np.random.default_rng(3).normal(size=(noisy.batch().size, 3))
    with pytest.raises(LocalError, match="wrong-shape"):
        noisy.noisy_sum(gradients[1:])
    shortened = gradients * np.minimum(1, 0.5 / np.linalg.norm(gradients, axis=1, keepdims=True))
    assert np.allclose(noisy.noisy_sum(gradients), shortened.sum(axis=0), atol=1e-5)
    (noise,) = made
    assert noise.deviation * float(noisy.clipping.step) == pytest.approx(1)
    assert noise.deviation >= noisy.schedule.noise_deviation / noisy.clipping.step


def test_batches_are_drawn_as_they_are_charged(monkeypatch):
    fix_seeds(monkeypatch, "batches")
    noisy = training(units=4000, steps=30)
    counts, sizes = np.zeros(4000), []
    for _ in range(30):
        batch = noisy.batch()
        counts[batch] += 1
        sizes.append(len(batch))
        noisy.noisy_sum(np.zeros((len(batch), 3)))
    assert abs(np.mean(sizes) - 1000) < 50
    assert len(set(sizes)) > 10
    assert abs(counts.var() - 30 * 3 / 16) < 1
    fixed = training(FixedBatches(3), units=7, neighbours=substitute())
    seen = []
    for _ in range(4):
        seen.append(fixed.batch().tolist())
        fixed.noisy_sum(np.zeros((len(seen[-1]), 3)))
    assert seen == [[0, 3, 6], [1, 4], [2, 5], [0, 3, 6]]


def test_a_schedule_of_other_batches_is_refused():
    schedule = training_schedule(POISSON, 2, 4, 1, "1e-5")
    with pytest.raises(LocalError, match="wrong-sampling"):
        NoisyGradients(schedule, PoissonBatches(Fraction(1, 2)), 40, 3)
    with pytest.raises(LocalError, match="noise-out-of-range"):
        NoisyGradients(schedule, POISSON, 40, 3, step=Fraction(1, 1024))


def test_the_distance_of_the_noise_is_charged():
    noisy = training()
    deviation = noisy.schedule.noise_deviation / noisy.clipping.step
    assert noisy.event.tau == 4 * 3 / (16 * deviation**2)
    assert noisy.event.event == noisy.schedule.event
    assert noisy.schedule.cost.epsilon < noisy.cost("1e-5").epsilon < noisy.schedule.cost.epsilon * Fraction(101, 100)


RUNS = 20_000


@pytest.mark.parametrize(("clipped_to", "private"), [(1, True), (2, False)])
def test_audited(monkeypatch, clipped_to, private):
    """A sum with noise of one bound is (1, 0.127)-private; where gradients may be twice as long it is not."""
    fix_seeds(monkeypatch, "gradients")
    every = PoissonBatches(Fraction(1))
    noisy = NoisyGradients(training_schedule(every, 1, 1, 1, "1e-5", by="zcdp"), every, 1, 1)
    on = Clipping(noisy.clipping.step, clipped_to * noisy.clipping.radius)
    sums = [on.place(np.array([[gradient]]))[0] + drawn(noisy._noise, RUNS) for gradient in (9.0, 0.0)]
    assert (epsilon_at_least(*sums, delta=0.127) <= 1) == private
