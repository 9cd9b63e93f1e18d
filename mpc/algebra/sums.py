"""Sums over any axes of arrays of words."""

from __future__ import annotations

from math import prod

import numpy as np

from mpc.algebra.words import U64, Words, contiguous, pointer
from native import lib


def summed_axes(ndim: int, axis: int | tuple[int, ...] | None) -> tuple[int, ...]:
    """The axes that numpy means by `axis`, in order, counted from 0; ValueError where the array has no such axes."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    for a in axes:
        if not -ndim <= a < ndim:
            raise ValueError(f"axis {a} is out of bounds for an array of dimension {ndim}")
    counted = tuple(sorted({a % ndim for a in axes}))
    if len(counted) < len(axes):
        raise ValueError("an axis is named twice")
    return counted


def runs_of(axes: tuple[int, ...]) -> list[tuple[int, int]]:
    """The runs of neighbours among axes in order, the last run first: (first axis, last axis + 1)."""
    runs: list[tuple[int, int]] = []
    for axis in reversed(axes):
        if runs and runs[-1][0] == axis + 1:
            runs[-1] = (axis, runs[-1][1])
        else:
            runs.append((axis, axis + 1))
    return runs


def sum_axes(x: Words, axes: tuple[int, ...]) -> Words:
    """x summed over `axes` (in order, from 0); reads transposed arrays where they lie."""
    order = sorted(range(x.ndim), key=lambda axis: -x.strides[axis])
    if not x.flags.c_contiguous and x.transpose(order).flags.c_contiguous:
        kept = [axis for axis in order if axis not in axes]
        total = sum_axes(x.transpose(order), tuple(i for i, axis in enumerate(order) if axis in axes))
        return total.transpose(np.argsort(kept))
    x = contiguous(x)
    if not axes:
        return x.copy()
    for start, stop in runs_of(axes):
        x = _sum_middle(x, start, stop)
    return x


def _sum_middle(x: Words, start: int, stop: int) -> Words:
    """x, contiguous, summed over the axes from start up to stop."""
    shape = x.shape
    out = np.empty(shape[:start] + shape[stop:], U64)
    lib.parley_sum(pointer(out), pointer(x), prod(shape[:start]), prod(shape[start:stop]), prod(shape[stop:]))
    return out
