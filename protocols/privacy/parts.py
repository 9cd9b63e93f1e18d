"""An event taken apart into what accountants know: single mechanisms, on which samples, how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from mpc.errors import LocalError
from protocols.privacy.events import ComposedEvent, Event, NearEvent, PoissonEvent, RepeatedEvent
from protocols.privacy.neighbours import Neighbours, Relation

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Part:
    """One mechanism on a Poisson sample with this probability; 1 means all data."""

    event: Event
    probability: Fraction = ONE

    @property
    def is_sampled(self) -> bool:
        """Whether it saw a part of the data."""
        return self.probability < 1

    def unknown_to(self, accountant: str, why: str) -> LocalError:
        """That an accountant does not know what this costs."""
        sample = "sampled " if self.is_sampled else ""
        return LocalError(
            "not-accounted",
            f"{accountant} cannot charge a {sample}{self.event.kind} event: {why}",
            "another accountant, of 'basic', 'advanced', 'zcdp', 'rdp' and 'pld'; 'least' takes the best that can",
        )

    def require_add_or_remove(self, accountant: str) -> None:
        """LocalError `not-accounted` for a sample under substitution, of which the usual formulas do not hold."""
        if self.is_sampled and self.event.neighbours.relation is not Relation.ADD_OR_REMOVE:
            raise self.unknown_to(accountant, "its amplification is proved for adding or removing a unit")


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts with how often each, what is added for draws that are only near their events, and the neighbours."""

    counts: tuple[tuple[Part, int], ...]
    tau: Fraction
    neighbours: Neighbours

    @property
    def draws(self) -> int:
        """How many mechanisms ran."""
        return sum(count for _, count in self.counts)


def taken_apart(event: Event) -> Parts:
    """The parts of an event, equal ones together.

    Raises LocalError `not-accounted` where several mechanisms share one Poisson sample: amplification is known of one.
    """
    counts: Counter[Part] = Counter()
    tau = Fraction(0)
    for part, count, distance in _walk(event, 1):
        tau += distance
        if part is not None:
            counts[part] += count
    return Parts(tuple(counts.items()), tau, event.neighbours)


def _walk(event: Event, count: int) -> Iterator[tuple[Part | None, int, Fraction]]:
    match event:
        case RepeatedEvent():
            yield from _walk(event.event, count * event.count)
        case ComposedEvent():
            for each in event.events:
                yield from _walk(each, count)
        case NearEvent():
            yield None, 0, count * event.tau
            yield from _walk(event.event, count)
        case PoissonEvent():
            yield from _sampled(event, count)
        case _:
            yield Part(event), count, Fraction(0)


def _sampled(event: PoissonEvent, count: int) -> Iterator[tuple[Part | None, int, Fraction]]:
    """A sample of a sample is one of the product; a distance stays what it is on every sample."""
    inner = list(_walk(event.event, 1))
    if event.probability == 1 or sum(times for _, times, _ in inner) <= 1:
        for part, times, tau in inner:
            probability = event.probability * part.probability if part else ONE
            seen = Part(part.event, probability) if part and probability else None
            yield seen, times * count, tau * count
    else:
        raise Part(event.event, event.probability).unknown_to("the house", "several mechanisms share one sample")
