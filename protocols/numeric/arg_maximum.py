"""The largest element of each row and where it is, by comparisons that are opened after a shuffle."""

from __future__ import annotations

import numpy as np

from mpc.context import Context
from protocols.numeric.opened_last import last_places
from protocols.ranges import Range
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of


async def arg_maximum(ctx: Context, x: ArithmeticShare, limit: Range) -> tuple[ArithmeticShare, ArithmeticShare]:
    """[the largest element] and [the place of the first such] of each row (rows, n), n > 0: both (rows,). x in `limit`.

    Everybody learns how the elements of each row compare in a uniformly random order, of which nobody knows anything,
    equal ones by their places: a random order of as many, whatever they are (`numeric.opened_order`).
    Rounds: n parties', and those of `opened_last.last_places`. For suites that can shuffle.
    """
    rows, count = x.shape
    suite = suite_of(ctx)
    numbers = np.broadcast_to(np.arange(count)[::-1], (rows, count))
    shuffled, behind = await suite.shuffle(ctx, x, suite.constant(ctx, ctx.ring.from_ints(numbers)))
    at = await last_places(ctx, keys_of(shuffled, behind, place_bits(limit, count, x.ring.bits), limit))
    row = np.arange(rows)
    last = suite.constant(ctx, ctx.ring.from_ints(np.full(rows, count - 1)))
    return shuffled[row, at], last - behind[row, at]


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
