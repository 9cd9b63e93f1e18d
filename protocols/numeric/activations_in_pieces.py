"""Smooth steps and bends of neural networks in pieces (`pieces.py`), for at most 12 fractional bits.

GELU and SiLU are max(x, 0) and a bump that is small and ends: one table for each, with one threshold 0 in common, so
that both take the same side of it. The bump keeps 62 bits and is shortened; max(x, 0) is exact and holds however large
x is. Knots are sixteenths, found by search (`tests/numeric/test_activations_in_pieces.py` measures what they leave on
every number that there is); between them degree 4, the most for which numbers of 12 fractional bits leave coefficients
bits.

Each function is off by at most its bound and one unit of the last place, which the shortening leaves. Rounds: 3 where
`by_pieces` takes 2. Nobody learns anything; adversary and threshold are the suite's. x must lie on the grid, else the
result is a wrong number: |x| < reach - 1/16.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from mpc.context import Context
from mpc.errors import LocalError
from protocols.numeric.error_function import SQRT_PI
from protocols.numeric.fitted_pieces import Real, fitted
from protocols.numeric.fixed_point import rescale
from protocols.numeric.pieces import by_pieces, by_pieces_within
from protocols.numeric.powers_of_two import EXACT
from protocols.piecewise import Grid, Pieces
from protocols.shares import ArithmeticShare, BooleanShare

MOST_FRACTIONAL_BITS = 12
CELLS = 4
"""Of one: 2^4, on which knots lie."""
BUMP_FRACTION, STEP_FRACTION = 62, 61
REACH = 32
ROOT_OF_TWO = EXACT.sqrt(Decimal(2))


class Step(NamedTuple):
    """A function that is constant outside of its knots: those, in sixteenths, and its constants; its error."""

    function: Real
    knots: tuple[int, ...]
    beyond: tuple[int | None, int | None]
    error: Decimal


class Bend(NamedTuple):
    """A function that is max(x, 0) and a bump: it itself for x < 0, and less x; the knots of both, in sixteenths."""

    function: Real
    knots: tuple[int, ...]
    error: Decimal


def _gelu(x: Decimal) -> Decimal:
    return x * (1 + _erf(x / ROOT_OF_TWO)) / 2


def _erf(x: Decimal) -> Decimal:
    """By Taylor's series, for |x| below 4."""
    power, total, i = x, x, 0
    while abs(power) > Decimal("1e-40"):
        i += 1
        power = -power * x * x / i
        total += power / (2 * i + 1)
    return total * 2 / SQRT_PI


def _sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + (-x).exp())


GELU = Bend(_gelu, (-67, -34, -12, 0, 16, 36, 68), Decimal(2) ** -14)
SILU = Bend(lambda x: x * _sigmoid(x), (-184, -110, -52, -16, 0, 25, 60, 135, 185), Decimal(2) ** -13)
SIGMOID = Step(_sigmoid, (-156, -92, -41, -10, 16, 47, 94, 157), (0, 1), Decimal(2) ** -14)
TANH = Step(lambda x: 2 * _sigmoid(2 * x) - 1, (-84, -46, -24, -11, 1, 15, 33, 59, 85), (-1, 1), Decimal(2) ** -14)
EXP = Step(Decimal.exp, (-178, -114, -72, -42, -21, -5, 8), (0, None), Decimal(2) ** -16)
EXP_HIGHEST = Decimal("0.5")


@lru_cache(maxsize=64)
def of_step(step: Step, fraction: int, reach: int, offset: int = 0) -> Pieces:
    """The table of a step for numbers of so many fractional bits. LocalError `too-many-fractional-bits`,
    `wrong-parameter`."""
    grid = _grid(step.knots, fraction, reach, offset)
    return fitted(step.function, step.knots, grid, (fraction, STEP_FRACTION), beyond=step.beyond)


@lru_cache(maxsize=64)
def of_bend(bend: Bend, fraction: int, reach: int) -> tuple[Pieces, Pieces]:
    """The tables of a bump and of max(x, 0). Errors as `of_step`."""
    grid, (low, high) = _grid(bend.knots, fraction, reach, 0), _sides(bend.knots)
    below = fitted(bend.function, low, grid, (fraction, BUMP_FRACTION))
    above = fitted(lambda x: bend.function(x) - x, high, grid, (fraction, BUMP_FRACTION))
    bump = Pieces(grid, bend.knots, (*below.coefficients[:-1], *above.coefficients[1:]), fraction, BUMP_FRACTION)
    return bump, Pieces(grid, (0,), ((0,), (0, 1)), fraction, fraction)


