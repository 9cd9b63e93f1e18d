"""Tables of a function in pieces, fitted in decimals: the same integers on every machine.

Between two knots the function is interpolated at Chebyshev's points by a polynomial in u = X - C, C in the middle. Each
coefficient, the highest first, is rounded to the fixed-point number that the result's scale leaves it: few bits for
high powers of long X. What that takes away goes, as far as it can, into those of lower powers: on |u| <= h, u^j is best
replaced by lower powers as Chebyshev's polynomial of degree j says, which leaves 2^(1-j) of it (economisation,
Lanczos). At last (X - C)^j is multiplied out: exact integers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from itertools import pairwise
from math import comb

from protocols.numeric.powers_of_two import EXACT
from protocols.piecewise import Grid, Pieces

Real = Callable[[Decimal], Decimal]

POINTS = {
    1: ("-0.70710678", "0.70710678"),
    2: ("-0.86602540", "0", "0.86602540"),
    3: ("-0.92387953", "-0.38268343", "0.38268343", "0.92387953"),
    4: ("-0.95105652", "-0.58778525", "0", "0.58778525", "0.95105652"),
}
"""Chebyshev's, of each degree. Others near them would do as well."""

REPLACED = {2: ((0, "0.5"),), 3: ((1, "0.75"),), 4: ((2, "1"), (0, "-0.125"))}
"""u^j on |u| <= 1 by lower powers: the power and its factor."""


def fitted(
    function: Real,
    knots: Sequence[int],
    grid: Grid,
    fractions: tuple[int, int],
    degree: int = 4,
    beyond: tuple[int | None, int | None] = (0, 0),
) -> Pieces:
    """The function between the knots, in cells of the grid, and the constants `beyond` below the first and from the
    last on: where one is None the outer piece goes on. `fractions`: bits of X and of the result.

    Each piece is good one cell below its first knot, where it may be taken.
    """
    with localcontext(EXACT):
        rows = [_piece(function, ends, grid.cell_bits, fractions, degree) for ends in pairwise(knots)]
    below, above = ([] if value is None else [(value << fractions[1],)] for value in beyond)
    return Pieces(grid, tuple(knots[not below : len(knots) - (not above)]), (*below, *rows, *above), *fractions)


def _piece(
    function: Real, cells: tuple[int, int], cell_bits: int, fractions: tuple[int, int], degree: int
) -> tuple[int, ...]:
    """The coefficients in X of the piece from the cell below the first one on."""
    low, high = (cells[0] - 1) << cell_bits, cells[1] << cell_bits
    middle, unit = (low + high) >> 1, Decimal(2) ** -fractions[0]
    half = Decimal(high - low) / 2
    points = [half * Decimal(point) for point in POINTS[degree]]
    values = [function((middle + point) * unit) for point in points]
    return _multiplied_out(_rounded(_interpolated(points, values), half, fractions[1]), middle)


def _interpolated(points: list[Decimal], values: list[Decimal]) -> list[Decimal]:
    """The coefficients in u, by Newton's differences."""
    differences = list(values)
    for order in range(1, len(points)):
        for i in reversed(range(order, len(points))):
            differences[i] = (differences[i] - differences[i - 1]) / (points[i] - points[i - order])
    found = [Decimal(0)] * len(points)
    for point, difference in zip(reversed(points), reversed(differences), strict=True):
        for j in reversed(range(1, len(points))):
            found[j] = found[j - 1] - point * found[j]
        found[0] = difference - point * found[0]
    return found


def _rounded(coefficients: list[Decimal], half: Decimal, fraction: int) -> list[int]:
    """Each times 2^fraction, as integers, the highest first."""
    left = [a * 2**fraction for a in coefficients]
    found = [0] * len(left)
    for j in reversed(range(len(left))):
        found[j] = int(left[j].to_integral_value())
        lost = left[j] - found[j]
        for power, factor in REPLACED.get(j, ()):
            left[power] += lost * Decimal(factor) * half ** (j - power)
    return found


def _multiplied_out(coefficients: list[int], middle: int) -> tuple[int, ...]:
    """sum a_j (X - C)^j by powers of X."""
    size = len(coefficients)
    return tuple(sum(coefficients[j] * comb(j, k) * (-middle) ** (j - k) for j in range(k, size)) for k in range(size))
