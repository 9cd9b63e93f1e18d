"""Normalising positive numbers: finding the leading bit, and moving every number to [1/2, 1).

Catrina and Saxena, Financial Cryptography 2010 (Norm), on packed bits: the bits of x, a prefix OR from the
top, and the positions as ring elements. With p_i = [x >= 2^i] and i* the position of the leading bit, any public table
g_i is looked up at i* by a linear map of the p_i,

    g_{i*} = g_low + sum over i > low of p_i (g_i - g_{i-1}),

so that one conversion serves the normalising factor 2^(top - i*) and every other function of i*.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from mpc.context import Context
from protocols.numeric.fixed_point import in_small_ring, plus, product, rescale
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of

Table = Callable[[int], int]

MOST_COMPARED = 16
"""So many powers of two are compared with x rather than found from its bits: that takes fewer rounds, and as many bytes
where there are about a dozen."""


def to_top(r: Range) -> Table:
    """The table of the factors that move the leading bit of numbers in r to the highest that any of them has."""
    top = leading_places(r)[1] - 1
    return lambda i: 1 << (top - i)


def leading_places(r: Range) -> tuple[int, int]:
    """(low, width): the leading bit of a positive number of this range is one of low..width-1."""
    return max(r.lo.bit_length() - 1, 0), max(r.hi.bit_length(), 1)


async def at_leading(ctx: Context, x: ArithmeticShare, r: Range, *tables: Table) -> list[ArithmeticShare]:
    """[g_{i*}] for each public table g of integers, i* the place of the leading bit of x in a range r >= 0. For x = 0
    they answer as for the lowest place of the range.

    Rounds: 2 + levels(width - 1) + levels(width - 1 - low); none where the range leaves one position. Where the suite
    adds up bits with weights and the places are few, [x < 2^i] are compared at once: those of a comparison and two.
    Material: an edaBit and some ANDs an element, a daBit for each possible position but one.
    """
    suite = suite_of(ctx)
    low, width = leading_places(r)
    values = [[table(i) for i in range(low, width)] for table in tables]
    if low == width - 1:
        return [plus(ctx, x.scale(0), v[0]) for v in values]
    if suite.weighted_bits is not None:
        return await _at_leading_by_weights(ctx, x, low, width, values)
    x_bits = await suite.a2b(ctx, x, width)
    above = await suite.bits_to_ring(ctx, await or_from_top(ctx, x_bits.plane(slice(low + 1, None))))
    places, *shape = above.shape
    steps = x.ring.from_ints([[b - a for a, b in pairwise(v)] for v in values])
    moved = above.reshape((places, x.size)).matmul_public(steps, public_left=True)
    return [plus(ctx, moved[k].reshape(tuple(shape)), v[0]) for k, v in enumerate(values)]


async def _at_leading_by_weights(
    ctx: Context, x: ArithmeticShare, low: int, width: int, values: Sequence[Sequence[int]]
) -> list[ArithmeticShare]:
    """The same as sums of bits with weights g_i - g_{i-1}, of [x >= 2^i], or with their negatives of [x < 2^i]."""
    suite, sign, start = suite_of(ctx), 1, 0
    if width - 1 - low <= MOST_COMPARED:
        small = in_small_ring(x, Range(1 - (1 << width), (1 << width) - 1))
        bits = await suite.below(ctx, small, small.ring.from_ints([1 << i for i in range(low + 1, width)]))
        sign, start = -1, -1
    else:
        bits = await or_from_top(ctx, (await suite.a2b(ctx, x, width)).plane(slice(low + 1, None)))
    steps = x.ring.from_ints([[sign * (b - a) for a, b in pairwise(v)] for v in values])
    moved = await suite.weighted_bits(ctx, bits, steps)
    return [plus(ctx, moved[k], v[start]) for k, v in enumerate(values)]


async def mantissa(
    ctx: Context, x: ArithmeticShare, r: Range, factor: ArithmeticShare, precision: int
) -> ArithmeticShare:
    """[t] for t = 4 v - 3 in [-1, 1], v = x / 2^(i* + 1) in [1/2, 1), with `precision` fractional bits, to 1 unit; the
    factor is that of `to_top`.

    t is exact where width <= precision + 2; t = -3 for x = 0. At most two rounds; x < 2^(k-3).
    """
    low, width = leading_places(r)
    shift, fixed = width - 2 - precision, low == width - 1
    if shift > 0 and not fixed:
        three = suite_of(ctx).constant(ctx, x.ring.from_ints(-3 << (width - 2)))
        return await product(ctx, x, factor, shift, three)
    y = x if fixed else await suite_of(ctx).mul(ctx, x, factor)
    if shift <= 0:
        return plus(ctx, y.scale(1 << -shift), -3 << precision)
    return await rescale(ctx, plus(ctx, y, -3 << (width - 2)), shift)


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
