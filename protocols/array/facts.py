"""What is public of a result: shapes and kinds that follow from the operands', and refusals where none does."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from mpc.algebra.shapes import matmul_shape
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.node import Kind, Node, Shape
from protocols.array.public import own_number
from protocols.array.secret import SecretArray


def kind_of(*numbers: Node) -> Kind:
    """The kind of a combination of numbers: fixed if any part is."""
    return "fixed" if "fixed" in [x.kind for x in numbers] else "int"


def joint_shape(name: str, x: Shape, y: Shape) -> Shape:
    """The shape of an elementwise operation; a teaching error where numpy would not broadcast."""
    if x == y or not y:
        return x
    try:
        return np.broadcast_shapes(x, y)
    except ValueError:
        raise LocalError(
            "shape-mismatch",
            f"{name} of shapes {x} and {y}: they do not broadcast",
            "reshape or transpose one of them",
            line=user_line(),
        ) from None


def matrix_shapes(x: Shape, y: Shape) -> tuple[Shape, Shape, Shape]:
    """Both operands as matrices, and the shape of the product by numpy's rules for vectors."""
    left = (1, *x) if len(x) == 1 else x
    right = (*y, 1) if len(y) == 1 else y
    if not x or not y or left[-1] != right[-2]:
        raise LocalError(
            "shape-mismatch",
            f"@ of shapes {x} and {y}: the last axis of the first must match the second last of the other",
            "transpose or reshape one of them",
            line=user_line(),
        )
    joint_shape("@", left[:-2], right[:-2])
    shape = matmul_shape(left, right)
    shape = (*shape[:-2], shape[-1]) if len(x) == 1 else shape
    return left, right, shape[:-1] if len(y) == 1 else shape


def public_count(given: Any, most: int, what: str) -> int:
    """A public whole number from 0 to `most`. LocalError `bad-count`."""
    count = None if isinstance(given, bool | np.bool_) else _index(given)
    if count is None or not 0 <= count <= most:
        way = f"give a public whole number from 0 to {most}"
        raise LocalError("bad-count", f"{given!r} as the number of {what}", way, line=user_line())
    return count


def axes_of(x: SecretArray, axis: Any) -> tuple[int, ...]:
    """The axes that numpy's argument `axis` names, counted from the first."""
    numbers = own_number(axis)
    if numbers is None:
        return tuple(range(x.ndim))
    given = numbers if isinstance(numbers, tuple) else (numbers,)
    if not all(-x.ndim <= a < x.ndim for a in given) or len({a % x.ndim for a in given}) < len(given):
        raise LocalError(
            "bad-axis", f"axis {axis} of a secret with {x.ndim} dimensions", "name each axis that it has once",
            line=user_line(),
        )  # fmt: skip
    return tuple(a % x.ndim for a in given)


def _index(given: Any) -> int | None:
    """A whole number of Python or numpy; None for anything else."""
    try:
        return operator.index(given)
    except TypeError:
        return None
