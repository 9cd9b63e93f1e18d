"""Functions given by numbers: polynomials, lines between points, convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.arithmetic import add, multiply, subtract, sum_
from protocols.array.facts import axes_of
from protocols.array.folding import axis_back, axis_last
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import greater, where
from protocols.array.matrices import matmul
from protocols.array.missing import missing
from protocols.array.public import public
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray
from protocols.array.shape import refuse_truths


@implements(np.polyval)
def polyval(p: Any, x: Any) -> SecretArray:
    """The polynomial of coefficients p, the highest first, at x, by Horner: a product and a truncation a degree."""
    first, *others = p
    value: Any = first if others else np.multiply(x, 0) + first
    for coefficient in others:
        value = np.add(np.multiply(value, x), coefficient)
    return fixed(value) if value.kind == "fixed" else value


@implements(np.interp)
def interp(x: SecretArray, xp: Any, fp: Any, left: Any = None, right: Any = None) -> SecretArray:
    """The lines between the public points (xp, fp), xp rising: one comparison with all of them, a choice, a product.

    On the left of the points it is fp[0] or `left`, on the right fp[-1] or `right`.
    """
    places, values = (public(points).astype(np.float64) for points in (xp, fp))
    if places.ndim != 1 or places.shape != values.shape or not np.all(np.diff(places) > 0):
        raise LocalError(
            "bad-points", "np.interp needs as many values as places, which rise", "sort them", line=user_line()
        )
    column = fixed(x).reshape(*x.shape, 1)
    beyond = where(greater(column, places), subtract(column, places), 0.0)
    beyond = beyond.narrowed(max(beyond.range.lo, 0), max(beyond.range.hi, 0))
    slopes = np.concatenate([[0.0], np.diff(values) / np.diff(places), [0.0]])
    line = fixed(add(matmul(beyond, np.diff(slopes)), values[0]))
    if left is not None:
        line = where(x < places[0], left, line)
    return line if right is None else where(x > places[-1], right, line)


@implements(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> SecretArray:
    """The convolution of two vectors: one matrix product of the windows of the longer one by the shorter one."""
    long, short = (a, v) if np.shape(a)[0] >= np.shape(v)[0] else (v, a)
    count = np.shape(short)[0]
    if mode not in ("full", "same", "valid") or np.ndim(a) != 1 or np.ndim(v) != 1 or not count:
        raise LocalError(
            "shape-mismatch", f"np.convolve of shapes {np.shape(a)} and {np.shape(v)} in mode {mode!r}",
            "two vectors, and full, same or valid", line=user_line(),
        )  # fmt: skip
    around = 0 if mode == "valid" else count - 1
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(long, around), count)
    whole = matmul(windows, np.flip(short, 0))
    if mode != "same":
        return whole
    first = (count - 1) // 2
    return whole[first : first + np.shape(long)[0]]


@implements(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> SecretArray:
    """The correlation of two vectors: a convolution with the second one reversed; of the shorter first, as numpy has
    it, the other way round and reversed."""
    if np.shape(a)[0] < np.shape(v)[0]:
        return convolve(v, np.flip(a, 0), mode)[::-1]
    return convolve(a, np.flip(v, 0), mode)


@implements(np.cross)
def cross(a: Any, b: Any) -> SecretArray:
    """The vector product over last axes of length 3."""
    if np.shape(a)[-1:] != (3,) or np.shape(b)[-1:] != (3,):
        raise LocalError("shape-mismatch", "np.cross of axes not of length 3", "give three", line=user_line())
    after, before = np.array([1, 2, 0]), np.array([2, 0, 1])
    first = multiply(np.take(a, after, -1), np.take(b, before, -1))
    return subtract(first, multiply(np.take(a, before, -1), np.take(b, after, -1)))


_gradient: Callable[..., Any] = np.gradient


@implements(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """The slopes along axes, from neighbours at a public distance or at public places: local, and one truncation for
    each axis. Of several axes a tuple.

    Raises LocalError `shape-mismatch` where numpy refuses.
    """
    if not isinstance(f, SecretArray) or any(isinstance(steps, SecretArray) for steps in varargs):
        raise missing("np.gradient over secret distances", "np.diff(y) / np.diff(x)")
    refuse_truths("np.gradient", f)
    axes = axes_of(f, axis)
    several = varargs * len(axes) if len(varargs) == 1 and not np.ndim(varargs[0]) else varargs or (1.0,) * len(axes)
    if len(several) != len(axes):
        raise _no_gradient(f"distances for {len(several)} axes of {len(axes)}")
    slopes = tuple(_slopes(f, along, steps, edge_order) for along, steps in zip(axes, several, strict=True))
    return slopes[0] if len(slopes) == 1 else slopes


def _slopes(f: SecretArray, axis: int, steps: Any, edge_order: int) -> SecretArray:
    """The slopes along one axis: sums of three neighbours with public factors.

    The factors are those of numpy's own gradient, shown by its results for combs, which are 1 at every third place: of
    three neighbours each lies on another comb.
    """
    count = f.shape[axis]
    near = np.clip(np.arange(count) - 1, 0, max(count - 3, 0))[:, None] + np.arange(min(count, 3))
    combs = (np.arange(count) % 3 == np.arange(3)[:, None]).astype(np.float64)
    try:
        by_comb = np.stack([_gradient(comb, steps, edge_order=edge_order) for comb in combs], 1)
    except (TypeError, ValueError) as error:
        raise _no_gradient(str(error)) from None
    factors = np.take_along_axis(by_comb, near % 3, 1)
    return axis_back(fixed(sum_(multiply(axis_last(f, axis)[..., near], factors), -1)), axis)


def _no_gradient(why: str) -> LocalError:
    return LocalError("shape-mismatch", f"np.gradient: {why}", "check shapes, axes and distances", line=user_line())
