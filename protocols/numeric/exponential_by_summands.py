"""exp(x) as one product, where two sides know what x is the difference of.

With x log2(e) + c = T, fixed point of q fractional bits in a ring of q + m bits, and T = u - w, one side knowing u and
the other one w: what wraps at 2^m wraps in the ring. Of both the lowest q + D bits are a and b, so that T is their
difference plus 2^D times that of the high digits modulo 2^(m-D), and nothing is compared or carried:

    exp(x) = 2^a  *  2^(f-c-b) 2^(2^D ((u_high - w_high) mod 2^(m-D)))

for T from 0 up to 2^m - 2^D. The first factor is known to who knows u, the second one for each u_high to who knows w:
2^(m-D) numbers, one of which is taken (`Suite.by_summands`). The first one has P fractional bits, relative to itself,
the second g below the result's last place. What lies so low that it vanishes is compared beside, and times 0.

Both factors of the first side are sums and products of floats in one order, the same wherever they are computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.context import Context, together
from protocols.numeric.fixed_point import plus, rescale
from protocols.numeric.powers_of_two import COEFFICIENTS, EXACT, LOG2_E, largest_exp
from protocols.ranges import Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

RING_BITS = 64
MOST_DIGIT_BITS, MOST_ENTRIES = 2, 16
LEAST_PRECISION, MOST_PRECISION = 25, 28
BELOW_LAST_PLACE = 10
"""The second factor's rounding is below 2^-10 of the last place in what it comes to."""

_ROOM = 62
_FLOAT_BITS, _MANTISSA_BITS = 52, 50
WORK = 60
"""Elementary operations for each entry."""

U64 = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Public sizes, in the letters above; `lowest`: below -lowest, in units of x, the result vanishes and T may be
    outside; None where there is no such x."""

    m: int
    digit_bits: int
    c: int
    precision: int
    g: int
    lowest: int | None

    @property
    def q(self) -> int:
        """Fractional bits of T."""
        return RING_BITS - self.m

    @property
    def entries(self) -> int:
        """How many numbers the second side works out for each x."""
        return 1 << (self.m - self.digit_bits)

    @property
    def shift(self) -> int:
        """Fractional bits of the product beyond the result's."""
        return self.precision + self.g


@lru_cache(maxsize=256)
def sizes_of(r: Range, f: int) -> Sizes | None:
    """The sizes for x in r with f fractional bits, None where the product would not be as exact as `exp` promises."""
    vanishing = int(EXACT.multiply(EXACT.ln(Decimal(2)), Decimal((f + 1) << f))) + 1
    whole = _sizes(r.lo, r.hi, f, None)
    if whole is not None or r.lo >= -vanishing:
        return whole
    return _sizes(-vanishing, r.hi, f, vanishing)


def _sizes(lo: int, hi: int, f: int, lowest: int | None) -> Sizes | None:
    largest = largest_exp(Range(hi, hi), f)
    bits = (largest + (largest >> 20) + 2).bit_length()
    c = 1 - _floor_of_log(lo, f)
    top = _floor_of_log(hi, f) + 1 + c
    for digit_bits in range(MOST_DIGIT_BITS, -1, -1):
        m = (top + (1 << digit_bits)).bit_length()
        precision = min(MOST_PRECISION, _ROOM - bits - (1 << digit_bits) - BELOW_LAST_PLACE + 1)
        sizes = Sizes(m, digit_bits, c, precision, _ROOM - bits - precision, lowest)
        if precision >= LEAST_PRECISION and sizes.entries <= MOST_ENTRIES:
            return sizes
    return None


