"""All parties decide alike which part runs, however theirs stand: every course of a few parts is gone through."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from mpc.errors import LocalError, PeerError
from party_runner.scale.schedule import (
    ATTEMPTS,
    MOST_PARTS,
    Reports,
    Schedule,
    Start,
    State,
    refuse_parts,
    width_of,
)

NAMES = ("north", "south")
OVER = (State.DONE, State.LOST, State.LEFT)


def said(parts: int, states: dict[int, State]) -> Reports:
    """What one party reports."""
    report = np.zeros(parts, np.uint8)
    for part, state in states.items():
        report[part] = state
    return report


def test_as_many_run_as_the_smallest_cluster_has_workers() -> None:
    schedule = Schedule(5, width_of([3, 2], NAMES))
    assert schedule.starts() == [Start(0, 0), Start(1, 0)]
    assert schedule.starts() == []
    done = said(5, {0: State.DONE, 1: State.RUNS})
    schedule.take([done, done], NAMES)
    assert schedule.starts() == [Start(2, 0)]
    assert set(schedule.running) == {1, 2}


@pytest.mark.parametrize(("first", "second"), [*product((State.RUNS, *OVER), repeat=2)])
def test_a_part_is_over_when_nobody_says_that_it_runs(first: State, second: State) -> None:
    schedule = Schedule(1, 1)
    schedule.starts()
    schedule.take([said(1, {0: first}), said(1, {0: second})], NAMES)
    if State.RUNS in (first, second):
        assert schedule.running == {0: 0}
        assert not schedule.starts()
        return
    assert schedule.finished == (first is second is State.DONE)
    assert schedule.starts() == ([] if schedule.finished else [Start(0, 1)])


def followed(course: tuple[tuple[State, ...], ...]) -> tuple[Schedule, int, PeerError | None]:
    """Two parts, one at a time, of which the attempts at the first end as `course` says: how it comes out, and after
    how many of these."""
    schedule, attempts = Schedule(2, 1), 0
    try:
        while not schedule.finished:
            (start,) = schedule.starts()
            outcome = course[start.attempt] if start.part == 0 else (State.DONE, State.DONE)
            attempts += start.part == 0
            schedule.take([said(2, {start.part: state}) for state in outcome], NAMES)
    except PeerError as error:
        return schedule, attempts, error
    return schedule, attempts, None


def test_every_course_of_two_parts_ends_with_each_done_once_or_given_up_by_name() -> None:
    """Of two parties, all that may come of each attempt: no part is in two attempts, and none is forgotten."""
    good = (State.DONE, State.DONE)
    for course in product(product(OVER, repeat=2), repeat=ATTEMPTS):
        schedule, attempts, error = followed(course)
        if good in course:
            assert error is None
            assert schedule.done == {0, 1}
            assert attempts == course.index(good) + 1 == len(schedule.failed) + 1
        else:
            lost = [name for name, state in zip(NAMES, course[-1], strict=True) if state is State.LOST]
            assert error is not None
            assert (error.code, error.party) == ("part-failed", lost[0] if lost else None)
            assert attempts == ATTEMPTS == len(schedule.failed)


@pytest.mark.parametrize("value", [0, 5, 255])
def test_a_report_of_another_kind_names_the_party(value: int) -> None:
    schedule = Schedule(2, 2)
    schedule.starts()
    report = said(2, {0: State.DONE, 1: State.RUNS})
    bent = report.copy()
    bent[1] = value
    with pytest.raises(PeerError, match="means nothing") as caught:
        schedule.take([report, bent], NAMES)
    assert (caught.value.code, caught.value.party) == ("unexpected-message", "south")


def test_what_is_said_of_parts_that_do_not_run_is_not_looked_at() -> None:
    schedule = Schedule(2, 1)
    schedule.starts()
    schedule.take([said(2, {0: State.DONE, 1: State.DONE})] * 2, NAMES)
    assert schedule.done == {0}


def test_a_cluster_without_workers_is_named() -> None:
    with pytest.raises(PeerError, match="no worker") as caught:
        width_of([2, 0], NAMES)
    assert (caught.value.code, caught.value.party) == ("no-workers", "south")


@pytest.mark.parametrize("parts", [0, MOST_PARTS + 1])
def test_numbers_of_parts_that_nobody_can_run(parts: int) -> None:
    with pytest.raises(LocalError, match="bad-parts"):
        refuse_parts(parts)
