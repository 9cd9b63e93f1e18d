"""The AND of many bits in few rounds: several at once where the suite can, else a tree of pairs."""

from __future__ import annotations

from functools import cache

from mpc.algebra.bits import words_for
from mpc.context import Context, together
from protocols.prefix import all_ones
from protocols.shares import B, concatenate_planes
from protocols.suite import suite_of

MOST, MOST_OF_LARGE = 6, 4
"""Of bits that meet at once. Four are as cheap as pairs; six take two to three times the material, and fewer rounds."""

LARGE = 1 << 18
"""Words of material, 2 MB, that more than four at once may take: they cost more than rounds do."""


async def all_of(ctx: Context, x: B) -> B:
    """<AND of all planes along the first axis>, one or more; others are carried along.

    Rounds: `depth(planes)` where several bits meet at once, of large arrays `depth(planes, MOST_OF_LARGE)`; else
    log2(planes).
    """
    if not several_at_once(ctx):
        return await all_ones(ctx, x)
    most = widest(x.lead[0], words_for(x.size) * x.planes // x.lead[0])
    while (count := x.lead[0]) > 1:
        groups = groups_of(count, most)
        x = concatenate_planes(
            await together(ctx, *((_group, x.plane(slice(a, b)), number) for a, b, number in groups))
        )
    return x.plane(0)


def several_at_once(ctx: Context) -> bool:
    """Whether the suite takes several bits at once: where a dealer makes the material."""
    return suite_of(ctx).and_many is not None and ctx.session.supply.dealt


def widest(count: int, words: int) -> int:
    """How many of `count` planes of so many words meet at once."""
    return MOST if _cheapest(count, MOST)[1] * words <= LARGE else MOST_OF_LARGE


def depth(count: int, most: int = MOST) -> int:
    """Levels of ANDs of up to `most` bits that so many take."""
    return _cheapest(count, most)[0]


def groups_of(count: int, most: int = MOST) -> list[tuple[int, int, int]]:
    """How planes meet in the next level: (first, end, groups), of which each stretch has groups of one size.

    They differ by one at most. Of the ways with the fewest levels it is the one that takes the least material.
    """
    groups = -(-count // _cheapest(count, most)[2])
    size, larger = divmod(count, groups)
    border = larger * (size + 1)
    return [(a, b, n) for a, b, n in [(0, border, larger), (border, count, groups - larger)] if n]


@cache
def _cheapest(count: int, most: int) -> tuple[int, int, int]:
    """Levels, products of random bits that are shared for them, and how wide the first level's groups are at most."""
    if count <= 1:
        return 0, 0, 1
    return min(_with_width(count, width, most) for width in range(2, most + 1))


def _with_width(count: int, width: int, most: int) -> tuple[int, int, int]:
    groups = -(-count // width)
    size, larger = divmod(count, groups)
    levels, products, _ = _cheapest(groups, most)
    return 1 + levels, products + larger * (2 << size) + (groups - larger) * (1 << size), width


async def _group(ctx: Context, x: B, groups: int) -> B:
    """The AND within each of so many groups of neighbours: planes (groups, ...)."""
    size = x.lead[0] // groups
    if size == 1:
        return x
    apart: B = x.join_planes(lambda arrays: arrays[0].reshape(groups, size, *arrays[0].shape[1:]).swapaxes(0, 1))
    found: B = await suite_of(ctx).and_many(ctx, apart)
    return found
