"""How large noise may be: 64-bit integers hold it, and whatever it is added to."""

from __future__ import annotations

from fractions import Fraction

from mpc.errors import LocalError
from protocols.privacy.amounts import printed

LEAST_SCALE, MOST_SCALE = Fraction(1, 1 << 20), Fraction(1 << 48)
"""48 scales, beyond which noise is with probability 2^-69, are below 2^54."""

LEAST_VARIANCE, MOST_VARIANCE = Fraction(1, 1 << 16), MOST_SCALE**2


def in_range(value: Fraction, what: str, least: Fraction, most: Fraction) -> Fraction:
    """The value, from least to most. Raises LocalError `noise-out-of-range` for others."""
    if not least <= value <= most:
        raise LocalError(
            "noise-out-of-range",
            f"{what} is {printed(value)} on the grid, and can be from {printed(least)} to {printed(most)}",
            "choose a coarser or finer grid for the values, so that the noise spans fewer or more of its steps",
        )
    return value
