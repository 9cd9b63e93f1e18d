"""From noisy marginals to ones that fit together: the same numbers, to the bit, at whoever computes them.

Of marginals along a tree, with independent noise of one variance in the cells of each, the tables that fit together and
are nearest, by least squares, are in closed form. A table z of an edge (a, b) falls into its total, its rows' and its
columns' deviations from their means, and the rest, all orthogonal. For given vectors mu_a and mu_b of one total n the
nearest table adds to z what its rows and columns lack, divided evenly; what that costs is a sum of squares in the
deviations of mu_a, in those of mu_b, and in n. So n and the deviations of each attribute are averages, each for itself,
of all that was measured of them, weighted by precision: a total of k cells of variance v has variance k v, a row of k
cells likewise.

Counts are not negative, which the closed form does not know. Each vector is therefore put onto the nearest one that is
not, of the same total (Wang et al., "Locally differentially private frequency estimation with consistency", NDSS 2020,
norm-sub: the projection onto the simplex), and so is each table, which then gets its rows and columns by iterative
proportional fitting (Deming, Stephan 1940).

Only sums in a fixed order, products, quotients and roundings are used of floats, which IEEE 754 defines to the bit: all
parties get the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from protocols.synthetic.domain import Domain

Real = npt.NDArray[np.float64]
Pair = tuple[int, ...]

_FITTINGS = 200
_LEAST_SHARE = 2.0**-40
"""Of its total, in each cell of a table before it is fitted: what is 0 would stay 0."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Noisy marginals of one attribute, of pairs, and the variance of a cell of each."""

    ones: Mapping[Pair, npt.NDArray[Any]]
    twos: Mapping[Pair, npt.NDArray[Any]]
    variance_of_ones: float
    variance_of_twos: float


def total_of(seen: Sequence[tuple[npt.NDArray[Any], float]]) -> float:
    """The number of rows, at least 1, by vectors or tables with the variance of their cells."""
    weights = [1 / (cells.size * variance) for cells, variance in seen]
    totals = [weight * float(cells.sum()) for (cells, _), weight in zip(seen, weights, strict=True)]
    return max(sum(totals) / sum(weights), 1.0)


def as_if_independent(domain: Domain, ones: Mapping[Pair, npt.NDArray[Any]]) -> npt.NDArray[np.int64]:
    """The cells of all pairs if attributes were independent, in whole rows: (cells of all pairs,)."""
    total = total_of([(cells, 1.0) for cells in ones.values()])
    shares = [onto_simplex(ones[(i,)].astype(np.float64), total) for i in range(len(domain.names))]
    tables = [np.rint(shares[a][:, None] * shares[b] / total) for a, b in domain.pairs]
    return np.concatenate([table.reshape(-1) for table in tables]).astype(np.int64)


def fit(domain: Domain, measured: Measured) -> dict[Pair, Real]:
    """Marginals of all attributes and of the pairs of the tree that fit together, none negative."""
    sizes = domain.sizes
    tables: dict[Pair, Real] = {
        (a, b): z.reshape(sizes[a], sizes[b]).astype(np.float64) for (a, b), z in measured.twos.items()
    }
    seen = [(y, measured.variance_of_ones) for y in measured.ones.values()]
    total = total_of([*seen, *((z, measured.variance_of_twos) for z in tables.values())])
    found: dict[Pair, Real] = {
        (i,): onto_simplex(_averaged(i, measured, tables, total), total) for i in range(len(sizes))
    }
    for (a, b), z in tables.items():
        found[a, b] = _fitted(nearest_table(z, found[(a,)], found[(b,)], total), found[(a,)], found[(b,)], total)
    return found


def _averaged(attribute: int, measured: Measured, tables: Mapping[Pair, Real], total: float) -> Real:
    """An attribute's vector of this total that is nearest to all that was measured of it."""
    seen = [(measured.ones[(attribute,)].astype(np.float64), 1 / measured.variance_of_ones)]
    for pair, z in tables.items():
        if attribute in pair:
            axis = 1 - pair.index(attribute)
            seen.append((_sums(z, axis), 1 / (z.shape[axis] * measured.variance_of_twos)))
    apart = [weight * (y - float(_sums(y, 0)) / y.size) for y, weight in seen]
    weights = sum(weight for _, weight in seen)
    averaged: Real = sum(apart[1:], apart[0]) / weights + total / apart[0].size
    return averaged


def nearest_table(z: Real, rows: Real, columns: Real, total: float) -> Real:
    """The table of these rows and columns, both of this total, that is nearest to z; cells may be negative."""
    of_rows, of_columns = rows - _sums(z, 1), columns - _sums(z, 0)
    lacking = total - float(_sums(_sums(z, 1), 0))
    nearest: Real = z + of_rows[:, None] / z.shape[1] + of_columns / z.shape[0] - lacking / z.size
    return nearest


def onto_simplex(y: Real, total: float) -> Real:
    """The nearest vector, or table, of this total without a negative cell (Duchi et al., ICML 2008, figure 1)."""
    falling = np.sort(y, axis=None)[::-1]
    above = (np.cumsum(falling) - total) / np.arange(1, y.size + 1)
    kept = int(np.flatnonzero(falling > above)[-1])
    nearest: Real = np.maximum(y - above[kept], 0.0)
    return nearest


def _fitted(table: Real, rows: Real, columns: Real, total: float) -> Real:
    """A table near this one of these rows and columns, by scaling both in turn."""
    found = np.maximum(onto_simplex(table, total), total * _LEAST_SHARE)
    for _ in range(_FITTINGS):
        found = found * (rows / _sums(found, 1))[:, None]
        sums = _sums(found, 0)
        found = found * (columns / np.where(sums > 0, sums, 1.0))
        found = np.maximum(found, total * _LEAST_SHARE**2)
    return found


def _sums(x: Real, axis: int) -> Any:
    """Sums along an axis, in the order of the elements on every machine."""
    return np.cumsum(x, axis=axis).take(-1, axis=axis)
