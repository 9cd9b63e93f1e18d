"""A promise for groups follows from that for one, in as many steps as there are members."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.event_strategies import simple_events

from mpc.errors import LocalError
from protocols.privacy.accounts import cost
from protocols.privacy.events import ApproximateEvent, ComposedEvent, NearEvent, PoissonEvent, PureEvent, RepeatedEvent
from protocols.privacy.group_privacy import for_groups, for_substitution
from protocols.privacy.neighbours import add_or_remove, group, substitute, user

RECORDS = add_or_remove()
exact = simple_events(RECORDS).filter(lambda event: not isinstance(event, ApproximateEvent))


@given(exact, st.integers(1, 5), st.integers(1, 5))
def test_groups_of_groups_are_groups_of_all(event, inner, outer):
    assert for_groups(for_groups(event, inner), outer) == for_groups(event, inner * outer)
    assert for_groups(event, 1) == event


@given(st.lists(exact, min_size=1, max_size=3), st.integers(1, 5), st.integers(1, 4))
def test_groups_of_composed_events_are_composed(some, members, count):
    event = RepeatedEvent(NearEvent(ComposedEvent(tuple(some)), "1e-9"), count)
    inner = ComposedEvent(tuple(for_groups(each, members) for each in some))
    assert for_groups(event, members) == RepeatedEvent(NearEvent(inner, "1e-9"), count)
    assert for_groups(event, members).neighbours == add_or_remove(group(members))


@given(st.fractions(0, 1, max_denominator=100), st.integers(1, 5))
def test_epsilons_grow_as_groups_and_deltas_faster(epsilon, members):
    event = ApproximateEvent(epsilon, "1e-9", RECORDS)
    grown = for_groups(event, members)
    assert grown.epsilon == members * epsilon
    steps = [ApproximateEvent(epsilon, "1e-9", RECORDS)] * members
    one, many = (cost(each, delta="0.1", by="basic") for each in (grown, ComposedEvent(tuple(steps))))
    assert one.epsilon == many.epsilon
    assert grown.delta >= members * event.delta
    pairs, all_at_once = for_groups(for_groups(event, 2), members), for_groups(event, 2 * members)
    assert float(pairs.delta) == pytest.approx(float(all_at_once.delta), rel=1e-12)


def test_one_in_the_place_of_another_is_a_step_out_and_one_in():
    event = PureEvent(1, add_or_remove(user(3)))
    assert for_substitution(event) == PureEvent(2, substitute(user(3)))
    with pytest.raises(LocalError, match="other-neighbours"):
        for_substitution(PureEvent(1, substitute()))


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (PoissonEvent("0.1", PureEvent(1, RECORDS)), "not-accounted"),
        (ApproximateEvent(9, "1e-7", RECORDS), "delta-too-small"),
        (ApproximateEvent(400, "1e-9", RECORDS), "delta-too-small"),
    ],
)
def test_what_says_nothing_of_groups_is_refused(event, code):
    with pytest.raises(LocalError) as caught:
        for_groups(event, 3)
    assert caught.value.code == code
