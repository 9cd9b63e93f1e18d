"""Sums, products and extremes of all elements and of all beginnings of a row, and `reduce`, `accumulate` and `outer` of
the ufuncs that secrets have.

All by levels, in which many pairs are combined at once: levels(m) = ceil(log2 m) of them for m elements.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.arithmetic import add, multiply, sum_
from protocols.array.facts import axes_of
from protocols.array.folding import Joint, accumulated, axes_last, axis_back, axis_last, axis_number, folded, without
from protocols.array.implementations import UFUNC_METHODS, UFUNCS, implements
from protocols.array.lines import user_line
from protocols.array.logic import all_, any_, logical_and, logical_or, logical_xor, maximum, minimum
from protocols.array.missing import missing
from protocols.array.scales import constant, fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate

_JOINT: dict[np.ufunc, Joint] = {
    np.add: add,
    np.multiply: multiply,
    np.minimum: minimum,
    np.maximum: maximum,
    np.logical_and: logical_and,
    np.logical_or: logical_or,
    np.logical_xor: logical_xor,
    np.bitwise_and: logical_and,
    np.bitwise_or: logical_or,
    np.bitwise_xor: logical_xor,
}


@implements(np.prod)
def prod(x: SecretArray, axis: Any = None, keepdims: bool = False) -> SecretArray:
    """The product over axes: levels(m) products of the run's number of fractional bits."""
    axes = axes_of(x, axis)
    rows = axes_last(ring_form(x), axes)
    total = folded(multiply, rows) if rows.shape[-1] else constant(x.context, np.ones(rows.shape[:-1]), rows.scale)
    return without(fixed(total) if x.kind == "fixed" else total, x.shape, axes, keepdims)


@implements(np.cumsum)
def cumsum(x: SecretArray, axis: Any = None) -> SecretArray:
    """The sums of all beginnings, in the flattened array or along an axis. Local."""
    return _accumulated(add, ring_form(x), axis)


@implements(np.cumprod)
def cumprod(x: SecretArray, axis: Any = None) -> SecretArray:
    """The products of all beginnings, in the flattened array or along an axis: levels(m) products."""
    numbers = ring_form(x)
    return _accumulated(lambda a, b: fixed(multiply(a, b)) if x.kind == "fixed" else multiply(a, b), numbers, axis)


def cumulative(x: SecretArray, axis: Any, include_initial: bool, *, sums: bool) -> SecretArray:
    """numpy.cumulative_sum and cumulative_prod: of one dimension unless an axis is named."""
    if axis is None and x.ndim != 1:
        raise LocalError("bad-axis", f"no axis of a secret with {x.ndim} dimensions", "name one", line=user_line())
    place = 0 if axis is None else axis_number(axis)
    found = cumsum(x, place) if sums else cumprod(x, place)
    if not include_initial:
        return found
    (number,) = axes_of(found, place)
    first = np.full((*found.shape[:number], 1, *found.shape[number + 1 :]), 0 if sums else 1)
    return concatenate([first, found], number)


def _accumulated(joint: Joint, x: SecretArray, axis: Any) -> SecretArray:
    place = axis_number(axis)
    return axis_back(accumulated(joint, axis_last(x, place)), place)


def _cumulative_sum(x: SecretArray, *, axis: Any = None, include_initial: bool = False) -> SecretArray:
    """The sums of all beginnings, with `include_initial` from 0 on. Local."""
    return cumulative(x, axis, include_initial, sums=True)


def _cumulative_prod(x: SecretArray, *, axis: Any = None, include_initial: bool = False) -> SecretArray:
    """The products of all beginnings, with `include_initial` from 1 on."""
    return cumulative(x, axis, include_initial, sums=False)


if hasattr(np, "cumulative_sum"):
    implements(np.cumulative_sum)(_cumulative_sum)
    implements(np.cumulative_prod)(_cumulative_prod)


def _reduce(ufunc: np.ufunc, x: SecretArray, axis: Any = 0, *, keepdims: bool = False) -> SecretArray:
    """ufunc.reduce over axes."""
    if ufunc in (np.add, np.multiply):
        return (sum_ if ufunc is np.add else prod)(x, axis, keepdims)
    if ufunc in (np.minimum, np.maximum):
        return x.min(axis, keepdims) if ufunc is np.minimum else x.max(axis, keepdims)
    if ufunc in (np.logical_and, np.logical_or):
        return (all_ if ufunc is np.logical_and else any_)(x, axis, keepdims)
    joint, axes = _joint(ufunc, "reduce"), axes_of(x, axis)
    return without(folded(joint, axes_last(x, axes)), x.shape, axes, keepdims)


def _accumulate(ufunc: np.ufunc, x: SecretArray, axis: int = 0) -> SecretArray:
    """ufunc.accumulate along an axis."""
    if ufunc in (np.add, np.multiply):
        return (cumsum if ufunc is np.add else cumprod)(x, axis)
    return _accumulated(_joint(ufunc, "accumulate"), x, axis)


def _outer(ufunc: np.ufunc, x: Any, y: Any) -> SecretArray:
    """ufunc of all pairs of an element of x and one of y."""
    if ufunc.nin != 2:
        raise missing(f"np.{ufunc.__name__}.outer", "np.outer of functions of two")
    table: SecretArray = UFUNCS[ufunc](np.reshape(x, np.shape(x) + (1,) * np.ndim(y)), y)
    return table


def _joint(ufunc: np.ufunc, method: str) -> Joint:
    if ufunc not in _JOINT:
        these = ", ".join(known.__name__ for known in _JOINT)
        raise missing(f"np.{ufunc.__name__}.{method}", f"of {these} there is one; or reveal the value first")
    return _JOINT[ufunc]


UFUNC_METHODS.update(reduce=_reduce, accumulate=_accumulate, outer=_outer)
