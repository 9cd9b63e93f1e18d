"""Polynomials of degree 7 in three products' depth, and of degree 15 in four."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ldexp

from mpc.context import Context, together
from protocols.numeric.fixed_point import plus, product, rescale, square
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
    a_0, a_1, a_2, a_3 = _pairs(ctx, t, coefficients, precision)
    t_2, a = await together(ctx, (square, t, precision), (rescale, stack([a_1, a_3]), precision))
    z = await suite_of(ctx).mul(ctx, stack([a[0], a[1], t_2]), t_2)
    upper = await rescale(ctx, stack([z[1] + a_2, z[2]]), precision)
    return a_0 + z[0] + await suite_of(ctx).mul(ctx, upper[0], upper[1])


async def _of_two(ctx: Context, t: ArithmeticShare, coefficients: Sequence[float], precision: int) -> ArithmeticShare:
    """[A(t) + t^8 B(t)] of polynomials of 8 coefficients each."""
    low, high, power = await together(
        ctx,
        (evaluate, t, coefficients[:TERMS], precision),
        (shortened, t, coefficients[TERMS:], precision, precision),
        (_eighth_power, t, precision),
    )
    whole: ArithmeticShare = low + await suite_of(ctx).mul(ctx, high, power)
    return whole


async def shortened(
    ctx: Context,
    t: ArithmeticShare,
    coefficients: Sequence[float],
    precision: int,
    shift: int,
    addend: ArithmeticShare | None = None,
) -> ArithmeticShare:
    """The polynomial, of twice `precision` fractional bits, and an addend of as many, without the last `shift` of them.

    Six rounds for 8 coefficients. Where products and truncations are one (`Suite.mul_truncate`), a_1 t^2 is added to
    the last product, and none of them is shared with twice the bits.
    """
    if suite_of(ctx).mul_truncate is None or len(coefficients) > TERMS or shift <= 0:
        whole = await evaluate(ctx, t, coefficients, precision)
        return await rescale(ctx, whole if addend is None else addend + whole, shift)
    a_0, a_1, a_2, a_3 = _pairs(ctx, t, coefficients, precision)
    t_2, a = await together(ctx, (square, t, precision), (rescale, stack([a_1, a_3]), precision))
    upper = await product(ctx, stack([a[1], t_2]), t_2, precision, stack([a_2, a_2.scale(0)]))
    left, right = stack([a[0], upper[0]]), stack([t_2, upper[1]])
    return await product(ctx, left, right, shift, a_0 if addend is None else addend + a_0, summed=True)


def _pairs(
    ctx: Context, t: ArithmeticShare, coefficients: Sequence[float], precision: int
) -> Iterator[ArithmeticShare]:
    """c_2j + c_2j+1 t with twice `precision` fractional bits. Local."""
    c = [fixed(value, precision) for value in coefficients]
    return (plus(ctx, t.scale(c[j + 1]), c[j] << precision) for j in range(0, TERMS, 2))


async def _eighth_power(ctx: Context, t: ArithmeticShare, precision: int) -> ArithmeticShare:
    """[t^8]: within 7 units."""
    for _ in range(3):
        t = await square(ctx, t, precision)
    return t
