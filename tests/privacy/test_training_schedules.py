"""A training reserves one charge before its first step, and batches are accounted as they are drawn."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mpc.errors import LocalError
from protocols.privacy.filters import EpsilonFilter
from protocols.privacy.neighbours import substitute
from protocols.privacy.training import MULTIPLIER_STEP, FixedBatches, PoissonBatches, noise_for, training_schedule
from protocols.privacy.training_choices import training_choices

POISSON = PoissonBatches(Fraction(1, 100))


def test_one_charge_is_spent_before_the_first_step():
    schedule = training_schedule(POISSON, 2, 30, "0.5", "1e-5")
    budget = EpsilonFilter(schedule.cost.epsilon, "1e-5")
    steps = schedule.reserve(budget.admit)
    assert budget.left == (0, 0)
    assert list(steps) == list(range(30))
    assert list(steps) == []
    with pytest.raises(LocalError, match="filter-refused"):
        schedule.reserve(budget.admit)
    assert schedule.noise_deviation == 1
    assert str(schedule).startswith("30 steps for epsilon 0.")


def test_fixed_batches_are_not_accounted_as_poisson():
    fixed = training_schedule(FixedBatches(10), 4, 25, 1, "1e-5", neighbours=substitute())
    whole = training_schedule(PoissonBatches(Fraction(1)), 4, 3, 1, "1e-5", neighbours=substitute())
    assert fixed.cost.epsilon == whole.cost.epsilon
    sampled = training_schedule(PoissonBatches(Fraction(1, 10)), 4, 25, 1, "1e-5", neighbours=substitute(), by="pld")
    assert sampled.cost.epsilon < fixed.cost.epsilon
    with pytest.raises(LocalError, match="other-neighbours"):
        training_schedule(FixedBatches(10), 4, 25, 1, "1e-5")
    for wrong in (0.01, "shuffled", range(10)):
        with pytest.raises(LocalError, match="not accounted as Poisson"):
            training_schedule(wrong, 4, 25, 1, "1e-5")


def test_the_smallest_noise_is_found_from_above():
    noise = noise_for(POISSON, 30, 1, "1e-5")
    held, exceeded = (
        training_schedule(POISSON, each, 30, 1, "1e-5").cost.epsilon for each in (noise, noise - MULTIPLIER_STEP)
    )
    assert held <= 1 < exceeded
    with pytest.raises(LocalError, match="amount-out-of-range"):
        noise_for(PoissonBatches(Fraction(1)), 10**9, "0.001", "1e-9", by="zcdp")


def test_a_choice_has_the_least_noise_and_what_it_leaves_to_be_seen():
    first, second = training_choices(POISSON, 30, ["0.5", 1], "1e-5", batch=600, coordinates=10_000, by="rdp")
    assert first.noise == noise_for(POISSON, 30, "0.5", "1e-5", by="rdp") > second.noise
    assert first.signal_to_noise == pytest.approx(6 / float(first.noise))
    assert first.of_all_steps == pytest.approx(30**0.5 * first.signal_to_noise)
    with pytest.raises(LocalError, match="amount-out-of-range"):
        training_choices(POISSON, 30, [1], "1e-5", batch=0, coordinates=1)
