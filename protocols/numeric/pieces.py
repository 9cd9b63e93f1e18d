"""Functions in pieces: polynomials between public thresholds, all thresholds of a value at once.

Where the suite has a way of its own and a dealer makes the material (`Suite.by_pieces`), two openings do; else the
thresholds are compared while powers are made, coefficients are chosen by the bits, and products end it.

Numbers must lie on the grid, from `grid.lowest` to `grid.highest`. One that does not is taken for another one and gives
a wrong number, of which nothing is noticed: declared ranges must hold, or be looked after (`within`).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.numeric.fixed_point import plus
from protocols.piecewise import Grid, Joined, Pieces, joined
from protocols.shares import ArithmeticShare, BooleanShare, concatenate, stack
from protocols.suite import suite_of

__all__ = ["Grid", "Pieces", "by_pieces", "by_pieces_within"]

WORD_BITS = 64

Found = tuple[list[ArithmeticShare], BooleanShare | None]


async def by_pieces(
    ctx: Context, x: ArithmeticShare, *tables: Pieces, times: ArithmeticShare | None = None
) -> list[ArithmeticShare]:
    """[P(x)] for each table, elementwise, any shape, exactly as `Pieces.at` has it for one of the two cells it names:
    with the table's `output_fraction`, not shortened; modulo 2^k. With `times`, in the shape of x, [P(x) times].

    x from `grid.lowest` to `grid.highest`, and the tables on one grid. Functions of one x share all but local work.
    Rounds: 2 where the suite has a way of its own and a dealer makes the material; then each party sends each other 8
    bytes a number and a bit for each threshold, and takes a `piece_mask` a number; `times` are 8 bytes more. Else those
    of `below` and `bits_to_ring`, or of powers, and of a product or two.
    Nobody learns anything; adversary and threshold are the suite's. Errors: LocalError `wrong-parameter` for tables of
    different grids, or a grid that the ring has no room for.
    """
    found, _ = await _computed(ctx, x, tables, None, times)
    return found


async def by_pieces_within(
    ctx: Context, x: ArithmeticShare, low: int, high: int, *tables: Pieces
) -> tuple[list[ArithmeticShare], BooleanShare]:
    """`by_pieces`, and <x outside>: 1 where x < low - 2^cell_bits or x >= high, 0 where low <= x < high - 2^cell_bits,
    either in the cells between.

    `low`, `high`: multiples of a cell on the grid. Where the suite has its own way the bit costs nothing. It is told of
    numbers on the grid alone: what lies beyond that may be taken for one inside.
    """
    grid = joined(tables).grid
    cell, cells = grid.cell_bits, (low >> grid.cell_bits, high >> grid.cell_bits)
    on_cells = (cells[0] << cell, cells[1] << cell) == (low, high)
    if not on_cells or not grid.lowest_cell < cells[0] < cells[1] < grid.lowest_cell + (1 << grid.place_bits):
        raise LocalError(
            "wrong-parameter", f"numbers within [{low}, {high}) on {1 << grid.place_bits} cells of {1 << cell}",
            "take multiples of a cell, inside of the grid",
        )  # fmt: skip
    found, outside = await _computed(ctx, x, tables, cells, None)
    assert outside is not None
    return found, outside


async def _computed(
    ctx: Context,
    x: ArithmeticShare,
    tables: tuple[Pieces, ...],
    within: tuple[int, int] | None,
    times: ArithmeticShare | None,
) -> Found:
    form, suite = joined(tables), suite_of(ctx)
    if form.grid.bits > x.ring.bits - 2:
        raise LocalError(
            "wrong-parameter", f"a grid of {form.grid.bits} bits in a ring of {x.ring.bits}",
            "leave two bits above the grid, or take a larger ring",
        )  # fmt: skip
    if has_own_pieces(ctx):
        own: Found = await suite.by_pieces(ctx, x, tables, within, times)
        return own
    found, outside = await _by_comparisons(ctx, x, form, within)
    if times is None:
        return found, outside
    z = await suite.mul(ctx, stack(found), times)
    return [z[i] for i in range(len(found))], outside


def has_own_pieces(ctx: Context) -> bool:
    """Whether the suite has a way of its own in this session: a dealer makes the material, for rings of one word."""
    return suite_of(ctx).by_pieces is not None and ctx.session.supply.dealt and ctx.ring.bits <= WORD_BITS


async def _by_comparisons(ctx: Context, x: ArithmeticShare, form: Joined, within: tuple[int, int] | None) -> Found:
    suite, cell = suite_of(ctx), form.grid.cell_bits
    cells = [*form.thresholds, *(within or ())]
    small = x.modulo(form.grid.bits + 1)
    thresholds = small.ring.from_ints([t << cell for t in cells])
    calls: list[tuple[Any, ...]] = [(suite.below, small, thresholds), (_powers, x, form.degree)]
    below, powers = await together(ctx, *calls)
    reached = suite.not_(ctx, below.plane(slice(0, len(form.thresholds))))
    b = await suite.bits_to_ring(ctx, reached)
    found = await _chosen(ctx, b, powers, form)
    if within is None:
        return found, None
    return found, below.plane(-2) ^ suite.not_(ctx, below.plane(-1))


async def _powers(ctx: Context, x: ArithmeticShare, degree: int) -> ArithmeticShare:
    """[x], [x^2], ..., modulo 2^k, powers first."""
    suite, found = suite_of(ctx), stack([x])
    while (count := found.shape[0]) < degree:
        more = min(count, degree - count)
        found = concatenate([found, await suite.mul(ctx, found[:more], found[count - 1 : count])])
    return found


async def _chosen(ctx: Context, b: ArithmeticShare, powers: ArithmeticShare, form: Joined) -> list[ArithmeticShare]:
    """The sum of each table's coefficients, chosen by the bits, times the powers: one product."""
    bases, factors = [], []
    for table in form.rows:
        of_power = [
            plus(ctx, _weighed(b, [high[j] - low[j] for low, high in pairwise(table)]), table[0][j])
            for j in range(form.degree + 1)
        ]
        bases.append(of_power[0])
        factors.append(stack(of_power[1:]))
    z = await suite_of(ctx).mul(ctx, stack(factors), powers)
    return [base + z[i].sum(0) for i, base in enumerate(bases)]


def _weighed(b: ArithmeticShare, weights: list[int]) -> ArithmeticShare:
    """The sum of weights_i b_i over the first axis. Local."""
    return stack([b[i].scale(weight) for i, weight in enumerate(weights)]).sum(0)
