"""Comparison and equality of few numbers in two rounds: keys of points, which the teller deals to the pair.

x = u - w, of which the pair knows u and the teller w (`reading`). So no mask is needed, and nothing is opened: the
teller deals keys of the points w and tells both their corrections; the pair asks at u, each in its own key, and has XOR
shares of the answers. Roots are streams of the teller with either of the pair, the hashes begin at a stream of all
three. After Boyle, Gilboa, Ishai, TCC 2019, whose dealer and mask are here the teller and its part of x; the keys'
sources stand in protocols/function_sharing/points_gywzxlz23.py.

The teller learns nothing. One of the pair learns a key, which says nothing of w, the top bits of w under a pad, and the
other's summand less a stream of that one with the teller, as in every reading. Keys are 16 bytes a bit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from protocols.function_sharing.points_gywzxlz23 import (
    LABEL_WORDS,
    WORK,
    PointKeys,
    corrections_shape,
    deal,
    labels_of_key,
)
from protocols.replicated3.reading import LEFT, RIGHT, TELLER, tell
from protocols.replicated3.share import reshared_by_two
from protocols.replicated3.summands import summand
from protocols.replicated3.two_arrays import TwoArrayBits, TwoArrays

FEWEST_BITS = 9
"""Of a ring. Smaller ones take a table for all bits at once."""

MOST_LABELS = 1 << 13
"""Labels of all keys together, 128 KiB to either of the pair: what is more takes longer to send than rounds."""

Ask = Callable[[PointKeys, Words], Words]


def suits(x: TwoArrays) -> bool:
    """Whether keys for these values are few enough. Public: it depends on the shape and the ring alone."""
    ring = x.ring
    return ring.words == 1 and ring.bits >= FEWEST_BITS and 0 < labels_of_key(ring.bits) * x.size <= MOST_LABELS


def _sent(x: TwoArrays, width: int, above: int, rows: int) -> int:
    """Words that all send: corrections twice, rows of packed bits above the point, and the rows of answers twice."""
    return 2 * LABEL_WORDS * labels_of_key(width) * x.size + (above + 2 * rows) * words_for(x.size)


async def _deal(ctx: Context, w: Words, width: int, above: Words) -> None:
    """The teller's: keys of the points w mod 2^width to both; packed bits above them (a, words), padded, to LEFT."""
    bits, shape = ctx.bits, corrections_shape(width, len(w))
    roots = [bits.draw(ctx.pairwise_prg(to, "root"), (len(w), LABEL_WORDS)) for to in (LEFT, RIGHT)]
    start = bits.draw(ctx.common_prg("start"), (LABEL_WORDS,))
    corrections = bits.zeros(shape)
    if not ctx.session.shapes_only:
        work = 2 * WORK * shape[0] * shape[1]
        corrections = await ctx.off_loop(work, deal, w, (roots[0], roots[1]), start, width)
    padded = bits.add(above, bits.draw(ctx.pairwise_prg(RIGHT, "pad"), above.shape))
    both = bits.moved(lambda *parts: np.concatenate([part.reshape(-1) for part in parts]), corrections, padded)
    await tell(ctx, LEFT, both)
    await tell(ctx, RIGHT, corrections.reshape(-1))


async def _told(ctx: Context, count: int, width: int, above: int) -> tuple[PointKeys | None, Words]:
    """What one of the pair has of `_deal`: its keys, None of shapes alone, and a share of the bits above."""
    bits, rows, shape = ctx.bits, (above, words_for(count)), corrections_shape(width, count)
    root = bits.draw(ctx.pairwise_prg(TELLER, "root"), (count, LABEL_WORDS))
    start = bits.draw(ctx.common_prg("start"), (LABEL_WORDS,))
    size = shape[0] * shape[1] * shape[2]
    if ctx.me == RIGHT:
        told, own = await ctx.receive(TELLER, Spec((size,))), bits.draw(ctx.pairwise_prg(TELLER, "pad"), rows)
    else:
        told = await ctx.receive(TELLER, Spec((size + rows[0] * rows[1],)))
        own = told[size:].reshape(rows)
    if ctx.session.shapes_only:
        return None, own
    return PointKeys(int(ctx.me == RIGHT), width, root, start, told[:size].reshape(shape)), own


async def _asked(ctx: Context, keys: PointKeys | None, ask: Ask, places: Words) -> Words:
    """A share of the answers at each of the rows of places (m, n), (m, words). Local."""
    rows, n = places.shape
    if keys is None:
        return ctx.bits.zeros((rows, words_for(n)))
    answers: Words = await ctx.off_loop(rows * keys.work, ask, keys, places)
    return answers


def _top(ring: Z2k, x: Words) -> Words:
    return ring.planes(ring.shift_right(x, ring.bits - 1), 1)


async def _signs(ctx: Context, x: TwoArrays, thresholds: Words) -> TwoArrayBits:
    """<top bit of (u - t) - w> for each t, planes (m, words): both top bits and [u' < w'], which is not [w' <= u']."""
    ring, bits, width, words = x.ring, ctx.bits, x.ring.bits - 1, words_for(x.size)
    own = summand(ctx, x.reshape((x.size,)))
    if ctx.me == TELLER:
        await _deal(ctx, own, width, _top(ring, own))
        z = bits.zeros((len(thresholds), words))
    else:
        rows = ring.sub(own, thresholds[:, None])
        keys, above = await _told(ctx, x.size, width, 1)
        z = bits.add(await _asked(ctx, keys, PointKeys.at_most, rows), above)
        if ctx.me == RIGHT and len(rows):
            tops = (_top(ring, row) for row in rows)
            z = bits.add(z, bits.not_(bits.moved(lambda *planes: np.concatenate(planes), *tops)))
    return TwoArrayBits(*await reshared_by_two(ctx, bits, LEFT, z), x.shape, bits)


@cost(rounds=2, in_all=lambda x: _sent(x, x.ring.bits - 1, 1, 1))
async def msb(ctx: Context, x: TwoArrays) -> TwoArrayBits:
    """<x < 0>, elementwise."""
    return (await _signs(ctx, x, x.ring.zeros((1,)))).plane(0)


@cost(rounds=2, in_all=lambda x, thresholds: _sent(x, x.ring.bits - 1, 1, len(thresholds)))
async def below(ctx: Context, x: TwoArrays, thresholds: Words) -> TwoArrayBits:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1). One key for all of them."""
    return await _signs(ctx, x, thresholds)


@cost(rounds=2, in_all=lambda x: _sent(x, x.ring.bits, 0, 1))
async def is_zero(ctx: Context, x: TwoArrays) -> TwoArrayBits:
    """<x == 0>, elementwise: u = w."""
    own, width, words = summand(ctx, x.reshape((x.size,))), x.ring.bits, words_for(x.size)
    if ctx.me == TELLER:
        await _deal(ctx, own, width, ctx.bits.zeros((0, words)))
        z = ctx.bits.zeros((1, words))
    else:
        keys, _ = await _told(ctx, x.size, width, 0)
        z = await _asked(ctx, keys, PointKeys.same, own[None])
    return TwoArrayBits(*await reshared_by_two(ctx, ctx.bits, LEFT, z), x.shape, ctx.bits).plane(0)
