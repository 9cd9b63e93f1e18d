"""What accountants say is consistent, exact where it can be, and never below the truth."""

from __future__ import annotations

import sys
from fractions import Fraction
from math import erfc, exp, expm1, log, log1p, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.event_strategies import deltas, events, scales, simple_events

from mpc.errors import LocalError
from protocols.privacy.accounts import ACCOUNTANTS, cost, curve_of
from protocols.privacy.amounts import rounded_up
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.events import (
    ApproximateEvent,
    ComposedEvent,
    GaussianEvent,
    LaplaceEvent,
    NearEvent,
    PoissonEvent,
    PureEvent,
    RepeatedEvent,
    ZcdpEvent,
)
from protocols.privacy.loss_distributions import LossDistribution
from protocols.privacy.neighbours import add_or_remove, substitute
from protocols.privacy.parts import taken_apart

RECORDS = add_or_remove()
MILLIONTH = Fraction(1, 10**6)
PLAIN = ("basic", "advanced", "zcdp", "rdp")


def normal_above(x: float) -> float:
    return erfc(x / sqrt(2)) / 2


def gaussian_delta(epsilon: float, variance: float) -> float:
    """Of Gaussian noise, exactly: Balle, Wang 2018, theorem 8."""
    s = sqrt(variance)
    return normal_above(epsilon * s - 1 / (2 * s)) - exp(epsilon) * normal_above(epsilon * s + 1 / (2 * s))


def epsilon_or_none(event, by, delta=MILLIONTH):
    try:
        return cost(event, delta=delta, by=by).epsilon
    except LocalError as error:
        assert error.code in ("not-accounted", "delta-too-small", "amount-out-of-range")  # noqa: PT017
        return None


@given(st.lists(simple_events(RECORDS), min_size=3, max_size=3), st.sampled_from([*PLAIN, "least"]))
def test_composition_is_associative_and_needs_no_order(three, by):
    a, b, c = three
    costs = {
        epsilon_or_none(event, by)
        for event in (
            ComposedEvent((ComposedEvent((a, b)), c)),
            ComposedEvent((a, ComposedEvent((b, c)))),
            ComposedEvent((c, b, a)),
        )
    }
    assert len(costs) == 1


@given(st.lists(simple_events(RECORDS), min_size=1, max_size=3), simple_events(RECORDS), st.sampled_from(PLAIN))
def test_more_never_costs_less(some, one_more, by):
    before, after = (epsilon_or_none(ComposedEvent(tuple(each)), by) for each in (some, [*some, one_more]))
    if before is not None and after is not None:
        assert before <= after


@given(simple_events(RECORDS), st.integers(1, 5), st.sampled_from(PLAIN))
def test_repeating_is_composing(event, count, by):
    repeated = epsilon_or_none(RepeatedEvent(event, count), by)
    assert repeated == epsilon_or_none(ComposedEvent((event,) * count), by)


@given(events(), st.sampled_from(PLAIN))
def test_an_epsilon_and_its_delta_are_of_one_curve(event, by):
    epsilon = epsilon_or_none(event, by)
    if epsilon is not None and epsilon < 100:
        assert cost(event, epsilon=epsilon, by=by).delta <= MILLIONTH * (1 + Fraction(1, 10**6))


def test_ten_times_a_tenth_is_one_exactly():
    spent = cost(RepeatedEvent(PureEvent(Fraction(1, 10), RECORDS), 10), delta=0, by="basic")
    assert spent.epsilon == 1
    assert str(spent) == "epsilon 1 with delta 0 by basic, adding or removing one record"


@given(scales, st.integers(1, 30))
def test_accountants_of_gaussians_are_ordered(variance, count):
    """Distributions of losses see most, then divergences of all orders as zCDP has them, then some orders."""
    event = RepeatedEvent(GaussianEvent(variance, RECORDS), count)
    pld = LossDistribution(taken_apart(event), 1e-2).epsilon(MILLIONTH)
    zcdp, rdp = (cost(event, delta=MILLIONTH, by=by).epsilon for by in ("zcdp", "rdp"))
    grid = Fraction(count, 100) if count == 1 else Fraction(1, 100) * count
    assert pld <= zcdp + grid
    assert zcdp <= rdp * (1 + Fraction(1, 10**6))
    assert gaussian_delta(float(pld), float(variance) / count) <= float(MILLIONTH) * (1 + 1e-6)
    assert gaussian_delta(float(zcdp), float(variance) / count) <= float(MILLIONTH)


@given(st.fractions(Fraction(1, 100), 1, max_denominator=100), st.integers(1, 50))
def test_accountants_of_epsilons_are_ordered(epsilon, count):
    event = RepeatedEvent(PureEvent(epsilon, RECORDS), count)
    basic, advanced, zcdp, rdp = (cost(event, delta=MILLIONTH, by=by).epsilon for by in PLAIN)
    assert advanced <= basic == rounded_up(epsilon * count)
    assert rdp <= zcdp * (1 + Fraction(1, 100))
    assert cost(event, delta=MILLIONTH).epsilon == min(basic, advanced, zcdp, rdp)


