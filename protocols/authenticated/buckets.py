"""Authenticated ANDs of leaky ones: buckets of leaky ANDs are added up, of which one has leaked nothing.

Who cheats in a leaky AND bets on one bit of the other's x, and is found out with probability 1/2. A bucket has one AND
of each of B columns of l; column j > 0 is turned by a random offset, tossed when all ANDs are there and checked. If t_j
of column j were bet on, t_0 (t_1 / l) ... (t_(B-1) / l) buckets are expected to leak as a whole, and all bets are right
with probability 2^-(t_0 + ... + t_(B-1)): since t 2^-t <= 1/2, together at most 2^-B l^-(B-1), however one bets.

A session has many batches, and who bets in the next one while nothing has leaked gets there with 2^-B at most. Where
one batch leaks with e, all together do with V <= e + 2^-B V, so V <= e / (1 - 2^-B) = l^-(B-1) / (2^B - 1). This is
what is kept below 2^-40.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import count

from mpc.algebra.bits import words_for
from mpc.prg import Prg

_OF_CALLS = 8 + 8 + 8
"""Words of a toss of coins and of two checks."""
STATISTICAL = 40
"""Bits: in a session, whatever it makes, a bucket leaks with probability 2^-40 at most."""


@lru_cache(maxsize=1 << 10)
def sizes(ands: int) -> tuple[int, int]:
    """Of so many ANDs the columns B, and how many are made, ands or more, for the fewest leaky ones."""
    best = 0, 0
    for columns in count(2):
        length = max(ands, _shortest(columns))
        if best[0] and columns * ands >= best[0] * best[1]:
            break
        if not best[0] or columns * length < best[0] * best[1]:
            best = columns, length
    return best


@lru_cache(maxsize=STATISTICAL + 1)
def _shortest(columns: int) -> int:
    """The least l with (2^B - 1) l^(B - 1) >= 2^40."""
    wanted = -(-(1 << STATISTICAL) // ((1 << columns) - 1))
    length = 1
    while length ** (columns - 1) < wanted:
        length *= 2
    low = length // 2
    while low + 1 < length:
        middle = (low + length) // 2
        low, length = (low, middle) if middle ** (columns - 1) >= wanted else (middle, length)
    return length


def pieces(ands: int) -> list[int]:
    """How many ANDs are made at a time: as few as three columns take, and less than twice that; of few, all at once.

    Of 396,325, labels of 115 MB at either party.
    """
    batches = max(1, ands // _shortest(3)) if ands else 0
    return [ands // batches + (i < ands % batches) for i in range(batches)]


def leaky(ands: int) -> list[int]:
    """How many leaky ANDs are made for so many, at a time."""
    return [columns * length for columns, length in map(sizes, pieces(ands))]


def opened(ands: int) -> int:
    """What either party tells for so many ANDs, in words: offers and differences, openings, coins, checks."""
    words = 0
    for columns, length in map(sizes, pieces(ands)):
        words += columns * length + words_for(columns * length) + (columns - 1) * words_for(length) + _OF_CALLS
    return words


def turns(coins: Prg, columns: int, length: int) -> list[int]:
    """By how much each column but the first is turned: 0 to l - 1, uniform but for 2^-100."""
    drawn = [coins.words((2,)).tolist() for _ in range(columns - 1)]
    return [(high << 64 | low) % length for low, high in drawn]


def rows_of_turned(length: int, offset: int, at_once: int) -> Iterator[tuple[slice, slice]]:
    """Which places of the first column stand beside which of a column that is turned by `offset`: so many at once.

    Place i is beside place i + offset, modulo the length.
    """
    for begin, end in ((0, length - offset), (length - offset, length)):
        for at in range(begin, end, at_once):
            until = min(at + at_once, end)
            other = (at + offset) % length
            yield slice(at, until), slice(other, other + until - at)
