"""The largest element of each row: exactly, or nearly in a few rounds.

Nearly: how many elements of a row reach each multiple of a cell, or almost, comes from one opened mask of each, and
where these are not zero from another one. The number of such multiples is that of the largest element. A dealer alone
makes such masks. Where there are none the exact maximum takes their place.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.many_ands import all_of
from protocols.numeric.arg_maximum import arg_maximum, refuse_empty
from protocols.numeric.fixed_point import in_small_ring, plus
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, BooleanShare, choose, concatenate, stack_planes
from protocols.suite import suite_of

LEAST_PLACE_BITS, MOST_PLACE_BITS = 6, 10
MOST_AT_ONCE = 255
"""Elements of a row, of which `Suite.reached` tells the largest."""

GRID_BITS = 0
"""log2 of a cell, where nothing else is said."""

Shown = npt.NDArray[np.bool_] | None
"""Which elements count, for everybody to see: all of them, or a Boolean array that broadcasts to them."""


async def coarse_maximum(
    ctx: Context, x: ArithmeticShare, fraction: int, reach: float, *, grid_bits: int = GRID_BITS, shown: Shown = None
) -> ArithmeticShare:
    """[M] for each row of x (..., n), shape (..., 1): with g = 2^grid_bits, x - M is below min(g, 1/2) for all of the
    row, and at least -g for the largest of it, or for g > 1/2 at least 1/2 - 2 g.

    x has `fraction` fractional bits and |x| <= reach; for larger ones the result is a wrong number, and nobody notices.
    `shown` says which elements count; a row without any has the lowest M.
    Rounds: with a dealer 3 for rows of up to 255, and beyond one more for each six times as many; else those of
    `maximum`. Material, for D = 2^place_bits: a step_mask an element, D zero_masks and daBits a row.
    Nobody learns anything; adversary and threshold are the suite's. LocalError `wrong-parameter` for a reach of more
    than 511 cells, `empty-extreme` for rows without elements.
    """
    *lead, n = x.shape
    cell_bits = fraction + grid_bits
    place_bits = _place_bits(reach, grid_bits)
    refuse_empty(x)
    rows = x.reshape((x.size // n, n))
    shown = None if shown is None else np.broadcast_to(shown, x.shape).reshape(rows.shape)
    if not offers_coarse(ctx) or cell_bits < 0 or fraction < 1:
        limit = Range.of_reals(-reach, reach, fraction)
        return (await maximum(ctx, rows, limit, shown)).reshape((*lead, 1))
    most = (await _reached(ctx, rows, cell_bits, place_bits, shown)).sum(-1)
    lowest = (-1 << (place_bits - 1 + cell_bits)) + ((1 << cell_bits) - (1 << (fraction - 1)) if grid_bits > -1 else 0)
    return plus(ctx, most.scale(1 << cell_bits), lowest).reshape((*lead, 1))


def offers_coarse(ctx: Context) -> bool:
    """Whether masks with tables of steps are to be had: where the suite takes them, and a dealer makes them."""
    return suite_of(ctx).reached is not None and ctx.session.supply.dealt


def _place_bits(reach: float, grid_bits: int) -> int:
    """D with room for elements up to `reach` and a cell more, on either side of zero."""
    cells = int(np.ceil(reach * 2.0**-grid_bits)) + 1
    bits = max((2 * cells - 1).bit_length(), LEAST_PLACE_BITS)
    if bits > MOST_PLACE_BITS:
        raise LocalError(
            "wrong-parameter",
            f"a coarse maximum of numbers up to {reach:g} in cells of {2.0**grid_bits:g}",
            f"reach is at most {(1 << MOST_PLACE_BITS - 1) - 1} cells: choose larger ones, or a smaller reach",
        )
    return bits


async def _reached(ctx: Context, x: ArithmeticShare, cell_bits: int, place_bits: int, shown: Shown) -> ArithmeticShare:
    """Numbers [some x' of the row is t - D/2 or more], 0 < t < D: (rows, D - 1)."""
    suite, n = suite_of(ctx), x.shape[1]
    counts = np.ones(x.shape, np.bool_) if shown is None else shown
    parts = [slice(i, i + MOST_AT_ONCE) for i in range(0, n, MOST_AT_ONCE)]
    calls = ((suite.reached, x[:, part], cell_bits, place_bits, counts[:, part]) for part in parts)
    reached: list[BooleanShare] = await together(ctx, *calls)
    if len(reached) > 1:
        none = await all_of(ctx, stack_planes([suite.not_(ctx, each) for each in reached]))
        reached = [suite.not_(ctx, none)]
    every: ArithmeticShare = await suite.bits_to_ring(ctx, reached[0])
    return every[:, 1:]


async def maximum(ctx: Context, x: ArithmeticShare, limit: Range, shown: Shown = None) -> ArithmeticShare:
    """[the largest element] of each row of x (rows, n), n > 0, exactly: (rows,), for x in `limit`. A row of which none
    is shown has the limit's lowest.

    Where the suite shuffles, and there are five or more, by opened comparisons after it; else by comparing halves.
    Rounds: n parties' and those of `opened_last.last_places`; or log2(n) times those of a comparison and two.
    """
    refuse_empty(x)
    if shown is not None:
        lowest = suite_of(ctx).constant(ctx, x.ring.from_ints(np.full(x.shape, limit.lo)))
        x = choose(shown, x, lowest)
    if x.shape[1] >= FEWEST_SHUFFLED and suite_of(ctx).shuffle is not None and x.size:
        return (await arg_maximum(ctx, x, limit))[0]
    while (n := x.shape[1]) > 1:
        half = n // 2
        left, right = x[:, :half], x[:, half : 2 * half]
        x = concatenate([await _larger(ctx, left, right, limit), x[:, 2 * half :]], 1)
    return x[:, 0]


async def _larger(ctx: Context, x: ArithmeticShare, y: ArithmeticShare, limit: Range) -> ArithmeticShare:
    suite = suite_of(ctx)
    below = await suite.msb(ctx, in_small_ring(x - y, limit - limit))
    larger: ArithmeticShare = await suite.select(ctx, await suite.bits_to_ring(ctx, below), y, x)
    return larger


FEWEST_SHUFFLED = 5
"""So many are shuffled and compared openly; of fewer the pairs take no more rounds, and less is sent."""
