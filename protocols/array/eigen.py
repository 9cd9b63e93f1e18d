"""Eigenvalues and eigenvectors of symmetric matrices by Jacobi's method, a public number of sweeps.

A rotation J of the coordinates p and q takes A to J^T A J and makes its element at (p, q) smaller. Rotations of
disjoint pairs are made at once, so that n - 1 steps of n / 2 pairs are a sweep over all of them (Brent and Luk, SIAM
Journal on Scientific and Statistical Computing 1985, whose order is the round robin of a tournament).

The tangent of an exact rotation's angle is t = |o| / (|d| + (d^2 + o^2)^(1/2)) with d = A_qq - A_pp, o = 2 A_pq. Here t
is the nearest of public ones, half a power of two apart, or 0 (approximate rotations: Goetze, Paul, Sauer, IEEE
Transactions on Computers 1993): comparisons of |o| with multiples of |d|, all at once, look cosine and sine up. So
rotations are exact but for their constants' last place, nothing is divided, and the element is at most a quarter of
what it was, or below 2^-15 |d|. A step takes 22 rounds, whatever n is.

In the end the vectors are made orthonormal by a step of Newton's, V (3 - V^T V) / 2, and the values are those of
V^T A V, which are off by the square of what the vectors are off by.
"""

from __future__ import annotations

from functools import cache
from math import atan, cos, ldexp, sin, tan
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from protocols.array.arithmetic import MULTIPLY, SCALE, add, multiply, subtract, sum_
from protocols.array.implementations import implements
from protocols.array.inverses import known, times
from protocols.array.logic import equal, greater, is_negative, logical_xor
from protocols.array.matrices import matmul
from protocols.array.missing import missing
from protocols.array.positive_definite import symmetric
from protocols.array.public import encoded
from protocols.array.recording import record
from protocols.array.scales import as_secret, at_scale, fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.array.sorting import argsort, sort
from protocols.ranges import NO_BOUND

BITS = 22
LEVELS = 30
FACTOR_BITS = 4
Whole = npt.NDArray[np.int64]


class Grid(NamedTuple):
    """The public rotations, from the largest down: |o| a > |d| b says that the angle is at least that of a level. And
    how far cosine and sine of each level are above those of the next, the last of which is no rotation."""

    a: Whole
    b: Whole
    cosines: npt.NDArray[np.float64]
    sines: npt.NDArray[np.float64]


class EighResult(NamedTuple):
    """Eigenvalues and eigenvectors, as numpy has them."""

    eigenvalues: SecretArray
    eigenvectors: SecretArray


@implements(np.linalg.eigvalsh)
def eigvalsh(a: SecretArray, UPLO: str = "L") -> SecretArray:
    """The eigenvalues of symmetric a (..., n, n), of which the lower triangle is read, or the upper one with UPLO='U',
    in ascending order.

    Rounds: 22 (n - 1) for each of 8 sweeps or a few more, and a sort. No bound of the error is known: where elements
    are about 1 it is some units of the last place, or 1e-6 if that is more, since no rotation is by less than 2^-15.
    """
    values, _ = _diagonal(_symmetric(a, UPLO))
    return _unbounded(sort(values, -1))


@implements(np.linalg.eigh)
def eigh(a: SecretArray, UPLO: str = "L") -> EighResult:
    """Eigenvalues in ascending order, and the matrix whose columns are their eigenvectors: as `eigvalsh`. Vectors of
    eigenvalues that are closer together than 2^(4-f) may be any of their plane."""
    values, vectors = _diagonal(_symmetric(a, UPLO))
    order = argsort(values, -1)
    places = ring_form(equal(order[..., None], np.arange(a.shape[-1])))
    ordered = sum_(multiply(places, values[..., None, :]), -1)
    return EighResult(_unbounded(fixed(ordered)), _unbounded(fixed(matmul(vectors, places.mT))))


def _symmetric(a: SecretArray, triangle: str) -> SecretArray:
    if triangle.upper() not in ("L", "U"):
        raise missing(f"np.linalg.eigh with UPLO={triangle!r}", "give 'L' or 'U'")
    return symmetric(fixed(a) if triangle.upper() == "L" else fixed(a).mT)