@given(st.fractions(Fraction(1, 10**6), 20, max_denominator=10**6), st.floats(1e-12, 0.5))
def test_the_conversion_of_rho_is_tight_and_below_the_classical_one(rho, delta):
    """Below rho + 2 sqrt(rho ln(1/delta)) of Bun, Steinke 2016, proposition 1.3; above the Gaussian of that rho."""
    exact = Fraction(delta)
    epsilon = Concentrated(rho).epsilon(exact)
    classical = Concentrated(rho).delta(Fraction(0)) if epsilon == 0 else exact
    assert float(epsilon) <= float(rho) + 2 * sqrt(-float(rho) * log(delta)) + 1e-12
    assert gaussian_delta(float(epsilon), float(1 / (2 * rho))) <= delta * (1 + 1e-9) or classical >= exact


@given(simple_events(RECORDS), st.integers(27, 40), st.sampled_from(PLAIN))
def test_a_draw_near_its_event_costs_a_little_more(event, bits, by):
    tau = Fraction(1, 2**bits)
    ideal, near = epsilon_or_none(event, by), epsilon_or_none(NearEvent(event, tau), by)
    if near is not None:
        assert ideal <= near
        assert (1 + exp(near)) * float(tau) <= float(MILLIONTH)
        assert cost(NearEvent(event, tau), epsilon=near, by=by).delta <= MILLIONTH * (1 + Fraction(1, 10**6))


def test_a_distance_is_charged_as_one_plus_e_to_the_epsilon():
    tau = Fraction(1, 2**40)
    spent = cost(RepeatedEvent(NearEvent(PureEvent(1, RECORDS), tau), 3), epsilon=3, by="basic")
    assert float(spent.delta) == pytest.approx(3 * (1 + exp(3)) / 2**40, rel=1e-12)
    assert float(spent.delta) >= 3 * (1 + exp(3)) / 2**40
    with pytest.raises(LocalError, match="delta-too-small"):
        cost(NearEvent(PureEvent(1, RECORDS), tau), delta=tau, by="basic")


@given(st.fractions(0, 1, max_denominator=100), st.fractions(0, 3, max_denominator=100), deltas)
def test_a_sample_is_never_worse_than_all(q, epsilon, delta):
    whole = ApproximateEvent(epsilon, delta, RECORDS)
    sampled = cost(PoissonEvent(q, whole), delta="0.02", by="basic").epsilon
    assert sampled <= cost(whole, delta="0.02", by="basic").epsilon + Fraction(1, 10**20)
    assert float(sampled) == pytest.approx(log1p(float(q) * expm1(float(epsilon))), abs=1e-12)


@pytest.mark.parametrize(
    ("event", "by"),
    [
        (GaussianEvent(1, RECORDS), "basic"),
        (ZcdpEvent(1, RECORDS), "advanced"),
        (ZcdpEvent(1, RECORDS), "pld"),
        (GaussianEvent(1, RECORDS, True), "pld"),
        (PoissonEvent(Fraction(1, 2), GaussianEvent(1, RECORDS)), "zcdp"),
        (PoissonEvent(Fraction(1, 2), GaussianEvent(1, substitute())), "rdp"),
        (PoissonEvent(Fraction(1, 2), PureEvent(1, substitute())), "least"),
        (PoissonEvent(Fraction(1, 2), RepeatedEvent(GaussianEvent(1, RECORDS), 2)), "least"),
        (PureEvent(1, RECORDS), "moments"),
    ],
)
def test_what_an_accountant_does_not_know_is_refused(event, by):
    with pytest.raises(LocalError, match="not-accounted"):
        cost(event, delta=MILLIONTH, by=by)


def test_one_of_delta_and_epsilon_is_asked_for():
    for both in ({}, {"delta": MILLIONTH, "epsilon": 1}):
        with pytest.raises(LocalError, match="wrong-amount"):
            cost(PureEvent(1, RECORDS), **both)
    with pytest.raises(LocalError, match="amount-out-of-range"):
        cost(PureEvent(1, RECORDS), delta=1)


@pytest.mark.parametrize("by", ["zcdp", "rdp", "pld"])
def test_no_delta_means_no_epsilon_for_gaussians(by):
    with pytest.raises(LocalError, match="delta-too-small"):
        cost(GaussianEvent(1, RECORDS), delta=0, by=by)


def test_nothing_costs_nothing():
    for by in ACCOUNTANTS:
        assert cost(PoissonEvent(0, PureEvent(1, RECORDS)), delta=0, by=by).epsilon == 0


def test_without_the_library_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "dp_accounting.pld", None)
    monkeypatch.setitem(sys.modules, "dp_accounting.pld.privacy_loss_distribution", None)
    with pytest.raises(LocalError, match=r"parley-mpc\[privacy\]"):
        curve_of(LaplaceEvent(1, RECORDS), "pld")


@pytest.mark.parametrize("size", ["1e-300", "1e-20", "1e20", "1e300"])
@pytest.mark.parametrize("by", [*PLAIN, "pld", "least"])
def test_extreme_amounts_are_charged_or_refused(size, by):
    for event in (
        PureEvent(size, RECORDS),
        ZcdpEvent(size, RECORDS),
        LaplaceEvent(size, RECORDS),
        GaussianEvent(size, RECORDS),
        PoissonEvent("1e-300", GaussianEvent(size, RECORDS)),
        PoissonEvent(1 - Fraction(1, 10**300), GaussianEvent(size, RECORDS)),
    ):
        for asked in ({"delta": "1e-300"}, {"delta": "0.5"}, {"epsilon": size}):
            try:
                spent = cost(event, by=by, **asked)
            except LocalError:
                continue
            assert spent.epsilon >= 0 <= spent.delta <= 1
