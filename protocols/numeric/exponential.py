"""exp(x) = 2^i 2^s, i an integer and s in [0, 1), split exactly by bits.

    T = x log2(e) + K        fixed point, K such that T >= 0 wherever the result does not vanish
    i = the integer bits of T, s = T - i
    2^s = a polynomial of degree 7 in t = 2 s - 1 (interpolation at Chebyshev's points, error below 6e-11)
    2^i = the product over its bits b_j of 1 + b_j (2^(2^j) - 1), exact, beside the polynomial
    exp(x) = 2^i 2^s 2^-K.

Where x lies so low that exp(x) is below half of the last place, T is negative, and [T >= 0] is one more factor 0. It is
bit m of T + 2^m where the ring has room for some 2^m above all |T|; else [x >= -B] is compared beside the bits.
T is then outside its range and so is what follows from it, in the ring, until that factor: 0 times any ring element is
0, so the result is exact there. The split is that of Aly and Smart, ACNS 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.numeric.exponential_by_summands import BELOW_LAST_PLACE, RING_BITS, exp_by_summands, sizes_of
from protocols.numeric.fixed_point import ROOM, check_fits, plus, rescale, room_of
from protocols.numeric.polynomial import shortened
from protocols.numeric.powers_of_two import COEFFICIENTS, EXACT, FINE, FINE_PRECISION, LOG2_E, exp_scaled, largest_exp
from protocols.ranges import ULP, Range, shifted_up
from protocols.shares import ArithmeticShare, BooleanShare, concatenate, concatenate_planes, stack
from protocols.suite import suite_of

PRECISION = 28
MOST_FRACTIONAL_BITS, MOST_IN_A_WIDE_RING = 24, 48
FACTOR_BITS = 3
"""Fractional bits of log2(e) beyond PRECISION and those of the number that it multiplies."""

LOW_BITS = 32
"""Of T, in a ring that has no room for PRECISION bits of its fraction."""


@dataclass(frozen=True, slots=True)
class _Split:
    """Public sizes: T = x * factor + offset * 2^scaled_bits has `integer_bits` bits above `fraction_bits` of them;
    below -lowest, where T < 0, the result vanishes. With a `sign_bit` m all |T| are below 2^m, and T may be negative.
    `wide`: the highest bit of i is a factor apart, since the product of all would
    not fit."""

    precision: int
    scaled_bits: int
    factor: int
    offset: int
    lowest: int
    integer_bits: int
    fraction_bits: int
    wide: bool
    sign_bit: int | None


def exp_range(r: Range, f: int, room: int = ROOM) -> Range:
    """The range of exp(x) as `exp` computes it, for x in r.

    Raises LocalError `range-too-wide` where exp(x) may not fit below 2^room as an integer of f fractional bits, or
    x itself may not; `too-many-fractional-bits` for f > 24, or 48 in a wide ring.
    """
    check_fits("exp", r, room)
    most = MOST_FRACTIONAL_BITS if room <= ROOM else MOST_IN_A_WIDE_RING
    if not 0 <= f <= most:
        raise LocalError("too-many-fractional-bits", f"exp has no form for {f} fractional bits", f"use {most} or fewer")
    if r.hi > int(EXACT.multiply(EXACT.ln(Decimal(2)), Decimal((room - f) << f))):
        raise LocalError(
            "range-too-wide",
            f"exp of values up to {r.reals(f)[1]:g} does not fit beside {f} fractional bits",
            "subtract the largest value first (as softmax does), or bound x with np.minimum(x, hi) or .within(lo, hi), "
            f"hi < {(room - f) * 0.693:.1f}",
        )
    lo, hi = exp_scaled(r.lo, f, ROUND_FLOOR), exp_scaled(r.hi, f, ROUND_CEILING)
    return Range(max(lo - (lo >> 23) - 2, 0), hi + (hi >> 23) + 2)


def exp_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `exp`, in units of a range's error: 1 + 2^-10 + 2^-24 of the largest result."""
    relative = shifted_up(largest_exp(r, f) * ULP, _precision(f, room) - 4 - 2 * (f > MOST_FRACTIONAL_BITS))
    return ULP + (ULP >> BELOW_LAST_PLACE) + relative


def _precision(f: int, room: int) -> int:
    return FINE_PRECISION if room > ROOM and f > MOST_FRACTIONAL_BITS else PRECISION


