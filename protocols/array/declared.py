"""Ranges and bounds of errors that a program declares, in a value's own unit."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, inf

import numpy as np

from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.ranges import ERROR_BITS, Range


def declared_range(lo: float, hi: float, scale: int) -> Range:
    """The range of reals that a program declares. LocalError `bad-range` if there is none between finite bounds."""
    if not -inf < lo <= hi < inf:
        raise LocalError(
            "bad-range", f"[{lo}, {hi}] is no range of numbers", "give two finite bounds, (lo, hi)", line=user_line()
        )
    return Range.of_reals(lo, hi, scale)


def declared_error(error: float, scale: int) -> int:
    """The bound that a program declares, rounded up. LocalError `bad-error` if it is no finite number from 0 on."""
    exact = error.item() if isinstance(error, np.generic) else error
    if not isinstance(exact, int | float | Fraction) or not 0 <= exact < inf:
        raise LocalError("bad-error", f"{error!r} bounds no error", "give a number from 0 on", line=user_line())
    return ceil(Fraction(exact) * (1 << scale + ERROR_BITS))
