"""Public numbers that meet secrets: copied when the expression is written, checked, encoded.

A copy, because what is computed later must be what the line said: an index array that the program shuffles in place
afterwards, or a weight that it updates, is another array by then.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from math import ceil, ldexp
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.encoding import are_integers, as_numbers, encode, extremes
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.misuse import refuse_unawaited
from protocols.array.node import Shape
from protocols.ranges import ERROR_BITS, Range

Public = npt.NDArray[Any]
SMALL = 1 << 62
"""Of integers below, int64 holds sums and differences of two."""
BEYOND = 2.0**200
"""More than any ring holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """Public numbers as ring elements, the exact range of what they encode, which needs no ring to be known, and the
    numbers' shape. `values` are the numbers themselves, with `scale` fractional bits, where these are kept."""

    elements: Words
    range: Range
    shape: Shape
    values: Public | None = None
    scale: int = 0

    @property
    def units(self) -> Public | None:
        """What is encoded as integers, which a plan knows too."""
        return None if self.values is None else whole_units(self.values, self.scale)


def encoded(context: Context, values: Public, scale: int) -> Constant:
    """Public numbers with this many fractional bits; an error names the user's line."""
    try:
        return Constant(encode(values, scale, context.ring), _range(values, scale), values.shape, values, scale)
    except LocalError as error:
        error.line = user_line()
        raise


def _range(values: Public, scale: int) -> Range:
    """From the smallest to the largest of the encodings, since rounding keeps the order; and the most that it moves."""
    if not values.size:
        return Range(0, 0)
    lo, hi = extremes(values)
    if values.dtype.kind != "f":
        return Range(lo << scale, hi << scale)
    lo, hi = np.rint(np.ldexp([lo, hi], scale))
    units = np.ldexp(values, scale)
    moved = float(np.abs(units - np.rint(units)).max())
    return Range(int(lo), int(hi), ceil(ldexp(moved, ERROR_BITS)))


def public(values: Any) -> Public:
    """A copy of public numbers as int64, or Python's integers where one is too large, or float64: sums and differences
    do not wrap.

    Raises LocalError `not-a-number` for NaN, infinity, what is no number, and fractions that float64 does not hold.
    """
    refuse_unawaited(values)
    refuse_masked(values)
    refuse_mixed(values)
    array = in_doubles(as_numbers(values))
    if array.dtype.kind in "biu" or are_integers(array):
        lo, hi = extremes(array) if array.size else (0, 0)
        return array.astype(np.int64) if -SMALL < lo <= hi < SMALL else wholes(array)
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        what = "NaN or infinity" if array.dtype.kind == "f" else f"an array of dtype {array.dtype}"
        raise LocalError("not-a-number", f"a secret meets {what}", "use finite real numbers", line=user_line())
    return array.astype(np.float64)


def thresholds_of(values: Any) -> Public:
    """Public numbers that secrets are only compared with: as `public`, with infinity as a number beyond all secrets."""
    if isinstance(values, np.ndarray | list | tuple | float | np.floating):
        array = np.asarray(values)
        if array.dtype.kind == "f" and np.isinf(array).any():
            refuse_masked(values)
            values = np.where(np.isinf(array), np.copysign(BEYOND, array), array)
    return public(values)


def wholes(values: Public) -> Public:
    """Whole numbers of any dtype as Python's integers, exactly."""
    flat = [int(value) for value in values.flat]
    return np.array([*flat, None], object)[:-1].reshape(values.shape)


def in_doubles(array: Public) -> Public:
    """Reals of more than 64 bits as float64, or as Python's integers if they are whole: exactly.

    Raises LocalError `not-a-number` for others that float64 does not hold.
    """
    if array.dtype.kind != "f" or array.dtype.itemsize <= np.dtype(np.float64).itemsize:
        return array
    short = array.astype(np.float64)
    if np.array_equal(short, array, equal_nan=True):
        return short
    if np.isfinite(array).all() and is_integral(array):
        return wholes(array)
    raise LocalError(
        "not-a-number",
        f"numbers of dtype {array.dtype} that float64 does not hold",
        "round them, x.astype(np.float64)",
        line=user_line(),
    )


def as_integers(array: Public) -> Public:
    """Whole reals as integers, exactly: int64, or Python's where one is too large."""
    small = np.abs(array).max(initial=0.0) < SMALL
    return np.asarray(array, np.int64) if small else wholes(array)


def whole_units(values: Public, scale: int) -> Public:
    """The encodings of public numbers with this many fractional bits as integers: as `as_integers`."""
    if values.dtype.kind == "f":
        return as_integers(np.asarray(np.rint(np.ldexp(values, scale))))
    lo, hi = extremes(values) if values.size else (0, 0)
    small = -SMALL < lo << scale <= hi << scale < SMALL
    return np.asarray((values if small else wholes(values)) * (1 << scale), np.int64 if small else object)


def refuse_mixed(values: Any) -> None:
    """Refuse what says itself that it is no one array of numbers, as a table of columns that only together are none."""
    if hasattr(type(values), "as_one"):
        values.as_one()


def refuse_masked(values: Any) -> None:
    """Refuse a masked array: numpy hands on its data without the mask, and hidden values would be computed on."""
    if isinstance(values, np.ndarray) and hasattr(values, "mask"):
        raise LocalError(
            "masked-array",
            "a masked array: its mask would be dropped, and hidden values computed on",
            "use values.filled(0), and the mask as a public array of its own: np.where(mask, 0, x)",
            line=user_line(),
        )


def is_integral(values: Public) -> bool:
    """Whether public numbers are whole."""
    return values.dtype.kind in "biuO" or bool(np.all(values == np.rint(values)))


def own_index(index: Any) -> Any:
    """A copy of a public numpy index: its arrays and lists are the program's, and may change."""
    if isinstance(index, tuple):
        return tuple(own_index(part) for part in index)
    refuse_masked(index)
    return np.array(index) if isinstance(index, np.ndarray | list) else index


def own_number(given: Any) -> int | tuple[int, ...] | None:
    """A copy of a shape or axes as numpy takes them, a number or several; lists and arrays are the program's, and may
    change. LocalError `bad-axis` for what is no whole number."""
    if given is None:
        return None
    try:
        return operator.index(given) if not np.iterable(given) else tuple(operator.index(part) for part in given)
    except TypeError:
        raise LocalError(
            "bad-axis",
            f"a value of type {type(given).__name__} where a shape or axes belong",
            "give whole numbers",
            line=user_line(),
        ) from None


def own_truths(condition: Any) -> npt.NDArray[np.bool_]:
    """A copy of a public condition."""
    refuse_masked(condition)
    return np.array(condition, np.bool_)
