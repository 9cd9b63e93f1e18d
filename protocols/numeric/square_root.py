"""sqrt(x) and 1 / sqrt(x).

Normalised as for division, x = v 2^(i* + 1), v in [1/2, 1), t = 4 v - 3 (Aly and Smart, ACNS 2019, take the same road
in a field). A quadratic start and one step of third order, instead of several of Newton's:

    y_0 = (591 - 104 t + 27 t^2) / 512,  e = 1 - v y_0^2,  |e| <= D = 0.00783
    1 / sqrt(v) = y_0 (1 + h),  h = e (1/2 + (15/64) D^2 + 3/8 e) + eps,  |eps| < 2^-24.6,  sqrt(v) = v y_0 (1 + h).

(15/64) D^2 is what is left in the linear term when the cubic one is replaced by the best line. Where more bits than
that are wanted and the ring has room, h is the binomial series of (1 - e)^(-1/2) - 1 up to e^7, |eps| < 2^-57. y_0 is
whatever its truncation gives: e is computed from it, so its rounding does not matter. The scale, a half-integral power
of two, is looked up at the leading bit and enters beside y_0, so that scaling back costs no round. For x = 0 every
product below has an exact factor 0.
"""

from __future__ import annotations

from math import isqrt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.numeric.fixed_point import (
    ROOM,
    away_from_zero,
    check_fits,
    or_wider,
    outside_domain,
    plus,
    product,
    products,
    room_of,
    square,
)
from protocols.numeric.normalise import Table, at_leading, leading_places, mantissa, to_top
from protocols.numeric.polynomial import fixed, shortened
from protocols.ranges import ULP, Range, shifted_up
from protocols.shares import ArithmeticShare, stack

GUARD_BITS = 3
MOST_PRECISION = 26, 50
"""With a step of third order, and with the series."""

LEAST_PRECISION = 15
START = (591, -104, 27)
START_BITS = 9
BEND = 1.436e-5
SERIES = (0, 1 / 2, 3 / 8, 5 / 16, 35 / 128, 63 / 256, 231 / 1024, 429 / 2048)


