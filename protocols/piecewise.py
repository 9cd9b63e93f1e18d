"""Functions in pieces, as public tables: polynomials between thresholds on a grid, and how wrong they are.

A table is exact arithmetic on integers: P_i(X) with integer coefficients, for the integer X that encodes x. Thresholds
stand on a grid of cells of 2^cell_bits, and may be read one cell too low: X in the cell below threshold i may be taken
by the piece on either side, so that both must be good there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from mpc.algebra.words import Words
from mpc.errors import LocalError

WORD = 1 << 64


@dataclass(frozen=True, slots=True)
class Grid:
    """2^place_bits cells of 2^cell_bits, around zero, or `offset` cells higher."""

    cell_bits: int
    place_bits: int
    offset: int = 0

    @property
    def bits(self) -> int:
        """Of its numbers."""
        return self.cell_bits + self.place_bits

    @property
    def lowest_cell(self) -> int:
        """The first of its cells, counted from zero."""
        return self.offset - (1 << (self.place_bits - 1))

    @property
    def lowest(self) -> int:
        """The lowest X that has its place on the grid."""
        return self.lowest_cell << self.cell_bits

    @property
    def highest(self) -> int:
        """The highest X that has its place on the grid: one cell from the end, since a place may be one too high."""
        return self.lowest + (1 << self.bits) - (1 << self.cell_bits) - 1


@dataclass(frozen=True)
class Pieces:
    """A function in pieces. Piece i, `coefficients[i]` from the constant on, holds from `thresholds[i - 1]` on, below
    `thresholds[i]`, counted in cells; the first one from `grid.lowest` on and the last one up to `grid.highest`.

    X has `input_fraction` fractional bits and P(X) has `output_fraction`; what P leaves of the ring wraps. How far P is
    from a function is said where the table is made. LocalError `wrong-parameter`.
    """

    grid: Grid
    thresholds: tuple[int, ...]
    coefficients: tuple[tuple[int, ...], ...]
    input_fraction: int
    output_fraction: int

    def __post_init__(self) -> None:
        ends = self.grid.lowest_cell, self.grid.lowest_cell + (1 << self.grid.place_bits)
        rising = all(a < b for a, b in pairwise((ends[0], *self.thresholds, ends[1])))
        if not self.thresholds or not rising or len(self.coefficients) != len(self.thresholds) + 1:
            raise LocalError(
                "wrong-parameter",
                f"{len(self.coefficients)} pieces, {len(self.thresholds)} thresholds of cells {ends[0]} to {ends[1]}",
                "thresholds rise between the ends of the grid, and there is one more piece than thresholds",
            )

    @property
    def degree(self) -> int:
        """The highest of all pieces."""
        return max(len(row) for row in self.coefficients) - 1

    def at(self, x: int, *, late: bool = False) -> int:
        """P(X) of the piece that X is in, or, `late`, of the one that the next cell is in."""
        cell = (x >> self.grid.cell_bits) + late
        row = self.coefficients[sum(t <= cell for t in self.thresholds)]
        return sum(a * x**j for j, a in enumerate(row))


@dataclass(frozen=True)
class Joined:
    """Tables of one grid with the thresholds of all of them."""

    grid: Grid
    thresholds: tuple[int, ...]
    degree: int
    rows: tuple[tuple[tuple[int, ...], ...], ...]
    """Of each table its pieces between all thresholds, every one with degree + 1 coefficients."""

    @cached_property
    def first(self) -> Words:
        """The lowest piece of each table, modulo 2^64: (tables, degree + 1)."""
        return _words([table[0] for table in self.rows])

    @cached_property
    def steps(self) -> Words:
        """What each threshold adds to the coefficients: (tables, thresholds, degree + 1)."""
        return _words(
            [[[b - a for a, b in zip(low, high, strict=True)] for low, high in pairwise(table)] for table in self.rows]
        )


@lru_cache(maxsize=256)
def joined(tables: tuple[Pieces, ...]) -> Joined:
    """Several functions of the same x. LocalError `wrong-parameter` for tables of different grids."""
    grids = {table.grid for table in tables}
    if len(grids) != 1:
        raise LocalError(
            "wrong-parameter", f"{len(tables)} tables on {len(grids)} grids", "give one table or more, all on one grid"
        )
    thresholds = tuple(sorted({t for table in tables for t in table.thresholds}))
    degree = max(1, *(table.degree for table in tables))
    rows = tuple(
        tuple(_padded(table.coefficients[sum(t <= low for t in table.thresholds)], degree) for low in lows)
        for table in tables
        for lows in [(tables[0].grid.lowest_cell, *thresholds)]
    )
    return Joined(grids.pop(), thresholds, degree, rows)


def _padded(row: tuple[int, ...], degree: int) -> tuple[int, ...]:
    return *row, *[0] * (degree + 1 - len(row))


def _words(values: object) -> Words:
    array = np.asarray(values, object)
    return np.array([int(value) % WORD for value in array.reshape(-1)], np.uint64).reshape(array.shape)
