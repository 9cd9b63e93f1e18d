"""Figures that others published, which accountants must give."""

from __future__ import annotations

from fractions import Fraction
from math import log

import numpy as np
import pytest
from dp_accounting import GaussianDpEvent, NeighboringRelation
from dp_accounting.rdp import RdpAccountant

from protocols.privacy.accounts import cost
from protocols.privacy.events import GaussianEvent, PoissonEvent, RepeatedEvent
from protocols.privacy.group_privacy import for_substitution
from protocols.privacy.loss_distributions import LossDistribution
from protocols.privacy.neighbours import add_or_remove, substitute
from protocols.privacy.parts import taken_apart
from protocols.privacy.renyi_mironov17 import OPACUS_ORDERS, ORDERS, Renyi
from protocols.privacy.training import PoissonBatches, training_schedule

DELTA = Fraction(1, 10**5)


def training(probability, multiplier, steps, neighbours=None):
    """The parts of noisy gradients' steps on samples."""
    step = GaussianEvent.of_multiplier(multiplier, neighbours or add_or_remove())
    return taken_apart(RepeatedEvent(PoissonEvent(Fraction(probability), step), steps))


def classical(curve: Renyi) -> float:
    """By the conversion of Mironov 2017, proposition 3, which older figures were computed with."""
    return min(float(curve.divergence(a)) + log(1e5) / (float(a) - 1) for a in curve.orders)


def test_divergences_with_the_orders_of_opacus():
    """q = 0.04, s = 1.5, 2,250 steps: 7.329111. At other orders nothing better: the best is 3.9."""
    for orders in (OPACUS_ORDERS, ORDERS):
        epsilon, order = Renyi(training("1/25", "1.5", 2250), orders).best(DELTA)
        assert float(epsilon) == pytest.approx(7.329111, abs=1e-6)
        assert order == Fraction(39, 10)


def test_distribution_of_losses_after_2249_steps():
    """Between a lower bound of 6.5 and 6.7774, the upper one of another accountant with an error of 0.01."""
    assert 6.5 < LossDistribution(training("1/25", "1.5", 2249)).epsilon(DELTA) < 6.7774


def test_moments_accountant_of_abadi_2016():
    """Section 3.2: q = 0.01, s = 4, 10,000 steps: 1.26, where strong composition gives 9.34."""
    curve = Renyi(training("1/100", 4, 10_000))
    assert classical(curve) == pytest.approx(1.26, abs=0.005)
    assert curve.epsilon(DELTA) < Fraction(126, 100)


@pytest.mark.parametrize(("multiplier", "epochs", "epsilon"), [("1.3", 15, 1.19), ("1.1", 60, 3.01), ("0.7", 45, 7.10)])
def test_tutorial_of_tensorflow_privacy(multiplier, epochs, epsilon):
    """Digits of MNIST, batches of 256 of 60,000."""
    curve = Renyi(training("256/60000", multiplier, epochs * 60_000 // 256))
    assert classical(curve) == pytest.approx(epsilon, abs=0.005)
    assert float(curve.epsilon(DELTA)) < epsilon


def test_fourier_accountant_of_koskela_2020():
    """q = 0.01, s = 4, of 10,000 steps: a delta of 4.243484e-6 at epsilon 1 for a record more or less, and 1.993120 at
    1e-5 for one in the place of another, where the noise is 2 of its sensitivities."""
    assert float(LossDistribution(training("1/100", 4, 10_000)).delta(Fraction(1))) == pytest.approx(
        4.2435e-6, rel=3e-3
    )
    substituted = LossDistribution(training("1/100", 2, 10_000, substitute()))
    assert float(substituted.epsilon(DELTA)) == pytest.approx(1.99312, abs=1e-3)


def test_substitution_halves_the_multiplier_where_the_library_does_not():
    """The exact delta of Gaussian noise says which is right: the library's divergences are four times too small."""
    orders = [float(a) for a in OPACUS_ORDERS]
    library = RdpAccountant(orders, NeighboringRelation.REPLACE_ONE).compose(GaussianDpEvent(2.0))
    ours = training_schedule(PoissonBatches(Fraction(1)), 2, 1, 1, DELTA, neighbours=substitute(), by="rdp")
    divergences = Renyi(taken_apart(ours.event), OPACUS_ORDERS)
    assert np.array([float(divergences.divergence(a)) for a in OPACUS_ORDERS]) == pytest.approx(4 * library.rdp)
    exact = cost(ours.event, delta=DELTA, by="pld").epsilon
    assert library.get_epsilon(1e-5) < exact <= ours.cost.epsilon
    more_or_less = training_schedule(PoissonBatches(Fraction(1)), 2, 1, 1, DELTA, by="rdp")
    assert taken_apart(for_substitution(more_or_less.event)) == taken_apart(ours.event)