def _sides(knots: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    zero = knots.index(0)
    return knots[: zero + 1], knots[zero:]


def _grid(knots: tuple[int, ...], fraction: int, reach: int, offset: int) -> Grid:
    if not CELLS <= fraction <= MOST_FRACTIONAL_BITS:
        raise LocalError(
            "too-many-fractional-bits", f"functions in pieces have no form for {fraction} fractional bits",
            f"shorten the number first: {CELLS} to {MOST_FRACTIONAL_BITS} bits",
        )  # fmt: skip
    if reach & (reach - 1) or reach << CELLS <= max(-knots[0], knots[-1]):
        raise LocalError("wrong-parameter", f"a reach of {reach}", "take a power of two beyond the last knot")
    return Grid(fraction - CELLS, reach.bit_length() + CELLS, offset)


async def gelu(ctx: Context, x: ArithmeticShare, fraction: int = 12, reach: int = REACH) -> ArithmeticShare:
    """[x (1 + erf(x / sqrt 2)) / 2], elementwise, any shape; off by at most 2^-14 and a unit of the last place."""
    return await _bend(ctx, x, GELU, fraction, reach)


async def silu(ctx: Context, x: ArithmeticShare, fraction: int = 12, reach: int = REACH) -> ArithmeticShare:
    """[x / (1 + exp(-x))], elementwise, any shape; off by at most 2^-13 and a unit of the last place."""
    return await _bend(ctx, x, SILU, fraction, reach)


async def sigmoid(ctx: Context, x: ArithmeticShare, fraction: int = 12, reach: int = REACH) -> ArithmeticShare:
    """[1 / (1 + exp(-x))], elementwise, any shape; off by at most 2^-14 and a unit; 0 or 1 beyond +-9.8."""
    return await _step(ctx, x, of_step(SIGMOID, fraction, reach), fraction)


async def tanh(ctx: Context, x: ArithmeticShare, fraction: int = 12, reach: int = REACH) -> ArithmeticShare:
    """[tanh(x)], elementwise, any shape; off by at most 2^-14 and a unit; -1 or 1 beyond +-5.3."""
    return await _step(ctx, x, of_step(TANH, fraction, reach), fraction)


async def exp_of_negative(
    ctx: Context, x: ArithmeticShare, fraction: int = 12, result: int = 12, reach: int = REACH
) -> ArithmeticShare:
    """[exp(x)] with `result` fractional bits, for 1 - 2 reach <= x <= 1/2, elementwise, any shape.

    Off by at most 2^-16 and a unit of the last place; 0 below -11.2, which is within that.
    """
    return await _step(ctx, x, of_step(EXP, fraction, reach, (1 - reach) << CELLS), result)


async def watched(
    ctx: Context, activation: Bend | Step, x: ArithmeticShare, fraction: int = 12, reach: int = REACH
) -> tuple[ArithmeticShare, BooleanShare]:
    """An activation of the above but exp, as `gelu` and the others have it, and <x outside of [-reach, reach)>: the bit
    is 1 there, from a sixteenth below -reach on, and 0 inside, up to a sixteenth below reach.

    The grid reaches twice as far, so that is what numbers may come to and still be noticed. No round more.
    """
    tables: tuple[Pieces, ...]
    if isinstance(activation, Bend):
        tables = of_bend(activation, fraction, 2 * reach)
    else:
        tables = (of_step(activation, fraction, 2 * reach),)
    (first, *exact), outside = await by_pieces_within(ctx, x, -reach << fraction, reach << fraction, *tables)
    y = await rescale(ctx, first, tables[0].output_fraction - fraction)
    return (y + exact[0] if exact else y), outside


async def _step(ctx: Context, x: ArithmeticShare, table: Pieces, fraction: int) -> ArithmeticShare:
    (y,) = await by_pieces(ctx, x, table)
    return await rescale(ctx, y, table.output_fraction - fraction)


async def _bend(ctx: Context, x: ArithmeticShare, bend: Bend, fraction: int, reach: int) -> ArithmeticShare:
    bump, outer = await by_pieces(ctx, x, *of_bend(bend, fraction, reach))
    return outer + await rescale(ctx, bump, BUMP_FRACTION - fraction)
