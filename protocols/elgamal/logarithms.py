"""Small logarithms: m of m G, for whole numbers |m| <= bound, of many elements at once.

Shanks' baby steps and giant steps (Proc. Symp. Pure Math. 20, 1971). A table holds the marks of 0, G, ..., T G; a mark
is one for an element and its negative, so a giant step of (2 T + 1) G misses nothing. Every element takes all giant
steps that the bound asks for, whatever it is: time depends on how many elements there are, the bound and T. But marks
are looked up in the table, which the cache of a processor may tell: of the numbers that are being decrypted, on the
machine where that is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import isqrt

import numpy as np
import numpy.typing as npt

from mpc.algebra.cores import in_parts
from mpc.algebra.group import Bases, Group, Points, Scalars, concatenate_points
from mpc.algebra.ring import Words

Ints = npt.NDArray[np.int64]

_LEAST_STEPS, _MOST_STEPS = 1 << 7, 1 << 20
_AT_ONCE = 1 << 12
"""Elements whose marks are taken together: they stay in the cache."""


@dataclass(frozen=True, slots=True)
class _Table:
    """Of i G for i = 0, ..., T: their marks in order, and which i each is of."""

    marks: Words = field(repr=False)
    places: Ints = field(repr=False)

    def find(self, marks: Words) -> tuple[Ints, Ints]:
        """Which of the marks are there, and of which i."""
        at = np.minimum(np.searchsorted(self.marks, marks), len(self.marks) - 1)
        found = np.flatnonzero(self.marks[at] == marks)
        return found, self.places[at[found]]


def logarithms(points: Points, bound: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """m with |m| <= bound for each of the elements (n,), and whether there is one; bound >= 0 is below half the order.

    Takes about the square root of n times the bound additions, as many lookups, and 16 bytes for each of up to 2^20
    steps of the table, which is kept.
    """
    search, candidates = _Search.of(points.group, len(points), bound), list[tuple[Ints, Ints]]()

    def run(start: int, end: int) -> None:
        for unit in range(start, end):
            first, far = divmod(unit, len(search.far))
            which = np.arange(first * search.together, min((first + 1) * search.together, len(points)))
            candidates.extend((which[at], values) for at, values in search.among(points[which], far))

    in_parts(-(-len(points) // search.together) * len(search.far), run)
    return _confirmed(points, candidates, bound)


@dataclass(frozen=True, slots=True)
class _Search:
    """Giant steps of `width`: (lowest + far b + near) widths, b being how many near ones there are."""

    table: _Table
    width: int
    lowest: int
    near: Points
    far: Points

    @classmethod
    def of(cls, group: Group, count: int, bound: int) -> _Search:
        """For so many elements with this bound."""
        steps = _steps_for(max(count, 1) * bound)
        width, most = 2 * steps + 1, -(-max(bound - steps, 0) // (2 * steps + 1))
        block = min(2 * most + 1, _AT_ONCE)
        first, near, far = (_multiples(group, np.array([m]))[0] for m in (-most * width, width, block * width))
        return cls(
            _table(group, steps),
            width,
            -most,
            _progression(Points.neutral(group), near, block),
            _progression(first, far, -(-(2 * most + 1) // block)),
        )

    @property
    def together(self) -> int:
        """Elements whose near steps are taken at once."""
        return max(1, _AT_ONCE // len(self.near))

    def among(self, points: Points, far: int) -> list[tuple[Ints, Ints]]:
        """Of elements (k,), after one far step: which ones may have a logarithm that the table tells, and what."""
        rests = (points - self.far[far]).reshape(-1, 1) - self.near
        hit, baby = self.table.find(points.group.marks(rests.words).ravel())
        at, near = np.divmod(hit, len(self.near))
        middle = (self.lowest + far * len(self.near) + near) * self.width
        return [(at, middle + baby), (at, middle - baby)]


def _confirmed(points: Points, candidates: list[tuple[Ints, Ints]], bound: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Of what the marks suggest, what holds."""
    found, there = np.zeros(len(points), np.int64), np.zeros(len(points), np.bool_)
    which, values = (np.concatenate(part) for part in zip(*candidates, strict=True)) if candidates else (found[:0],) * 2
    right = _multiples(points.group, values).equals(points[which]) & (np.abs(values) <= bound)
    found[which[right]], there[which[right]] = values[right], True
    return found, there


def _steps_for(work: int) -> int:
    """T: a power of two near the square root of all giant steps that T = 1 would take."""
    return min(max(1 << isqrt(work).bit_length(), _LEAST_STEPS), _MOST_STEPS)


@lru_cache(maxsize=8)
def _table(group: Group, steps: int) -> _Table:
    block = min(_AT_ONCE, steps)
    one, many = (_multiples(group, np.array([m]))[0] for m in (1, block))
    first = _progression(Points.neutral(group), one, block)
    starts = _progression(Points.neutral(group), many, steps // block + 1)
    marks = np.concatenate([group.marks((first + starts[i]).words) for i in range(len(starts))])[: steps + 1]
    order = np.argsort(marks, kind="stable")
    return _Table(marks[order], order)


def _progression(first: Points, step: Points, count: int) -> Points:
    """(count,): first, first + step, first + 2 step, ...; an addition each."""
    found = first.reshape(1)
    while len(found) < count:
        found, step = concatenate_points([found, found + step]), step + step
    return found[:count]


def _multiples(group: Group, values: Ints) -> Points:
    """m G for whole numbers of any sign, (n,)."""
    sizes = np.zeros((len(values), group.order.limbs), np.uint64)
    sizes[:, 0] = np.abs(values)
    scalars = Scalars(group.order, group.order.reduce(sizes))
    negative = (values < 0)[:, None]
    return _bases(group).dot(Scalars(group.order, np.where(negative, (-scalars).words, scalars.words)).reshape(-1, 1))


@lru_cache(maxsize=8)
def _bases(group: Group) -> Bases:
    return Bases(Points(group, group.generator()[None]))
