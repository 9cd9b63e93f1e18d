"""The error function by the Fourier series of a smoothed square wave, whose coefficients are known in closed form.

A square wave of period 2 L, smoothed by the normal distribution of variance 1/2, is

    sum over odd k of 4 / (pi k) exp(-(pi k / (2 L))^2) sin(pi k x / L),

and differs from erf(x) for |x| <= X by at most erfc(L - X) + erfc(L + X): what the neighbouring edges reach over. With
X = 4 and L = 8 that, and 1 - erf(X), is below 2^-24, and x in turns of 16 is x times a power of two: exact. For more
than 24 fractional bits X is 6 and L 16, which leaves 2^-54 and takes twice as many waves. The sines are those of
`sine.py`, all under one opened mask. Beyond +-X, where comparisons made beside say so, the result is +-1.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal, localcontext
from functools import cache
from typing import NamedTuple

from mpc.context import Context, together
from protocols.numeric.fixed_point import ROOM, in_small_ring, plus, product, rescale, room_of
from protocols.numeric.sine import (
    EXACT,
    MOST_FRACTIONAL_BITS,
    PI,
    check_form,
    precision_of,
    rotation_loss,
    sum_of_waves,
)
from protocols.numeric.smooth_steps import ERF_TAILS, erf_series, turn_of
from protocols.numeric.turns import Wave
from protocols.ranges import ERROR_BITS, ULP, Range, shifted_up
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


class Form(NamedTuple):
    """X, and the bits of 2 L, which is a turn; the bits at which the series at the knot and 1 - erf(X) are off."""

    knot: int
    turn_bits: int
    off: int


NARROW, WIDE = Form(4, 4, 24), Form(6, 5, 54)
"""1 - erf(4) < 1.6e-8, 1 - erf(6) < 2.2e-17."""

SQRT_PI = EXACT.sqrt(PI)


def form(f: int) -> Form:
    """The series for so many fractional bits."""
    return NARROW if f <= MOST_FRACTIONAL_BITS else WIDE


def erf_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of erf(x) as `erf` computes it, for x in r: erf is monotone.

    Raises LocalError `range-too-wide` where x may need more than `room` bits, `too-many-fractional-bits` for f > 24, or
    48 in a wide ring.
    """
    check_form("erf", r, f, room)
    slack = shifted_up(erf_loss(r, f, room), ERROR_BITS)
    lo, hi = (_scaled(end, f) for end in (r.lo, r.hi))
    return Range(max(lo, -1 << f) - slack, min(hi + 1, 1 << f) + slack)


def erf_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `erf`, in units of a range's error: the last truncation, the rotations, the waves that
    are left out and those that are rounded, the knot."""
    sizes = shifted_up(int(sum(Decimal(wave.a) for wave in waves(f)) * 1024 + 1) * rotation_loss(f, room), 10)
    rounded = shifted_up(2 * len(waves(f)) << (f + ERROR_BITS), precision_of(room))
    return ULP + sizes + rounded + (ULP >> 4) + (1 << (f + ERROR_BITS - form(f).off))


@cache
def waves(f: int) -> tuple[Wave, ...]:
    """The waves without which the rest is below 2^-(f + 4): the next one, and those after it, each less than half."""
    found: list[Wave] = []
    k = 1
    while (a := _size(k, form(f).turn_bits)) * 2 > Decimal(2) ** -(f + 5):
        found.append(Wave(k, a))
        k += 2
    return tuple(found)


def _size(k: int, turn_bits: int) -> Decimal:
    """4 / (pi k) exp(-(pi k / 2^turn_bits)^2), in decimals: the same on every machine."""
    with localcontext(EXACT):
        angle: Decimal = PI * k
        return EXACT.multiply(4 / angle, EXACT.exp(-angle * angle / 4**turn_bits))


async def erf(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[erf(x)], elementwise, any shape, for every range.

    Error: a little more than a unit of the last place at 16 fractional bits, `erf_loss`; exactly +-1 beyond +-4, or
    with more than 24 beyond +-6, but where the suite has sines at the cost of a reading and r reaches no further than
    44: then one longer series does without comparisons.
    Rounds: those of `sin`; else 9 or 10 where r reaches beyond, 4 where the suite compares in one. Material: that of
    `sin` for each of 9 waves (16 fractional bits) but for the last truncation, and a comparison for each knot within r.
    Nobody learns anything; as `sin`. Errors: those of `erf_range`.
    """
    erf_range(r, f, room_of(ctx))
    if (whole := turn_of(ctx, r, f, ERF_TAILS)) is not None:
        return await erf_series(ctx, x, f, whole)
    limit, double = form(f).knot << f, 2 * precision_of(room_of(ctx))
    turn = x.scale(1 << (x.ring.bits - form(f).turn_bits - f))
    knots = [knot for knot in (-limit, limit) if r.lo < knot < r.hi]
    if not knots and r.magnitude > limit:
        return plus(ctx, x.scale(0), (1 if r.lo > 0 else -1) << f)
    if not knots:
        return await rescale(ctx, await sum_of_waves(ctx, turn, waves(f)), double - f)
    small = in_small_ring(x, Range(r.lo - r.hi, r.hi - r.lo))
    middle, below = await together(ctx, (sum_of_waves, turn, waves(f)), (_below, small, knots))
    low = below[0] if r.lo < -limit else x.scale(0)
    high = below[-1] if limit < r.hi else plus(ctx, x.scale(0), 1)
    outside = plus(ctx, -high - low, 1)
    return await product(ctx, middle, high - low, double - f, outside.scale(1 << double))


async def _below(ctx: Context, x: ArithmeticShare, knots: list[int]) -> ArithmeticShare:
    """[x < t] for each knot, knots first."""
    suite = suite_of(ctx)
    return await suite.bits_to_ring(ctx, await suite.below(ctx, x, x.ring.from_ints(knots)))


def _scaled(x: int, f: int) -> int:
    """erf(x / 2^f) * 2^f rounded down, by Taylor's series in decimals: the same on every machine."""
    if abs(x) >= 6 << f:
        return (1 << f) - 1 if x > 0 else -1 << f
    with localcontext(EXACT):
        u = Decimal(x) / (1 << f)
        power, total, i = u, u, 0
        while abs(power) > Decimal("1e-30"):
            i += 1
            power = -power * u * u / i
            total += power / (2 * i + 1)
        return int((total * 2 / SQRT_PI * (1 << f)).to_integral_value(ROUND_FLOOR))
