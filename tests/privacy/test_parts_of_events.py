"""Events are taken apart into single mechanisms, and nothing of them is lost."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from privacy.event_strategies import events

from mpc.errors import LocalError
from protocols.privacy.events import ComposedEvent, NearEvent, PoissonEvent, PureEvent, RepeatedEvent
from protocols.privacy.neighbours import add_or_remove
from protocols.privacy.parts import Part, taken_apart

RECORDS = add_or_remove()
ONE = PureEvent(1, RECORDS)
HALF = Fraction(1, 2)


def test_counts_multiply_and_equal_parts_are_one():
    parts = taken_apart(RepeatedEvent(ComposedEvent((ONE, RepeatedEvent(ONE, 2), PureEvent(2, RECORDS))), 5))
    assert dict(parts.counts) == {Part(ONE): 15, Part(PureEvent(2, RECORDS)): 5}
    assert parts.draws == 20


def test_a_sample_of_a_sample_is_one_of_the_product():
    assert taken_apart(PoissonEvent(HALF, PoissonEvent(HALF, ONE))).counts == ((Part(ONE, HALF**2), 1),)
    assert taken_apart(PoissonEvent(0, ONE)).counts == ()
    everybody = PoissonEvent(1, RepeatedEvent(ONE, 3))
    assert taken_apart(everybody) == taken_apart(RepeatedEvent(ONE, 3))


def test_distances_add_up_on_samples_too():
    near = NearEvent(ONE, Fraction(1, 1000))
    assert taken_apart(RepeatedEvent(PoissonEvent(HALF, near), 7)).tau == Fraction(7, 1000)
    assert taken_apart(NearEvent(ComposedEvent((near, near)), Fraction(1, 1000))).tau == Fraction(3, 1000)


def test_several_on_one_sample_are_refused():
    with pytest.raises(LocalError, match="several mechanisms share one sample"):
        taken_apart(PoissonEvent(HALF, ComposedEvent((ONE, ONE))))


@given(events())
def test_all_parts_have_the_neighbours_of_the_whole(event):
    try:
        parts = taken_apart(event)
    except LocalError as error:
        assert error.code == "not-accounted"  # noqa: PT017
    else:
        assert {part.event.neighbours for part, _ in parts.counts} <= {parts.neighbours}
