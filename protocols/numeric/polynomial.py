"""Polynomials of degree 7 in three products' depth, and of degree 15 in four."""

from __future__ import annotations

from collections.abc import Sequence
from math import ldexp

from mpc.context import Context, together
from protocols.numeric.fixed_point import plus, rescale, square
from protocols.shares import ArithmeticShare, stack
from protocols.suite import suite_of

TERMS = 8


def fixed(coefficient: float, fractional_bits: int) -> int:
    """A constant as a fixed-point integer: the same on every machine."""
    return round(ldexp(coefficient, fractional_bits))


async def evaluate(ctx: Context, t: ArithmeticShare, coefficients: Sequence[float], precision: int) -> ArithmeticShare:
    """[c_0 + c_1 t + ... + c_7 t^7] for |t| <= 1 with `precision` fractional bits; the result has twice as many.

    Estrin's scheme, with a_j = c_2j + c_2j+1 t:  p = (a_0 + t^2 a_1) + t^4 (a_2 + t^2 a_3). The coefficients enter
    while t^2 is computed, so that their truncation costs no round. Five rounds; the caller's truncation is the sixth.
    Error before that, in units of 2^-precision, for |t| <= 1: 1/2 for each coefficient, 1 for each truncation of a_1,
    a_3 and of the bracket, and what t^2, off by 1, does: together below 7 + the sum of j |c_j| / 2 for j >= 2.
    Of 16 coefficients it is A + t^8 B, with two rounds more, and 8 + 7 |B| units more of error.
    """
    if len(coefficients) > TERMS:
        return await _of_two(ctx, t, coefficients, precision)
    c = [fixed(value, precision) for value in coefficients]
    one = 1 << precision
    a_0, a_1, a_2, a_3 = (plus(ctx, t.scale(c[j + 1]), c[j] * one) for j in range(0, TERMS, 2))
    t_2, a = await together(ctx, (square, t, precision), (rescale, stack([a_1, a_3]), precision))
    z = await suite_of(ctx).mul(ctx, stack([a[0], a[1], t_2]), t_2)
    upper = await rescale(ctx, stack([z[1] + a_2, z[2]]), precision)
    return a_0 + z[0] + await suite_of(ctx).mul(ctx, upper[0], upper[1])


async def _of_two(ctx: Context, t: ArithmeticShare, coefficients: Sequence[float], precision: int) -> ArithmeticShare:
    """[A(t) + t^8 B(t)] of polynomials of 8 coefficients each."""
    low, high, power = await together(
        ctx,
        (evaluate, t, coefficients[:TERMS], precision),
        (_shortened, t, coefficients[TERMS:], precision),
        (_eighth_power, t, precision),
    )
    whole: ArithmeticShare = low + await suite_of(ctx).mul(ctx, high, power)
    return whole


async def _shortened(
    ctx: Context, t: ArithmeticShare, coefficients: Sequence[float], precision: int
) -> ArithmeticShare:
    """The polynomial with `precision` fractional bits."""
    return await rescale(ctx, await evaluate(ctx, t, coefficients, precision), precision)


async def _eighth_power(ctx: Context, t: ArithmeticShare, precision: int) -> ArithmeticShare:
    """[t^8]: within 7 units."""
    for _ in range(3):
        t = await square(ctx, t, precision)
    return t
