"""Prefix circuits on bit planes, written once on a suite's AND.

Comparing a public c with a shared r bit by bit gives, for each position, `lower` (c_i = 0, r_i = 1: r is larger here)
and `same` (c_i = r_i). Two neighbouring groups of positions combine into one,

    lower = lower_hi ^ (same_hi & lower_lo),    same = same_hi & same_lo,

which is associative, so logarithmically many rounds suffice. All nodes of a level are one AND on packed words. The
state of such a circuit is one share: <lower> and <same> of consecutive groups of positions, planes (2, groups), lowest
group first.
"""

from __future__ import annotations

import numpy as np

from mpc.algebra.bits import words_for
from mpc.context import Context
from protocols.shares import B, concatenate_planes


def levels(positions: int) -> int:
    """Rounds that combine this many positions: ceil(log2)."""
    return max(positions - 1, 0).bit_length()


async def _and(ctx: Context, x: B, y: B) -> B:
    z: B = await ctx.suite.and_(ctx, x, y)
    return z


async def _combine(ctx: Context, hi: B, lo: B) -> B:
    """One level of nodes, planes (2, nodes) or without the last `same` (1, nodes).

    `same` of hi travels once for both of its products. Rows of hi and lo may lie apart; they are not copied.
    """
    z = await _and(ctx, hi.plane(slice(1, None)), lo)
    return z.xored_at(0, hi.plane(0))


async def borrow_out(ctx: Context, state: B) -> B:
    """<lower> of all positions together: a tree, half the groups at each level. Without positions nothing is lower."""
    if not state.lead[1]:
        nothing: B = ctx.suite.constant_bits(ctx, ctx.bits.zeros((words_for(state.size),)), state.shape)
        return nothing
    while (groups := state.lead[1]) > 1:
        paired, parts = groups - groups % 2, 2 if groups > 2 else 1
        hi, lo = state.plane(np.s_[:, 1:paired:2]), state.plane(np.s_[:parts, 0:paired:2])
        z = await _combine(ctx, hi, lo)
        state = concatenate_planes([z, state.plane(np.s_[:, paired:])], axis=1) if groups % 2 else z
    return state.plane((0, 0))


def tree_words(positions: int, words: int) -> tuple[int, int]:
    """What `borrow_out` costs for planes of this many words: (words to each peer, AND gates)."""
    sent = gates = 0
    while positions > 1:
        pairs, products = positions // 2, 2 if positions > 2 else 1
        sent += (1 + products) * pairs * words
        gates += 64 * products * pairs * words
        positions -= pairs
    return sent, gates


async def borrow_prefixes(ctx: Context, state: B) -> B:
    """<lower> of positions 0..i for every i, planes in the order of i (Sklansky, IEEE Trans. Comput. 1960)."""
    state, positions = state.copy(), state.lead[1]
    span = 1
    while span < positions:
        hi, lo = (np.s_[:, places] for places in _sklansky(positions, span))
        state.put(hi, await _combine(ctx, state.plane(hi), state.plane(lo)))
        span *= 2
    return state.plane(0)


def prefix_words(positions: int, words: int) -> tuple[int, int]:
    """What `borrow_prefixes` costs for planes of this many words: (words to each peer, AND gates)."""
    nodes = sum(len(_sklansky(positions, 1 << level)[0]) for level in range(levels(positions)))
    return 3 * nodes * words, 128 * nodes * words


def _sklansky(positions: int, span: int) -> tuple[list[int], list[int]]:
    hi = [i for i in range(positions) if i & span]
    return hi, [(i & ~(2 * span - 1)) + span - 1 for i in hi]


async def all_ones(ctx: Context, x: B) -> B:
    """<AND of all planes>: a tree of products."""
    while (count := x.lead[0]) > 1:
        paired = count - count % 2
        z = await _and(ctx, x.plane(slice(0, paired, 2)), x.plane(slice(1, None, 2)))
        x = concatenate_planes([z, x.plane(slice(paired, None))])
    return x.plane(0)


def all_ones_words(planes: int, words: int) -> tuple[int, int]:
    """What `all_ones` costs: (words to each peer, AND gates)."""
    return 2 * (planes - 1) * words, 64 * (planes - 1) * words
