"""What is released: figures, intervals that the true ones lie in, and what it cost. And arithmetic of intervals."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from protocols.array.lines import naming_line
from protocols.privacy.amounts import AnyNumber, positive, printed, probability
from protocols.privacy.events import Event
from protocols.privacy.in_words import InWords
from protocols.privacy.ledger.charges import Price

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class Estimate(InWords):
    """Noisy figures. Each true one, of the data as they are held to their bounds, lies between `low` and `high` with
    this `confidence`, by itself. That is the chance of the noise alone, and rounding is counted in: of a population
    that the data are a sample of nothing is said. `event` is what happened, `charge` what a ledger booked for all of
    it.
    """

    values: Any
    low: Any
    high: Any
    confidence: Fraction
    event: Event
    charge: Price

    def __str__(self) -> str:
        sure = f"{printed(100 * self.confidence)}% sure"
        cost = f"{self.charge}, {self.event.neighbours}"
        if np.ndim(self.values) == 0:
            return f"{self.values:.6g} ({self.low:.6g} to {self.high:.6g}, {sure}); {cost}"
        halves = np.max(np.subtract(self.high, self.low), initial=0) / 2
        return f"{_shown(self.values)} (each within {halves:.3g}, {sure}); {cost}"


class Interval(NamedTuple):
    """All numbers between two, elementwise."""

    low: Floats
    high: Floats

    def __add__(self, other: object) -> Interval:
        """Of sums."""
        assert isinstance(other, Interval)
        return Interval(self.low + other.low, self.high + other.high)

    def less(self, other: Interval) -> Interval:
        """Of differences."""
        return Interval(self.low - other.high, self.high - other.low)

    def over(self, other: Interval) -> Interval:
        """Of quotients by positive numbers."""
        ends = np.stack([a / b for a in self for b in other])
        return Interval(ends.min(0), ends.max(0))

    def square(self) -> Interval:
        """Of squares."""
        ends = np.stack([self.low**2, self.high**2])
        return Interval(np.where((self.low <= 0) & (self.high >= 0), 0.0, ends.min(0)), ends.max(0))

    def within(self, low: Any, high: Any, *, unknown: Any = False) -> Interval:
        """What is known to lie between two others: all between them where it is `unknown`, or noise says nothing.

        That is where half of this is as wide as they are apart, or where this lies beyond them, which is unlikely, and
        clipped to them would be a point.
        """
        beyond = (self.low > high) | (self.high < low) | (self.high - self.low >= 2 * (high - low))
        all_of_it = beyond | unknown
        return Interval(
            np.where(all_of_it, low, np.clip(self.low, low, high)),
            np.where(all_of_it, high, np.clip(self.high, low, high)),
        )


def confidence_of(value: AnyNumber) -> Fraction:
    """From above 0 to below 1. LocalError `amount-out-of-range`, and as `amounts.amount`."""
    with naming_line():
        return positive(probability(value, "the confidence", below_one=True), "the confidence")


def _shown(values: Any) -> str:
    return np.array2string(np.asarray(values), precision=6, threshold=12, edgeitems=4)
