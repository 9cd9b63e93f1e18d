"""What a single operation may lose: every operation's own error stays small beside its result, or is refused.

Errors of operands pass through operations and may grow, which is in the nature of what is computed and is reported.
What an operation itself adds, since it rounds, approximates or is given too few bits, is its own loss.
"""

from __future__ import annotations

from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.ranges import ERROR_BITS, ULP, Range

ULPS, RELATIVE_BITS = 4, 20


def allowed_loss(range_: Range, scale: int, f: int) -> int:
    """The most that an operation may lose: 2^(4 - f), or 2^-20 of the largest result; in units of a range's error."""
    few_units = ULP << max(scale - f + ULPS, 0)
    return max(few_units, range_.magnitude << (ERROR_BITS - RELATIVE_BITS))


def check_loss(name: str, loss: int, range_: Range, scale: int, f: int) -> None:
    """Refuse an operation that loses more: LocalError `loses-too-much`."""
    if loss <= allowed_loss(range_, scale, f):
        return
    lost = range_.off_by(loss).error_of_reals(scale)
    largest = range_.off_by(range_.magnitude << ERROR_BITS).error_of_reals(scale)
    raise LocalError(
        "loses-too-much",
        f"`{name}` would be wrong by up to {lost:.2g} here, where its results are at most {largest:.6g} in size",
        "declare tighter ranges, with mpc.secret(..., range=(lo, hi)) or x.within(lo, hi); scale the data; or run with "
        "more --fractional-bits if there is room for them, which --ring 128 has",
        line=user_line(),
    )
