"""Batcher's odd-even merge network: which places are compared, whatever the values are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt


def comparators(count: int) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
    """The layers that sort `count` places: the lower places of each, and how far above them the others are.

    No place is touched twice in a layer; the smaller of two goes to the lower place. Batcher, AFIPS 1968, as
    algorithm M of Knuth, The Art of Computer Programming 3, 5.2.2.
    """
    for p, r, d in _steps(count):
        i = np.arange(count - d)
        yield i[(i & p) == r], d


@cache
def size(count: int) -> tuple[int, int]:
    """How many layers and comparators sort `count` places, none of which is made."""
    layers = [_matching(count - d, p, r) for p, r, d in _steps(count)]
    return len(layers), sum(layers)


def _steps(count: int) -> Iterator[tuple[int, int, int]]:
    """p, r and d of each layer that is not empty: places i below count - d with i & p = r are compared with i + d."""
    p = top = 1 << max((count - 1).bit_length() - 1, 0)
    while p > 0:
        q, r, d = top, 0, p
        while d > 0:
            if _matching(count - d, p, r):
                yield p, r, d
            d, q, r = q - p, q >> 1, p
        p >>= 1


def _matching(end: int, p: int, r: int) -> int:
    """How many i from 0 up to end have i & p = r, for a power of two p and r of 0 or p."""
    whole, rest = divmod(max(end, 0), 2 * p)
    return whole * p + (max(rest - p, 0) if r else min(rest, p))
