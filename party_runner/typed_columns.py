"""Columns that come with a type, of Parquet files and databases, as a table of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from party_runner.columns import Column, Numbers, Reading, Unfit
from party_runner.csv_table import empty, place_of, with_texts
from protocols.runs.table import Table


def table_of(where: Path | str, names: Sequence[str], column: Callable[[int], Column], reading: Reading) -> Table:
    """Columns of numbers, of texts that are dates, truth values or categories, and of texts that are to stay texts: a
    table of those that are asked for.

    `column` gives the one at a place; those that nobody asks for may hold anything.
    LocalError `input-empty`, `input-not-numeric`, `input-not-finite`, `input-inexact-integer`, `input-no-text`,
    `no-such-column`.
    """
    reading.check_names(where, names)
    places = [place_of(where, names, name) for name in reading.columns] or list(range(len(names)))
    given = [column(place) for place in places]
    if not given or not len(given[0]):
        raise empty(where)
    called = [names[place] for place in places]
    chosen = [_numbers(where, name, values, reading) for name, values in zip(called, given, strict=True)]
    return with_texts(where, called, called, chosen, reading.texts)


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
    remedy = (
        "Cast the column to numbers or days, name the categories of texts (--category), read identifiers as texts "
        "(--text), or choose --columns."
    )
    return LocalError("input-not-numeric", f"{where} holds {kind}, not numbers", remedy)


def _numbers(where: Path | str, name: str, column: Column, reading: Reading) -> Column:
    place = f"{where}, column {name!r}"
    if column.dtype.kind in "biuf":
        if name in reading.texts:
            remedy = "Leave --text of this column, or have it hold texts at all parties."
            raise LocalError("input-no-text", f"{place} holds {column.dtype} and no texts", remedy)
        return checked(place, column)
    texts = column.tolist()
    if not all(isinstance(text, str) for text in texts):
        raise no_numbers(place, "values of several types")
    kind = reading.kind_of(name, texts[0])
    if isinstance(kind, Numbers):
        raise no_numbers(place, "texts")
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
