"""Numbers on a grid: whole multiples of a public power of two, between declared bounds.

Noise on floats leaks: which floats a + noise can be depends on a, in its lowest bits (Mironov, "On significance of the
least significant bits for differential privacy", CCS 2012). So values are clipped and rounded to a grid one by one,
before anything is summed; sums, noise and their addition are of integers; and a sensitivity is computed from the bounds
on the grid, rounded outwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, amount, positive

Whole = npt.NDArray[np.int64]

MOST_STEPS = 1 << 52
"""From zero to a bound: floats hold such integers, and 2^10 records' sum more."""

_LEAST_STEP = Fraction(1, 1 << 900)
_FINE = 1 << 20
"""How many steps there are between bounds where nothing is said."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Multiples of `step`, a power of two, from `low` to `high` steps. Made by `grid`."""

    step: Fraction
    low: int
    high: int

    def place(self, values: npt.NDArray[Any], missing: AnyNumber | None = None) -> Whole:
        """Each value clipped to the bounds and rounded to the nearest step, as whole numbers of steps.

        `missing`: what takes the place of NaN, a public number like any other value. Where it is None, NaN raises
        LocalError `missing-values`; whoever learns of the error learns that there is one. Integers lie on a grid of
        step 1, others raise `wrong-grid`; what are no numbers raise `wrong-dtype`.
        """
        values = unmasked(values)
        if values.dtype.kind in "bui":
            if self.step != 1:
                raise LocalError("wrong-grid", "integers lie on a grid of step 1", "step=1, or values.astype(float)")
            held = np.clip(values, *_within(values.dtype, self.low, self.high)).astype(np.int64)
            whole: Whole = np.clip(held, self.low, self.high)  # the type of the values may have no number in the bounds
            return whole
        if values.dtype.kind != "f":
            raise LocalError("wrong-dtype", f"values of type {values.dtype} are no numbers", "integers or floats")
        steps = np.clip(_filled(values.astype(np.float64), missing), float(self.step * self.low), self._top())
        placed: Whole = np.clip(np.rint(steps / float(self.step)).astype(np.int64), self.low, self.high)
        return placed

    def _top(self) -> float:
        return float(self.step * self.high)


def grid(low: AnyNumber, high: AnyNumber, step: AnyNumber | None = None) -> Grid:
    """The grid between two public bounds, which are rounded outwards to it. They must not be taken from the data.

    `step`: a power of two; by default 1 where both bounds are whole Python integers, else such that there are 2^20 to
    2^21 steps between the bounds. Raises LocalError: `wrong-grid` for a step that is none, for low >= high, and for
    bounds of more than 2^52 steps; as `amounts.amount` for what is no number.
    """
    lowest, highest = signed(low, "the lower bound"), signed(high, "the upper bound")
    if lowest >= highest:
        raise LocalError("wrong-grid", "the lower bound is not below the upper one", "low below high, both public")
    if step is None:
        whole = isinstance(low, int) and isinstance(high, int)
        exact = Fraction(1) if whole else power_of_two_below((highest - lowest) / _FINE)
    else:
        exact = positive(step, "the step of a grid")
    if power_of_two_below(exact) != exact or not _LEAST_STEP <= exact <= 1 / _LEAST_STEP:
        raise LocalError(
            "wrong-grid", "the step of a grid is no power of two from 2^-900 to 2^900", "a step such as 1 or 2**-20"
        )
    found = Grid(exact, floor(lowest / exact), ceil(highest / exact))
    if max(abs(found.low), abs(found.high)) > MOST_STEPS:
        raise LocalError("wrong-grid", "a bound is more than 2^52 steps from zero", "a coarser grid")
    return found


def signed(value: AnyNumber, what: str) -> Fraction:
    """The number, exactly, of any sign. Raises LocalError as `amounts.amount`."""
    if isinstance(value, int | float | Decimal | Fraction) and not isinstance(value, bool) and value < 0:
        return -amount(-value, what)
    return amount(value, what)


def unmasked(values: npt.ArrayLike) -> npt.NDArray[Any]:
    """The values as an array. A masked one would count what its mask hides: LocalError `missing-values`, whether or not
    it hides anything, so that the error says nothing of the data."""
    if isinstance(values, np.ma.MaskedArray):
        raise LocalError(
            "missing-values",
            "a masked array, of which what the mask hides would be counted",
            "leave records out by a public rule, or values.astype(float).filled(np.nan) and missing=...",
        )
    return np.asarray(values)


def missing_values() -> LocalError:
    """NaN among values."""
    return LocalError(
        "missing-values",
        "there are values that are no numbers (NaN)",
        "a public number that takes their place, `missing` of a sum, or leave their records out by a public rule",
    )


def _filled(values: npt.NDArray[np.float64], missing: AnyNumber | None) -> npt.NDArray[np.float64]:
    none = np.isnan(values)
    if missing is None and none.any():
        raise missing_values()
    return values if missing is None else np.where(none, float(signed(missing, "the number in place of NaN")), values)


def _within(dtype: np.dtype[Any], low: int, high: int) -> tuple[int, int]:
    """The bounds, as far as the type of the values has them."""
    least, most = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return min(max(low, int(least)), int(most)), min(max(high, int(least)), int(most))


def power_of_two_below(x: Fraction) -> Fraction:
    """The largest power of two that is at most x."""
    power = Fraction(2) ** (x.numerator.bit_length() - x.denominator.bit_length())
    return power if power <= x else power / 2
