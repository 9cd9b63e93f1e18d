"""Batcher's odd-even merge network: which places are compared, whatever the values are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


def comparators(count: int) -> Iterator[tuple[npt.NDArray[np.int64], int]]:
    """The layers that sort `count` places: the lower places of each, and how far above them the others are.

    No place is touched twice in a layer; the smaller of two goes to the lower place. Batcher, AFIPS 1968, as
    algorithm M of Knuth, The Art of Computer Programming 3, 5.2.2.
    """
    top = 1 << max((count - 1).bit_length() - 1, 0)
    p = top
    while p > 0:
        q, r, d = top, 0, p
        while d > 0:
            i = np.arange(max(count - d, 0))
            low = i[(i & p) == r]
            if low.size:
                yield low, d
            d, q, r = q - p, q >> 1, p
        p >>= 1
