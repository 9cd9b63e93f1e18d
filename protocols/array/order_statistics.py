"""What is read off a sorted array at public places: medians, quantiles, the largest k; and how many values differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.array.arithmetic import add, multiply, negative, subtract, sum_
from protocols.array.compaction import compress
from protocols.array.facts import axes_of, public_count
from protocols.array.folding import axes_last, axis_back, axis_last
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import greater_equal, not_equal
from protocols.array.missing import missing
from protocols.array.node import Summary
from protocols.array.scales import constant, fixed, ring_form
from protocols.array.secret import SecretArray, need_secret
from protocols.array.shadows import Floats, in_floats
from protocols.array.shape import concatenate, refuse_truths
from protocols.array.sorting import sort, with_places

_WHOLE_PLACES = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}


@implements(np.median)
def median(a: SecretArray, axis: Any = None, *, keepdims: bool = False) -> SecretArray:
    """The middle of the sorted elements over axes, or the mean of the two in the middle."""
    return fixed(quantile(ring_form(a), 0.5, axis, keepdims=keepdims))


@implements(np.percentile)
def percentile(
    a: SecretArray, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False
) -> SecretArray:
    """The element below which q of a hundred lie, as `quantile`."""
    return quantile(a, np.true_divide(q, 100), axis, method=method, keepdims=keepdims)


@implements(np.quantile)
def quantile(
    a: SecretArray, q: Any, axis: Any = None, *, method: str = "linear", keepdims: bool = False
) -> SecretArray:
    """The elements at public parts q of the sorted elements over axes; q's axes come first.

    Between two elements as `method` says: linear, midpoint, or the lower, higher or nearest one; of truth values one of
    these three, as numpy has it. Cost: one sort, of truth values one comparison of how many are set. Raises LocalError
    `bad-quantile` for q outside [0, 1], `empty-mean` for no elements, `arithmetic-of-bits` between truth values.
    """
    places = np.asarray(q, np.float64)
    if not np.all((places >= 0) & (places <= 1)):
        raise LocalError("bad-quantile", "a quantile outside [0, 1]", "give parts of one", line=user_line())
    axes = axes_of(a, axis)
    rows = axes_last(a, axes)
    if not rows.shape[-1]:
        raise LocalError("empty-mean", "a quantile of no elements", "check the shape of the input", line=user_line())
    at = places * (rows.shape[-1] - 1)
    found = _truths_at(rows, at, method) if a.kind == "bit" else _between(sort(rows), at, method)
    whole = found.transpose(*range(rows.ndim - 1, found.ndim), *range(rows.ndim - 1))
    if not keepdims:
        return whole
    return whole.reshape(*places.shape, *(1 if i in axes else side for i, side in enumerate(a.shape)))


def _truths_at(rows: SecretArray, at: npt.NDArray[np.float64], method: str) -> SecretArray:
    """Of truth values, sorted: those before are not set, so that one at a place is where enough are set."""
    if method not in _WHOLE_PLACES:
        refuse_truths("np.quantile", rows)
    ones = sum_(rows, -1).reshape(*rows.shape[:-1], *(1 for _ in at.shape))
    return greater_equal(ones, rows.shape[-1] - _WHOLE_PLACES[method](at).astype(np.int64))


def _between(rows: SecretArray, at: npt.NDArray[np.float64], method: str) -> SecretArray:
    """The elements at public places of the last axis, which may lie between two."""
    if method in _WHOLE_PLACES:
        return rows[..., _WHOLE_PLACES[method](at).astype(np.int64)]
    if method not in ("linear", "midpoint"):
        raise missing(f"np.quantile with method={method!r}", "linear, midpoint, lower, higher or nearest")
    below, above = np.floor(at).astype(np.int64), np.ceil(at).astype(np.int64)
    if np.array_equal(below, above):
        return fixed(rows[..., below])
    part = np.where(below == above, 0.0, at - below if method == "linear" else 0.5)
    low, high = rows[..., below], rows[..., above]
    between = fixed(add(low, fixed(multiply(subtract(high, low), part))))
    return between.narrowed(*_of_rows(fixed(rows), between))


def _of_rows(rows: SecretArray, found: SecretArray) -> tuple[int, int]:
    """What lies between two elements lies between them, up to the rounding of one product."""
    lo, hi = rows.range.lo - 1, rows.range.hi + 1
    return max(lo, min(found.range.lo, hi)), min(hi, max(found.range.hi, lo))


def _topk_of_floats(x: Floats, k: int, axis: int = -1) -> tuple[Any, Any]:
    places = np.take(np.argsort(-x, axis, kind="stable"), np.arange(k), axis)
    return np.take_along_axis(x, places, axis), places


@in_floats(_topk_of_floats)
def topk(x: SecretArray, k: int, axis: int = -1) -> tuple[SecretArray, SecretArray]:
    """The k largest elements along an axis, the largest first, and their places; of equal ones the first come first.

    Nobody learns more than k, which is public. Cost: one argsort. Raises LocalError `bad-count` if there are no k.
    """
    rows = axis_last(ring_form(need_secret(x, "topk")), axis)
    k = public_count(k, rows.shape[-1], "the largest")
    values, places = with_places(negative(rows))
    return axis_back(negative(values)[..., :k], axis), axis_back(places[..., :k], axis)


@in_floats(lambda x: np.asarray(len(np.unique(x))))
def unique_count(x: SecretArray) -> SecretArray:
    """How many different values x holds: one sort, and one comparison of neighbours."""
    if not need_secret(x, "unique_count").size:
        return constant(x.context, np.asarray(0), 0)
    numbers = ring_form(x)
    different = sum_(_first_of_equal(sort(numbers.reshape(-1))))
    different.node.value.summary = Summary("number of values", numbers.node, tuple(range(x.ndim)), exact=True)
    return different


def unique(x: SecretArray, size: int) -> tuple[SecretArray, SecretArray]:
    """The first `size` different values of x, ascending, with zeros behind them where there are fewer; and how many
    different values x holds in all.

    Nobody learns more than `size`, which is public. Cost: one sort, one comparison of neighbours and `compress`. Raises
    LocalError `bad-count` if x has fewer elements.
    """
    rows = sort(ring_form(need_secret(x, "unique")).reshape(-1))
    if not x.size:
        return compress(rows == 0, rows, size), constant(x.context, np.asarray(0), 0)
    new = _first_of_equal(rows)
    return compress(new, rows, size), sum_(new)


def _first_of_equal(rows: SecretArray) -> SecretArray:
    """Whether each element of a sorted row differs from the one before; of the first one that holds."""
    return concatenate([np.ones(1, np.bool_), not_equal(rows[1:], rows[:-1])])
