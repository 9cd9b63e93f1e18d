"""Columns that come with a type, of Parquet files and databases, as a table of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from party_runner.columns import Column, Numbers, Reading, Unfit
from party_runner.csv_table import empty, place_of
from protocols.runs.table import Table, stacked


def table_of(where: Path | str, names: Sequence[str], columns: Sequence[Column], reading: Reading) -> Table:
    """Columns of numbers, and of texts that are dates, truth values or categories: a table of those that are asked for.

    LocalError `input-empty`, `input-not-numeric`, `input-not-finite`, `input-inexact-integer`, `no-such-column`.
    """
    if not columns or not len(columns[0]):
        raise empty(where)
    places = [place_of(where, names, name) for name in reading.columns] or list(range(len(names)))
    called = [names[place] for place in places]
    chosen = [_numbers(where, names[place], columns[place], reading) for place in places]
    return stacked(where, called, chosen)


def checked(where: Path | str, array: Column) -> Column:
    """`array` as finite float64 or int64 in C order and native byte order, or where int64 is too small as Python's
    integers; every value unchanged."""
    if array.size == 0:
        raise empty(where)
    if array.dtype.kind == "f":
        return _checked_floats(where, array)
    if array.dtype.kind == "u" and array.max() > np.iinfo(np.int64).max:
        return array.astype(object)
    return np.ascontiguousarray(array, dtype=np.int64).reshape(array.shape)


def no_numbers(where: str, kind: str) -> LocalError:
    """The error of a column of another type."""
    remedy = "Cast the column to a number type, name its categories (--category), or choose others (--columns)."
    return LocalError("input-not-numeric", f"{where} holds {kind}, not numbers", remedy)


def _numbers(where: Path | str, name: str, column: Column, reading: Reading) -> Column:
    place = f"{where}, column {name!r}"
    if column.dtype.kind in "biuf":
        return checked(place, column)
    texts = column.tolist()
    if not all(isinstance(text, str) for text in texts):
        raise no_numbers(place, "values of several types")
    kind = reading.kind_of(name, texts[0])
    if isinstance(kind, Numbers):
        raise no_numbers(place, "string")
    try:
        return kind.convert(texts)
    except Unfit as unfit:
        raise LocalError(unfit.code, f"{place}, row {unfit.place + 1} {unfit.what}", unfit.remedy) from None


def _checked_floats(where: Path | str, array: Column) -> npt.NDArray[np.float64]:
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        index = tuple(int(i) for i in bad[0])
        what = "NaN" if np.isnan(values[index]) else "infinite or beyond float64"
        cause = f"{where}: the element at index {index} is {what}"
        raise LocalError("input-not-finite", cause, "Replace or drop values that are not finite.")
    return values
