"""A Parquet file as a table of numbers, whatever wrote it: pandas, polars, Arrow, a database.

Integers, truth values, decimal numbers and days are taken; texts as dates, truth values or categories that the parties
agree on. Only the columns that are asked for are looked at.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from mpc.errors import LocalError
from party_runner.columns import Column, Reading
from party_runner.csv_table import empty
from party_runner.typed_columns import no_numbers, table_of
from protocols.runs.table import INEXACT_REMEDY, Table

INDEX = re.compile(r"__index_level_\d+__")
"""The name that pandas gives to its rows' labels where they have none; read only if it is asked for."""


def read_parquet(path: Path, reading: Reading) -> Table:
    """The columns of a Parquet file. LocalError as of `load_input`."""
    try:
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        remedy = "pip install 'parley-mpc[data]'"
        raise LocalError("extra-missing", f"reading {path} needs the package pyarrow", remedy) from None
    try:
        table = parquet.read_table(path, memory_map=False)
    except pyarrow.ArrowException:
        raise LocalError("input-malformed", f"{path} is not a Parquet file that pyarrow can read") from None
    if table.num_rows == 0:
        raise empty(path)
    names = table.column_names
    kept = [place for place, name in enumerate(names) if name in reading.columns or not INDEX.fullmatch(name)]
    return table_of(
        path,
        [names[place] for place in kept],
        lambda i: _converted(path, names[kept[i]], table.column(kept[i])),
        reading,
    )


def _converted(path: Path, name: str, column: Any) -> Column:
    """A column of Arrow as numpy has it: texts as objects, days as numbers, decimal numbers as the nearest float64."""
    where = f"{path}, column {name!r}"
    if column.null_count:
        row = column.is_null().to_pylist().index(True) + 1
        raise LocalError("input-not-numeric", f"{where}, row {row} is empty", "Fill in or drop the missing value.")
    types = import_module("pyarrow.types")
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if types.is_date(kind):
        return _days(where, column.to_numpy())
    if types.is_timestamp(kind):
        return _days(where, column.cast(import_module("pyarrow").timestamp(kind.unit)).to_numpy())
    if types.is_decimal(kind):
        return _decimals(where, column)
    texts = (types.is_string, types.is_large_string, types.is_string_view)
    if not any(is_a(kind) for is_a in (types.is_integer, types.is_floating, types.is_boolean, *texts)):
        raise no_numbers(where, str(kind))
    values: Column = column.to_numpy()
    return values


def _days(where: str, times: Column) -> Column:
    """Days since 1970-01-01. LocalError where there is a time of day beside."""
    days = times.astype("datetime64[D]")
    if not (days == times).all():
        row = int(np.flatnonzero(days != times)[0]) + 1
        remedy = "Write days without times, or a number, as of hours or seconds since a day."
        raise LocalError("input-not-numeric", f"{where}, row {row} is a time within a day, no day", remedy)
    return days.astype(np.int64)


def _decimals(where: str, column: Any) -> Column:
    """Whole ones as integers, others as float64 rounds them, as it does a decimal number in a text."""
    values = column.to_pylist()
    if column.type.scale > 0:
        return np.array([float(value) for value in values])
    try:
        return np.array([int(value) for value in values], np.int64)
    except OverflowError:
        cause = f"{where} holds an integer of 64 bits or more"
        raise LocalError("input-inexact-integer", cause, INEXACT_REMEDY) from None
