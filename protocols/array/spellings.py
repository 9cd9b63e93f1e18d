"""Other names that numpy has for what there is, and functions that are another one with a public factor or place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import pi
from typing import Any

import numpy as np

from protocols.array.arithmetic import add, multiply, negative, scale_by, subtract, sum_
from protocols.array.folding import axis_back, axis_last, axis_number
from protocols.array.functions import sqrt
from protocols.array.implementations import implements
from protocols.array.logic import absolute, maximum, minimum, where
from protocols.array.matrices import matmul
from protocols.array.products import outer, tensordot
from protocols.array.public import public
from protocols.array.rearranging import trace
from protocols.array.rounding import astype, remainder, trunc
from protocols.array.scales import fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.array.series import cross


def also(implementation: Callable[..., Any], *names: str) -> None:
    """Register it for these names of numpy, dotted ones too, as far as this version of numpy has them."""
    for name in names:
        module, _, function = name.rpartition(".")
        place = getattr(np, module) if module else np
        if hasattr(place, function):
            implements(getattr(place, function))(implementation)


def copied(x: SecretArray) -> SecretArray:
    """x itself: secrets are real."""
    return ring_form(x).copy()


def hypot(x: Any, y: Any) -> SecretArray:
    """The root of x^2 + y^2, which is off by a unit: within 2^(-f/2) near zero, 2^(1-f) above 1, beside `sqrt`."""
    return sqrt(fixed(add(np.square(x), np.square(y))))


def in_radians(x: SecretArray) -> SecretArray:
    """Degrees in radians."""
    return fixed(scale_by(x, np.asarray(pi / 180)))


def in_degrees(x: SecretArray) -> SecretArray:
    """Radians in degrees."""
    return fixed(scale_by(x, np.asarray(180 / pi)))


def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> SecretArray:
    """Sums of products over an axis of both."""
    return sum_(multiply(np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1)), -1)


def matvec(x1: Any, x2: Any, /) -> SecretArray:
    """Matrices by vectors, which are the last axis."""
    return matmul(x1, np.expand_dims(x2, -1))[..., 0]


def vecmat(x1: Any, x2: Any, /) -> SecretArray:
    """Vectors, which are the last axis, by matrices."""
    return matmul(np.expand_dims(x1, -2), x2)[..., 0, :]


def diagonal_of_last(x: SecretArray, /, *, offset: int = 0) -> SecretArray:
    """The diagonal of the last two axes."""
    return x.diagonal(offset, -2, -1)


def trace_of_last(x: SecretArray, /, *, offset: int = 0, dtype: None = None) -> SecretArray:
    """The sum of the diagonal of the last two axes."""
    return trace(x, offset, -2, -1)


def product(x1: Any, x2: Any, /) -> SecretArray:
    """x1 @ x2."""
    return matmul(x1, x2)


def outer_of_vectors(x1: Any, x2: Any, /) -> SecretArray:
    """All products of an element of one and one of the other."""
    return outer(x1, x2)


def tensordot_over(x1: Any, x2: Any, /, *, axes: Any = 2) -> SecretArray:
    """Sums of products over these axes."""
    return tensordot(x1, x2, axes)


def cross_along(x1: Any, x2: Any, /, *, axis: int = -1) -> SecretArray:
    """The vector product along an axis of length 3."""
    place = axis_number(axis)
    return axis_back(cross(np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1)), place)


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Of several arrays the one whose condition holds first, `default` where none does."""
    found = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        found = np.where(condition, choice, found)
    return found


def trapezoid(y: SecretArray, x: Any = None, dx: Any = 1.0, axis: int = -1) -> SecretArray:
    """The integral of lines between the points (x, y), x public, or `dx` apart."""
    rows = axis_last(y, axis_number(axis))
    widths = dx if x is None else np.diff(x)
    return fixed(sum_(multiply(add(rows[..., 1:], rows[..., :-1]), np.multiply(widths, 0.5)), -1))


def like(filled: Any) -> Callable[..., Any]:
    """A public array of one number in the shape and dtype of a secret."""

    def made(a: SecretArray, dtype: Any = None, *, shape: Any = None) -> Any:
        return np.full(a.shape if shape is None else shape, filled, a.dtype if dtype is None else dtype)

    made.__doc__ = f"A public array of {filled}, in the shape and dtype of a secret."
    return made


def copysign(x: Any, y: Any) -> SecretArray:
    """|x| with the sign of y, as reals; zero has one encoding, without a sign."""
    size = np.abs(x if isinstance(x, SecretArray) else public(x))
    found = where(np.less(y, 0), np.negative(size), size)
    return fixed(found)


def fabs(x: SecretArray) -> SecretArray:
    """|x|, as reals."""
    return fixed(absolute(x))


def fmod(x: Any, y: Any) -> SecretArray:
    """The remainder of x by y that has the sign of x, exactly on the encoded values: as `remainder`."""
    sizes = (np.abs(value if isinstance(value, SecretArray) else public(value)) for value in (x, y))
    rest = remainder(*sizes)
    return where(np.less(x, 0), negative(rest), rest)


def modf(x: SecretArray) -> tuple[SecretArray, SecretArray]:
    """The fraction and the whole part, both of the sign of x, exactly."""
    whole = trunc(x)
    return fixed(subtract(x, whole)), whole


def ldexp(x: SecretArray, n: Any) -> SecretArray:
    """x times a public power of two."""
    return fixed(scale_by(x, np.ldexp(1.0, n)))


def triangle_from(function: Callable[..., Any]) -> Callable[..., Any]:
    """The public indices of a triangle of a matrix of the secret's shape."""

    def indices(arr: SecretArray, k: int = 0) -> Any:
        return function(arr.shape[0], k, arr.shape[1])

    indices.__doc__ = "Public indices, which the shape alone decides."
    return indices


def full_like(a: SecretArray, fill_value: Any, dtype: Any = None, *, shape: Any = None) -> Any:
    """An array of one number, public or secret, in the shape of a secret, and of its dtype where it is public."""
    wanted = a.shape if shape is None else shape
    if isinstance(fill_value, SecretArray):
        cast = dtype is not None or a.kind == "fixed"
        filled = astype(fill_value, a.dtype if dtype is None else dtype) if cast else fill_value
        return np.broadcast_to(filled, wanted)
    return np.full(wanted, fill_value, a.dtype if dtype is None else dtype)


also(copied, "conjugate", "real")
also(maximum, "fmax")
also(minimum, "fmin")
also(fabs, "fabs")
also(hypot, "hypot")
also(in_radians, "deg2rad", "radians")
also(in_degrees, "rad2deg", "degrees")
also(vecdot, "vecdot", "linalg.vecdot")
also(matvec, "matvec")
also(vecmat, "vecmat")
also(diagonal_of_last, "linalg.diagonal")
also(trace_of_last, "linalg.trace")
also(product, "linalg.matmul")
also(outer_of_vectors, "linalg.outer")
also(tensordot_over, "linalg.tensordot")
also(cross_along, "linalg.cross")
also(select, "select")
also(copysign, "copysign")
also(fmod, "fmod")
also(modf, "modf")
also(ldexp, "ldexp")
also(triangle_from(np.tril_indices), "tril_indices_from")
also(triangle_from(np.triu_indices), "triu_indices_from")
also(trapezoid, "trapezoid")
also(astype, "astype")
also(like(0), "zeros_like", "empty_like")
also(like(1), "ones_like")
also(full_like, "full_like")
