"""Ciphertexts times numbers, one by one and by matrices: each of their two elements is.

Secret numbers take a time that depends on shapes and on the bits of their bound alone: their signs choose between an
element and its negative by a mask, or are lifted away by an offset.
"""

from __future__ import annotations

from math import prod

import numpy as np

from mpc.algebra.group import Group, Points
from mpc.algebra.ring import Words, contiguous
from protocols.homomorphic.encoded import Encoded, widened
from protocols.homomorphic.offsets import raised

_TERMS_AT_ONCE = 1 << 17
"""Of sums, 16 MiB of elements."""


def scaled(group: Group, ciphertexts: Words, factors: Encoded) -> Words:
    """(*shape, 2 point_words), elementwise: shapes broadcast."""
    shape = np.broadcast_shapes(ciphertexts.shape[:-1], factors.shape)
    points = np.broadcast_to(ciphertexts, (*shape, ciphertexts.shape[-1])).reshape(prod(shape), 2, group.point_words)
    if factors.signed:
        neutral = Points.neutral(group, points.shape[:-1])
        mask = np.broadcast_to(factors.negative, shape).reshape(-1, 1, 1)
        points = points ^ ((points ^ (neutral - Points(group, points)).words) & mask)
    scalars, bits = _as_scalars(group, factors.magnitudes, factors.bits)
    each = np.broadcast_to(scalars, (*shape, scalars.shape[-1])).reshape(prod(shape), 1, -1)
    twice = contiguous(np.broadcast_to(each, (prod(shape), 2, scalars.shape[-1])))
    out = group.mul(contiguous(points.reshape(-1, group.point_words)), twice.reshape(-1, twice.shape[-1]), bits=bits)
    return out.reshape(*shape, ciphertexts.shape[-1])


def products(group: Group, matrix: Encoded, columns: Words, *, public: bool) -> Words:
    """(m, k, 2 point_words) of a matrix (m, n) and ciphertexts (n, k): a sum of n products for each element."""
    (rows, terms), k, width = matrix.shape, columns.shape[1], columns.shape[2]
    if not rows or not terms or not k:
        return Points.neutral(group, (rows, k, 2)).words.reshape(rows, k, width)
    lifted, bits = matrix.magnitudes, matrix.bits
    if matrix.signed:
        lifted, bits = raised(matrix, bits), bits + 1
    scalars, bits = _as_scalars(group, lifted, bits)
    points = contiguous(columns.reshape(terms, 2 * k, group.point_words).transpose(1, 0, 2))
    step = max(1, _TERMS_AT_ONCE // (2 * k * terms))
    parts = [_rows(group, scalars[i : i + step], points, bits, public=public) for i in range(0, rows, step)]
    total = Points(group, np.concatenate(parts))
    if matrix.signed:
        total = total - _shifted(Points(group, points).sum(1), matrix.bits)
    return total.words.reshape(rows, k, width)


def _rows(group: Group, scalars: Words, points: Words, bits: int, *, public: bool) -> Words:
    """(rows, columns, point_words) of scalars (rows, terms, limbs) and points (columns, terms, point_words)."""
    rows, (columns, terms, words) = len(scalars), points.shape
    x = np.broadcast_to(points, (rows, *points.shape)).reshape(-1, terms, words)
    s = np.broadcast_to(scalars[:, None], (rows, columns, *scalars.shape[1:])).reshape(-1, *scalars.shape[1:])
    return group.sums_of_products(contiguous(x), contiguous(s), public=public, bits=bits).reshape(rows, columns, words)


def _shifted(points: Points, bits: int) -> Points:
    """2^bits times each."""
    for _ in range(bits):
        points = points + points
    return points


def _as_scalars(group: Group, magnitudes: Words, bits: int) -> tuple[Words, int]:
    """Numbers of 0 or more as scalars, and how many bits they have."""
    if bits < group.order.bits:
        return widened(magnitudes[..., : group.order.limbs], group.order.limbs), bits
    return group.order.reduce(magnitudes), group.order.bits
