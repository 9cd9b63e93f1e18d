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
from decimal import Context as Decimals
from typing import Any

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.numeric.fixed_point import ROOM, check_fits, plus, rescale, room_of
from protocols.numeric.polynomial import evaluate
from protocols.ranges import ULP, Range, shifted_up
from protocols.shares import ArithmeticShare, BooleanShare, concatenate, concatenate_planes, stack
from protocols.suite import suite_of

PRECISION = 28
MOST_FRACTIONAL_BITS, MOST_IN_A_WIDE_RING = 24, 48
FACTOR_BITS = 31
"""Fractional bits of log2(e) beside a number of as many fractional bits as it has."""

LOW_BITS = 32
"""Of T, in a ring that has no room for PRECISION bits of its fraction."""

COEFFICIENTS = (
    1.414213562316,
    0.4901290717321,
    0.08493289787571,
    0.009811832975575,
    0.0008501213916241,
    5.892620656311e-05,
    3.418359494134e-06,
    1.69083584467e-07,
)
EXACT = Decimals(prec=60)
LOG2_E = EXACT.divide(Decimal(1), EXACT.ln(Decimal(2)))


@dataclass(frozen=True, slots=True)
class _Split:
    """Public sizes: T = x * factor + offset * 2^scaled_bits has `integer_bits` bits above `fraction_bits` of them;
    below -lowest, where T < 0, the result vanishes. With a `sign_bit` m all |T| are below 2^m, and T may be negative.
    `wide`: the highest bit of i is a factor apart, since the product of all would
    not fit."""

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
    lo, hi = _exp_scaled(r.lo, f, ROUND_FLOOR), _exp_scaled(r.hi, f, ROUND_CEILING)
    return Range(max(lo - (lo >> 23) - 2, 0), hi + (hi >> 23) + 2)


def exp_loss(r: Range, f: int, room: int = ROOM) -> int:
    """The bound of the error of `exp`, in units of a range's error: 1 + 2^-24 of the largest result."""
    return ULP + shifted_up(largest_exp(r, f) * ULP, 24)


def largest_exp(r: Range, f: int) -> int:
    """exp of the largest value, rounded up."""
    return _exp_scaled(r.hi, f, ROUND_CEILING)


async def exp(ctx: Context, x: ArithmeticShare, r: Range, f: int) -> ArithmeticShare:
    """[exp(x)], elementwise, any shape, for every range whose results fit; f <= 24, or 48 in a wide ring.

    Error: |y - exp(x)| <= 2^-f + 2^-24 exp(x) over the whole of r, however wide below.
    Rounds: 16, and one more where the largest result needs over 33 bits (f = 16: x above 11);
    none where all of r lies so low that exp(x) vanishes.
    Material: an edaBit (two where r reaches far below -f log 2), a daBit for each bit of i and that comparison, as
    many triples and 4 more, a square pair, 8 truncation pairs an element, ANDs of `a2b` and of the comparison.
    Nobody learns anything; adversary and threshold are the suite's. Errors: those of `exp_range`.
    """
    exp_range(r, f, room_of(ctx))
    split = _split(r, f, room_of(ctx))
    if r.hi < -split.lowest:
        return x.scale(0)
    fraction, factors, top = await _split_bits(ctx, x, r, split)
    t = plus(ctx, fraction.scale(1 << (PRECISION + 1 - split.fraction_bits)), -1 << PRECISION)
    power, exp_fraction = await together(ctx, (_product_of, factors), (_exp_fraction, t))
    shift = PRECISION + split.offset - f
    scaled = await suite_of(ctx).mul(ctx, power, exp_fraction)
    y = await rescale(ctx, scaled, shift)
    if top is None:
        return y
    return await suite_of(ctx).select(ctx, top, await rescale(ctx, scaled, shift - (1 << (split.integer_bits - 1))), y)


def _split(r: Range, f: int, room: int) -> _Split:
    scaled_bits = max(f, MOST_FRACTIONAL_BITS) + FACTOR_BITS
    factor = int(EXACT.multiply(LOG2_E, Decimal(1 << (scaled_bits - f))).to_integral_value())
    offset = min(f + 1, max(0, -((r.lo * factor) >> scaled_bits)))
    top = (((r.hi * factor + (offset << scaled_bits)) >> (scaled_bits - PRECISION)) + 1) >> PRECISION
    integer_bits = max(top.bit_length(), 1)
    lowest = (offset << scaled_bits) // factor
    below = -((r.lo * factor) >> scaled_bits) - offset
    return _Split(
        scaled_bits,
        factor,
        offset,
        lowest,
        integer_bits,
        min(PRECISION, LOW_BITS - integer_bits) if room <= ROOM else PRECISION,
        top + 1 + PRECISION > room,
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


async def _exp_fraction(ctx: Context, t: ArithmeticShare) -> ArithmeticShare:
    """[2^((1 + t) / 2)]: six rounds."""
    return await rescale(ctx, await evaluate(ctx, t, COEFFICIENTS, PRECISION), PRECISION)


async def _product_of(ctx: Context, factors: list[ArithmeticShare]) -> ArithmeticShare:
    """[product of integers]: a tree, all products of a level at once."""
    level = stack(factors)
    while (count := level.shape[0]) > 1:
        half = count // 2
        z = await suite_of(ctx).mul(ctx, level[:half], level[half : 2 * half])
        level = concatenate([z, level[2 * half :]])
    return level[0]


def _exp_scaled(x: int, f: int, rounding: str) -> int:
    """exp(x / 2^f) * 2^f as an integer, rounded down or up: the same on every machine."""
    if x < -(f + 2) << f:
        return int(rounding == ROUND_CEILING)
    value = EXACT.multiply(EXACT.exp(EXACT.divide(Decimal(x), Decimal(1 << f))), Decimal(1 << f))
    return int(value.to_integral_value(rounding=rounding))
