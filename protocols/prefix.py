"""Prefix circuits on bit planes, written once on a suite's AND.

Comparing a public c with a shared r bit by bit gives, for each position, `lower` (c_i = 0, r_i = 1: r is larger here)
and `same` (c_i = r_i). Two neighbouring groups of positions combine into one,

    lower = lower_hi ^ (same_hi & lower_lo),    same = same_hi & same_lo,

which is associative, so logarithmically many rounds suffice. All nodes of a level are one AND on packed words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.algebra import bits
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.shares import BooleanShare, Shape
from protocols.suite import suite_of


@dataclass(frozen=True, slots=True)
class Borrow:
    """<lower> and <same> of consecutive groups of positions: planes (2, groups, words), lowest group first."""

    planes: Words
    shape: Shape

    @property
    def groups(self) -> int:
        """How many groups of positions are left."""
        return len(self.planes[0])


def levels(positions: int) -> int:
    """Rounds that combine this many positions: ceil(log2)."""
    return max(positions - 1, 0).bit_length()


async def _combine(ctx: Context, hi: Words, lo: Words, shape: Shape) -> Words:
    """One level of nodes, planes (2, nodes, words) or without the last `same` (1, nodes, words).

    `same` of hi travels once for both of its products. Rows of hi and lo may lie apart; they are not copied.
    """
    z = (await suite_of(ctx).and_(ctx, BooleanShare(hi[1:], shape), BooleanShare(lo, shape))).words
    bits.bit_xor(hi[0], z[0], out=z[0])
    return z


async def borrow_out(ctx: Context, state: Borrow) -> BooleanShare:
    """<lower> of all positions together: a tree, half the groups at each level. Without positions nothing is lower."""
    planes, shape = state.planes, state.shape
    if not state.groups:
        return BooleanShare(np.zeros(planes.shape[2:], np.uint64), shape)
    while (groups := planes.shape[1]) > 1:
        paired, parts = groups - groups % 2, 2 if groups > 2 else 1
        z = await _combine(ctx, planes[:, 1:paired:2], planes[:parts, 0:paired:2], shape)
        planes = np.concatenate([z, planes[:, paired:]], axis=1) if groups % 2 else z
    return BooleanShare(planes[0, 0], shape)


def tree_words(positions: int, words: int) -> tuple[int, int]:
    """What `borrow_out` costs for planes of this many words: (words to each peer, AND gates)."""
    sent = gates = 0
    while positions > 1:
        pairs, products = positions // 2, 2 if positions > 2 else 1
        sent += (1 + products) * pairs * words
        gates += 64 * products * pairs * words
        positions -= pairs
    return sent, gates


async def borrow_prefixes(ctx: Context, state: Borrow) -> Words:
    """<lower> of positions 0..i for every i, planes in the order of i (Sklansky, IEEE Trans. Comput. 1960)."""
    planes = state.planes.copy()
    span = 1
    while span < state.groups:
        hi, lo = _sklansky(state.groups, span)
        planes[:, hi] = await _combine(ctx, planes[:, hi], planes[:, lo], state.shape)
        span *= 2
    lower: Words = planes[0]
    return lower


def prefix_words(positions: int, words: int) -> tuple[int, int]:
    """What `borrow_prefixes` costs for planes of this many words: (words to each peer, AND gates)."""
    nodes = sum(len(_sklansky(positions, 1 << level)[0]) for level in range(levels(positions)))
    return 3 * nodes * words, 128 * nodes * words


def _sklansky(positions: int, span: int) -> tuple[list[int], list[int]]:
    hi = [i for i in range(positions) if i & span]
    return hi, [(i & ~(2 * span - 1)) + span - 1 for i in hi]


async def all_ones(ctx: Context, planes: Words, shape: Shape) -> BooleanShare:
    """<AND of all planes>: a tree of products."""
    while len(planes) > 1:
        odd = planes[len(planes) - len(planes) % 2 :]
        left, right = planes[0 : len(planes) - 1 : 2], planes[1::2]
        z = await suite_of(ctx).and_(ctx, BooleanShare(left, shape), BooleanShare(right, shape))
        planes = np.concatenate([z.words, odd])
    return BooleanShare(planes[0], shape)


def all_ones_words(planes: int, words: int) -> tuple[int, int]:
    """What `all_ones` costs: (words to each peer, AND gates)."""
    return 2 * (planes - 1) * words, 64 * (planes - 1) * words
