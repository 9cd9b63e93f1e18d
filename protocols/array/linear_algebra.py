"""Norms, powers of matrices, and systems whose matrix is public."""

from __future__ import annotations

from math import ceil, inf
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.arithmetic import add, square, sum_
from protocols.array.counting import count_nonzero
from protocols.array.extremes import max_, min_
from protocols.array.facts import axes_of
from protocols.array.folding import axes_last, axis_number, without
from protocols.array.functions import sqrt
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import absolute
from protocols.array.matrices import matmul
from protocols.array.missing import missing
from protocols.array.public import public
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray
from protocols.ranges import NO_BOUND, ULP


@implements(np.linalg.norm)
def norm(x: SecretArray, ord: Any = None, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """Norms of vectors by order 2, 1, 0, inf and -inf; of matrices by Frobenius, 1, inf, -1 and -inf.

    The root of a sum of squares that is off by a unit: within 2^(-f/2) near zero, within 2^(1-f) for norms above 1,
    beside the error of `sqrt`.
    """
    axes = axes_of(x, axis)
    if ord in (None, "fro") or (ord == 2 and len(axes) == 1):
        return sqrt(fixed(sum_(square(x), axes, keepdims)))
    if len(axes) == 1:
        return _vector_norm(x, ord, axes, keepdims)
    if len(axes) != 2 or ord not in (1, -1, inf, -inf):
        raise missing(f"np.linalg.norm of order {ord!r}", "for matrices 'fro', 1, inf; for vectors 2, 1, 0, inf")
    summed, kept = axes if ord in (1, -1) else axes[::-1]
    sums = sum_(absolute(x), summed, True)
    found = max_(sums, kept, True) if ord in (1, inf) else min_(sums, kept, True)
    return found if keepdims else axes_last(found, axes)[..., 0]


def _vector_norm(x: SecretArray, ord: Any, axes: tuple[int, ...], keepdims: bool) -> SecretArray:
    if ord == 0:
        return fixed(count_nonzero(x, axes, keepdims=keepdims))
    if ord not in (1, inf, -inf):
        raise missing(f"np.linalg.norm of order {ord!r}", "2, 1, 0, inf or -inf")
    reduce = {1: sum_, inf: max_, -inf: min_}[ord]
    return fixed(reduce(absolute(x), axes, keepdims))


def vector_norm(x: SecretArray, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> SecretArray:
    """The norm of vectors along an axis, or of all elements: as `norm`."""
    axes = axes_of(x, axis)
    found = norm(axes_last(x, axes), ord, -1)
    return without(found, x.shape, axes, keepdims)


def matrix_norm(x: SecretArray, /, *, keepdims: bool = False, ord: Any = "fro") -> SecretArray:
    """The norm of the matrices of the last two axes: as `norm`."""
    return norm(x, ord, (-2, -1), keepdims)


if hasattr(np.linalg, "vector_norm"):
    implements(np.linalg.vector_norm)(vector_norm)
    implements(np.linalg.matrix_norm)(matrix_norm)


@implements(np.linalg.matrix_power)
def matrix_power(a: SecretArray, n: Any) -> SecretArray:
    """The product of n matrices a, for a public whole n from 1 on, by repeated squaring."""
    left = axis_number(n)
    if left is None or left < 1:
        raise LocalError("bad-exponent", "a matrix to other than a whole power from 1 on", "give one", line=user_line())
    result: SecretArray | None = None
    while left:
        if left & 1:
            result = a if result is None else matmul(result, a)
        left >>= 1
        a = matmul(a, a) if left else a
    return a if result is None else add(result, 0)


@implements(np.linalg.solve)
def solve(a: Any, b: SecretArray) -> SecretArray:
    """The x with a x = b for a public matrix a: the product of its inverse, in float64, and b.

    With f fractional bits each element is within its row's sum of |inverse| times the error of b, its rounding, and
    what the inverse is known to be off by, which its residue bounds: nothing useful where a is close to singular.
    """
    if isinstance(a, SecretArray):
        raise missing("np.linalg.solve by a secret matrix", "mpc.solve(a, b, least=0.1) for positive definite a")
    matrix = public(a).astype(np.float64)
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError as error:
        raise LocalError(
            "singular-matrix", f"np.linalg.solve with a public matrix of shape {matrix.shape}: {error}",
            "give square matrices of full rank", line=user_line(),
        ) from None  # fmt: skip
    x = fixed(matmul(inverse, b))
    moved = _off_by(matrix, inverse)
    missed = (
        NO_BOUND
        if moved is None
        else ceil(moved * (b.range.magnitude * ULP + b.range.error)) << max(x.scale - b.scale, 0)
    )
    return x.in_range(x.range.off_by(x.range.error + missed))


def _off_by(a: npt.NDArray[Any], inverse: npt.NDArray[Any]) -> float | None:
    """A bound of the row sums of |1/a - inverse|: |inverse| |1 - a inverse| / (1 - |1 - a inverse|), in which the
    residue is what float64 makes of it and its rounding. None if that says nothing."""
    n = a.shape[-1]
    rows = [float(np.abs(m).sum(-1).max(initial=0.0)) for m in (a, inverse, np.eye(n) - a @ inverse)]
    residue = rows[2] + 2 * (n + 2) * float(np.finfo(np.float64).eps) * rows[0] * rows[1]
    return 2 * rows[1] * residue if residue < 0.5 else None
