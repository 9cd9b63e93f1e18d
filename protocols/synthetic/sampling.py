"""Rows that are made up along a tree: the first attribute by its marginal, each other by its row of the edge to it.

Each of c rows that have the same category before them gets the next category by systematic sampling: of the interval
[0, T), divided as the weights say, the points (i T + u) / c with one uniform u, in random order. So each category comes
as often as its share of c, up or down to a whole number, and on average exactly as often.

The rows follow from marginals that everybody knows already, and so may the randomness: a public seed, the same for all,
expanded by AES.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.prg import Prg, Seed
from protocols.synthetic.trees import reached

Whole = npt.NDArray[np.int64]
Pair = tuple[int, ...]

_SCALE = 2.0**30
"""What weights add up to, nearly: times the most rows it stays below 2^63."""

PUBLIC_SEED = Seed(bytes(32))


def rows_of(marginals: Mapping[Pair, npt.NDArray[np.float64]], tree: Sequence[Pair], count: int, draw: int) -> Whole:
    """The categories' numbers of so many rows, from 1 on: (attributes, count). Another `draw`, other rows."""
    stream = PUBLIC_SEED.prg("synthetic rows", draw)
    attributes = sum(1 for marginal in marginals if len(marginal) == 1)
    found = np.zeros((attributes, count), np.int64)
    for attribute, before in reached(tree, 0).items():
        if before < 0:
            found[attribute] = _spread(_weights(marginals[(attribute,)]), count, stream)
        else:
            pair = (min(attribute, before), max(attribute, before))
            table = marginals[pair] if before < attribute else marginals[pair].T
            _next(found[before], found[attribute], table, stream)
    return found


def _next(before: Whole, after: Whole, table: npt.NDArray[np.float64], stream: Prg) -> None:
    """Fill in an attribute by the one before it, of which `table` has a row for each category."""
    for category, chances in enumerate(table):
        rows = np.flatnonzero(before == category)
        if rows.size:
            after[rows] = _spread(_weights(chances), rows.size, stream)


def _weights(chances: npt.NDArray[np.float64]) -> Whole:
    """Whole numbers in these proportions; alike if all are 0."""
    total = float(np.cumsum(chances)[-1])
    if total <= 0:
        return np.ones(chances.size, np.int64)
    return np.floor(chances / total * _SCALE).astype(np.int64)


def _spread(weights: Whole, count: int, stream: Prg) -> Whole:
    """So many categories by these weights, in random order."""
    up_to = np.cumsum(weights)
    total = int(up_to[-1])
    first = int(stream.elements(total, (1,))[0]) if total > 1 else 0
    points = (np.arange(count, dtype=np.int64) * total + first) // count
    order: Any = np.argsort(stream.words((count,)), kind="stable")
    found: Whole = np.searchsorted(up_to, points, side="right")[order]
    return found
