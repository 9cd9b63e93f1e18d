"""Errors and odds are those of the distributions."""

from __future__ import annotations

from fractions import Fraction
from math import erf, erfc, exp, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.privacy.errors_of_noise import epsilon_for_error, gaussian_error, laplace_error, rho_for_error
from protocols.privacy.odds import posterior_bound, power_bound

M = np.arange(-3000, 3001)


@given(st.floats(0.2, 40), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_errors_on_integers_are_sums_of_masses(size, confidence):
    for error, weights in (
        (laplace_error(size, confidence), np.exp(-np.abs(M) / size)),
        (gaussian_error(size, confidence), np.exp(-(M**2) / (2 * size**2))),
    ):
        masses = weights / weights.sum()
        assert error.mean == pytest.approx(np.sum(np.abs(M) * masses))
        assert masses[np.abs(M) <= error.bound].sum() >= confidence - 1e-9
        assert masses[np.abs(M) < error.bound].sum() < confidence + 1e-9


@pytest.mark.parametrize("nines", [6, 13, 17, 60])
def test_confidences_that_round_to_one_are_those_that_they_are(nines):
    """Of tails alone, which have their own digits."""
    miss = Fraction(1, 10**nines)
    for size in (0.3, 2.0, 20.0):
        for error, weights in (
            (laplace_error(size, 1 - miss), np.exp(-np.abs(M) / size)),
            (gaussian_error(size, 1 - miss), np.exp(-(M**2) / (2 * size**2))),
        ):
            beyond = [weights[np.abs(M) > bound].sum() / weights.sum() for bound in (error.bound - 1, error.bound)]
            assert beyond[1] <= miss * (1 + Fraction(1, 10**9))
            assert beyond[0] > miss or error.bound == 0
    laplace, gaussian = (error(2, 1 - miss, discrete=False) for error in (laplace_error, gaussian_error))
    assert exp(-laplace.bound / 2) == pytest.approx(float(miss), rel=1e-9)
    assert erfc(gaussian.bound / 2 / sqrt(2)) == pytest.approx(float(miss), rel=1e-6)
    assert epsilon_for_error(laplace.bound, 2, 1 - miss) == pytest.approx(1)
    assert laplace_error(1, 1 - Fraction(1, 10**500)).bound > 600


def test_errors_on_the_line():
    laplace, gaussian = (error(2, "0.95", discrete=False) for error in (laplace_error, gaussian_error))
    assert 1 - exp(-laplace.bound / 2) == pytest.approx(0.95)
    assert erf(gaussian.bound / 2 / sqrt(2)) == pytest.approx(0.95)
    assert (laplace.mean, gaussian.mean) == pytest.approx((2, 1.5957691216057308))


@given(st.floats(0.1, 100), st.floats(0.5, 50))
def test_what_an_error_needs_gives_the_error(bound, sensitivity):
    scale = sensitivity / epsilon_for_error(bound, sensitivity)
    assert laplace_error(scale, discrete=False).bound == pytest.approx(bound)
    deviation = sensitivity / sqrt(2 * rho_for_error(bound, sensitivity))
    assert gaussian_error(deviation, discrete=False).bound == pytest.approx(bound)


def test_a_certain_bound_has_no_error():
    for wrong in (0, 1):
        with pytest.raises(LocalError, match="amount-out-of-range"):
            laplace_error(1, wrong)


@given(st.fractions(0, 1), st.fractions(0, 20, max_denominator=100))
def test_beliefs_move_no_further_than_the_odds(prior, epsilon):
    after = posterior_bound(prior, epsilon)
    assert prior <= after <= 1
    if 0 < prior < 1:
        grown = float(prior / (1 - prior)) * exp(float(epsilon))
        assert float(after) == pytest.approx(grown / (1 + grown))


@given(st.integers(1, 12), st.fractions(Fraction(1, 10), 3, max_denominator=10))
def test_no_test_of_geometric_noise_is_more_powerful(threshold, epsilon):
    """Outputs x + noise for x = 0 and x = 1: say 1 from a threshold on. The best threshold reaches the bound."""
    p = exp(-float(epsilon))
    tail = [p ** max(t, 0) / (1 + p) if t > 0 else 1 - p ** (1 - t) / (1 + p) for t in (threshold, threshold - 1)]
    assert tail[1] <= float(power_bound(tail[0], epsilon)) * (1 + 1e-9)
    if threshold == 1:
        assert tail[1] == pytest.approx(float(power_bound(tail[0], epsilon)))


def test_ends_of_power():
    assert power_bound(0, 1, "0.1") == Fraction(1, 10)
    assert power_bound(1, 1) == 1
    assert power_bound("0.3", 0) == pytest.approx(Fraction(3, 10), rel=1e-12)
