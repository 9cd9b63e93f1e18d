"""Many values brought to one, or to one for each beginning of a row, by a function of two, in levels."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from mpc.errors import LocalError
from protocols.array.facts import axes_of
from protocols.array.lines import user_line
from protocols.array.public import own_number
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate

Joint = Callable[[SecretArray, SecretArray], SecretArray]
"""An associative function of two arrays of one shape, elementwise."""


def axis_number(axis: Any) -> int | None:
    """An axis that must be one number, or None."""
    number = own_number(axis)
    if isinstance(number, tuple):
        raise LocalError("bad-axis", f"axes {axis} where one belongs", "name one axis", line=user_line())
    return number


def axis_last(x: SecretArray, axis: int | None) -> SecretArray:
    """x with this axis as its last; all elements in one axis for None."""
    if axis is None:
        return x.reshape(-1)
    (place,) = axes_of(x, axis)
    return x.transpose(*(a for a in range(x.ndim) if a != place), place)


def axis_back(x: SecretArray, axis: int | None) -> SecretArray:
    """What `axis_last` brought last where it was; for None there was no such place."""
    if axis is None:
        return x
    (place,) = axes_of(x, axis)
    order = list(range(x.ndim - 1))
    order.insert(place, x.ndim - 1)
    return x.transpose(*order)


def axes_last(x: SecretArray, axes: tuple[int, ...]) -> SecretArray:
    """x with these axes as one, its last."""
    kept = tuple(a for a in range(x.ndim) if a not in axes)
    lead = tuple(x.shape[a] for a in kept)
    return x.transpose(*kept, *axes).reshape(*lead, prod(x.shape[a] for a in axes))


def without(x: SecretArray, shape: tuple[int, ...], axes: tuple[int, ...], keepdims: bool) -> SecretArray:
    """A summary over `axes` of an array of this shape, with these axes of length one where they are to be kept."""
    return x.reshape(tuple(1 if a in axes else side for a, side in enumerate(shape))) if keepdims else x


def folded(joint: Joint, x: SecretArray) -> SecretArray:
    """The last axis brought to one value by a commutative function: levels(m) of its calls, one after the other."""
    while (count := x.shape[-1]) > 1:
        half = count // 2
        halves = joint(x[..., :half], x[..., half : 2 * half])
        x = concatenate([halves, x[..., 2 * half :]], -1) if count % 2 else halves
    return x[..., 0]


def accumulated(joint: Joint, x: SecretArray) -> SecretArray:
    """At each place of the last axis what the places up to it come to: levels(m) calls. Hillis and Steele, 1986."""
    step, count = 1, x.shape[-1]
    while step < count:
        x = concatenate([x[..., :step], joint(x[..., :-step], x[..., step:])], -1)
        step *= 2
    return x
