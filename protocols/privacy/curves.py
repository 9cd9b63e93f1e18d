"""What an accountant finds: an epsilon for each delta, and a delta for each epsilon.

Both are amounts that hold: never below the true ones. A curve of several is their least, since each of them holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from mpc.errors import LocalError
from protocols.privacy.amounts import printed


class Curve(Protocol):
    """The privacy of something that ran."""

    def epsilon(self, delta: Fraction) -> Fraction:
        """An epsilon that holds with this delta. Raises LocalError `delta-too-small` where none does."""

    def delta(self, epsilon: Fraction) -> Fraction:
        """A delta that holds with this epsilon, at most 1."""


class Point:
    """(epsilon, delta)-differential privacy and nothing known beside it."""

    def __init__(self, epsilon: Fraction, delta: Fraction) -> None:
        self._epsilon, self._delta = epsilon, min(delta, Fraction(1))

    def epsilon(self, delta: Fraction) -> Fraction:
        """The one epsilon, for each delta that is no smaller."""
        if delta < self._delta:
            raise too_small(delta, self._delta)
        return self._epsilon

    def delta(self, epsilon: Fraction) -> Fraction:
        """The one delta, for each epsilon that is no smaller."""
        return self._delta if epsilon >= self._epsilon else Fraction(1)


class Least:
    """The best of several curves, each of which holds."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        self._curves = curves

    def epsilon(self, delta: Fraction) -> Fraction:
        """The least of those that have one."""
        found, refusal = [], too_small(delta, None)
        for curve in self._curves:
            try:
                found.append(curve.epsilon(delta))
            except LocalError as error:
                refusal = error
        if not found:
            raise refusal
        return min(found)

    def delta(self, epsilon: Fraction) -> Fraction:
        """The least."""
        return min(curve.delta(epsilon) for curve in self._curves)


def too_small(delta: Fraction, least: Fraction | None) -> LocalError:
    """That no epsilon can be said of a delta; `least` is what it must be above, where that is known."""
    need = f": what ran has a delta of {printed(least)} already" if least else ""
    return LocalError(
        "delta-too-small",
        f"no epsilon holds with a delta of {printed(delta)}{need}",
        "a larger delta, well below one over the number of people, or a mechanism that needs none",
    )
