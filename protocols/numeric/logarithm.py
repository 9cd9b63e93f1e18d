"""The natural logarithm.

With x = v 2^(i* + 1), v in [1/2, 1), t = 4 v - 3: log x = log v + (i* + 1 - f) log 2, the second part a public table
looked up at the leading bit, the first a polynomial of degree 7 in t, near the best one (interpolation at Chebyshev's
points of log(3/4 + t/4) on [-1, 1], error below 2.6e-7; `tests/numeric/test_polynomial.py` computes it again).
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from decimal import Context as Decimals

from mpc.context import Context
from protocols.numeric.fixed_point import ROOM, away_from_zero, check_fits, outside_domain, room_of
from protocols.numeric.normalise import at_leading, mantissa, to_top
from protocols.numeric.polynomial import shortened
from protocols.ranges import ERROR_BITS, ULP, Range, shifted_up
from protocols.shares import ArithmeticShare

PRECISION = 28
COEFFICIENTS = (
    -0.2876818933541,
    0.3333332800444,
    -0.05556127063748,
    0.01234737938321,
    -0.003058276005237,
    0.0008146746023934,
    -0.0002719534906914,
    7.819757512806e-05,
)
FINE_PRECISION, FINE_BITS = 50, 40
FINE = (
    -0.287682072451714,
    0.3333333333333123,
    -0.055555555564110855,
    0.012345679015036914,
    -0.0030864195741349444,
    0.0008230452111984052,
    -0.00022862510605604547,
    6.532149983425055e-05,
    -1.9046463913066667e-05,
    5.643296291244219e-06,
    -1.7050171776850605e-06,
    5.168036613310601e-07,
    -1.4370114690285575e-07,
    4.4127693461875765e-08,
    -2.240164484348351e-08,
    6.992921375422756e-09,
)
"""Of degree 15, error below 2^-43: where over 20 fractional bits are wanted and the ring has room."""

EXACT = Decimals(prec=60)


def log_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of log(x) as `log` computes it, for x in r.

    Raises LocalError `domain` where x may be 0 or negative, `range-too-wide` where it may need more than `room` bits.
    """
    if r.lo <= 0:
        remedy = f"{away_from_zero('x', f)}, or declare x.within(lo, hi) if you know a lower bound"
        raise outside_domain("the logarithm", r, f, "numbers above zero", remedy)
    check_fits("the logarithm", r, room)
    slack = 1 + shifted_up(log_loss(r, f, room), ERROR_BITS)
    return Range(_log_scaled(r.lo, f, ROUND_FLOOR) - slack, _log_scaled(r.hi, f, ROUND_CEILING) + slack)


def log_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `log`, in units of a range's error: one unit and 2^-21, or 2^-40 of the finer one."""
    return ULP + shifted_up(ULP << f, FINE_BITS if _is_fine(f, room) else 21)


def _is_fine(f: int, room: int) -> bool:
    return room > ROOM and f > 20


async def log(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[log(x)], natural, elementwise, any shape, for 0 < r.lo.

    Error: |y - log(x)| <= 2^-f + 2^-21 over the whole of r; in a wide ring, for f > 20, 2^-f + 2^-40.
    Rounds: 9 + levels(width - 1) + levels(places), one more for width > 30, width and places as in `reciprocal`, at
    most 22, and two more of the finer one; 6 or 7 with none.
    Material: an edaBit, `places` daBits, 5 triples, a square pair, 6 or 7 truncation pairs an element, ANDs
    of `leading`.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `log_range`.
    """
    log_range(r, f, room_of(ctx))
    fine = _is_fine(f, room_of(ctx))
    p, coefficients = (FINE_PRECISION, FINE) if fine else (PRECISION, COEFFICIENTS)
    log_2 = _log_2(2 * p)
    factor, exponent = await at_leading(ctx, x, r, to_top(r), lambda i: (i + 1 - f) * log_2)
    t = await mantissa(ctx, x, r, factor, p)
    return await shortened(ctx, t, coefficients, p, 2 * p - f, exponent)


def _log_2(bits: int) -> int:
    return int(EXACT.multiply(EXACT.ln(Decimal(2)), Decimal(1 << bits)).to_integral_value())


def _log_scaled(x: int, f: int, rounding: str) -> int:
    """log(x / 2^f) * 2^f as an integer, rounded down or up: the same on every machine."""
    value = EXACT.ln(EXACT.divide(Decimal(x), Decimal(1 << f)))
    return int(EXACT.multiply(value, Decimal(1 << f)).to_integral_value(rounding=rounding))