def _diagonal(a: SecretArray) -> tuple[SecretArray, SecretArray]:
    """Eigenvalues and vectors in no order."""
    n = a.shape[-1]
    if n == 1:
        return a[..., 0], as_secret(a.context, np.ones(a.shape), a.context.fractional_bits)
    most = n * max(map(abs, a.bounds)) * 1.01 + ldexp(n, -4)
    rotated, vectors = at_scale(a, max(a.scale, BITS)), None
    for _ in range(8 + n.bit_length() // 2):
        for p, q in _rounds(n):
            rotation = _rotation(rotated, p, q)
            rotated = _turned(rotated, rotation, most)
            vectors = rotation if vectors is None else known(at_scale(times(vectors, rotation, 1.1), BITS), 1.1)
    assert vectors is not None
    gram = known(at_scale(times(vectors.mT, vectors, 1.1), BITS), 1.1)
    half = record(SCALE, subtract(3 * np.eye(n), gram), constant=encoded(a.context, np.asarray(1), 0), scale=1)
    vectors = known(at_scale(times(vectors, half, 1.1), BITS), 1.1)
    moved = known(at_scale(times(a, vectors, most), a.context.fractional_bits + FACTOR_BITS), most)
    values = known(fixed(sum_(record(MULTIPLY, vectors, moved), -2)), most)
    return values, known(fixed(vectors), 1.1)


def _size(x: SecretArray, below: SecretArray) -> SecretArray:
    """|x|, where it is known whether x < 0."""
    return subtract(x, multiply(record(MULTIPLY, x, ring_form(below)), 2)).in_range(x.range.absolute())


def _turned(a: SecretArray, rotation: SecretArray, most: float) -> SecretArray:
    """J^T A J."""
    half = known(at_scale(times(a, rotation, most), a.scale), most)
    return known(at_scale(times(rotation.mT, half, most), a.scale), most)


def _rotation(a: SecretArray, p: Whole, q: Whole) -> SecretArray:
    """The matrix J of the pairs (p, q), with BITS fractional bits."""
    n, grid = a.shape[-1], _grid()
    d, o = subtract(a[..., q, q], a[..., p, p]), multiply(a[..., p, q], 2)
    below = is_negative(d), is_negative(o)
    low, high = (_size(x, bit)[..., None] for x, bit in zip((d, o), below, strict=True))
    turns = greater(subtract(multiply(high, grid.a), multiply(low, grid.b)), 0)
    chosen = ring_form(turns)
    minus_one, size = (
        sum_(record(SCALE, chosen, constant=encoded(a.context, by, BITS), scale=BITS), -1)
        for by in (grid.cosines, grid.sines)
    )
    s = multiply(known(size, 1), subtract(1, multiply(ring_form(logical_xor(*below)), 2)))
    diagonal, off = _places(n, p, q)
    flat = add(matmul(known(minus_one, 1), diagonal), matmul(known(s, 1), off))
    return known(add(flat.reshape(*a.shape), np.eye(n)), 1.01)


def _places(n: int, p: Whole, q: Whole) -> tuple[Whole, Whole]:
    """Where a pair's cosine less one and its sine stand in the flattened J, signs included."""
    diagonal, off = np.zeros((2, len(p), n, n), np.int64)
    for i, (j, k) in enumerate(zip(p, q, strict=True)):
        diagonal[i, j, j] = diagonal[i, k, k] = off[i, j, k] = 1
        off[i, k, j] = -1
    return diagonal.reshape(len(p), -1), off.reshape(len(p), -1)


@cache
def _rounds(n: int) -> tuple[tuple[Whole, Whole], ...]:
    """Disjoint pairs p < q, all pairs together: a tournament of n players, with a bye where n is odd."""
    players = [*range(n), *([-1] if n % 2 else [])]
    rounds = []
    for _ in range(len(players) - 1):
        half = len(players) // 2
        pairs = [sorted(pair) for pair in zip(players[:half], players[: -half - 1 : -1], strict=True) if -1 not in pair]
        rounds.append((np.array([p for p, _ in pairs]), np.array([q for _, q in pairs])))
        players = [players[0], players[-1], *players[1:-1]]
    return tuple(rounds)


@cache
def _grid() -> Grid:
    """Levels 2^(-j/2), each from the geometric mean with the one below it up."""
    tangents = [2.0 ** (-j / 2) for j in range(LEVELS)]
    thresholds = [tan(2 * atan(t * 2**-0.25)) for t in tangents]
    shifts = [max(FACTOR_BITS - int(np.floor(np.log2(threshold))), 0) for threshold in thresholds]
    a = np.array([1 << shift for shift in shifts], np.int64)
    b = np.array([round(ldexp(*pair)) for pair in zip(thresholds, shifts, strict=True)], np.int64)
    angles = [*map(atan, tangents), 0.0]
    cosines, sines = np.array([cos(angle) for angle in angles]), np.array([sin(angle) for angle in angles])
    return Grid(a, b, -np.diff(cosines), -np.diff(sines))


def _unbounded(x: SecretArray) -> SecretArray:
    """x, of whose error no bound is known."""
    return x.in_range(x.range.off_by(NO_BOUND))
