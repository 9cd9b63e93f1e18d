"""Softmax of rows, with its division left to the caller, who has a better place for it: after a product with values.

    e_i = exp(x_i - M),    S = sum of the e_i,    softmax(x)_i = e_i / S

for any M near the largest of the row: what is subtracted cancels. M need only keep exp in its range, and S away from
zero, so a coarse maximum does.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.numeric.activations_in_pieces import CELLS, MOST_FRACTIONAL_BITS, exp_of_negative
from protocols.numeric.exponential import exp
from protocols.numeric.normalised_in_pieces import reciprocal
from protocols.numeric.pieces import has_own_pieces
from protocols.numeric.powers_of_two import exp_scaled
from protocols.numeric.reciprocal import scaled_reciprocal
from protocols.numeric.row_maximum import GRID_BITS, Shown, coarse_maximum
from protocols.ranges import Range
from protocols.shares import ArithmeticShare, choose, concatenate
from protocols.suite import suite_of

MOST_ABOVE = 0.5
"""x - M is below, whatever the grid."""

LEAST_REACH, MOST_OCTAVES = 16, 15
"""Of exponentials in pieces, and of numbers whose reciprocal is."""

FINER_BITS = 4
"""Fractional bits of the exponentials beyond those of x: of a row of n the sum is wrong by n last places at most."""


async def softmax(
    ctx: Context,
    x: ArithmeticShare,
    fraction: int,
    reach: float,
    *,
    result: int | None = None,
    grid_bits: int = GRID_BITS,
    shown: Shown = None,
    alike: bool = False,
) -> tuple[ArithmeticShare, ArithmeticShare]:
    """[e] in the shape of x (..., n) and [1 / S], (..., 1): softmax is their product.

    x has `fraction` fractional bits and |x| <= reach; larger ones give wrong numbers, and nobody notices. `shown`,
    public, says which elements count, at least one of each row; the others have e = 0. e has `fraction` + 4 fractional
    bits, 1 / S has `result`, or twice `fraction`. What is taken follows from how many count; with `alike` from the
    shape of x alone: all exponentials are computed, and those that do not count replaced by 0.
    `grid_bits`: how coarse M is, in `coarse_maximum`, with its g; d = max(g, 2 g - 1/2).
    Error: e within E = 2^-(fraction+3) of exp(x - M), so that e / S is within 1.01 e^d (1 + n p) E of the
    softmax p of n elements; 1 / S within 2^-14 of itself and 2 last places.
    Rounds: with a dealer 11 for 32 elements: 3 of `coarse_maximum`, 3 of exp and 5 or 6 of a reciprocal in
    pieces, for up to 12 fractional bits; else those of `maximum`, `exponential.exp` and `reciprocal`.
    Nobody learns anything; adversary and threshold are the suite's. LocalError `wrong-parameter` for a row of which
    nothing is shown, or a reach that `coarse_maximum` refuses.
    """
    most = _counted(x, shown)
    m = await coarse_maximum(ctx, x, fraction, reach, grid_bits=grid_bits, shown=shown)
    f = fraction + FINER_BITS
    limit = Range.of_reals(-2 * reach - 2.0 ** (grid_bits + 1), MOST_ABOVE, fraction)
    e = await _shown_exponentials(ctx, x - m, shown, fraction, limit, alike=alike)
    total = e.sum(-1).reshape((*x.shape[:-1], 1))
    sums = _sums(grid_bits, x.shape[-1] if alike else most, f)
    of_result = 2 * fraction if result is None else result
    return e, await _reciprocal(ctx, total, sums, f, of_result)


async def _shown_exponentials(
    ctx: Context, x: ArithmeticShare, shown: Shown, fraction: int, limit: Range, *, alike: bool
) -> ArithmeticShare:
    """[exp(x)] where shown, and 0 elsewhere, whatever x is there."""
    if shown is None:
        e = await _exponentials(ctx, x.reshape((x.size,)), fraction, limit)
        return e.reshape(x.shape)
    counts = np.broadcast_to(shown, x.shape)
    if alike:
        nothing = suite_of(ctx).constant(ctx, x.ring.zeros(x.shape))
        e = await _exponentials(ctx, choose(counts, x, nothing).reshape((x.size,)), fraction, limit)
        return choose(counts, e.reshape(x.shape), nothing)
    at = np.flatnonzero(counts)
    e = await _exponentials(ctx, x.reshape((x.size,))[at], fraction, limit)
    return _put(ctx, e, at, x.size).reshape(x.shape)


async def _exponentials(ctx: Context, x: ArithmeticShare, fraction: int, limit: Range) -> ArithmeticShare:
    """[exp(x)] with FINER_BITS more, for x in the limit."""
    f = fraction + FINER_BITS
    if has_own_pieces(ctx) and CELLS <= fraction <= MOST_FRACTIONAL_BITS:
        reach = 1 << (((-limit.lo >> fraction) + 2) >> 1).bit_length()
        return await exp_of_negative(ctx, x, fraction, f, max(reach, LEAST_REACH))
    return await exp(ctx, x.scale(1 << FINER_BITS), limit.shift_left(FINER_BITS), f)


async def _reciprocal(ctx: Context, x: ArithmeticShare, r: Range, f: int, result: int) -> ArithmeticShare:
    """[1 / x] for x in r with f fractional bits."""
    if has_own_pieces(ctx) and r.hi.bit_length() - r.lo.bit_length() < MOST_OCTAVES:
        return await reciprocal(ctx, x, r, f, result)
    return await scaled_reciprocal(ctx, x, r, f + result)


def _counted(x: ArithmeticShare, shown: Shown) -> int:
    """How many elements count, in the row of which most do. LocalError `wrong-parameter` if in one none does."""
    if shown is None:
        return x.shape[-1]
    counts = np.broadcast_to(shown, x.shape).sum(-1)
    if not counts.all():
        raise LocalError(
            "wrong-parameter",
            "a softmax of a row of which no element counts",
            "show one element of each row, or leave it out",
        )
    return int(counts.max(initial=1))


def _put(ctx: Context, x: ArithmeticShare, at: npt.NDArray[np.int64], size: int) -> ArithmeticShare:
    """Zeros, and the elements of x at these places. Local."""
    places = np.full(size, len(at))
    places[at] = np.arange(len(at))
    nothing = suite_of(ctx).constant(ctx, x.ring.from_ints([0]))
    return concatenate([x, nothing])[places]


@lru_cache(maxsize=256)
def _sums(grid_bits: int, count: int, f: int) -> Range:
    """Of up to `count` exponentials with f fractional bits, one of which is that of the row's largest element."""
    g = 2.0**grid_bits
    lowest = Range.of_reals(-max(g, 2 * g - MOST_ABOVE), 0, f).lo
    least = exp_scaled(lowest, f, ROUND_FLOOR) - 2 * count
    if least < 1:
        raise LocalError(
            "wrong-parameter", f"a softmax of rows of {count} elements with cells of {g:g}",
            "take smaller cells: the sum may be lost in the errors of its terms",
        )  # fmt: skip
    return Range(least, count * (exp_scaled(int(MOST_ABOVE * 2**f), f, ROUND_CEILING) + 2))
