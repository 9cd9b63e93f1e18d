"""Functions in pieces of [x]: all thresholds and all powers on one opened mask, and a second opening for the choice.

c = x + r is opened for a random r of which there are thermometers of alpha = floor(r / 2^s) mod D, D = 2^d cells. Then
floor(c / 2^s) - alpha, modulo D, is floor(x / 2^s) or one more, which is a carry that nobody looks for: x less than a
cell below a threshold may be taken for one above. Whether that place is t_i or more is a bit or two of the thermometer,
read at places that c says; so <b_i> is local. v_i = b_i ^ s_i is opened for random bits s_i, and then

    b_i x^j = v_i x^j + (1 - 2 v_i) s_i x^j,    x^j = (c - r)^j = sum_k binomial(j, k) c^(j-k) (-r)^k

is linear in what there are shares of: r^k and s_i r^k. So is P_0(x) + sum_i b_i (P_i - P_{i-1})(x). And so is that
times y, if y + g is opened beside c, of shares of g r^k and g s_i r^k: (y + g) P(x) - g P(x).

For any number of parties, semi-honest; a dealer alone makes the masks. What is opened is masked by what is used once.
Powers of x from those of a mask: Lu, Yurek, Kulshreshtha, Govind, Kate, Miller, CCS 2019, PowerMix. A table of the
mask that is read where the opened number says: Ishai, Kushilevitz, Meldgaard, Orlandi, Paskin-Cherniavsky, TCC 2013.
"""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.powers_of_masks import polynomials
from mpc.algebra.ring import Words
from mpc.algebra.thermometers import crossed
from mpc.context import Context
from protocols.beaver.boolean import not_
from protocols.beaver.share import open_packed, open_words
from protocols.one_array import OneArray, OneArrayBits
from protocols.piecewise import Joined, Pieces, joined
from protocols.preprocessing.kinds.piece_mask import PieceMask

Within = tuple[int, int] | None
Times = OneArray | None
Tables = tuple[Pieces, ...]


@cost(
    rounds=2,
    words=lambda x, tables, within=None, times=None: (
        x.size * (1 + (times is not None)) + len(joined(tables).thresholds) * words_for(x.size)
    ),
    piece_mask=lambda x, tables, within=None, times=None: x.size,
)
async def by_pieces(
    ctx: Context, x: OneArray, tables: Tables, within: Within = None, times: Times = None
) -> tuple[list[OneArray], OneArrayBits | None]:
    """[P(x)] for each table, elementwise, or [P(x) y] for `times` y in the shape of x; and, for cells `within` (low,
    high), <x < low or x >= high> by the cell.

    For x from `grid.lowest` to `grid.highest`; outside of it the results are of another place of the grid. A ring of
    one word. Costs nothing more for `within`.
    """
    form, ring = joined(tables), x.ring
    r, s, g, table, *shares = await ctx.take(_mask(x, form, times))
    hidden = [
        ring.add(share.reshape((x.size,)).words, mask) for share, mask in ((x, r), (times, g)) if share is not None
    ]
    c, *turned_y = await open_words(ctx, ring, *hidden)
    if ctx.session.shapes_only:
        return await _shapes(ctx, x, form, within)
    turned, whole = _turned(c, form), ctx.me == 0
    b = await ctx.off_loop(20 * x.size * len(s), lambda: _crossed(form, table, turned, form.thresholds, whole))
    (v,) = await open_packed(ctx, ctx.bits.add(b, s))
    powers = [np.full((1, x.size), whole, np.uint64), r[None]]
    values = await ctx.off_loop(_work(x, form), _values, form, c, v, [*powers, *shares[:1]], shares[1])
    if times is not None:
        of_g = await ctx.off_loop(_work(x, form), _values, form, c, v, [g[None], shares[2]], shares[3])
        values = turned_y[0] * values - of_g
    found = [x.like(ring.reduce(row)).reshape(x.shape) for row in values]
    return found, None if within is None else _outside(ctx, x, _crossed(form, table, turned, within, whole))


def _mask(x: OneArray, form: Joined, times: Times) -> PieceMask:
    grid, choices = form.grid, len(form.thresholds)
    return PieceMask(x.ring, x.size, form.degree, choices, grid.cell_bits, grid.place_bits, int(times is not None))


async def _shapes(
    ctx: Context, x: OneArray, form: Joined, within: Within
) -> tuple[list[OneArray], OneArrayBits | None]:
    """The same where only shapes count."""
    width = words_for(x.size)
    await open_packed(ctx, ctx.bits.zeros((len(form.thresholds), width)))
    outside = OneArrayBits(ctx.bits.zeros((width,)), x.shape, ctx.bits)
    return [x.like(x.ring.zeros(x.shape)) for _ in form.rows], outside if within else None


def _turned(c: Words, form: Joined) -> Words:
    """The cell of c, modulo D, counted from the end of the grid."""
    cells = 1 << form.grid.place_bits
    return (c >> np.uint64(form.grid.cell_bits)) + np.uint64(-form.grid.lowest_cell % cells) & np.uint64(cells - 1)


def _crossed(form: Joined, table: Words, turned: Words, cells: tuple[int, ...], whole: bool) -> Words:
    """<b> for each of these cells."""
    places = tuple(cell - form.grid.lowest_cell for cell in cells)
    return crossed(table, turned, places, place_bits=form.grid.place_bits, whole=whole)


def _values(form: Joined, c: Words, v: Words, powers: list[Words], products: Words) -> Words:
    """A share of each table's P(c - r), or of that times g, by shares of the powers, or of those times g."""
    return polynomials(form.first, form.steps, c, v, np.concatenate(powers), products)


def _outside(ctx: Context, x: OneArray, b: Words) -> OneArrayBits:
    """<x below the first of two cells or not below the other>."""
    low, high = b
    return not_(ctx, OneArrayBits(ctx.bits.add(low, high), x.shape, ctx.bits))


def _work(x: OneArray, form: Joined) -> int:
    """Multiply-adds, some."""
    return x.size * len(form.rows) * len(form.thresholds) * (form.degree + 1) * (form.degree + 2)
