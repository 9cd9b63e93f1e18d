"""Spreads and dependences: weighted means, deviations, covariances, correlations.

Errors follow from the operations: a variance is a mean of squared distances from the mean, never a difference of large
numbers.
"""

from __future__ import annotations

from math import ldexp, prod
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.arithmetic import between, divide_by, mean, multiply, scale_by, subtract, sum_
from protocols.array.facts import axes_of
from protocols.array.folding import without
from protocols.array.functions import inverse_sqrt, sqrt
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import maximum
from protocols.array.matrices import matmul
from protocols.array.node import Summary
from protocols.array.public import Public, public, wholes
from protocols.array.quotients import divide
from protocols.array.scales import fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.array.spreads import not_negative, of_size, population_variance, room_to_multiply
from protocols.ranges import ULP

LEAST_SPREAD, MOST_SPREAD = 1, 32
"""A deviation is computed of numbers that lie within 2^1 to 2^(32 - f) of the middle of their range: of a variance up
to 2^(64 - 2 f) a root keeps 23 bits."""

SPREAD = 2
"""A correlation is computed of numbers within 2^2 of the middle: reciprocals of their deviations, and the squares of
these, have as many bits as each other."""

LEAST_VARIANCE = 16
"""The least variance that a correlation takes, in units of the last place."""


@implements(np.var)
def var(
    x: SecretArray, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, correction: float | None = None
) -> SecretArray:
    """The variance over axes: the mean of the squared distances from the mean, over m - ddof instead of m.

    `correction` is the standard's name of ddof.

    Raises LocalError `empty-mean` where m - ddof is not positive.
    """
    count = prod(x.shape[a] for a in axes_of(x, axis))
    spread = population_variance(x, axis, keepdims)
    ddof = ddof if correction is None else correction
    if not ddof:
        return spread
    return scale_by(spread, np.asarray(count / _freedom(count, ddof)), rounded=True, name="var")


@implements(np.std)
def std(
    x: SecretArray, axis: Any = None, ddof: float = 0, keepdims: bool = False, *, correction: float | None = None
) -> SecretArray:
    """The standard deviation over axes: the square root of `var`, of numbers of a size at which neither the variance is
    too large for the ring nor its root too small for the last place."""
    near, k = of_size(ring_form(x), LEAST_SPREAD, max(MOST_SPREAD - x.context.fractional_bits, LEAST_SPREAD))
    root = sqrt(not_negative(var(near, axis, ddof, keepdims, correction=correction)))
    return fixed(scale_by(root, np.asarray(2.0**-k), name="std")) if k else root


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
    if weights.range.lo >= 0 and isinstance(a, SecretArray):
        a = fixed(a)
        quotient = between(quotient, a, quotient.range.error + a.range.error)
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
    found = _covariances(rows, _freedom(rows.shape[1], int(not bias) if ddof is None else ddof))
    return found.reshape(()) if len(rows) == 1 else found


@implements(np.corrcoef)
def corrcoef(x: SecretArray, y: Any = None, rowvar: bool = True) -> SecretArray:
    """The correlations of variables as in `cov`, each within [-1, 1]; 0 with a variable that is constant.

    Where s and t are the deviations of two variables as parts of what their ranges allow, their correlation is off by
    about 2^-f / (s t): declare ranges as tight as they are. No bound is proven but 2, since data that hardly vary have
    any correlation.
    """
    both = [_variables(m, rowvar) for m in (x, y) if m is not None]
    rows = concatenate([of_size(ring_form(m), SPREAD, SPREAD)[0] if isinstance(m, SecretArray) else m for m in both])
    found = _covariances(rows, rows.shape[1])
    f = found.context.fractional_bits
    deviations = inverse_sqrt(maximum(found.diagonal(), ldexp(LEAST_VARIANCE, -f)))
    by_one = _within(multiply(found, deviations[:, None]), 4 << SPREAD)
    bounded = fixed(_within(multiply(by_one, deviations[None, :]), 4)).clip(-1, 1)
    error = min(bounded.range.error, 2 * ULP << f)
    bounded = bounded.in_range(bounded.range.off_by(error))
    return bounded if len(bounded) > 1 else bounded.reshape(())


def _covariances(rows: SecretArray, freedom: float) -> SecretArray:
    apart = room_to_multiply(subtract(rows, mean(rows, 1, True)), rows.shape[1])
    products = matmul(apart, apart.T)
    products.node.value.summary = Summary("covariance", rows.node, (1,), exact=False)
    return fixed(divide_by(products, np.asarray(freedom), name="cov"))


def _within(x: SecretArray, most: int) -> SecretArray:
    """x, of which it is known that it is at most so large.

    The covariances S of integers are whole, so that |S_ij| <= sqrt(S_ii S_jj). Less than L = 16 units are lost in
    making C of them, and M_i, the larger one of C_ii and L, is at least L. So |C_ij| <= sqrt((C_ii + L) (C_jj + L)) + L
    <= 3 sqrt(M_i M_j), and times deviations, which are within a hundredth, it is below 4 sqrt(M_j), and below 4.
    """
    limit = most << x.scale
    return x.narrowed(max(x.range.lo, -limit), min(x.range.hi, limit))


def _variables(m: Any, rowvar: bool) -> Any:
    if np.ndim(m) > 2:
        raise LocalError("shape-mismatch", "variables in over two dimensions", "reshape to rows", line=user_line())
    rows = np.reshape(m, (1, -1)) if np.ndim(m) < 2 else m
    return rows if rowvar or np.ndim(m) < 2 else np.transpose(rows)


def _freedom(count: int, ddof: float) -> float:
    if count - ddof <= 0:
        raise LocalError(
            "empty-mean",
            f"{'1 element leaves' if count == 1 else f'{count} elements leave'} no freedom for ddof={ddof}",
            "give more, or a smaller ddof",
            line=user_line(),
        )  # fmt: skip
    return count - ddof
