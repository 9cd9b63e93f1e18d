"""Values that are nowhere negative, though an interval that allows for rounding says that they may be.

Functions that are defined from zero on take such a value for zero: so it is closer to the exact one, since that is not
below.
"""

from __future__ import annotations

from protocols.array.logic import maximum
from protocols.array.secret import SecretArray


def from_zero_on(x: SecretArray) -> SecretArray:
    """x, or where the exact value is nowhere negative and rounding may have made it so, max(x, 0): 9 rounds."""
    return maximum(x, 0) if x.range.lo < 0 and x.node.value.nowhere_negative else x
