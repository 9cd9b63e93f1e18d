"""The shapes of results, by numpy's rules: public arithmetic on tuples."""

from __future__ import annotations

import numpy as np

Shape = tuple[int, ...]


def broadcast(left: Shape, right: Shape) -> Shape:
    """The shape of left op right, as numpy broadcasts."""
    return left if left == right else np.broadcast_shapes(left, right)


def matmul_shape(left: Shape, right: Shape) -> Shape:
    """The shape of left @ right for operands of two dimensions or more."""
    return (*broadcast(left[:-2], right[:-2]), left[-2], right[-1])
