"""The largest element of each row and where it is, by comparisons that are opened after a shuffle; where the suite has
none, by comparing neighbours, which nobody sees."""

from __future__ import annotations

import numpy as np

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.numeric.fixed_point import in_small_ring
from protocols.numeric.opened_last import last_places
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, concatenate
from protocols.suite import suite_of


async def arg_maximum(ctx: Context, x: ArithmeticShare, limit: Range) -> tuple[ArithmeticShare, ArithmeticShare]:
    """[the largest element] and [the place of the first such] of each row (rows, n), n > 0: both (rows,). x in `limit`.

    Where the suite shuffles, everybody learns how the elements of each row compare in a uniformly random order, of
    which nobody knows anything, equal ones by their places: a random order of as many, whatever they are
    (`numeric.opened_order`). Rounds: n parties', and those of `opened_last.last_places`. In other suites nobody learns
    anything, in log2(n) times the rounds of a comparison and two. LocalError `empty-extreme` for rows of no elements.
    """
    rows, count = x.shape
    suite = suite_of(ctx)
    refuse_empty(x)
    if suite.shuffle is None or not rows:
        return await _by_neighbours(ctx, x, limit)
    numbers = np.broadcast_to(np.arange(count)[::-1], (rows, count))
    shuffled, behind = await suite.shuffle(ctx, x, suite.constant(ctx, ctx.ring.from_ints(numbers)))
    at = await last_places(ctx, keys_of(shuffled, behind, place_bits(limit, count, x.ring.bits), limit))
    row = np.arange(rows)
    last = suite.constant(ctx, ctx.ring.from_ints(np.full(rows, count - 1)))
    return shuffled[row, at], last - behind[row, at]


def refuse_empty(x: ArithmeticShare) -> None:
    """LocalError `empty-extreme` for rows of no elements."""
    if not x.shape[-1]:
        raise LocalError("empty-extreme", "the largest of rows without elements", "check the shape of the input")


async def _by_neighbours(ctx: Context, x: ArithmeticShare, limit: Range) -> tuple[ArithmeticShare, ArithmeticShare]:
    """Of two neighbours the left one goes on unless the right one is larger: the order of places stays, so that of
    equal ones the first is left."""
    suite = suite_of(ctx)
    places = suite.constant(ctx, ctx.ring.from_ints(np.broadcast_to(np.arange(x.shape[1]), x.shape)))
    while x.size and (n := x.shape[1]) > 1:
        even = n - n % 2
        left, right = slice(0, even, 2), slice(1, even, 2)
        below = await suite.msb(ctx, in_small_ring(x[:, left] - x[:, right], limit - limit))
        after = await suite.bits_to_ring(ctx, below)
        pairs = [(suite.select, after, part[:, right], part[:, left]) for part in (x, places)]
        larger = await together(ctx, *pairs)
        x, places = (concatenate([of, part[:, even:]], 1) for of, part in zip(larger, (x, places), strict=True))
    return x[:, 0], places[:, 0]


def place_bits(limit: Range, count: int, ring_bits: int) -> int | None:
    """By how many bits elements are moved up to make room for places below `count`, if the ring has that room."""
    bits = max(count - 1, 0).bit_length()
    return bits if limit.shift_left(bits).fits(ring_bits) else None


def keys_of(
    values: ArithmeticShare, places: ArithmeticShare, place_bits: int | None, limit: Range
) -> list[ArithmeticShare]:
    """(element, place) as one number where the range leaves room for it, else as two; in rings that their differences
    fit."""
    of_values, of_places = limit.hi - limit.lo, values.shape[-1] - 1
    if place_bits is None:
        return [_small(values, of_values), _small(places, of_places)]
    return [_small(values.scale(1 << place_bits) + places, (of_values << place_bits) + of_places)]


def _small(x: ArithmeticShare, most_apart: int) -> ArithmeticShare:
    """x in the smallest ring in which differences up to so much have their sign."""
    return x.modulo(min(max(most_apart, 1).bit_length() + 1, x.ring.bits))