def _floor_of_log(x: int, f: int) -> int:
    """log2 of exp(x), rounded down."""
    return int(EXACT.multiply(LOG2_E, Decimal(x)) / (1 << f) // 1) - (x < 0)


async def exp_by_summands(ctx: Context, x: ArithmeticShare, f: int, sizes: Sizes) -> ArithmeticShare:
    """[exp(x)] as `exp` has it; where x may lie below -lowest that is compared beside."""
    factor = int(EXACT.multiply(LOG2_E, Decimal(1 << (sizes.q - f))).to_integral_value())
    t = plus(ctx, x.scale(factor), sizes.c << sizes.q)
    calls: list[tuple[object, ...]] = [(_power, t, f, sizes)]
    if sizes.lowest is not None:
        calls.append((_not_below, x, -sizes.lowest))
    y, *kept = await together(ctx, *calls)
    return await suite_of(ctx).mul(ctx, y, kept[0]) if kept else y


async def _power(ctx: Context, t: ArithmeticShare, f: int, sizes: Sizes) -> ArithmeticShare:
    work = WORK * t.size * sizes.entries
    scaled: ArithmeticShare = await suite_of(ctx).by_summands(
        ctx, t, sizes.entries, lambda w: _entries(w, f, sizes), lambda u: _chosen(u, sizes), work
    )
    return await rescale(ctx, scaled, sizes.shift)


async def _not_below(ctx: Context, x: ArithmeticShare, lowest: int) -> ArithmeticShare:
    suite = suite_of(ctx)
    below = await suite.below(ctx, x, x.ring.from_ints([lowest]))
    return (await suite.bits_to_ring(ctx, suite.not_(ctx, below)))[0]


def _chosen(u: U64, sizes: Sizes) -> U64:
    """2^a with P fractional bits at the place of u_high, and 0 at the others: (entries, count)."""
    whole = _field(u, sizes.q, sizes.digit_bits)
    power = _power_of_two(_fraction(u, sizes.q), sizes.precision) << whole
    return np.asarray((_places(sizes) == _high(u, sizes)) * power)


def _entries(w: U64, f: int, sizes: Sizes) -> U64:
    """2^(f-c-b) 2^(2^D ((v - w_high) mod 2^(m-D))) with g fractional bits, for each v: (entries, count).

    2^-b = 2^(1-b') 2^-(b_whole + 1), b' the fraction of b. What is too large for the result's range is never taken, and
    0.
    """
    mantissa = _power_of_two(1.0 - _fraction(w, sizes.q), _MANTISSA_BITS)
    high = (_places(sizes) - _high(w, sizes)) & np.uint64(sizes.entries - 1)
    exponents = (high << np.uint64(sizes.digit_bits)).astype(np.int64) - _field(w, sizes.q, sizes.digit_bits).astype(
        np.int64
    )
    right = _MANTISSA_BITS + 1 - (f - sizes.c + sizes.g) - exponents
    shift = np.clip(right, 1, RING_BITS - 2).astype(np.uint64)
    rounded = (mantissa + (np.uint64(1) << (shift - np.uint64(1)))) >> shift
    return np.asarray(rounded * (right > 0))


def _places(sizes: Sizes) -> U64:
    return np.arange(sizes.entries, dtype=np.uint64)[:, None]


def _high(t: U64, sizes: Sizes) -> U64:
    return np.asarray(t >> np.uint64(sizes.q + sizes.digit_bits))


def _field(t: U64, low: int, width: int) -> U64:
    return np.asarray((t >> np.uint64(low)) & np.uint64((1 << width) - 1))


def _fraction(t: U64, q: int) -> npt.NDArray[np.float64]:
    """The fraction of T, its 52 highest bits."""
    return np.asarray(_field(t, q - _FLOAT_BITS, _FLOAT_BITS).astype(np.float64) * 2.0**-_FLOAT_BITS)


def _power_of_two(s: npt.NDArray[np.float64], bits: int) -> U64:
    """2^s for s from 0 to 1 with so many fractional bits, bit for bit the same on every machine; within 6e-11."""
    t = 2.0 * s - 1.0
    total = np.full_like(t, COEFFICIENTS[-1])
    for coefficient in COEFFICIENTS[-2::-1]:
        total = total * t + coefficient
    return np.asarray(np.rint(total * 2.0**bits).astype(np.uint64))
