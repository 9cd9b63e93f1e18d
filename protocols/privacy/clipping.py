"""Vectors of one unit each, clipped to a length and put on a grid, so that their sum moves by that length at most."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, positive
from protocols.privacy.grid import Whole, power_of_two_below, unmasked

MOST_RADIUS = 1 << 30
"""In steps: a squared length and the sum of 2^32 vectors fit an int64."""
_FINE = 1 << 24
MOST_COORDINATES = 1 << 30


@dataclass(frozen=True, slots=True)
class Clipping:
    """To vectors of whole multiples of `step` that are at most `radius` steps long, in L2. Made by `clipping`."""

    step: Fraction
    radius: int

    @property
    def bound(self) -> Fraction:
        """The length itself, rounded down to the grid."""
        return self.step * self.radius

    def place(self, vectors: npt.NDArray[Any]) -> Whole:
        """(units, coordinates) of floats to whole numbers of steps: shortened to the bound, then cut towards zero.

        A vector with NaN or an infinity becomes zeros: a rule for each vector alone, so that no other one shows.

        Lengths in floats are wrong by less than (coordinates + 8) 2^-52 of themselves: vectors are shortened by twice
        that beyond the bound, and cutting shortens. Raises LocalError `wrong-shape` and `wrong-dtype`.
        """
        v = unmasked(vectors)
        if v.ndim != 2 or not v.shape[1] or v.shape[1] > MOST_COORDINATES:
            raise LocalError("wrong-shape", f"vectors of shape {v.shape}", "(units, coordinates), a row for each unit")
        if v.dtype.kind != "f":
            raise LocalError("wrong-dtype", f"vectors of type {v.dtype} are not floats", "vectors.astype(float)")
        v = np.where(np.isfinite(v).all(axis=1, keepdims=True), v.astype(np.float64), 0.0)
        largest = np.maximum(np.abs(v).max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
        direction = v / largest
        lengths = np.sqrt(np.square(direction).sum(axis=1, keepdims=True))
        room = self.radius * (1 - (v.shape[1] + 8) * 2.0**-51)
        with np.errstate(over="ignore"):
            steps = np.minimum(largest / float(self.step), room / lengths.clip(min=1.0))
        placed: Whole = np.trunc(direction * steps).astype(np.int64)
        return placed


def clipping(bound: AnyNumber, step: AnyNumber | None = None) -> Clipping:
    """To a public length above 0, which must not be taken from the data.

    `step`: a power of two; by default such that the bound is 2^24 to 2^25 steps. Raises LocalError: errors of
    `positive`; `wrong-grid` for a step that is none, and for a bound of less than 1 step or more than MOST_RADIUS.
    """
    length = positive(bound, "the bound of clipping")
    exact = power_of_two_below(length / _FINE) if step is None else positive(step, "the step of a grid")
    if power_of_two_below(exact) != exact or not 1 <= length / exact <= MOST_RADIUS or not 2**-900 <= exact <= 2**900:
        raise LocalError(
            "wrong-grid",
            "the step of a grid is no power of two, or the bound of clipping not 1 to 2^30 of its steps",
            "a step such as 2**-20",
        )
    return Clipping(exact, int(length / exact))
