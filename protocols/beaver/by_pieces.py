"""Functions in pieces of [x]: all thresholds and all powers on one opened mask, and a second opening for the choice.

c = x + r is opened for a random r of which there are thermometers of alpha = floor(r / 2^s) mod D, D = 2^d cells. Then
floor(c / 2^s) - alpha, modulo D, is floor(x / 2^s) or one more, which is a carry that nobody looks for: x less than a
cell below a threshold may be taken for one above. Whether that place is t_i or more is a bit or two of the thermometer,
read at places that c says; so <b_i> is local. v_i = b_i ^ s_i is opened for random bits s_i, and then

    b_i x^j = v_i x^j + (1 - 2 v_i) s_i x^j,    x^j = (c - r)^j = sum_k binomial(j, k) c^(j-k) (-r)^k

is linear in what there are shares of: r^k and s_i r^k. So is P_0(x) + sum_i b_i (P_i - P_{i-1})(x).

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


@cost(
    rounds=2,
    words=lambda x, tables, within=None: x.size + len(joined(tables).thresholds) * words_for(x.size),
    piece_mask=lambda x, tables, within=None: x.size,
)
async def by_pieces(
    ctx: Context, x: OneArray, tables: tuple[Pieces, ...], within: Within = None
) -> tuple[list[OneArray], OneArrayBits | None]:
    """[P(x)] for each table, elementwise, and, for cells `within` (low, high), <x < low or x >= high> by the cell.

    For x from `grid.lowest` to `grid.highest`; outside of it the results are of another place of the grid. A ring of
    one word. Costs nothing more for `within`.
    """
    form, ring = joined(tables), x.ring
    r, s, table, powers, products = await ctx.take(_mask(x, form))
    (c,) = await open_words(ctx, ring, ring.add(x.reshape((x.size,)).words, r))
    width = words_for(x.size)
    if ctx.session.shapes_only:
        await open_packed(ctx, ctx.bits.zeros((len(form.thresholds), width)))
        outside = OneArrayBits(ctx.bits.zeros((width,)), x.shape, ctx.bits)
        return [x.like(ring.zeros(x.shape)) for _ in tables], outside if within else None
    turned = _turned(c, form)
    b = await ctx.off_loop(20 * x.size * len(s), lambda: crossed(table, turned, form.places, whole=ctx.me == 0))
    (v,) = await open_packed(ctx, ctx.bits.add(b, s))
    one = np.full((1, x.size), ctx.me == 0, np.uint64)
    every = np.concatenate([one, r[None], powers])
    values = await ctx.off_loop(_work(x, form), polynomials, form.first, form.steps, c, v, every, products)
    found = [x.like(ring.reduce(row)).reshape(x.shape) for row in values]
    return found, None if within is None else _outside(ctx, x, table, turned, form, within)


def _mask(x: OneArray, form: Joined) -> PieceMask:
    return PieceMask(x.ring, x.size, form.degree, len(form.thresholds), form.grid.cell_bits, form.grid.place_bits)


def _turned(c: Words, form: Joined) -> Words:
    """The cell of c, modulo D, counted from the end of the grid."""
    cells = 1 << form.grid.place_bits
    return (c >> np.uint64(form.grid.cell_bits)) + np.uint64(-form.grid.first % cells) & np.uint64(cells - 1)


def _outside(
    ctx: Context, x: OneArray, table: Words, turned: Words, form: Joined, within: tuple[int, int]
) -> OneArrayBits:
    places = within[0] - form.grid.first, within[1] - form.grid.first
    low, high = crossed(table, turned, places, whole=ctx.me == 0)
    return not_(ctx, OneArrayBits(ctx.bits.add(low, high), x.shape, ctx.bits))


def _work(x: OneArray, form: Joined) -> int:
    """Multiply-adds, some."""
    return x.size * len(form.rows) * len(form.thresholds) * (form.degree + 1) * (form.degree + 2)
