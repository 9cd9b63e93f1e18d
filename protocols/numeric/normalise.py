"""Normalising positive numbers: finding the leading bit, and moving every number to [1/2, 1).

Catrina and Saxena, Financial Cryptography 2010 (Norm), on packed bits: the bits of x, a prefix OR from the
top, and the positions as ring elements. With p_i = [x >= 2^i] and i* the position of the leading bit, any public table
g_i is looked up at i* by a linear map of the p_i,

    g_{i*} = g_low + sum over i > low of p_i (g_i - g_{i-1}),

so that one conversion serves the normalising factor 2^(top - i*) and every other function of i*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np

from mpc.context import Context
from protocols.numeric.fixed_point import plus, product, rescale
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of

Table = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Leading:
    """[x >= 2^i] for low < i < width, shape (width - 1 - low, *x.shape): x is 0 or has its leading bit in
    low..width-1. For x = 0 every lookup answers as for position low."""

    low: int
    width: int
    above: ArithmeticShare

    def look_up(self, ctx: Context, *tables: Table) -> list[ArithmeticShare]:
        """[g_{i*}] for each public table g of integers, in the shape of x. Local."""
        values = [[table(i) for i in range(self.low, self.width)] for table in tables]
        steps = self.above.ring.from_ints([[b - a for a, b in pairwise(v)] for v in values])
        places, *shape = self.above.shape
        flat = self.above.reshape((places, self.above.size // places if places else prod(shape)))
        moved = flat.matmul_public(steps, public_left=True)
        return [plus(ctx, moved[k].reshape(tuple(shape)), v[0]) for k, v in enumerate(values)]

    def to_top(self, i: int) -> int:
        """The table of the factors that move the leading bit to position width - 1."""
        return 1 << (self.width - 1 - i)


def leading_places(r: Range) -> tuple[int, int]:
    """(low, width): the leading bit of a positive number of this range is one of low..width-1."""
    return max(r.lo.bit_length() - 1, 0), max(r.hi.bit_length(), 1)


async def leading(ctx: Context, x: ArithmeticShare, r: Range) -> Leading:
    """Find the leading bits of numbers in a range r >= 0.

    Rounds: 2 + levels(width - 1) + levels(width - 1 - low); none where the range leaves one position.
    Material: an edaBit and some ANDs an element, a daBit for each possible position but one.
    """
    suite = suite_of(ctx)
    low, width = leading_places(r)
    if low == width - 1:
        return Leading(low, width, suite.constant(ctx, x.ring.zeros((0, *x.shape))))
    x_bits = await suite.a2b(ctx, x, width)
    above = await or_from_top(ctx, x_bits.plane(slice(low + 1, None)))
    return Leading(low, width, await suite.bits_to_ring(ctx, above))


async def mantissa(
    ctx: Context, x: ArithmeticShare, at: Leading, to_top: ArithmeticShare, precision: int
) -> ArithmeticShare:
    """[t] for t = 4 v - 3 in [-1, 1], v = x / 2^(i* + 1) in [1/2, 1), with `precision` fractional bits, to 1 unit.

    t is exact where width <= precision + 2; t = -3 for x = 0. At most two rounds; x < 2^(k-3).
    """
    shift, fixed = at.width - 2 - precision, at.low == at.width - 1
    if shift > 0 and not fixed:
        three = suite_of(ctx).constant(ctx, x.ring.from_ints(-3 << (at.width - 2)))
        return await product(ctx, x, to_top, shift, three)
    y = x if fixed else await suite_of(ctx).mul(ctx, x, to_top)
    if shift <= 0:
        return plus(ctx, y.scale(1 << -shift), -3 << precision)
    return await rescale(ctx, plus(ctx, y, -3 << (at.width - 2)), shift)


async def or_from_top(ctx: Context, x: BooleanShare) -> BooleanShare:
    """<OR of planes i, i + 1, ... up to the top> for each plane i. levels(planes) rounds (Sklansky's prefix tree)."""
    from_top = x.plane(slice(None, None, -1)).copy()
    place = np.arange(x.planes)
    span = 1
    while span < x.planes:
        high = place[(place & span) != 0]
        lead = (high & ~(2 * span - 1)) + span - 1
        from_top.put(high, await suite_of(ctx).or_(ctx, from_top.plane(high), from_top.plane(lead)))
        span *= 2
    return from_top.plane(slice(None, None, -1))
