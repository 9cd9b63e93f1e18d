"""Divergences on samples are those of the formulas, rounded up and never below."""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from math import comb, sqrt

import numpy as np
import pytest
from dp_accounting import GaussianDpEvent, PoissonSampledDpEvent
from dp_accounting.rdp import RdpAccountant
from hypothesis import given
from hypothesis import strategies as st

from protocols.privacy import sampled_gaussian_mtz19, sampled_zw19
from protocols.privacy.events import GaussianEvent, PoissonEvent
from protocols.privacy.neighbours import add_or_remove
from protocols.privacy.parts import taken_apart
from protocols.privacy.renyi_mironov17 import OPACUS_ORDERS, ORDERS, Renyi, pure_divergence

FINE = Context(prec=80)


def fine(x: Fraction) -> Decimal:
    """Far nearer than what is tested."""
    return FINE.divide(Decimal(x.numerator), Decimal(x.denominator))


def by_binomials(order: int, q: Fraction, variance: Fraction) -> Fraction:
    """The divergence of a whole order, as a sum of binomials (Mironov, Talwar, Zhang 2019, section 3.3)."""
    total = Decimal(0)
    for i in range(order + 1):
        weight = comb(order, i) * q**i * (1 - q) ** (order - i)
        power = Fraction(i * i - i) / (2 * variance)
        total = FINE.add(total, FINE.multiply(fine(weight), FINE.exp(fine(power))))
    return Fraction(FINE.ln(total)) / (order - 1)


@given(st.integers(2, 100), st.fractions(Fraction(1, 1000), Fraction(9, 10), max_denominator=1000), st.integers(1, 40))
def test_whole_orders_are_sums_of_binomials(order, q, tenths):
    q, variance = Fraction(float(q)), Fraction(tenths * tenths, 16)
    ours = sampled_gaussian_mtz19.divergence_up(order, float(q), float(variance))
    true = min(by_binomials(order, q, variance), order / (2 * variance))
    assert true <= ours <= true * (1 + Fraction(1, 10**11)) + Fraction(1, 10**11)


@pytest.mark.parametrize("deviation", [0.1, 0.3, 1.0, 20.0])
@pytest.mark.parametrize("q", [1e-6, 0.01, 0.5, 0.999])
def test_fractional_orders_lie_between_their_neighbours(deviation, q):
    """(a - 1) times the divergence is convex in a, and what the library computes is never less."""
    values = [(a - 1) * float(sampled_gaussian_mtz19.divergence_up(a, q, deviation**2)) for a in (2, 2.25, 2.5, 3)]
    assert values[0] <= values[1] <= values[2] <= values[3]
    assert values[2] <= (values[0] + values[3]) / 2 * (1 + 1e-9) + 1e-11
    event = PoissonSampledDpEvent(q, GaussianDpEvent(deviation))
    library = RdpAccountant([2.25, 2.5]).compose(event).rdp * [1.25, 1.5]
    assert np.all(np.array(values[1:3]) <= library * (1 + 1e-9) + 1e-11)


def test_orders_of_opacus_and_a_mixed_sample():
    """At whole orders the library agrees to ten digits."""
    orders = [float(a) for a in OPACUS_ORDERS if a.denominator == 1]
    step = PoissonEvent(Fraction(1, 25), GaussianEvent.of_multiplier(1.5, add_or_remove()))
    ours = Renyi(taken_apart(step), [Fraction(a) for a in orders])
    library = RdpAccountant(orders).compose(PoissonSampledDpEvent(0.04, GaussianDpEvent(1.5))).rdp
    assert [float(ours.divergence(Fraction(a))) for a in orders] == pytest.approx(list(library), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("q", [Fraction(1, 1000), Fraction(1, 10)])
def test_the_bound_for_any_mechanism_is_above_the_exact_one_for_gaussians(q):
    bounds = sampled_zw19.divergences_up(q, lambda a: Fraction(a, 8))
    for order in (2, 3, 8, 30):
        assert by_binomials(order, q, Fraction(4)) <= bounds[order - 2] <= Fraction(order, 8)
    assert bounds == sorted(bounds)
    assert len(bounds) > 100
    assert len(sampled_zw19.divergences_up(q, lambda a: Fraction(20 * a))) < 10


@given(st.fractions(Fraction(1, 100), 5, max_denominator=100), st.sampled_from(ORDERS))
def test_the_divergence_of_an_epsilon_is_that_of_randomised_response(epsilon, order):
    e, a = float(epsilon), float(order)
    ours = float(pure_divergence(order, epsilon))
    yes, no = -np.log1p(np.exp(-e)), -np.log1p(np.exp(e))
    mean = np.logaddexp(a * yes + (1 - a) * no, a * no + (1 - a) * yes)
    assert ours >= mean / (a - 1) * (1 - 1e-9)
    if order * epsilon <= 1000:  # beyond it is bounded by epsilon itself
        assert ours == pytest.approx(mean / (a - 1), rel=1e-6)
    assert ours <= e
    assert ours <= a * e * e / 2 * (1 + 1e-12)
    assert sqrt(ours) > 0
