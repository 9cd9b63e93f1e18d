"""Filters never let through more than the budget, however adversarially the events are chosen."""

from __future__ import annotations

from fractions import Fraction
from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.event_strategies import events, simple_events

from mpc.errors import LocalError
from protocols.privacy.accounts import cost
from protocols.privacy.events import (
    ApproximateEvent,
    ComposedEvent,
    GaussianEvent,
    NearEvent,
    PoissonEvent,
    PureEvent,
    ZcdpEvent,
)
from protocols.privacy.filters import EpsilonFilter, Odometer, RenyiFilter, RhoFilter
from protocols.privacy.neighbours import add_or_remove, substitute

RECORDS = add_or_remove()


def admitted_by(budget, asked):
    """What a filter lets through of all that is asked."""
    admitted = []
    for event in asked:
        before = budget.spent
        try:
            budget.admit(event)
        except LocalError as error:
            assert error.code in ("filter-refused", "not-accounted")  # noqa: PT017
            assert budget.spent == before
        else:
            admitted.append(event)
    return admitted


@given(st.lists(events(RECORDS), max_size=12), st.fractions(0, 8, max_denominator=100))
def test_a_filter_of_epsilon_is_never_exceeded(asked, epsilon):
    budget = EpsilonFilter(epsilon, "0.05")
    admitted = admitted_by(budget, asked)
    assert budget.spent[0] <= epsilon
    assert budget.spent[1] <= Fraction(1, 20)
    if admitted:
        assert cost(ComposedEvent(tuple(admitted)), epsilon=epsilon, by="basic").delta <= Fraction(1, 20)


@given(st.lists(simple_events(RECORDS), max_size=12), st.fractions(0, 8, max_denominator=100))
def test_a_filter_of_rho_is_never_exceeded(asked, rho):
    budget = RhoFilter(rho, "0.05")
    admitted = admitted_by(budget, asked)
    assert budget.left[0] >= 0 <= budget.left[1]
    if admitted:
        whole = cost(ComposedEvent(tuple(admitted)), delta="0.051", by="zcdp").epsilon
        assert whole <= cost(ApproximateRho(rho), delta="0.051", by="zcdp").epsilon


def ApproximateRho(rho):
    """A mechanism that spends the whole filter at once."""
    return ComposedEvent((ZcdpEvent(rho, RECORDS), ApproximateEvent(0, "0.05", RECORDS)))


@given(st.data())
def test_whoever_sees_what_is_left_cannot_overspend(data):
    """Each event is chosen to be just what is left, or just more."""
    budget = EpsilonFilter(3)
    for _ in range(6):
        over = data.draw(st.fractions(Fraction(-1), Fraction(1), max_denominator=10**30))
        asked = max(budget.left[0] + over, Fraction(0))
        fits = asked <= budget.left[0]
        assert bool(admitted_by(budget, [PureEvent(asked, RECORDS)])) == fits
    assert budget.spent[0] <= 3


@given(st.lists(st.fractions(Fraction(1, 2), 9, max_denominator=10), max_size=12))
def test_a_filter_of_divergences_takes_steps_on_samples(multipliers):
    budget = RenyiFilter(8, "0.05")
    admitted = admitted_by(
        budget, [PoissonEvent(Fraction(1, 100), GaussianEvent.of_multiplier(m, RECORDS)) for m in multipliers]
    )
    assert budget.spent[0] <= Fraction(1, 20)
    assert admitted or all(m < 2 for m in multipliers)


def test_a_refusal_says_what_is_left_and_spends_nothing():
    budget = EpsilonFilter(3)
    budget.admit(PureEvent(2, RECORDS))
    with pytest.raises(LocalError, match=r"epsilon 3: spent 2, this asks for 1\.5, 1 is left"):
        budget.admit(PureEvent(1.5, RECORDS))
    budget.admit(PureEvent(1, RECORDS))
    assert budget.left == (0, 0)


@pytest.mark.parametrize(
    ("budget", "event", "code"),
    [
        (EpsilonFilter(3), PureEvent(1, substitute()), "other-neighbours"),
        (EpsilonFilter(3), GaussianEvent(9, RECORDS), "not-accounted"),
        (RhoFilter(3, "0.1"), NearEvent(ZcdpEvent(1, RECORDS), "1e-9"), "not-accounted"),
        (RhoFilter(3), PoissonEvent("0.1", GaussianEvent(1, RECORDS)), "not-accounted"),
        (RhoFilter(3), ApproximateEvent(1, "1e-9", RECORDS), "filter-refused"),
        (RenyiFilter(2, 3), ApproximateEvent(1, "1e-9", RECORDS), "not-accounted"),
        (RenyiFilter(300, 3), PoissonEvent("0.1", ZcdpEvent(1, RECORDS)), "not-accounted"),
    ],
)
def test_what_a_filter_does_not_know_is_refused(budget, event, code):
    with pytest.raises(LocalError) as caught:
        budget.admit(event)
    assert caught.value.code == code


def test_an_order_is_above_one():
    with pytest.raises(LocalError, match="amount-out-of-range"):
        RenyiFilter(1, 3)


def test_a_draw_near_its_event_is_charged_for_the_whole_budget():
    budget = EpsilonFilter(2, "1e-6")
    budget.admit(NearEvent(PureEvent(1, RECORDS), Fraction(1, 2**40)))
    assert float(budget.spent[1]) == pytest.approx((1 + 7.38905609893065) / 2**40)


@given(st.lists(st.fractions(Fraction(1, 1000), 2, max_denominator=1000), min_size=1, max_size=20))
def test_an_odometer_never_runs_back_and_is_above_what_was_spent(rhos):
    odometer, last = Odometer("1e-6"), Fraction(0)
    for rho in rhos:
        odometer.add(ZcdpEvent(rho, RECORDS))
        assert odometer.epsilon >= last
        last = odometer.epsilon
    spent = float(sum(rhos))
    fixed = spent + 2 * sqrt(spent * log(1e6))
    assert fixed <= float(last) <= 2 * fixed + 4


def test_an_odometer_refuses_what_it_cannot_count():
    for event in (ApproximateEvent(1, "1e-9", RECORDS), NearEvent(PureEvent(1, RECORDS), "1e-9")):
        with pytest.raises(LocalError, match="not-accounted"):
            Odometer("1e-6").add(event)
    assert Odometer("1e-6").epsilon == 0
