"""Systems whose matrix is symmetric and positive definite, by A = L D L^T without pivots, a column at a time.

    d = S[0, 0],  l = S[0, 1:] / d,  S <- S[1:, 1:] - l^T d l,   B <- B[1:] - l^T B[0],   z = B[0] / d

for S = A and B = b at first; then from the last row up, x[j] = z[j] - l_j x[j+1:] (Golub and Van Loan, Matrix
Computations, 4.1). Where every eigenvalue of A is at least e and no diagonal element above M, exact arithmetic has, for
n rows and |b| the length of a column of b,

    e <= d <= M,   |S| <= M,   |l| <= (M / e)^(1/2),   |B| <= |b| (1 + (n M / e)^(1/2)),   |x| <= |b| / e,

since S is a Schur complement: its eigenvalues lie between those of A, its diagonal below A's. These bounds take the
place of intervals, which know nothing of definiteness. So e is what a program vouches for; it must lie below the least
eigenvalue by more than rounding moves it, about n units of the last place times M / e.

Each column takes the rounds of a reciprocal and four more, each row of the result two.
"""

from __future__ import annotations

from math import isqrt
from typing import Any, NamedTuple

import numpy as np

from mpc.errors import LocalError
from protocols.array.arithmetic import add, multiply, subtract
from protocols.array.cumulative import prod
from protocols.array.functions import inverse_sqrt
from protocols.array.inverses import applied, inverse, matrix_of, plan_of, spectrum, square_side, vouched
from protocols.array.lines import user_line
from protocols.array.matrices import matmul
from protocols.array.quotients import reciprocal
from protocols.array.rearranging import pad
from protocols.array.scales import as_secret, fixed
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate, stack


class _Column(NamedTuple):
    """Of one column d (..., 1, 1), the row of S (..., 1, m), l (..., 1, m - 1), and z (..., 1, k) of the right side."""

    pivot: SecretArray
    row: SecretArray
    factors: SecretArray
    right: SecretArray | None


class _Bounds(NamedTuple):
    """The largest of each, in units of the last place."""

    pivot: tuple[int, int]
    matrix: int
    factor: int
    right: int
    solution: int


def solve(a: SecretArray, b: Any, *, least: float, most: float | None = None) -> SecretArray:
    """The x with a x = b for symmetric positive definite a (..., n, n), of which the lower triangle is read, and b
    (..., n, k) or (n,).

    `least` is what you vouch that every eigenvalue of a is above, and `most`, if you know better than the range, below;
    if they are false, results may be wrong without a warning. A ridge makes `least` true: a + least * np.eye(n).
    Rounds: 4 for each step of Newton's iteration, about 2 log2(n M / least) of them where no element is above M. The
    error has a proven bound. Where rounding does not let the iteration converge, columns are eliminated one after the
    other: about 26 n rounds, errors grow as (M / least)^2, and no useful bound is known.
    Raises LocalError `bad-range` for `least` not above zero, or above all that a may hold.
    """
    a, (least, most) = matrix_of("solve", a), vouched(least, most)
    columns_of_b = np.reshape(b, (*np.shape(b), 1)) if np.ndim(b) == 1 else b
    right = fixed(as_secret(a.context, columns_of_b, a.context.fractional_bits))
    matrix = symmetric(a)
    of = spectrum(matrix, least, most, definite=True)
    plan = plan_of(matrix, of, definite=True)
    if plan is None:
        x = _by_elimination(matrix, right, least)
    else:
        x = applied(inverse(matrix, of, plan, definite=True), matrix, right)
    return x[..., 0] if np.ndim(b) == 1 else x


def symmetric(a: SecretArray) -> SecretArray:
    """The symmetric matrix of a lower triangle."""
    square_side(a)
    return add(np.tril(a), np.tril(a, -1).mT).in_range(a.range)


def _by_elimination(a: SecretArray, right: SecretArray, least: float) -> SecretArray:
    bounds = _bounds(a, right, least)
    columns = _eliminated(a, right, bounds)
    x = columns[-1].right
    assert x is not None
    x = _within(x, bounds.solution)
    for column in columns[-2::-1]:
        first = subtract(column.right, fixed(matmul(column.factors, x)))
        x = concatenate([_within(fixed(first), bounds.solution), x], -2)
    return x


def det(a: SecretArray, *, least: float) -> SecretArray:
    """The determinant of a symmetric positive definite a (..., n, n): the product of d. As for `solve`."""
    columns = _columns_of("det", a, least)
    return prod(stack([column.pivot[..., 0, 0] for column in columns], -1), -1)


def cholesky(a: SecretArray, *, least: float) -> SecretArray:
    """The lower triangular c with c c^T = a for a symmetric positive definite a (..., n, n). As for `solve`."""
    columns = _columns_of("cholesky", a, least)
    roots = inverse_sqrt(stack([column.pivot[..., 0, 0] for column in columns], -1))
    lead = [(0, 0)] * (a.ndim - 2)
    rows = [pad(column.row[..., 0, :], [*lead, (j, 0)]) for j, column in enumerate(columns)]
    upper = fixed(multiply(stack(rows, -2), roots[..., None]))
    return upper.swapaxes(-1, -2)


def _columns_of(name: str, a: SecretArray, least: float) -> list[_Column]:
    """The columns of L D L^T alone, of which the lower triangle is read."""
    a, (least, _) = matrix_of(name, a), vouched(least)
    square_side(a)
    return _eliminated(a.mT, None, _bounds(a, None, least))


def _eliminated(s: SecretArray, right: SecretArray | None, bounds: _Bounds) -> list[_Column]:
    """All columns, the first one first."""
    columns: list[_Column] = []
    while s.shape[-1]:
        row = s[..., :1, :]
        pivot = row[..., :1].narrowed(*bounds.pivot)
        inverse = reciprocal(pivot)
        factors = _within(fixed(multiply(row[..., 1:], inverse)), bounds.factor)
        below = row[..., 1:].swapaxes(-1, -2)
        s = _within(fixed(subtract(s[..., 1:, 1:], multiply(below, factors))), bounds.matrix)
        scaled = None
        if right is not None:
            scaled = fixed(multiply(right[..., :1, :], inverse))
            transposed = factors.swapaxes(-1, -2)
            rest = subtract(right[..., 1:, :], multiply(transposed, right[..., :1, :]))
            right = _within(fixed(rest), bounds.right)
        columns.append(_Column(pivot, row, factors, scaled))
    return columns


def _bounds(a: SecretArray, right: SecretArray | None, least: float) -> _Bounds:
    """The module's bounds, with a unit for each row of rounding."""
    n, unit = a.shape[-1], 1 << a.context.fractional_bits
    largest = fixed(a).range.hi + n
    lowest = int(least * unit)
    if not 0 < lowest < largest:
        raise LocalError(
            "bad-range", f"eigenvalues from {least} up of a matrix with elements up to {largest / unit:g}",
            "give a least eigenvalue above zero that the matrix has", line=user_line(),
        )  # fmt: skip
    length = 0 if right is None else (isqrt(n) + 1) * right.range.magnitude
    return _Bounds(
        (lowest, largest),
        largest,
        isqrt(largest * unit**2 // lowest) + 1 + n,
        length + isqrt(length**2 * n * largest // lowest) + 1 + n,
        -(-length * unit // lowest) + n,
    )


def _within(x: SecretArray, largest: int) -> SecretArray:
    """x with the narrower of its range and [-largest, largest]."""
    return x.narrowed(max(x.range.lo, -largest), min(x.range.hi, largest))
