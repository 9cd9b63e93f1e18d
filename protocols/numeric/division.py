"""x / y over the whole ranges of both: a reciprocal of the divisor, and one correction by the remainder.

With integers x, y > 0 and a number k of fractional bits, [q] = [x 2^k / y] is found as

    r = 2^t / y                    the scaled reciprocal (`reciprocal.py`), R bits where it is largest
    q_0 = (x / 2^h) r / 2^(t-h-k)  x shortened by h bits, so that the product keeps within the ring's room
    d = x 2^k - q_0 y              the remainder, exact: it is small, so x 2^k may leave the ring meanwhile
    q = q_0 + (d / 2^g) r / 2^(t-g)

which is one step of Newton's division (Brent and Zimmermann, Modern Computer Arithmetic, section 3.4). All errors are
known beforehand: R is chosen so that the last is smallest, and the correction is left out where q_0 is good enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.numeric.fixed_point import ROOM, check_fits, may_be_zero, or_wider, product, rescale, room_of
from protocols.numeric.normalise import leading_places
from protocols.numeric.reciprocal import Sizes, scaled_reciprocal, scaled_sizes
from protocols.ranges import ERROR_BITS, ULP, Range, shifted_up
from protocols.shares import ArithmeticShare

GOOD_ENOUGH = 4 * ULP
FEWEST_BITS, LEAST_PRECISION = 12, 12


@dataclass(frozen=True, slots=True)
class Plan:
    """The public sizes of a division: the letters above, the bounds of the errors of q_0 and of what comes out, in
    units of a range's error; `corrected` says whether the remainder is looked at."""

    t: int
    h: int
    k: int
    g: int
    first_loss: int
    loss: int
    corrected: bool


def quotient_range(x: Range, y: Range, k: int, y_bits: int = 0, room: int = ROOM) -> Range:
    """The range of x 2^k / y as `divide` computes it; y has `y_bits` fractional bits, which messages show.

    Raises LocalError `domain` where y may be 0, `range-too-wide` where either may need more than `room` bits.
    """
    if y.hi < 0:
        return quotient_range(-x, -y, k, y_bits, room)
    if y.lo <= 0:
        raise may_be_zero("division", y, y_bits)
    check_fits("division", x, room)
    check_fits("division", y, room)
    slack = shifted_up(plan_of(x.off_by(0), y.off_by(0), k, room).loss, ERROR_BITS) + 1
    ends = [(end << k) // divisor for end in (x.lo, x.hi) for divisor in (y.lo, y.hi)]
    return Range(min(ends) - slack, max(ends) + 1 + slack)


def quotient_loss(x: Range, y: Range, k: int, room: int = ROOM) -> int:
    """The bound of the error of `divide`, in units of a range's error."""
    if y.hi < 0:
        return quotient_loss(-x, -y, k, room)
    return plan_of(x.off_by(0), y.off_by(0), k, room).loss


async def divide(
    ctx: Context, x: ArithmeticShare, y: ArithmeticShare, x_range: Range, y_range: Range, k: int
) -> ArithmeticShare:
    """[x 2^k / y], elementwise, broadcasting, for y of one sign.

    Error: `quotient_loss`, in most cases 2 or 3 units of the last place, and then below 2^-20 of the largest result
    where the range of y is so wide that its reciprocal has few bits at the far end.
    Rounds: those of `reciprocal` and 2, and 3 or 4 more for the correction; x is shortened meanwhile.
    Material: that of `reciprocal`, a triple and a truncation pair an element, two more of each for the correction.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `quotient_range`.
    """
    if y_range.hi < 0:
        return await divide(ctx, -x, -y, -x_range, -y_range, k)
    quotient_range(x_range, y_range, k, room=room_of(ctx))
    plan = plan_of(x_range.off_by(0), y_range.off_by(0), k, room_of(ctx))
    r, short = await together(ctx, (scaled_reciprocal, y, y_range, plan.t), (rescale, x, plan.h))
    q = await product(ctx, short, r, plan.t - plan.h - k)
    if not plan.corrected:
        return q
    d = await product(ctx, -q, y, plan.g, x.scale(1 << k))
    return q + await product(ctx, d, r, plan.t - plan.g)


@lru_cache(maxsize=256)
def plan_of(x: Range, y: Range, k: int, room: int = ROOM) -> Plan:
    """The sizes with the smallest error. LocalError `range-too-wide` if there are none."""
    plans = list(_plans(x, y, k, room))
    if not plans:
        raise LocalError(
            "range-too-wide",
            f"a quotient whose dividend may need {x.bits} bits and whose divisor {y.bits} does not fit the ring",
            f"declare the ranges that the values really have with .within(lo, hi), {or_wider(room)}",
        )
    uncorrected = [plan for plan in plans if not plan.corrected and plan.loss <= GOOD_ENOUGH]
    return min(uncorrected or plans, key=lambda plan: plan.loss)


def _plans(x: Range, y: Range, k: int, room: int) -> Iterator[Plan]:
    most_bits, most_shift = room - 21, room + 1
    for bits in range(FEWEST_BITS, most_bits):
        t = bits + leading_places(y)[0]
        sizes = scaled_sizes(y, t, room)
        largest = (1 << t) // y.lo + 2 + shifted_up((1 << t) // y.lo, sizes.relative_bits)
        h = max(x.magnitude.bit_length() + largest.bit_length() + 1 - room, 0)
        if sizes.precision < LEAST_PRECISION or not 0 <= t - h - k <= most_shift:
            continue
        first = _first_loss(x, y, k, t, h, sizes)
        yield Plan(t, h, k, 0, first, first, corrected=False)
        yield from _corrected(x, y, k, t, h, first, largest, sizes, room)


def _first_loss(x: Range, y: Range, k: int, t: int, h: int, sizes: Sizes) -> int:
    """Of q_0: that of its truncation, of r, and of the bits that x has lost."""
    of_reciprocal = shifted_up(x.magnitude * sizes.absolute_loss << k, t)
    quotient = (x.magnitude << k) // y.lo + 1
    relative = shifted_up(quotient * ULP, sizes.relative_bits)
    shortened = (ULP << (h + k + 1)) // y.lo + 1 if h else 0
    return ULP + of_reciprocal + relative + shortened


def _corrected(
    x: Range, y: Range, k: int, t: int, h: int, first: int, largest: int, sizes: Sizes, room: int
) -> Iterator[Plan]:
    """The plan with a correction, if the remainder and its product fit."""
    remainder = shifted_up(first * y.hi, ERROR_BITS) + 1
    bits = (remainder * largest).bit_length()
    g = max(bits + 1 - room, 0)
    if remainder.bit_length() > room - 1 or t < g or t - g > room + 1:
        return
    of_reciprocal = shifted_up(remainder * sizes.absolute_loss, t)
    relative = shifted_up(first, sizes.relative_bits)
    shortened = (ULP << (g + 1)) // y.lo + 1 if g else 0
    yield Plan(t, h, k, g, first, ULP + of_reciprocal + relative + shortened, corrected=True)