async def exp(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[exp(x)], elementwise, any shape, for every range whose results fit; f <= 24, or 48 in a wide ring.

    Error: |y - exp(x)| <= (1 + 2^-10) 2^-f + 2^-24 exp(x) over the whole of r, however wide below; for f > 24 with
    2^-44 exp(x).
    Rounds: 3 where the suite works with summands and the largest result needs 24 bits or less, or in short ranges 26 or
    27 (`exponential_by_summands.sizes_of`), one or two more than a comparison if x reaches far below. Else 16, and one
    more where it needs over 33 bits (f = 16: x above 11). None where all of r lies so low that exp(x) vanishes.
    Material: an edaBit (two where r reaches far below -f log 2), a daBit for each bit of i and that comparison, as
    many triples and 4 more, a square pair, 8 truncation pairs an element, ANDs of `a2b` and of the comparison.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `exp_range`.
    """
    exp_range(r, f, room_of(ctx))
    split = _split(r, f, room_of(ctx))
    if r.hi < -split.lowest:
        return x.scale(0)
    if suite_of(ctx).by_summands is not None and ctx.ring.bits == RING_BITS and (sizes := sizes_of(r.off_by(0), f)):
        return await exp_by_summands(ctx, x, f, sizes)
    fraction, factors, top = await _split_bits(ctx, x, r, split)
    p = split.precision
    t = plus(ctx, fraction.scale(1 << (p + 1 - split.fraction_bits)), -1 << p)
    power, exp_fraction = await together(ctx, (_product_of, factors), (_exp_fraction, t, p))
    shift = p + split.offset - f
    scaled = await suite_of(ctx).mul(ctx, power, exp_fraction)
    y = await rescale(ctx, scaled, shift)
    if top is None:
        return y
    return await suite_of(ctx).select(ctx, top, await rescale(ctx, scaled, shift - (1 << (split.integer_bits - 1))), y)


def _split(r: Range, f: int, room: int) -> _Split:
    p = _precision(f, room)
    scaled_bits = max(f, MOST_FRACTIONAL_BITS) + p + FACTOR_BITS
    factor = int(EXACT.multiply(LOG2_E, Decimal(1 << (scaled_bits - f))).to_integral_value())
    offset = min(f + 1, max(0, -((r.lo * factor) >> scaled_bits)))
    top = (((r.hi * factor + (offset << scaled_bits)) >> (scaled_bits - p)) + 1) >> p
    integer_bits = max(top.bit_length(), 1)
    lowest = (offset << scaled_bits) // factor
    below = -((r.lo * factor) >> scaled_bits) - offset
    return _Split(
        p,
        scaled_bits,
        factor,
        offset,
        lowest,
        integer_bits,
        min(p, LOW_BITS - integer_bits) if room <= ROOM else p,
        top + 1 + p > room,
        _sign_bit(below, integer_bits, room + 1 - scaled_bits) if r.lo < -lowest else None,
    )


def _sign_bit(below: int, integer_bits: int, most_bits: int) -> int | None:
    """m for T from -below up to `integer_bits` bits, of which T + 2^m has one more; None if these are too many."""
    m = max((below - 1).bit_length(), integer_bits)
    return m if m < most_bits else None


async def _split_bits(
    ctx: Context, x: ArithmeticShare, r: Range, split: _Split
) -> tuple[ArithmeticShare, list[ArithmeticShare], ArithmeticShare | None]:
    """[s] with `fraction_bits`; the factors of 2^i, with [x >= -lowest] if needed; the top bit of i if apart."""
    suite = suite_of(ctx)
    calls: list[tuple[Any, ...]] = [(_integer_part, x, split)]
    if r.lo < -split.lowest and split.sign_bit is None:
        calls.append((suite.below, x, x.ring.from_ints([-split.lowest])))
    (scaled, integer), *low = await together(ctx, *calls)
    planes = concatenate_planes([integer, *(suite.not_(ctx, is_low) for is_low in low)])
    b = await suite.bits_to_ring(ctx, planes)
    places = [*range(split.integer_bits), *([] if split.sign_bit is None else [split.sign_bit])]
    fraction = scaled
    for j, place in enumerate(places):
        fraction = fraction - b[j].scale(1 << (split.fraction_bits + place))
    powers = split.integer_bits - split.wide
    factors = [plus(ctx, b[j].scale((1 << (1 << j)) - 1), 1) for j in range(powers)]
    factors += [b[-1]] if low or split.sign_bit is not None else []
    return fraction, factors, b[powers] if split.wide else None


async def _integer_part(ctx: Context, x: ArithmeticShare, split: _Split) -> tuple[ArithmeticShare, BooleanShare]:
    """[T], or [T + 2^m], with `fraction_bits`; its integer bits, and bit m."""
    m, q = split.sign_bit, split.fraction_bits
    offset = split.offset + (0 if m is None else 1 << m)
    t = await rescale(ctx, plus(ctx, x.scale(split.factor), offset << split.scaled_bits), split.scaled_bits - q)
    bits = await suite_of(ctx).a2b(ctx, t, q + (split.integer_bits if m is None else m + 1))
    integer = bits.plane(slice(q, q + split.integer_bits))
    return t, integer if m is None else concatenate_planes([integer, bits.plane(slice(q + m, q + m + 1))])


async def _exp_fraction(ctx: Context, t: ArithmeticShare, p: int) -> ArithmeticShare:
    """[2^((1 + t) / 2)]: six rounds, or eight."""
    return await shortened(ctx, t, COEFFICIENTS if p == PRECISION else FINE, p, p)


async def _product_of(ctx: Context, factors: list[ArithmeticShare]) -> ArithmeticShare:
    """[product of integers]: a tree, all products of a level at once."""
    level = stack(factors)
    while (count := level.shape[0]) > 1:
        half = count // 2
        z = await suite_of(ctx).mul(ctx, level[:half], level[half : 2 * half])
        level = concatenate([z, level[2 * half :]])
    return level[0]
