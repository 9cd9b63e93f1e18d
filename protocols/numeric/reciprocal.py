"""1 / x over the whole range of x.

Newton's division by Goldschmidt's schedule (Goldschmidt, 1964) on normalised numbers, as in Catrina and Saxena,
FC 2010. With x = v 2^(i* + 1), v in [1/2, 1), t = 4 v - 3:

    u_0 = 15 (3 - t) / 32,  e_0 = 1 - v u_0 = (15 t^2 - 7) / 128, |e_0| <= 1/16
    1 / v = u_0 (1 + e_0) (1 + e_0^2) (1 + e_0^4) (1 + eps),  |eps| < 2^-32.

The scale 2^(2f - 1 - i*) of the result multiplies u_0 at the start, so that scaling back costs no round. Every step has
as many bits as the largest result needs, three guard bits, and the precision that is left of 61 bits.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.numeric.fixed_point import (
    PRODUCT_BITS,
    check_fits,
    may_be_zero,
    plus,
    product,
    quotient_rounded,
    rescale,
)
from protocols.numeric.normalise import leading, leading_places, mantissa
from protocols.ranges import ULP, Range
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of

GUARD_BITS = 3
MOST_PRECISION = 29
LEAST_PRECISION = 18


@dataclass(frozen=True, slots=True)
class Sizes:
    """The widths that a range leads to: results are below 2^result_bits, mantissas have `precision` bits."""

    result_bits: int
    precision: int


def reciprocal_range(r: Range, f: int) -> Range:
    """The range of 1 / x as `reciprocal` computes it, for x in r.

    Raises LocalError `domain` where x may be 0, `range-too-wide` where x may need more than 61 bits or come so close
    to 0 that its reciprocal leaves less than 18 bits of precision.
    """
    if r.hi < 0:
        return -reciprocal_range(-r, f)
    if r.lo <= 0:
        raise may_be_zero("the reciprocal", r, f)
    check_fits("the reciprocal", r)
    sizes = sizes_of(r, f)
    if sizes.precision < LEAST_PRECISION:
        raise LocalError(
            "range-too-wide",
            f"1 / x for x down to {r.reals(f)[0]:g} needs {sizes.result_bits} bits at {f} fractional bits",
            f"keep x above {2.0 ** (f - PRODUCT_BITS + GUARD_BITS + LEAST_PRECISION):g} with np.maximum or .within, "
            "or use fewer fractional bits",
        )
    largest = (1 << (2 * f)) // r.lo
    slack = 3 + (largest >> (sizes.precision - 2))
    return Range(max((1 << (2 * f)) // r.hi - slack, 0), largest + slack)


def sizes_of(r: Range, f: int) -> Sizes:
    """Widths for 1 / x on a positive range."""
    return scaled_sizes(r, 2 * f)


def scaled_sizes(r: Range, t: int) -> Sizes:
    """Widths for 2^t / x on a positive range of integers."""
    result_bits = max(t - leading_places(r)[0], 0)
    return Sizes(result_bits, min(MOST_PRECISION, PRODUCT_BITS - GUARD_BITS - result_bits))


def reciprocal_loss(r: Range, f: int) -> int:
    """The bound of the error of `reciprocal`, in units of a range's error."""
    if r.hi < 0:
        return reciprocal_loss(-r, f)
    return scaled_loss(r, 2 * f)


def scaled_loss(r: Range, t: int) -> int:
    """The bound of the error of `scaled_reciprocal`: 1.75 + 2^(2-P) 2^t / x of the last place."""
    largest = (ULP << t) // r.lo + 1
    return 7 * ULP // 4 + (largest >> (scaled_sizes(r, t).precision - 2)) + 1


async def reciprocal(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[1 / x], elementwise, any shape, for x of one sign: 0 < r.lo or r.hi < 0.

    Error: |y - 1/x| <= 1.75 * 2^-f + 2^(2-P) / |x| over the whole of r, P = min(29, 58 - R) where R = 2f - log2(r.lo)
    is the bits of the largest result as an integer (f = 16: P = 29 for x >= 2^-13, 26 for x >= 2^-16).
    Rounds: 11 + levels(width - 1) + levels(places), one more for width > P + 2, at most 24; width is the bits of r.hi,
    places how many positions the leading bit may have besides the lowest. 8 or 9 with none.
    Material: an edaBit, `places` daBits, 8 triples, 7 or 8 truncation pairs an element, ANDs of `leading`.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `reciprocal_range`.
    """
    if r.hi < 0:
        return -(await reciprocal(ctx, -x, -r, f))
    reciprocal_range(r, f)
    return await scaled_reciprocal(ctx, x, r, 2 * f)


async def scaled_reciprocal(ctx: Context, x: ArithmeticShare, r: Range, t: int) -> ArithmeticShare:
    """[2^t / x] for integers x of a positive range; error, rounds, material as `reciprocal`, for which t is 2f."""
    p = scaled_sizes(r, t).precision
    at = await leading(ctx, x, r)
    to_top, scale = at.look_up(ctx, at.to_top, lambda i: quotient_rounded(15, t - 6 - i + GUARD_BITS))
    return await _goldschmidt(ctx, await mantissa(ctx, x, at, to_top, p), scale, p)


async def _goldschmidt(ctx: Context, t: ArithmeticShare, scale: ArithmeticShare, p: int) -> ArithmeticShare:
    """[scale (3 - t) (1 + e_0) (1 + e_1) (1 + e_2)]: scale stands for 15/32 of a power of two, with guard bits."""
    t_2, scale_t = await _pair(ctx, t, scale, t)
    z, e = await together(
        ctx,
        (rescale, scale.scale(3 << p) - scale_t, p),
        (rescale, plus(ctx, t_2.scale(15), -7 << (2 * p)), p + 7),
    )
    for _ in range(2):
        z_e = await product(ctx, stack([z, e]), e, p)
        z, e = z + z_e[0], z_e[1]
    last = await suite_of(ctx).mul(ctx, z, e)
    return await rescale(ctx, z.scale(1 << p) + last, p + GUARD_BITS)


async def _pair(
    ctx: Context, x: ArithmeticShare, y: ArithmeticShare, factor: ArithmeticShare
) -> tuple[ArithmeticShare, ArithmeticShare]:
    z = await suite_of(ctx).mul(ctx, stack([x, y]), factor)
    return z[0], z[1]
