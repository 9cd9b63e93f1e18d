"""Prefix circuits on bit planes, written once on a suite's AND.

Comparing a public c with a shared r bit by bit gives, for each position, `lower` (c_i = 0, r_i = 1: r is larger here)
and `same` (c_i = r_i). Two neighbouring groups of positions combine into one,

    lower = lower_hi ^ (same_hi & lower_lo),    same = same_hi & same_lo,

which is associative, so logarithmically many rounds suffice. All nodes of a level are one AND on packed words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.context import Context
from mpc.ring import Words
from protocols.shares import BooleanShare, Shape
from protocols.suite import suite_of


@dataclass(frozen=True, slots=True)
class Borrow:
    """<lower> and <same> of consecutive groups of positions, planes (groups, words), lowest group first."""

    lower: Words
    same: Words
    shape: Shape

    @property
    def groups(self) -> int:
        """How many groups of positions are left."""
        return len(self.lower)


def levels(positions: int) -> int:
    """Rounds that combine this many positions: ceil(log2)."""
    return max(positions - 1, 0).bit_length()


async def _combine(
    ctx: Context, same_hi: Words, lower_hi: Words, lower_lo: Words, same_lo: Words | None, shape: Shape
) -> tuple[Words, Words]:
    """One level of nodes: `same_hi` travels once for both of its products."""
    right = np.stack([lower_lo] if same_lo is None else [lower_lo, same_lo])
    z = await suite_of(ctx).and_(ctx, BooleanShare(same_hi[None], shape), BooleanShare(right, shape))
    return lower_hi ^ z.words[0], z.words[-1]


async def borrow_out(ctx: Context, state: Borrow) -> BooleanShare:
    """<lower> of all positions together: a tree, half the groups at each level. Without positions nothing is lower."""
    if not state.groups:
        return BooleanShare(np.zeros(state.lower.shape[1:], np.uint64), state.shape)
    while state.groups > 1:
        odd = state.groups % 2
        paired = state.groups - odd
        hi, lo = slice(1, paired, 2), slice(0, paired, 2)
        same_lo = state.same[lo] if state.groups > 2 else None
        lower, same = await _combine(
            ctx, np.ascontiguousarray(state.same[hi]), state.lower[hi], state.lower[lo], same_lo, state.shape
        )
        if odd:
            lower, same = np.concatenate([lower, state.lower[-1:]]), np.concatenate([same, state.same[-1:]])
        state = Borrow(lower, same, state.shape)
    return BooleanShare(state.lower[0], state.shape)


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
    lower, same = state.lower.copy(), state.same.copy()
    span = 1
    while span < len(lower):
        hi, lo = _sklansky(len(lower), span)
        combined, same[hi] = await _combine(ctx, same[hi], lower[hi], lower[lo], same[lo], state.shape)
        lower[hi] = combined
        span *= 2
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
        z = await suite_of(ctx).and_(
            ctx, BooleanShare(np.ascontiguousarray(left[: len(right)]), shape), BooleanShare(right, shape)
        )
        planes = np.concatenate([z.words, odd])
    return BooleanShare(planes[0], shape)


def all_ones_words(planes: int, words: int) -> tuple[int, int]:
    """What `all_ones` costs: (words to each peer, AND gates)."""
    return 2 * (planes - 1) * words, 64 * (planes - 1) * words
