"""Events are immutable, exact, and written so that nothing else is read back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import FrozenInstanceError
from fractions import Fraction

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy.event_strategies import events

from mpc.errors import LocalError
from protocols.privacy.events import (
    ComposedEvent,
    GaussianEvent,
    LaplaceEvent,
    PoissonEvent,
    PureEvent,
    RepeatedEvent,
    event_of_plain,
)
from protocols.privacy.neighbours import add_or_remove, group, substitute

RECORDS = add_or_remove()
A_TENTH = PureEvent(Fraction(1, 10), RECORDS)


@given(events())
def test_an_event_is_read_back_as_it_was_written(event):
    assert event_of_plain(msgpack.unpackb(msgpack.packb(event.plain()))) == event
    assert hash(event_of_plain(event.plain())) == hash(event)


@given(events(), st.randoms(use_true_random=False))
def test_a_changed_form_is_another_event_or_none(event, random):
    plain = event.plain()
    inner = plain
    while (below := [part for part in inner if isinstance(part, list) and part]) and random.random() < 0.7:
        inner = random.choice(below)
    place = random.randrange(len(inner))
    inner[place] = random.choice([None, True, 0, -1, 1 << 64, "2/4", "nan", "pure", [], ["pure"], 0.5])
    with suppress(LocalError):
        assert event_of_plain(plain).plain() == plain


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        "pure",
        ["impure", "1", RECORDS.plain()],
        ["pure", "1"],
        ["pure", "2/2", RECORDS.plain()],
        ["pure", "-1", RECORDS.plain()],
        ["pure", "1e0", RECORDS.plain()],
        ["pure", 1, RECORDS.plain()],
        ["laplace", "0", RECORDS.plain()],
        ["approximate", "1", "1", RECORDS.plain()],
        ["gaussian", "1", RECORDS.plain(), 1],
        ["repeated", A_TENTH.plain(), 0],
        ["repeated", A_TENTH.plain(), True],
        ["composed", []],
        ["composed", [A_TENTH.plain(), ["pure", "1", substitute().plain()]]],
        ["poisson", "1/2", ["pure", "1", add_or_remove(group(2)).plain()]],
    ],
)
def test_what_is_no_event_is_refused(plain):
    with pytest.raises(LocalError) as caught:
        event_of_plain(plain)
    assert caught.value.code == "wrong-event"


def test_nesting_has_an_end():
    plain = A_TENTH.plain()
    for _ in range(2000):
        plain = ["repeated", plain, 1]
    with pytest.raises(LocalError, match="nested too deep"):
        event_of_plain(plain)


def test_an_event_stays_as_it_is():
    with pytest.raises(FrozenInstanceError):
        A_TENTH.epsilon = Fraction(0)


def test_events_for_other_neighbours_do_not_go_together():
    with pytest.raises(LocalError, match="other-neighbours"):
        ComposedEvent((A_TENTH, PureEvent(Fraction(1), substitute())))


def test_numbers_are_taken_exactly():
    assert PureEvent(0.1, RECORDS) == A_TENTH
    assert GaussianEvent.of_multiplier(1.5, RECORDS).variance == Fraction(9, 4)
    assert GaussianEvent(4, RECORDS).rho == Fraction(1, 8)
    assert LaplaceEvent(10, RECORDS).epsilon == A_TENTH.epsilon


def test_an_event_says_what_was_done():
    step = PoissonEvent(Fraction(1, 25), GaussianEvent.of_multiplier(1.5, RECORDS))
    assert str(RepeatedEvent(step, 2250)) == (
        "2250 times: on a Poisson sample with probability 0.04: Gaussian noise of 2.25 squared sensitivities, "
        "adding or removing one record"
    )
