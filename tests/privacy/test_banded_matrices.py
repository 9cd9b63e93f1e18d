"""Banded strategies move by what the worst schedule of one unit moves them, found by trying all."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.privacy.banded_matrix_cgmmrtx23 import banded_event, largest_sum
from protocols.privacy.events import GaussianEvent
from protocols.privacy.neighbours import substitute


def schedules(steps: int, separation: int, most: int):
    """All sets of steps that one unit may take part in."""
    for count in range(1, most + 1):
        for places in combinations(range(steps), count):
            if all(b - a >= separation for a, b in pairwise(places)):
                yield list(places)


@given(st.integers(1, 7), st.integers(1, 4), st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_worst_schedule_is_found(steps, separation, most, random):
    strategy = np.array([[random.choice([-1, 1]) * random.uniform(0.5, 2) for _ in range(steps)] for _ in range(steps)])
    strategy = np.triu(np.tril(strategy), 1 - separation)
    event = banded_event(strategy, 3, separation=separation, participations=most)
    signs = [np.array(np.meshgrid(*[[-1, 1]] * len(p))).reshape(len(p), -1) for p in schedules(steps, separation, most)]
    moved = [
        (np.square(strategy[:, places] @ sign).sum(axis=0)).max()
        for places, sign in zip(schedules(steps, separation, most), signs, strict=True)
    ]
    assert float(9 / event.variance) == pytest.approx(max(moved))
    swapped = banded_event(strategy, 3, separation=separation, participations=most, neighbours=substitute())
    assert swapped.variance * 4 == event.variance


@given(st.lists(st.fractions(0, 9, max_denominator=9), min_size=1, max_size=8), st.integers(1, 4), st.integers(1, 4))
def test_the_largest_sum_is_that_of_all_choices(values, separation, most):
    tried = [sum(values[p] for p in places) for places in schedules(len(values), separation, most)]
    assert largest_sum(values, separation, most) == max(tried)


def test_the_identity_is_independent_noise():
    event = banded_event(np.eye(10), 2, separation=3, participations=4)
    assert float(event.rho) == pytest.approx(4 * float(GaussianEvent(4, event.neighbours).rho))
    assert event.rho >= Fraction(4, 8)


@pytest.mark.parametrize(
    ("strategy", "separation"),
    [
        (np.ones((3, 3)), 3),
        (np.tril(np.ones((3, 3))), 2),
        (np.ones((3, 2)), 3),
        (np.ones(3), 3),
        (np.diag([1, np.nan, 1]), 3),
        (np.zeros((3, 3)), 3),
    ],
)
def test_a_strategy_that_does_not_fit_its_schedule_is_refused(strategy, separation):
    with pytest.raises(LocalError, match="wrong-schedule"):
        banded_event(strategy, 1, separation=separation, participations=2)
