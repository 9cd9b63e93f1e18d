"""Sorting by comparisons that everybody sees, of elements that were shuffled before.

Whoever sees how elements of a strict order compare, after they were brought into a uniformly random order that nobody
knows, sees a uniformly random order: it depends on nothing but how many they are. So all that follows from the outcomes
is public, which elements are compared next included (Hamada, Kikuchi, Ikarashi, Chida, Takahashi, ICISC 2012).

The schedule is fixed. The first s elements are sorted in the same way; each later one is searched among them, by which
it falls into one of four parts at each level, with three comparisons, or of more; and what fell into one gap is
compared pair by pair. How many pairs these are is up to chance, and `pairs_in_gaps` are compared: where they are fewer,
an element with itself besides, and where they are more, in another such pass, whose material is made on demand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mpc.context import Context, Session, together
from protocols.numeric.gaps import pairs_in_gaps
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of

LEVEL = 8192
"""How many comparisons take as long as the rounds of one level, where a dealer makes the material."""

ROUNDS = 8
"""Of a level, about."""

LEVEL_MADE = 1024
"""The same where the parties make it."""

PARTS, PARTS_WITHOUT_MATERIAL = (4,), (4, 8, 16, 32)
"""Into how many parts a level of the search may divide the sorted elements: where comparisons take no material that is
made ahead, more of them are less than the rounds that they save."""


class Front(NamedTuple):
    """How many elements are sorted first, and into how many parts of them a level of the search divides."""

    pivots: int
    parts: int

    @property
    def levels(self) -> int:
        """The least t with parts^t > pivots."""
        levels = 0
        while self.parts**levels <= self.pivots:
            levels += 1
        return levels


Places = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
Compare = Callable[[Places, Places], Awaitable[Truths]]
"""Whether the elements at some places come strictly before those at others, for everybody to see."""


async def sorted_places(ctx: Context, keys: Sequence[ArithmeticShare]) -> Places:
    """Where the elements of each row (rows, count) stand in ascending order: (rows, count) places within the row.

    An element is its key, or of two keys the first and, where that is equal, the second. Everybody learns the result,
    and nothing else: elements of a row must be different, and shuffled (`Suite.shuffle`) just before. Keys are below
    2^(k-2) in magnitude.
    """
    rows, count = keys[0].shape
    starts = np.arange(rows)[:, None] * count
    pace = level_of(ctx.session), parts_of(ctx.session)
    return await _ascending(comparing(ctx, keys), starts + np.arange(count), *pace) - starts


def comparing(ctx: Context, keys: Sequence[ArithmeticShare]) -> Compare:
    """Comparisons of elements (rows, count), at places that count them all."""
    flat = [key.reshape((key.size,)) for key in keys]

    async def compare(left: Places, right: Places) -> Truths:
        shape = np.broadcast_shapes(left.shape, right.shape)
        pair = [np.broadcast_to(places, shape).reshape(-1) for places in (left, right)]
        opened = await _open_comparisons(ctx, flat, *pair)
        return opened.reshape(shape)

    return compare


async def placed(ctx: Context, places: ArithmeticShare, *columns: ArithmeticShare) -> list[ArithmeticShare]:
    """Columns (rows, count) with each element at the place that is shared for it, where a row has every place once.

    All are shuffled together and the places are opened: a uniformly random order, whatever they were. n rounds and one.
    """
    shuffled, *moved = await suite_of(ctx).shuffle(ctx, places, *columns)
    order = np.argsort(await _open_places(ctx, shuffled), axis=1)
    row = np.arange(len(order))[:, None]
    return [column[row, order] for column in moved]


async def _open_places(ctx: Context, places: ArithmeticShare) -> Places:
    await ctx.suite.settle(ctx)
    (words,) = await suite_of(ctx).open(ctx, places)
    found = np.clip(ctx.ring.to_signed(words), -1, places.size)
    return np.asarray(found, np.int64)


async def _open_comparisons(ctx: Context, keys: Sequence[ArithmeticShare], left: Places, right: Places) -> Truths:
    """Whether elements come before others. A plan supposes an order that is spread evenly."""
    bits = await _strictly_before(ctx, [key[left] - key[right] for key in keys])
    await ctx.suite.settle(ctx)
    words = await suite_of(ctx).open_bits(ctx, bits)
    supposed: Truths = _evenly_spread(left) < _evenly_spread(right)
    return supposed if ctx.planning else ctx.bits.unpack(words, left.size).astype(np.bool_)


async def _strictly_before(ctx: Context, differences: Sequence[ArithmeticShare]) -> BooleanShare:
    suite = suite_of(ctx)
    if len(differences) == 1:
        return await suite.msb(ctx, differences[0])
    first, second = differences
    less, same, later = await together(ctx, (suite.msb, first), (suite.is_zero, first), (suite.msb, second))
    tie: BooleanShare = await suite.and_(ctx, same, later)
    return less ^ tie  # type: ignore[no-any-return]


def _evenly_spread(places: Places) -> Any:
    """Multiples of the golden ratio, modulo 1, in units of 2^-64."""
    return places.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)


# the schedule


def level_of(session: Session) -> int:
    """How many comparisons take as long as the rounds of one level in this session."""
    return LEVEL if session.supply.dealt or takes_none(session) else LEVEL_MADE


def parts_of(session: Session) -> tuple[int, ...]:
    """Into how many parts a level of a search may divide what is sorted, in this session."""
    return PARTS_WITHOUT_MATERIAL if takes_none(session) else PARTS


def takes_none(session: Session) -> bool:
    """Whether comparisons take no material."""
    return not session.factory.about.material


@lru_cache(1 << 12)
def front(rows: int, count: int, level: int, parts: tuple[int, ...] = PARTS) -> Front | None:
    """What is sorted first; None if all pairs are compared at once. Whatever takes least."""
    options = {s: _taken_with(rows, count, s, level, parts) for s in _fronts(count, parts)} if count > 2 else {}
    best = min(options, key=lambda s: options[s], default=None)
    return best if best and options[best] < pairs_within(rows, count) + level else None


@lru_cache(1 << 12)
def comparisons(rows: int, count: int, level: int, parts: tuple[int, ...] = PARTS) -> tuple[int, int]:
    """Levels of comparisons, and comparisons in all, unless chance wants more."""
    first = front(rows, count, level, parts)
    if first is None:
        return int(count > 1), pairs_within(rows, count)
    return _with_front(rows, count, first, level, parts)


def _taken_with(rows: int, count: int, first: Front, level: int, parts: tuple[int, ...]) -> int:
    levels, taken = _with_front(rows, count, first, level, parts)
    return taken + level * levels


def _with_front(rows: int, count: int, first: Front, level: int, parts: tuple[int, ...]) -> tuple[int, int]:
    levels, taken = comparisons(rows, first.pivots, level, parts)
    searching, later = first.levels, count - first.pivots
    taken += searching * rows * later * (first.parts - 1) + pairs_in_gaps(rows, first.pivots, later)
    return levels + searching + 1, taken


def pairs_within(rows: int, count: int) -> int:
    return rows * count * (count - 1) // 2


def _fronts(count: int, parts: Sequence[int]) -> Iterator[Front]:
    """What a number of levels searches without waste, and no less than a part in sixteen."""
    for each in parts:
        size = each
        while size - 1 < count:
            if 16 * size > count:
                yield Front(size - 1, each)
            size *= each


# the algorithm, on public places


async def _ascending(compare: Compare, at: Places, level: int, parts: tuple[int, ...]) -> Places:
    """Places (rows, count) of elements, those of each row in ascending order."""
    rows, count = at.shape
    first = front(rows, count, level, parts)
    if first is None:
        return await by_all_pairs(compare, at)
    s = first.pivots
    pivots, later = await _ascending(compare, at[:, :s], level, parts), at[:, s:]
    below = await _searched(compare, pivots, later, first)
    return _merged(pivots, *await _ordered_in_gaps(compare, later, below, s))


async def by_all_pairs(compare: Compare, at: Places) -> Places:
    rows, count = at.shape
    i, j = np.triu_indices(count, 1)
    if not len(i) * rows:
        return at
    before = np.zeros((rows, count, count), np.bool_)
    before[:, i, j] = await compare(at[:, i], at[:, j])
    before[:, j, i] = ~before[:, i, j]
    return np.take_along_axis(at, np.argsort(before.sum(1), axis=1), 1)


async def _searched(compare: Compare, pivots: Places, later: Places, first: Front) -> Places:
    """How many pivots of its row come before each later element."""
    below, step = np.zeros_like(later), first.parts**first.levels
    row = np.arange(len(later))[:, None, None]
    while step > 1:
        step //= first.parts
        probed = below[..., None] + step * np.arange(1, first.parts) - 1
        there = probed < pivots.shape[1]
        before = await compare(pivots[row, np.minimum(probed, pivots.shape[1] - 1)], later[..., None])
        below += step * (before & there).sum(-1)
    return below


async def _ordered_in_gaps(compare: Compare, later: Places, below: Places, pivots: int) -> tuple[Places, Places]:
    """Later elements (rows, m) in ascending order, and how many pivots come before each."""
    rows, m = later.shape
    gaps = (below + np.arange(rows)[:, None] * (pivots + 1)).reshape(-1)
    by_gap = np.argsort(gaps, kind="stable")
    at, gaps = later.reshape(-1)[by_gap], gaps[by_gap]
    rank, capacity = np.zeros(len(at), np.int64), pairs_in_gaps(rows, pivots, m)
    left, right = _pairs_of_equal(gaps)
    for start in range(0, max(len(left), 1), max(capacity, 1)):
        i, j = left[start : start + capacity], right[start : start + capacity]
        idle = np.zeros(capacity - len(i), np.int64)
        before = (await compare(at[np.concatenate([i, idle])], at[np.concatenate([j, idle])]))[: len(i)]
        rank += np.bincount(j[before], minlength=len(at)) + np.bincount(i[~before], minlength=len(at))
    ascending = np.lexsort((rank, gaps))
    return at[ascending].reshape(rows, m), gaps[ascending].reshape(rows, m) % (pivots + 1)


def _pairs_of_equal(sorted_: Places) -> tuple[Places, Places]:
    """All pairs of places of a sorted array at which it is equal."""
    lefts, rights, distance = [], [], 1
    while len(left := np.flatnonzero(sorted_[distance:] == sorted_[:-distance])):
        lefts.append(left)
        rights.append(left + distance)
        distance += 1
    empty = np.zeros(0, np.int64)
    return np.concatenate([empty, *lefts]), np.concatenate([empty, *rights])


def _merged(pivots: Places, later: Places, below: Places) -> Places:
    """Both in ascending order, where `below` of the pivots come before each later one."""
    rows, s, m = *pivots.shape, later.shape[1]
    to = below + np.arange(m)
    ordered = np.empty((rows, s + m), np.int64)
    free = np.ones((rows, s + m), np.bool_)
    np.put_along_axis(ordered, to, later, 1)
    np.put_along_axis(free, to, False, 1)
    ordered[free] = pivots.reshape(-1)
    return ordered
