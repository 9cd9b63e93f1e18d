"""Values of records held to public bounds, and zero where a row is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, ldexp
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.arithmetic import subtract
from protocols.array.lines import user_line
from protocols.array.logic import clip, where
from protocols.array.scales import fixed, ring_form
from protocols.array.secret import SecretArray


@dataclass(frozen=True, slots=True)
class Bounded:
    """Values less `middle`, from `low` to `high`, all in their own unit; zero where they are missing."""

    x: SecretArray
    middle: float
    low: Fraction
    high: Fraction

    @property
    def largest(self) -> Fraction:
        """No value is further from zero."""
        return max(-self.low, self.high)

    @property
    def bounds(self) -> tuple[float, float]:
        """What the values lie between, with the middle."""
        return self.middle + float(self.low), self.middle + float(self.high)

    @property
    def finest(self) -> int:
        """The exponent of the last place of a sum: steps beyond it would say nothing."""
        return self.x.scale


def bounded(
    x: SecretArray, bounds: Sequence[float] | None, valid: SecretArray | None, *, centred: bool = True
) -> Bounded:
    """The values clipped to the bounds, or in the range that is known of them where there are none. LocalError
    `bad-range`."""
    held = _clipped(x, bounds)
    middle = ldexp((held.range.lo + held.range.hi) // 2, -held.scale) if centred else 0.0
    moved = subtract(held, int(middle) if held.kind == "int" else middle) if centred else held
    low, high = (Fraction(bound, 1 << moved.scale) for bound in (moved.range.lo, moved.range.hi))
    return Bounded(moved if valid is None else where(valid, moved, 0), middle, low, high)


def _clipped(x: SecretArray, bounds: Any) -> SecretArray:
    numbers = ring_form(x)
    held = numbers if bounds is None else clip(numbers, *_rising(bounds))
    return fixed(held) if held.kind == "fixed" else held


def _rising(bounds: Any) -> Any:
    """The bounds, as they are: clipping to ones that fall would give the upper one whatever the values."""
    try:
        low, high = bounds
        if -inf < low <= high < inf:
            return bounds
    except (TypeError, ValueError):
        pass
    raise LocalError(
        "bad-range", f"range={bounds!r} is no range of numbers", "give two finite bounds, (lo, hi)", line=user_line()
    )


def there(valid: SecretArray | None, rows: int) -> Any:
    """How many rows are there: a secret number, or a public one."""
    return rows if valid is None else np.sum(ring_form(valid))
