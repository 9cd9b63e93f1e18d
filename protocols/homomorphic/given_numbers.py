"""What a caller may give as numbers to encrypt or to compute with, as one array; all else is refused in words."""

from __future__ import annotations

from math import isfinite
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from mpc.algebra.encoding import as_numbers
from mpc.algebra.named_rows import named_rows
from mpc.errors import LocalError

Array: TypeAlias = npt.NDArray[Any]

_LARGEST_OF_PYTHON = 2**63


def given_numbers(values: npt.ArrayLike) -> Array:
    """An array of bool, integers, floats, or Python's integers; LocalError `not-a-number` for all else."""
    if isinstance(values, np.ma.MaskedArray):
        raise LocalError("masked-array", "a mask would be dropped", "use `values.filled(0)`, and its mask by itself")
    try:
        array = as_numbers(values)
    except ValueError:
        raise LocalError("not-a-number", "rows of different lengths are no array", "make all equally long") from None
    if not hasattr(values, "dtype") and array.dtype.kind in "fu":
        array = _of_python(values, array)
    if array.dtype.kind == "O":
        return _python_integers(array)
    if array.dtype.kind not in "biuf":
        raise LocalError(
            "not-a-number", f"cannot encrypt or multiply by dtype {array.dtype}", "give real numbers or integers"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise _not_finite(~np.isfinite(array))
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array


def _of_python(values: npt.ArrayLike, array: Array) -> Array:
    """Lists whose type numpy takes from their values: whole numbers above int64 stay Python's, none is rounded."""
    exact = np.asarray(values, object)
    if array.dtype.kind == "u":
        return exact
    if any(isinstance(item, int) and int(float(item)) != item for item in exact.ravel().tolist()):
        raise LocalError(
            "not-a-number",
            "a whole number that float64 cannot hold stands beside numbers with a fraction",
            "encrypt whole numbers and others as arrays of their own",
        )
    return array


def _python_integers(array: Array) -> Array:
    items = array.ravel().tolist()
    infinite = [isinstance(item, float | np.floating) and not isfinite(item) for item in items]
    if any(infinite):
        raise _not_finite(np.reshape(infinite, array.shape))
    if not all(isinstance(item, int | np.integer | np.bool_) for item in items):
        raise LocalError(
            "not-a-number",
            f"{_first_other(items)} is no number that can be encrypted",
            "give whole numbers beside each other, and numbers with a fraction as float64, `np.asarray(x, float)`",
        )
    wholes = np.empty(len(items), object)
    wholes[:] = [int(item) for item in items]
    return wholes.reshape(array.shape)


def _not_finite(outside: npt.NDArray[np.bool_]) -> LocalError:
    return LocalError(
        "not-a-number", f"there is a NaN or an infinity{named_rows(outside)}", "remove or replace it first"
    )


def _first_other(items: list[object]) -> str:
    """What stands among whole numbers, by its type: the value may be secret."""
    name = next(type(item).__name__ for item in items if not isinstance(item, int | np.integer | np.bool_))
    return "None" if name == "NoneType" else f"a {name} among whole numbers" if len(items) > 1 else f"a {name}"


def most_of(array: Array) -> int:
    """The largest magnitude that the type holds: 2^63 for Python's integers."""
    if array.dtype.kind == "b":
        return 1
    if array.dtype.kind == "O":
        return _LARGEST_OF_PYTHON
    info = np.iinfo(array.dtype)
    return max(-int(info.min), int(info.max))
