"""Tables of pandas, polars and Arrow as inputs of simulations and plans. None of the three is imported here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from mpc.algebra.encoding import are_integers, as_numbers
from mpc.errors import LocalError
from protocols.runs.table import TAKEN_NAMES, Array, Table, Tables, stacked

LIBRARIES = ("pandas", "polars", "pyarrow")


def as_input(value: Any) -> Any:
    """A frame as a `Table` with its columns' names, a series as a column of its name, a mapping of these as `Tables`.

    Truth values and days (since 1970-01-01) become whole numbers in a table, whose columns keep their own type.
    Anything else is left as it is.
    LocalError `input-not-numeric` for a missing value, whose row is named, and for a column that holds no numbers;
    `input-inexact-integer`, `input-empty`, `bad-input-name`.
    """
    if isinstance(value, Mapping) and any(_is_of_library(part) for part in value.values()):
        _refuse_taken_names(value)
        return Tables({name: as_input(part) for name, part in value.items()})
    if not _is_of_library(value):
        return value
    columns = _columns(value)
    if columns is None:
        array, name = _numbers("the series", value), getattr(value, "name", None)
        return Table(array, [str(name)]) if name not in (None, "") else array
    if not columns or not len(columns[0][1]):
        raise LocalError("input-empty", "an input holds no data", "give a table with at least one row of numbers")
    names = [name for name, _ in columns]
    arrays = [_numbers(f"column {name!r}", column) for name, column in columns]
    return stacked("an input", names, [a.astype(np.int64) if a.dtype.kind == "b" else a for a in arrays])


def _refuse_taken_names(names: Iterable[str]) -> None:
    for name in TAKEN_NAMES.intersection(names):
        cause = f"an input is called {name!r}, and mine.{name} is a method"
        raise LocalError("bad-input-name", cause, f"call it {name}_, or whatever else is no method of a mapping")


def _is_of_library(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] in LIBRARIES and hasattr(value, "__len__")


def _columns(value: Any) -> list[tuple[str, Any]] | None:
    """The columns of a frame with their names; None for what is one column itself."""
    if hasattr(value, "column_names"):
        return list(zip(value.column_names, value.columns, strict=True))
    if hasattr(value, "iloc") and hasattr(value, "columns"):
        return [(str(name), value.iloc[:, place]) for place, name in enumerate(value.columns)]
    if hasattr(value, "get_columns"):
        return [(column.name, column) for column in value.get_columns()]
    return None


def _numbers(where: str, column: Any) -> Array:
    """A column as integers, floats or truth values."""
    array = np.asarray(column.to_numpy())
    missing = _missing(column, array)
    if missing.any():
        row = int(np.flatnonzero(missing)[0])
        what = f"{where} of an input, row {row} counted from 0, is empty"
        raise LocalError("input-not-numeric", what, "fill in or drop the missing value")
    if array.dtype.kind == "O" and all(isinstance(value, bool | int | float | Decimal) for value in array):
        array = as_numbers([float(value) if isinstance(value, Decimal) else value for value in array])
    if array.dtype.kind == "M" and (array.astype("datetime64[D]") == array).all():
        return array.astype("datetime64[D]").astype(np.int64)
    if array.dtype == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        return array.astype(object)
    if array.dtype.kind not in "biuf" and not are_integers(array):
        remedy = "map texts to numbers as all parties agree, table['sex'].map({'f': 0, 'm': 1}), or drop the column"
        raise LocalError("input-not-numeric", f"{where} of an input holds {_type(column)}, not numbers", remedy)
    return array


def _missing(column: Any, array: Array) -> Array:
    """Where a column has no value; pandas and a column of floats may say so by NaN."""
    nulls = column.isna() if hasattr(column, "isna") else column.is_null()
    found = np.array(nulls.to_pylist() if hasattr(nulls, "to_pylist") else nulls.to_numpy(), bool)
    return found | np.isnan(array) if array.dtype.kind == "f" else found


def _type(column: Any) -> str:
    return str(column.type if hasattr(column, "type") else column.dtype)
