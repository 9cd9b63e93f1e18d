"""Keys of both parties for points, of roots that are the same in every run."""

from __future__ import annotations

import numpy as np

from mpc.algebra.words import Words
from protocols.function_sharing.points_gywzxlz23 import PointKeys, deal

RNG = np.random.default_rng(5)


def labels(count: int) -> Words:
    """The next ones."""
    return RNG.integers(0, 2**64, (count, 2), np.uint64)


def pair(values: Words, width: int) -> list[PointKeys]:
    """Keys of both parties."""
    roots, start = (labels(len(values)), labels(len(values))), labels(1)[0]
    corrections = deal(values, roots, start, width)
    return [PointKeys(party, width, roots[party], start, corrections) for party in range(2)]