def sqrt_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of sqrt(x) as `sqrt` computes it, for x in r. Raises LocalError `domain` where x may be negative,
    `range-too-wide` where it may need more than `room` bits or the root leaves less than 15 bits of precision."""
    if r.lo < 0:
        remedy = (
            "use np.maximum(x, 0) if rounding made it negative, or declare x.within(0, hi) if you know that it is not"
        )
        raise outside_domain("the square root", r, f, "numbers that are not negative", remedy)
    bits = _root_bits(r, f)
    precision = _checked_precision("the square root", r, f, bits, room)
    lo, hi = isqrt(r.lo << f), isqrt(r.hi << f) + 1
    slack = 3 + (hi >> (precision - 3))
    return Range(max(lo - slack, 0), hi + slack)


def inverse_sqrt_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of 1 / sqrt(x) as `inverse_sqrt` computes it, for x in r. Raises LocalError `domain` where x may be 0
    or negative, `range-too-wide` as `sqrt_range` does."""
    if r.lo <= 0:
        remedy = f"{away_from_zero('x', f)}, or declare x.within(lo, hi) if you know a lower bound"
        raise outside_domain("1 / sqrt", r, f, "numbers above zero", remedy)
    bits = _inverse_bits(r, f)
    precision = _checked_precision("1 / sqrt", r, f, bits, room)
    lo, hi = isqrt((1 << 3 * f) // r.hi), isqrt((1 << 3 * f) // r.lo) + 1
    slack = 3 + (hi >> (precision - 3))
    return Range(max(lo - slack, 0), hi + slack)


def sqrt_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `sqrt`, in units of a range's error."""
    return _loss(isqrt(r.hi << f) + 1, _precision(_root_bits(r, f), room))


def inverse_sqrt_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `inverse_sqrt`, in units of a range's error."""
    return _loss(isqrt((1 << 3 * f) // r.lo) + 1, _precision(_inverse_bits(r, f), room))


def _loss(largest: int, precision: int) -> int:
    """1.25 + 2^(3-P) of the largest result."""
    return 5 * ULP // 4 + shifted_up(largest * ULP, precision - 3)


async def sqrt(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[sqrt(x)], elementwise, any shape, for 0 <= r.lo; sqrt(0) is exactly 0.

    Error: |y - sqrt(x)| <= 1.25 * 2^-f + 2^(3-P) sqrt(x) over the whole of r, P = min(26, k - 6 - R) where R is the
    bits of the largest result as an integer (k = 64, f = 16: P = 26 for x < 2^32, 19 for the largest range).
    Rounds: 13 + levels(width - 1) + levels(places), one more for width > P + 2, width and places as in `reciprocal`,
    at most 26; 10 or 11 with none.
    Material: an edaBit, `places` daBits, 6 triples, a square pair, 6 or 7 truncation pairs an element, ANDs
    of `leading`.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `sqrt_range`.
    """
    room = room_of(ctx)
    sqrt_range(r, f, room)
    p = _precision(_root_bits(r, f), room)
    t, scale = await _normalised(ctx, x, r, lambda i: _root_of_power(i + 1 + f + 2 * GUARD_BITS), p)
    y = await _start(ctx, t, p)
    v_y = await product(ctx, plus(ctx, t, 3 << p), y, p + 2)
    v_y_2, z = await _times(ctx, y, scale, v_y, p)
    return await _finish(ctx, z, -plus(ctx, v_y_2, -1 << p), p)


async def inverse_sqrt(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[1 / sqrt(x)], elementwise, any shape, for 0 < r.lo.

    Error: |y - 1/sqrt(x)| <= 1.25 * 2^-f + 2^(3-P) / sqrt(x) over the whole of r, P = 26 for f <= 21, else
    min(26, 58 - R) where R is the bits of the largest result as an integer.
    Rounds, material, security: as `sqrt`. Errors: those of `inverse_sqrt_range`.
    """
    room = room_of(ctx)
    inverse_sqrt_range(r, f, room)
    p = _precision(_inverse_bits(r, f), room)
    t, scale = await _normalised(ctx, x, r, lambda i: _root_of_power(3 * f - i - 1 + 2 * GUARD_BITS), p)
    y = await _start(ctx, t, p)
    z, v_y = await products(ctx, [scale, plus(ctx, t, 3 << p)], y, [p, p + 2])
    v_y_2 = await product(ctx, v_y, y, p)
    return await _finish(ctx, z, -plus(ctx, v_y_2, -1 << p), p)


async def _normalised(
    ctx: Context, x: ArithmeticShare, r: Range, scale: Table, p: int
) -> tuple[ArithmeticShare, ArithmeticShare]:
    """[t] and the scale at the leading bit of x."""
    factor, scale_x = await at_leading(ctx, x, r, to_top(r), scale)
    return await mantissa(ctx, x, r, factor, p), scale_x


async def _start(ctx: Context, t: ArithmeticShare, p: int) -> ArithmeticShare:
    """[y_0]: two rounds."""
    c_0, c_1, c_2 = START
    return await square(ctx, t, p + START_BITS, c_2, plus(ctx, t.scale(c_1 << p), c_0 << (2 * p)))


async def _times(
    ctx: Context, x: ArithmeticShare, y: ArithmeticShare, factor: ArithmeticShare, shift: int
) -> tuple[ArithmeticShare, ArithmeticShare]:
    z = await product(ctx, stack([x, y]), factor, shift)
    return z[0], z[1]


async def _finish(ctx: Context, z: ArithmeticShare, e: ArithmeticShare, p: int) -> ArithmeticShare:
    """[z (1 + h)] without its guard bits, h from e: four rounds, or eight of the series."""
    if p > MOST_PRECISION[0]:
        h = await shortened(ctx, e, SERIES, p, p)
    else:
        slope = plus(ctx, e.scale(3), (4 << p) + fixed(8 * BEND, p))
        h = await product(ctx, e, slope, p + 3)
    return await product(ctx, z, h, p + GUARD_BITS, z.scale(1 << p))


def _root_bits(r: Range, f: int) -> int:
    return (leading_places(r)[1] + f + 1) // 2


def _inverse_bits(r: Range, f: int) -> int:
    return max((3 * f - leading_places(r)[0] + 1) // 2, 0)


def _precision(result_bits: int, room: int) -> int:
    few, most = MOST_PRECISION
    wanted = few if room <= ROOM else min(max(few, result_bits + 4), most)
    return min(wanted, room - GUARD_BITS - result_bits)


def _checked_precision(function: str, r: Range, f: int, result_bits: int, room: int) -> int:
    check_fits(function, r, room)
    precision = _precision(result_bits, room)
    if precision < LEAST_PRECISION:
        raise LocalError(
            "range-too-wide",
            f"{function} needs {result_bits} bits for its largest result at {f} fractional bits",
            f"declare a tighter range with .within(lo, hi), use fewer fractional bits, {or_wider(room)}",
        )
    return precision


def _root_of_power(exponent: int) -> int:
    """2^(exponent / 2), rounded to the nearest integer."""
    return (isqrt(1 << (exponent + 2)) + 1) >> 1 if exponent >= -2 else 0
