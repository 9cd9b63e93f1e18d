"""The last of shuffled elements in a strict order, by comparisons that everybody sees (`opened_order.py`).

A tournament: in each level all pairs of each group are compared. Of very many elements the last of a sample first, with
which all others are compared; few come after it. How many is up to chance, and a fixed number of them is looked at:
where there are fewer, others besides, and where there are more, in another such pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mpc.context import Context
from protocols.numeric.opened_order import Compare, Places, Truths, by_all_pairs, comparing, level_of, pairs_within
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

_GROUPS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""How wide groups of a tournament may be, or all that are left up to the widest."""

KEPT = 28
"""How many times the average number of those after a sample's last are looked at. That these are not all has a chance
below exp(-28), 2^-40: of n elements the last `kept` are none of a sample of s with (1 - kept / n)^s at most."""

SMALLEST_SAMPLE = 16

QUICKER = 4
"""How many times as many rounds other comparisons take as those at once."""


class Sample(NamedTuple):
    """How many elements are a sample, and how many others of each row are compared after it."""

    size: int
    kept: int


class Pace(NamedTuple):
    """How many comparisons take as long as the rounds of a level; a level of `few` of them at most is four times as
    quick."""

    level: int
    few: int = 0

    def of(self, comparisons: int) -> int:
        """What a level of so many takes, in comparisons."""
        return comparisons + (self.level // QUICKER if comparisons <= self.few else self.level)


async def last_places(ctx: Context, keys: Sequence[ArithmeticShare]) -> Places:
    """Where the last element in ascending order of each row (rows, count) stands, count > 0: (rows,) places.

    Keys as in `sorted_places`, of whose result everybody learns but a part.
    """
    rows, count = keys[0].shape
    starts = np.arange(rows)[:, None] * count
    best = await _last(comparing(ctx, keys), starts + np.arange(count), _pace(ctx, max(key.ring.bits for key in keys)))
    return best - starts[:, 0]


def _pace(ctx: Context, bits: int) -> Pace:
    few = suite_of(ctx).compared_at_once
    return Pace(level_of(ctx.session), 0 if few is None else few(ctx, bits))


async def _last(compare: Compare, at: Places, pace: Pace) -> Places:
    sample = sampled(*at.shape, pace)
    if sample is None:
        return await _by_groups(compare, at, pace)
    best, others = await _last(compare, at[:, : sample.size], pace), at[:, sample.size :]
    after = await compare(best[:, None], others)
    return await _among(compare, best, others, after, sample.kept, pace)


async def _among(compare: Compare, best: Places, others: Places, after: Truths, kept: int, pace: Pace) -> Places:
    """The last of the best and of the others, none of which but those marked come after it."""
    first = np.take_along_axis(others, np.argsort(~after, axis=1, kind="stable"), 1)
    for start in range(0, max(int(after.sum(1).max(initial=0)), 1), kept):
        some = first[:, min(start, first.shape[1] - kept) :][:, :kept]
        best = await _by_groups(compare, np.concatenate([best[:, None], some], 1), pace)
    return best


async def _by_groups(compare: Compare, at: Places, pace: Pace) -> Places:
    """A tournament."""
    rows = len(at)
    while (left := at.shape[1]) > 1:
        width = group(rows, left, pace)
        whole = left // width * width
        groups = await by_all_pairs(compare, at[:, :whole].reshape(-1, width))
        at = np.concatenate([groups[:, -1].reshape(rows, -1), at[:, whole:]], 1)
    return at[:, 0]


# the schedule: what takes least, in comparisons, a level counting as so many


@lru_cache(1 << 12)
def sampled(rows: int, count: int, pace: Pace) -> Sample | None:
    """The sample that is taken first; None for a tournament of all."""
    options = [Sample(s, -(-KEPT * count // s)) for s in _sizes(count)]
    best = min(options, key=lambda sample: _with_sample(rows, count, sample, pace), default=None)
    return best if best and _with_sample(rows, count, best, pace) < _tournament(rows, count, pace) else None


def _sizes(count: int) -> list[int]:
    """Of samples: powers of two that leave others to look at."""
    sizes = [SMALLEST_SAMPLE << i for i in range(count.bit_length())]
    return [s for s in sizes if s + -(-KEPT * count // s) <= count]


def _with_sample(rows: int, count: int, sample: Sample, pace: Pace) -> int:
    after = pace.of(rows * (count - sample.size))
    return _least(rows, sample.size, pace) + after + _tournament(rows, sample.kept + 1, pace)


@lru_cache(1 << 12)
def _least(rows: int, count: int, pace: Pace) -> int:
    sample = sampled(rows, count, pace)
    return _tournament(rows, count, pace) if sample is None else _with_sample(rows, count, sample, pace)


@lru_cache(1 << 12)
def group(rows: int, count: int, pace: Pace) -> int:
    """How many elements of each row are compared with one another in a level of a tournament."""
    return min(_widths(count), key=lambda width: sum(_level_of_groups(rows, count, width, pace)))


def _widths(count: int) -> list[int]:
    return [width for width in (*_GROUPS, count) if 1 < width <= min(count, _GROUPS[-1])]


def _level_of_groups(rows: int, count: int, width: int, pace: Pace) -> tuple[int, int]:
    """What a level with groups of this width takes, and those that follow."""
    groups, rest = divmod(count, width)
    return pace.of(pairs_within(rows * groups, width)), _tournament(rows, groups + rest, pace)


@lru_cache(1 << 12)
def _tournament(rows: int, count: int, pace: Pace) -> int:
    return min((sum(_level_of_groups(rows, count, width, pace)) for width in _widths(count)), default=0)
