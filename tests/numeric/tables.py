"""What tables of pieces are on every number of their grid."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from protocols.piecewise import Pieces

Reals = npt.NDArray[np.longdouble]


def everywhere(tables: Sequence[Pieces], *, late: bool, low: int | None = None) -> tuple[Reals, Reals]:
    """All x of the grid, from `low` on, and the sum of the tables there, as reals; `late`: of the next cell's piece."""
    grid, f = tables[0].grid, tables[0].input_fraction
    x = np.arange(grid.lowest if low is None else low, grid.highest + 1, dtype=np.int64)
    total = sum(_of(table, x, late) for table in tables)
    return np.asarray(x * np.longdouble(2) ** -f), np.asarray(total)


def _of(table: Pieces, x: npt.NDArray[np.int64], late: bool) -> Reals:
    cells = (x >> table.grid.cell_bits) + late
    piece = np.searchsorted(np.array(table.thresholds), cells, side="right")
    rows = [[a % 2**64 for a in (*row, *[0] * (table.degree + 1 - len(row)))] for row in table.coefficients]
    coefficients = np.array(rows, np.uint64)
    total = np.zeros(x.shape, np.uint64)
    for j in reversed(range(table.degree + 1)):
        total = total * x.view(np.uint64) + coefficients[piece, j]
    return np.asarray(total.view(np.int64) * np.longdouble(2) ** -table.output_fraction)
