"""Which multiples of a cell some number of a row reaches, in two rounds: from each of them almost at most.

c = x + r is opened for a random r of which there is a table of alpha = floor(r / 2^s) mod D. Then floor(c / 2^s) less
alpha, modulo D, is x' = floor(x / 2^s) or one more: the carry out of the lower parts of c and r is not looked for.
[x' >= t] is linear in the table, at places that c says (as Boyle, Gilboa, Ishai, TCC 2019, section 4, with a key in the
place of the table). Tables are shared modulo 256, so that k, how many x' of a row reach t, is local. k + s is opened
for a random s of which there is a column of bits with a 1 at s; its bit at k + s says whether k is 0. A dealer alone
makes both.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra import byte_lanes, counted_steps
from mpc.algebra.bits import words_for
from mpc.algebra.words import Words
from mpc.context import Context
from protocols.beaver.boolean import not_
from protocols.beaver.share import open_words
from protocols.one_array import OneArray, OneArrayBits, ring_of
from protocols.preprocessing.kinds.step_mask import StepMask
from protocols.preprocessing.kinds.zero_mask import ZeroMask

MOST = 255
"""Of numbers in a row."""

_Shown = npt.NDArray[np.bool_]


async def reached(ctx: Context, x: OneArray, cell_bits: int, place_bits: int, shown: _Shown) -> OneArrayBits:
    """<some x' of the row is t - D/2 or more> for 0 <= t < D = 2^place_bits, x' being floor(x / 2^cell_bits) or one
    more, for x (rows, n), n <= 255: bits (rows, D). Only elements that are `shown`, a public array like x, count.

    For x' from -D/2 to D/2 - 1: |x| <= (D/2 - 1) 2^cell_bits; others are taken modulo D. Two rounds. What is opened is
    uniformly random, whatever x is. Any number of parties; semi-honest, n - 1 may collude.
    """
    counts = await count(ctx, x, cell_bits, place_bits, shown)
    return await not_zero(ctx, counts, (len(shown), 1 << place_bits), max(x.shape[1].bit_length(), 1))


@cost(
    rounds=1,
    words=lambda x, cell_bits, place_bits, shown: x.words.size,
    step_mask=lambda x, cell_bits, place_bits, shown: x.size,
)
async def count(ctx: Context, x: OneArray, cell_bits: int, place_bits: int, shown: _Shown) -> Words:
    """How many shown x' of each row are t - D/2 or more, for every t < D, shared modulo 256: (rows, D / 8) words."""
    ring, size, (rows, n) = x.ring, 1 << place_bits, x.shape
    r, tables = await ctx.take(StepMask(ring, x.size, cell_bits, place_bits))
    (c,) = await open_words(ctx, ring, ring.add(x.reshape((x.size,)).words, r))
    words = tables.shape[-1]
    if ctx.session.shapes_only:
        return ctx.bits.zeros((rows, words))
    above = ring.add(c, ring.from_ints(size // 2 << cell_bits))
    places = ctx.bits.from_planes(ring.planes(above, cell_bits + place_bits)[cell_bits:], x.size).reshape(rows, n)
    by_row, whole = tables.reshape(rows, n, words), ctx.me == 0
    return await ctx.off_loop(x.size * size, lambda: counted_steps.counted(by_row, places, shown, whole=whole))


@cost(
    rounds=1,
    words=lambda counts, shape, width: counts.size,
    zero_mask=lambda counts, shape, width: shape[0] * shape[1],
)
async def not_zero(ctx: Context, counts: Words, shape: tuple[int, int], width: int) -> OneArrayBits:
    """<k != 0> for numbers k < 2^width that are shared modulo 256, eight to a word, as bits of this shape."""
    size = shape[0] * shape[1]
    s, columns = await ctx.take(ZeroMask(ring_of(ctx), size, width))
    (masked,) = await ctx.add_up(byte_lanes.add, byte_lanes.add(counts.reshape(-1), s))
    if ctx.session.shapes_only:
        return OneArrayBits(ctx.bits.zeros((words_for(size),)), shape, ctx.bits)
    places = byte_lanes.unpacked(masked)[:size] & np.uint8((1 << width) - 1)
    zero = await ctx.off_loop(4 * size, counted_steps.read, columns, places)
    return not_(ctx, OneArrayBits(zero, shape, ctx.bits))
