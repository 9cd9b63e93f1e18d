"""Spreads and dependences: weighted means, deviations, covariances, correlations.

Errors follow from the operations: a variance is a mean of squared distances from the mean, never a difference of large
numbers.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array import arithmetic
from protocols.array.arithmetic import mean, multiply, scale_by, subtract, sum_
from protocols.array.facts import axes_of
from protocols.array.folding import without
from protocols.array.functions import inverse_sqrt, sqrt
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import maximum
from protocols.array.matrices import matmul
from protocols.array.public import Public, public, wholes
from protocols.array.quotients import divide
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate


@implements(np.var)
def var(
    x: SecretArray, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, correction: float | None = None
) -> SecretArray:
    """The variance over axes: the mean of the squared distances from the mean, over m - ddof instead of m.

    `correction` is the standard's name of ddof.

    Raises LocalError `empty-mean` where m - ddof is not positive.
    """
    count = prod(x.shape[a] for a in axes_of(x, axis))
    spread = arithmetic.var(x, axis, keepdims)
    ddof = ddof if correction is None else correction
    if not ddof:
        return spread
    return scale_by(spread, np.asarray(count / _freedom(count, ddof)), rounded=True)


@implements(np.std)
def std(
    x: SecretArray, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, correction: float | None = None
) -> SecretArray:
    """The standard deviation over axes: the square root of `var`."""
    spread = fixed(var(x, axis, ddof, keepdims, correction=correction))
    return sqrt(spread.narrowed(max(spread.range.lo, 0), max(spread.range.hi, 0)))


@implements(np.average)
def average(a: Any, axis: Any = None, weights: Any = None, *, keepdims: bool = False) -> SecretArray:
    """The mean over axes, or that by weights, of the shape of a or along one axis: public ones, not all zero, or
    secret ones, whose sum's range must hold no zero."""
    if weights is None:
        return mean(a, axis, keepdims)
    a = a if isinstance(a, SecretArray) else public(a)
    axes = axes_of(a, axis)
    if np.shape(weights) != a.shape:
        if np.ndim(weights) != 1 or len(axes) != 1:
            raise LocalError(
                "shape-mismatch", f"weights of shape {np.shape(weights)} for {np.shape(a)}", "name the weights' axis",
                line=user_line(),
            )  # fmt: skip
        weights = np.reshape(weights, tuple(-1 if i in axes else 1 for i in range(a.ndim)))
    if not isinstance(weights, SecretArray):
        return without(sum_(scale_by(a, _shares(public(weights), axes), rounded=True), axes), a.shape, axes, keepdims)
    total = sum_(weights, tuple(i for i in axes if weights.shape[i] > 1), keepdims=True)
    weighted = multiply(a, weights)
    quotient = divide(sum_(weighted, axes, keepdims=True), total)
    return quotient if keepdims else quotient.reshape(*(s for i, s in enumerate(quotient.shape) if i not in axes))


def _shares(weights: Public, axes: tuple[int, ...]) -> Public:
    """Public weights over their sums, of whole ones the nearest floats. LocalError `division-by-zero`."""
    numbers = wholes(weights) if weights.dtype.kind in "iO" else weights
    total = np.sum(numbers, axes, keepdims=True)
    if not np.all(total):
        raise LocalError(
            "division-by-zero", "np.average by public weights whose sum is zero", "give weights that are not all zero",
            line=user_line(),
        )  # fmt: skip
    return np.asarray(numbers / total, np.float64)


@implements(np.cov)
def cov(m: SecretArray, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None) -> SecretArray:
    """The covariances of variables, each a row of m, or a column without `rowvar`; over m - 1, m if `bias`."""
    rows = _variables(m, rowvar) if y is None else concatenate([_variables(m, rowvar), _variables(y, rowvar)])
    count = rows.shape[1]
    apart = fixed(subtract(rows, mean(rows, 1, True)))
    freedom = _freedom(count, int(not bias) if ddof is None else ddof)
    found = fixed(scale_by(matmul(apart, apart.T), np.asarray(1.0 / freedom), rounded=True))
    return found.reshape(()) if len(rows) == 1 else found


@implements(np.corrcoef)
def corrcoef(x: SecretArray, y: Any = None, rowvar: bool = True) -> SecretArray:
    """The correlations of variables as in `cov`, each within [-1, 1]; 0 with a variable that is constant.

    A variance is taken as at least a unit of the last place, 2^-f. Where s and t are the deviations of two variables,
    their correlation is off by about 2^(2-f) / (s t): scale variables that hardly vary first.
    """
    found = cov(x, y, rowvar, bias=True)
    if not found.shape:
        found = found.reshape(1, 1)
    deviations = inverse_sqrt(maximum(found.diagonal(), 2.0**-found.context.fractional_bits))
    scaled = multiply(multiply(found, deviations[:, None]), deviations[None, :])
    bounded = fixed(scaled).clip(-1, 1)
    return bounded if len(bounded) > 1 else bounded.reshape(())


def _variables(m: Any, rowvar: bool) -> Any:
    if np.ndim(m) > 2:
        raise LocalError("shape-mismatch", "variables in over two dimensions", "reshape to rows", line=user_line())
    rows = np.reshape(m, (1, -1)) if np.ndim(m) < 2 else m
    return rows if rowvar or np.shape(rows)[0] == 1 else np.transpose(rows)


def _freedom(count: int, ddof: float) -> float:
    if count - ddof <= 0:
        raise LocalError(
            "empty-mean", f"{count} elements leave no freedom for ddof={ddof}", "give more, or a smaller ddof",
            line=user_line(),
        )  # fmt: skip
    return count - ddof
