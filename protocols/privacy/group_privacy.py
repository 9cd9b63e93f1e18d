"""What a promise about one unit is for several: groups, and one unit in the place of another."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from mpc.errors import LocalError
from protocols.privacy.amounts import count_of
from protocols.privacy.directed import exp_up
from protocols.privacy.events import (
    ApproximateEvent,
    ComposedEvent,
    Event,
    GaussianEvent,
    LaplaceEvent,
    NearEvent,
    PoissonEvent,
    PureEvent,
    RepeatedEvent,
    ZcdpEvent,
)
from protocols.privacy.neighbours import Neighbours, Relation


def for_groups(event: Event, units: int) -> Event:
    """The same event for neighbours that differ by so many units at once.

    Epsilons grow as the size, rhos as its square; a delta is multiplied by 1 + e^epsilon + ... + e^((k - 1) epsilon),
    as k steps from neighbour to neighbour give (Vadhan 2017, lemma 2.2; Bun, Steinke 2016, proposition 1.9). Groups of
    groups are groups of all. Raises LocalError `not-accounted` for samples, of which the cost must be found first.
    """
    size = count_of(units, "the members of a group")
    return _apart(event, size, event.neighbours.groups_of(size))


def for_substitution(event: Event) -> Event:
    """An event for units more or less, for one unit in the place of another: a step out and a step in.

    Raises LocalError: `other-neighbours` if it speaks of substitution already; `not-accounted` as `for_groups`.
    """
    if event.neighbours.relation is Relation.SUBSTITUTE:
        raise LocalError("other-neighbours", f"this is said of {event.neighbours} already", "take it as it is")
    return _apart(event, 2, Neighbours(Relation.SUBSTITUTE, event.neighbours.unit))


def _apart(event: Event, k: int, neighbours: Neighbours) -> Event:
    """The event for neighbours that k of its own neighbours lead to."""
    same: dict[str, Any] = {"neighbours": neighbours}
    match event:
        case PureEvent():
            return PureEvent(k * event.epsilon, **same)
        case LaplaceEvent():
            return LaplaceEvent(event.scale / k, **same)
        case ZcdpEvent():
            return ZcdpEvent(k**2 * event.rho, **same)
        case GaussianEvent():
            return replace(event, variance=event.variance / k**2, **same)
        case ApproximateEvent():
            return ApproximateEvent(k * event.epsilon, _delta(event, k), **same)
        case PoissonEvent(probability=1):
            return _apart(event.event, k, neighbours)
        case NearEvent() | RepeatedEvent():
            return replace(event, event=_apart(event.event, k, neighbours))
        case ComposedEvent():
            return ComposedEvent(tuple(_apart(each, k, neighbours) for each in event.events))
    raise LocalError(
        "not-accounted",
        f"what a {event.kind} event is for {neighbours} is not known",
        "find its cost for one unit first, and ask for that of the (epsilon, delta) that it gives",
    )


def _delta(event: ApproximateEvent, k: int) -> Fraction:
    if not event.delta:
        return event.delta
    growth = exp_up(event.epsilon)
    if k * event.epsilon > 1000 or (total := event.delta * sum(growth**i for i in range(k))) >= 1:
        raise LocalError(
            "delta-too-small", f"a group of {k} has no delta below 1 left", "a smaller delta, epsilon or group"
        )
    return total
