"""What is booked for an event is what it costs, in the measure that it has."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from privacy.event_strategies import events

from mpc.errors import LocalError
from protocols.privacy.accounts import cost
from protocols.privacy.amounts import rounded_up
from protocols.privacy.charging import charge_of, rho_of
from protocols.privacy.events import ComposedEvent, GaussianEvent, LaplaceEvent, NearEvent, PoissonEvent, PureEvent
from protocols.privacy.ledger.charges import Price, charge, together
from protocols.privacy.neighbours import add_or_remove

RECORDS = add_or_remove()
GAUSSIAN = GaussianEvent(2, RECORDS)
TAU = Fraction(1, 2**40)


def test_epsilons_are_booked_as_epsilons_and_gaussians_as_rhos():
    both = charge_of(ComposedEvent((PureEvent("0.1", RECORDS), LaplaceEvent(10, RECORDS))))
    assert (both.epsilon, both.rho, both.delta) == (Fraction(1, 5), None, 0)
    mixed = charge_of(ComposedEvent((PureEvent("0.1", RECORDS), GAUSSIAN)))
    assert (mixed.epsilon, mixed.rho, mixed.delta) == (None, Fraction(1, 4) + Fraction(1, 200), 0)


def test_a_distance_is_booked_beside_an_epsilon():
    assert float(charge_of(NearEvent(PureEvent(1, RECORDS), TAU)).delta) == pytest.approx(3.718281828459045 / 2**40)
    booked = charge_of(NearEvent(GAUSSIAN, TAU), delta="1e-6")
    assert booked.epsilon == cost(NearEvent(GAUSSIAN, TAU), delta="1e-6").epsilon


@pytest.mark.parametrize("event", [NearEvent(GAUSSIAN, TAU), PoissonEvent("0.1", GAUSSIAN)])
def test_what_has_neither_is_booked_at_a_delta(event):
    with pytest.raises(LocalError, match="not-accounted"):
        charge_of(event)
    assert charge_of(event, delta="1e-6").delta == Fraction(1, 10**6)


@given(events(RECORDS))
def test_no_charge_is_below_the_cost(event):
    try:
        booked = charge_of(event)
    except LocalError:
        return
    if booked.epsilon is not None and booked.epsilon < 100:
        assert booked.delta >= cost(event, epsilon=booked.epsilon, by="basic").delta


def test_a_rho_is_booked_with_the_distance_of_its_draws():
    booked = rho_of(ComposedEvent((NearEvent(GAUSSIAN, TAU), PureEvent("0.1", RECORDS))))
    assert (booked.rho, booked.delta) == (Fraction(1, 4) + Fraction(1, 200), rounded_up(TAU))
    with pytest.raises(LocalError, match="not-accounted"):
        rho_of(PoissonEvent("0.1", GAUSSIAN))


EPSILON, RHO = charge(epsilon="0.5"), charge(rho="0.1", delta="1e-9")
BOTH = Price((RHO, charge(epsilon=1, delta="1e-6")))


@pytest.mark.parametrize(
    ("prices", "epsilon", "rho"),
    [
        ([EPSILON, EPSILON], charge(epsilon=1), charge(epsilon=1)),
        ([BOTH, EPSILON], charge(epsilon="1.5", delta="1e-6"), charge(rho="0.225", delta="1e-9")),
        ([EPSILON, BOTH], charge(epsilon="1.5", delta="1e-6"), charge(rho="0.225", delta="1e-9")),
        ([BOTH, RHO], charge(rho="0.2", delta="2e-9"), charge(rho="0.2", delta="2e-9")),
        ([BOTH, BOTH], charge(epsilon=2, delta="2e-6"), charge(rho="0.2", delta="2e-9")),
    ],
)
def test_prices_are_added_in_each_measure_that_all_of_them_have(prices, epsilon, rho):
    found = together(prices)
    assert (found.booked("epsilon"), found.booked("rho")) == (epsilon, rho)
