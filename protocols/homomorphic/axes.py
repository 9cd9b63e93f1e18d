"""Shapes and axes as numpy has them; what does not fit is refused in words."""

from __future__ import annotations

from operator import index
from typing import Any, NoReturn

import numpy as np

from mpc.errors import LocalError


def axes_of(axis: int | tuple[int, ...] | None, ndim: int) -> list[int]:
    """The axes that are meant, counted from 0, ascending; LocalError `wrong-shape` for others, or one named twice."""
    named = range(ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    try:
        given = [index(a) for a in named]
    except TypeError:
        raise LocalError("wrong-shape", "axes are whole numbers", "give one, or a tuple of them") from None
    names = sorted({a % ndim if -ndim <= a < ndim else no_axis(a, ndim) for a in given})
    if len(names) < len(given):
        raise LocalError("wrong-shape", "an axis is named twice", "name each once")
    return names


def axis_of(axis: int, ndim: int) -> int:
    """The one axis that is meant, counted from 0; LocalError `wrong-shape` for others."""
    places = axes_of(axis, ndim) if axis is not None else []
    if len(places) != 1:
        raise LocalError("wrong-shape", "one axis is meant here", "name it, counted from 0")
    return places[0]


def reshaped(shape: tuple[int, ...], sides: Any) -> tuple[int, ...]:
    """The shape that numpy's `reshape` gives; LocalError `wrong-shape` where it gives none."""
    try:
        wanted: tuple[int, ...] = np.broadcast_to(np.False_, shape).reshape(sides).shape
    except (TypeError, ValueError, OverflowError):
        raise LocalError("wrong-shape", f"shape {shape} does not become {sides!r:.60}", "give as many places") from None
    return wanted


def require_fitting(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    """LocalError `wrong-shape` unless shapes broadcast."""
    try:
        np.broadcast_shapes(x, y)
    except ValueError:
        raise LocalError("wrong-shape", f"shapes {x} and {y} do not fit", "give shapes that broadcast") from None


def no_axis(axis: int, ndim: int) -> NoReturn:
    """LocalError `wrong-shape`."""
    raise LocalError("wrong-shape", f"there is no axis {axis} of {ndim}", "count axes from 0")
