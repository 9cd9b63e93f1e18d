"""Between [x] and bits of two parties with a dealer, in one round: keys of point functions, asked at an opened number.

Every function opens c = x + r for a fresh r; each party's key of the point r then answers at places that follow from c.
Boyle, Gilboa, Ishai, "Secure Computation with Preprocessing via Function Secret Sharing", TCC 2019, for the masked
input; Gupta, Kedia, Sinha, Vadapalli, Xu, Jawalkar, Kumar, Chandran, "SIGMA", PETS 2024 (eprint 2023/1269), for
comparisons by one point function. The answers are XOR shares of bits, as keys give them, and are never opened as such.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context
from protocols.beaver import by_masks
from protocols.beaver.share import open_words
from protocols.function_sharing import tables
from protocols.function_sharing.points_gywzxlz23 import MAX_WIDTH, PointKeys, labels_of_key
from protocols.one_array import OneArray, OneArrayBits
from protocols.preprocessing.kinds.point_key import PointKey

FEWEST_BITS = 9
"""Of a ring. Smaller ones take edaBits, of which a comparison has four rounds at most and much fewer bytes."""

MOST_LABELS = 1 << 16
"""Labels of all keys together, a megabyte for each party: what is more takes edaBits (docs/decisions/0013)."""


def suits(x: OneArray) -> bool:
    """Whether keys for these values are few enough. Public: it depends on the shape and the ring alone."""
    return 0 < x.size <= most_numbers(x.ring.bits)


def most_numbers(bits: int) -> int:
    """How many numbers of so many bits have keys that are few enough."""
    return MOST_LABELS // labels_of_key(bits) if FEWEST_BITS <= bits <= MAX_WIDTH else 0


async def _opened(ctx: Context, x: OneArray, width: int) -> tuple[Words, PointKeys, Words]:
    """Open c = x + r for a fresh r: (c, flat; keys of the points r mod 2^width; <bits of r above>). One round."""
    r, *roots, start_0, start_1, above, corrections_0, corrections_1 = await ctx.take(PointKey(x.ring, x.size, width))
    (c,) = await open_words(ctx, x.ring, x.ring.add(x.reshape((x.size,)).words, r))
    start, corrections = (start_0, corrections_0) if ctx.me == 0 else (start_1, corrections_1)
    return c, PointKeys(ctx.me, width, roots[ctx.me], start, corrections), above


async def _ask(ctx: Context, keys: PointKeys, ask: Callable[[Words], Words], places: Words) -> Words:
    """Each key's answers at its places (..., n), packed. Local."""
    lead = places.shape[:-1]
    if ctx.session.shapes_only:
        return ctx.bits.zeros((*lead, words_for(places.shape[-1])))
    answers: Words = await ctx.off_loop(prod(lead) * keys.work, ask, places)
    return answers


def _top(ring: Z2k, c: Words) -> Words:
    top: Words = ring.planes(ring.shift_right(c, ring.bits - 1), 1)[0]
    return top


async def _signs(ctx: Context, ring: Z2k, c: Words, keys: PointKeys, above: Words) -> Words:
    """<top bit of c - r> for rows c (m, n), planes (m, words): c_{k-1} ^ r_{k-1} ^ [c' < r'], c' and r' the bits below;
    and [c' < r'] is not [r' <= c']."""
    bits = ctx.bits
    own = bits.add(above, await _ask(ctx, keys, keys.at_most, c))
    if ctx.me != 0 or not len(c):
        return own
    return bits.add(own, bits.not_(bits.moved(lambda *rows: np.stack(rows), *(_top(ring, row) for row in c))))


@cost(rounds=1, words=lambda x: x.words.size, point_key=lambda x: x.size)
async def msb(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x < 0>, elementwise."""
    c, keys, above = await _opened(ctx, x, x.ring.bits - 1)
    signs = await _signs(ctx, x.ring, c[None], keys, above)
    return OneArrayBits(signs[0], x.shape, ctx.bits)


@cost(rounds=1, words=lambda x, thresholds: x.words.size, point_key=lambda x, thresholds: x.size)
async def below(ctx: Context, x: OneArray, thresholds: Words) -> OneArrayBits:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1).

    One key answers for all of them, since x - t = (c - t) - r.
    """
    c, keys, above = await _opened(ctx, x, x.ring.bits - 1)
    signs = await _signs(ctx, x.ring, x.ring.sub(c, thresholds[:, None]), keys, above)
    return OneArrayBits(signs, x.shape, ctx.bits)


@cost(rounds=1, words=lambda x: x.words.size, point_key=lambda x: x.size)
async def is_zero(ctx: Context, x: OneArray) -> OneArrayBits:
    """<x == 0>, elementwise: c = r."""
    c, keys, _ = await _opened(ctx, x, x.ring.bits)
    return OneArrayBits(await _ask(ctx, keys, keys.same, c), x.shape, ctx.bits)


a2b = by_masks.a2b


@cost(
    rounds=1,
    words=lambda x, table, bits: x.words.size,
    point_key=lambda x, table, bits: x.size,
)
async def look_up(ctx: Context, x: OneArray, table: Words, bits: int) -> OneArrayBits:
    """<table[x]>, `bits` planes, for x of the ring of 2^w elements, w up to 16, and public words (2^w,): of each the
    low bits count. The leaves of the whole tree of a key are added up where the table, turned by c, has ones."""
    c, keys, _ = await _opened(ctx, x, x.ring.bits)
    planes = (bits, words_for(x.size))
    if ctx.session.shapes_only:
        return OneArrayBits(ctx.bits.zeros(planes), x.shape, ctx.bits)
    work = tables.work(x.ring.bits, x.size, bits)
    found: Words = await ctx.off_loop(work, tables.read, keys, c, table, bits)
    return OneArrayBits(found.reshape(planes), x.shape, ctx.bits)
