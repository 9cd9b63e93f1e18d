"""Sums and comparisons that are shallow: few ANDs one after another, where the others have few ANDs in all.

With p = x ^ y and g = x & y at each place, a carry leaves a group of places if the group makes one, G, or passes one
on, P. Two groups side by side are one: (G, P) = (G1 ^ P1 G0, P1 P0). Sklansky, IRE Transactions on Electronic Computers
1960: all carries of k places in log2 k such steps, with k / 2 of them in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE

Group = tuple[int, int]
_WANTED: ContextVar[bool] = ContextVar("shallow", default=False)


@contextmanager
def shallow() -> Iterator[None]:
    """What is written inside has few ANDs one after another: `with mpc.circuits.shallow():` around a circuit's
    definition, or around a part of its function. For `by="gmw"`, where each takes a round; garbled circuits take two
    rounds anyway, and want few ANDs."""
    token = _WANTED.set(True)
    try:
        yield
    finally:
        _WANTED.reset(token)


def is_wanted() -> bool:
    """Whether few ANDs one after another are wanted here."""
    return _WANTED.get()


def add(b: Builder, x: Sequence[int], y: Sequence[int], carry: int) -> list[int]:
    """x + y + carry mod 2^k: about k log2(k) ANDs, ceil(log2 k) + 1 deep."""
    passed = [b.xor(u, v) for u, v in zip(x, y, strict=True)]
    made = [b.and_(u, v) for u, v in zip(x[:-1], y, strict=False)]
    groups = _all_beginnings(b, [(carry, FALSE), *zip(made, passed, strict=False)][: len(x)])
    return [b.xor(p, carry) for p, (carry, _) in zip(passed, groups, strict=True)]


def less(b: Builder, x: Sequence[int], y: Sequence[int]) -> int:
    """x < y: fewer than 3 k ANDs, ceil(log2 k) + 1 deep."""
    groups = [(b.and_(u ^ 1, v), b.xor(u, v) ^ 1) for u, v in zip(x, y, strict=True)]
    while len(groups) > 1:
        odd = groups[len(groups) & ~1 :]
        groups = [_joined(b, low, high) for low, high in zip(groups[::2], groups[1::2], strict=False)] + odd
    return groups[0][0] if groups else FALSE


def total(b: Builder, columns: list[list[int]]) -> list[int]:
    """The sum of bits of which columns[i] are worth 2^i, mod 2^(number of columns).

    Three bits of a column become one of it and one of the next, by one AND, until there are two rows, which `add` adds.
    Heights go down by a third a stage, as in Dadda, Alta Frequenza 1965.
    """
    for height in _heights(max(map(len, columns), default=0)):
        columns = _lowered(b, columns, height)
    high, low = ([column[i] if i < len(column) else FALSE for column in columns] for i in (0, 1))
    return add(b, high, low, FALSE)


def _heights(most: int) -> list[int]:
    """2, 3, 4, 6, 9, 13, 19... below `most`, the largest first."""
    found = [2]
    while found[-1] < most:
        found.append(3 * found[-1] // 2)
    return found[-2::-1]


def _lowered(b: Builder, columns: list[list[int]], height: int) -> list[list[int]]:
    """The same sum with no column higher than this."""
    lowered: list[list[int]] = []
    carries: list[int] = []
    for column in columns:
        waiting, sums, passed = [*column, *carries], list[int](), list[int]()
        while len(waiting) + len(sums) > height:
            two = len(waiting) + len(sums) == height + 1
            u, v, w = (*waiting[:2], FALSE) if two else waiting[:3]
            waiting = waiting[2 if two else 3 :]
            sums.append(b.xor(b.xor(u, v), w))
            passed.append(b.xor(w, b.and_(b.xor(u, w), b.xor(v, w))))
        lowered.append(waiting + sums)
        carries = passed
    return lowered


def _all_beginnings(b: Builder, groups: list[Group]) -> list[Group]:
    """For each place the group of all places up to it, itself one of them."""
    if len(groups) < 2:
        return groups
    half = 1 << (len(groups) - 1).bit_length() - 1
    low, high = _all_beginnings(b, groups[:half]), _all_beginnings(b, groups[half:])
    return low + [_joined(b, low[-1], group) for group in high]


def _joined(b: Builder, low: Group, high: Group) -> Group:
    return b.xor(high[0], b.and_(high[1], low[0])), b.and_(high[1], low[1])
