"""1 / x over the whole range of x.

Newton's division by Goldschmidt's schedule (Goldschmidt, 1964) on normalised numbers, as in Catrina and Saxena,
FC 2010. With x = v 2^(i* + 1), v in [1/2, 1), t = 4 v - 3:

    u_0 = 15 (3 - t) / 32,  e_0 = 1 - v u_0 = (15 t^2 - 7) / 128, |e_0| <= 1/16
    1 / v = u_0 (1 + e_0) (1 + e_0^2) (1 + e_0^4) (1 + eps),  |eps| < 2^-32;   with (1 + e_0^8), |eps| < 2^-64.

The scale 2^(2f - 1 - i*) of the result multiplies u_0 at the start, so that scaling back costs no round. Every step has
as many bits as the largest result needs, three guard bits, and the precision that the ring has room for, which above 29
bits takes the fourth factor.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.numeric.fixed_point import (
    ROOM,
    check_fits,
    may_be_zero,
    product,
    quotient_rounded,
    rescale,
    room_of,
    square,
)
from protocols.numeric.normalise import at_leading, leading_places, mantissa, to_top
from protocols.ranges import ULP, Range
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of

GUARD_BITS = 3
MOST_PRECISION = 29, 60
"""With three factors, and with four."""

LEAST_PRECISION = 18


@dataclass(frozen=True, slots=True)
class Sizes:
    """The widths that a range leads to: results are below 2^result_bits, mantissas have `precision` bits."""

    result_bits: int
    precision: int

    @property
    def factors(self) -> int:
        """How many factors 1 + e a reciprocal has."""
        return 3 if self.precision <= MOST_PRECISION[0] else 4

    @property
    def relative_bits(self) -> int:
        """A reciprocal is off by 2^-relative_bits of itself: half a unit of 2^-precision for t, one and a little for
        each e, and 1/8 for eps."""
        return self.precision - self.factors + 1

    @property
    def absolute_loss(self) -> int:
        """And by so much, in units of a range's error: a unit for the last truncation, and in units of the guard bits
        2.2 for the scale and one and a little for each factor."""
        return (4 + self.factors) * ULP // 4


def reciprocal_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of 1 / x as `reciprocal` computes it, for x in r.

    Raises LocalError `domain` where x may be 0, `range-too-wide` where x may need more than `room` bits or come so
    close to 0 that its reciprocal leaves less than 18 bits of precision.
    """
    if r.hi < 0:
        return -reciprocal_range(-r, f, room)
    if r.lo <= 0:
        raise may_be_zero("the reciprocal", r, f)
    check_fits("the reciprocal", r, room)
    sizes = sizes_of(r, f, room)
    if sizes.precision < LEAST_PRECISION:
        raise LocalError(
            "range-too-wide",
            f"1 / x for x down to {r.reals(f)[0]:g} needs {sizes.result_bits} bits at {f} fractional bits",
            f"keep x above {2.0 ** (f - room + GUARD_BITS + LEAST_PRECISION):g} with np.maximum or .within, "
            "or use fewer fractional bits",
        )
    largest = (1 << (2 * f)) // r.lo
    slack = 3 + (largest >> sizes.relative_bits)
    return Range(max((1 << (2 * f)) // r.hi - slack, 0), largest + slack)


def sizes_of(r: Range, f: int, room: int = ROOM) -> Sizes:
    """Widths for 1 / x on a positive range."""
    return scaled_sizes(r, 2 * f, room)


def scaled_sizes(r: Range, t: int, room: int = ROOM) -> Sizes:
    """Widths for 2^t / x on a positive range of integers."""
    result_bits = max(t - leading_places(r)[0], 0)
    few, most = MOST_PRECISION
    wanted = few if room <= ROOM else min(max(few, result_bits + 4), most)
    return Sizes(result_bits, min(wanted, room - GUARD_BITS - result_bits))


def reciprocal_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `reciprocal`, in units of a range's error."""
    if r.hi < 0:
        return reciprocal_loss(-r, f, room)
    return scaled_loss(r, 2 * f, room)


def scaled_loss(r: Range, t: int, room: int = ROOM) -> int:
    """The bound of the error of `scaled_reciprocal`, as `Sizes` has it."""
    largest, sizes = (ULP << t) // r.lo + 1, scaled_sizes(r, t, room)
    return sizes.absolute_loss + (largest >> sizes.relative_bits) + 1


async def reciprocal(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[1 / x], elementwise, any shape, for x of one sign: 0 < r.lo or r.hi < 0.

    Error: |y - 1/x| <= 1.75 * 2^-f + 2^(2-P) / |x| over the whole of r, P = min(29, 58 - R) where R = 2f - log2(r.lo)
    is the bits of the largest result as an integer (f = 16: P = 29 for x >= 2^-13, 26 for x >= 2^-16). In a wide ring
    P = R + 4 up to 60, and above 29 it is 2 * 2^-f + 2^(3-P) / |x|.
    Rounds: 11 + levels(width - 1) + levels(places), one more for width > P + 2, at most 24, and two more for P > 29;
    width is the bits of r.hi, places how many positions the leading bit may have besides the lowest. 8 or 9 with none.
    Material: an edaBit, `places` daBits, 8 triples, 7 or 8 truncation pairs an element, ANDs of `leading`.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `reciprocal_range`.
    """
    if r.hi < 0:
        return -(await reciprocal(ctx, -x, -r, f))
    reciprocal_range(r, f, room_of(ctx))
    return await scaled_reciprocal(ctx, x, r, 2 * f)


async def scaled_reciprocal(ctx: Context, x: ArithmeticShare, r: Range, t: int) -> ArithmeticShare:
    """[2^t / x] for integers x of a positive range; error, rounds, material as `reciprocal`, for which t is 2f."""
    sizes = scaled_sizes(r, t, room_of(ctx))
    p = sizes.precision
    factor, scale = await at_leading(ctx, x, r, to_top(r), lambda i: quotient_rounded(15, t - 6 - i + GUARD_BITS))
    return await _goldschmidt(ctx, await mantissa(ctx, x, r, factor, p), scale, sizes)


async def _goldschmidt(ctx: Context, t: ArithmeticShare, scale: ArithmeticShare, sizes: Sizes) -> ArithmeticShare:
    """[scale (3 - t) (1 + e_0) (1 + e_1) (1 + e_2) ..]: scale stands for 15/32 of a power of two, with guard bits."""
    p = sizes.precision
    z, e = await _start(ctx, t, scale, p)
    for _ in range(sizes.factors - 1):
        z_e = await product(ctx, stack([z, e]), e, p)
        z, e = z + z_e[0], z_e[1]
    return await product(ctx, z, e, p + GUARD_BITS, z.scale(1 << p))


async def _start(
    ctx: Context, t: ArithmeticShare, scale: ArithmeticShare, p: int
) -> tuple[ArithmeticShare, ArithmeticShare]:
    """[scale (3 - t)] and [e_0]: of both the products by t at once, or each with its truncation."""
    three, seven = scale.scale(3 << p), suite_of(ctx).constant(ctx, t.ring.from_ints(-7 << (2 * p)))
    if suite_of(ctx).mul_truncate is not None:
        z, e = await together(ctx, (product, -scale, t, p, three), (square, t, p + 7, 15, seven))
    else:
        by_t = await suite_of(ctx).mul(ctx, stack([t, scale]), t)
        z, e = await together(ctx, (rescale, three - by_t[1], p), (rescale, by_t[0].scale(15) + seven, p + 7))
    return z, e
