"""Which multiples of a number [x] reaches, all at once from one opened mask, and from each of them almost at most.

c = x + r is opened for a random r of which there is a table of alpha = floor(r / 2^s) mod D. Then floor(c / 2^s) less
alpha, modulo D, is floor(x / 2^s) or one more: the carry out of the lower parts of c and r is not looked for. Which t
it reaches is read from the table at places that c says, in shares (as Boyle, Gilboa, Ishai, TCC 2019, section 4, with a
key in the place of the table). A dealer alone makes the tables.
"""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.beaver.share import open_words
from protocols.one_array import OneArray, OneArrayBits
from protocols.preprocessing.kinds.step_mask import StepMask

WORK = 10
"""Elementary operations for each word of a table."""


@cost(rounds=1, words=lambda x, cell_bits, place_bits: x.words.size, step_mask=lambda x, cell_bits, place_bits: x.size)
async def steps(ctx: Context, x: OneArray, cell_bits: int, place_bits: int) -> OneArrayBits:
    """<x' >= t - D/2> for 0 <= t < D = 2^place_bits, x' being floor(x / 2^cell_bits) or one more, for x (rows, n): one
    plane for each of the n, of bits (rows, D), or (rows, 64) with zeros from D on where that is less.

    For x' from -D/2 to D/2 - 1: |x| <= (D/2 - 1) 2^cell_bits; others are taken modulo D. The bit at t = 0 is always 1.
    c is uniformly random, whatever x is. Any number of parties; semi-honest, n - 1 may collude.
    """
    ring, size, (rows, n) = x.ring, 1 << place_bits, x.shape
    r, table = await ctx.take(StepMask(ring, x.size, cell_bits, place_bits))
    (c,) = await open_words(ctx, ring, ring.add(x.reshape((x.size,)).words, r))
    counted = ring.add(c, ring.from_ints(size // 2 << cell_bits))
    places = ctx.bits.from_planes(ring.planes(counted, cell_bits + place_bits)[cell_bits:], x.size)
    columns = await ctx.off_loop(WORK * table.size, lambda: ctx.bits.steps(table, places, size, whole=ctx.me == 0))
    words = len(columns)
    planes = ctx.bits.moved(lambda w: w.reshape(words, rows, n).transpose(2, 1, 0).reshape(n, rows * words), columns)
    return OneArrayBits(planes, (rows, 64 * words), ctx.bits)
