"""A party's input file as a numpy array: CSV, .npy or Parquet, chosen by the file's ending.

The array is float64 or int64, finite, not empty; a table has shape (rows, columns). Integers and truth values
become int64, or Python's integers where one needs over 64 bits, floating-point numbers float64; nothing is converted
that would change its value. Every problem is a LocalError whose code begins with `input-`, and is found before any
connection is made. No message quotes the data.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import numpy as np

from mpc.errors import LocalError
from party_runner.columns import Column, Reading
from party_runner.csv_table import empty, read_csv
from party_runner.query import is_query, query_columns
from party_runner.typed_columns import checked, no_numbers, table_of
from protocols.runs.table import Table, Tables

NPY_HEADER_BYTES = 10_000


Origin = Path | str
"""Where data come from: a file, or a query as an address, as `sqlite:///path?query=...`."""

AS_IT_IS = Reading()


def load_inputs(given: Origin | Mapping[str, Origin] | None, reading: Reading = AS_IT_IS) -> Any:
    """A party's data: None, one table or array, or by name several (`Tables`). Errors of `load_input`."""
    if given is None:
        return None
    if isinstance(given, Mapping):
        return Tables({name: load_input(origin, reading) for name, origin in given.items()})
    return load_input(given, reading)


def load_input(origin: Origin, reading: Reading = AS_IT_IS) -> Column:
    """The numbers in a `.csv`, `.npy`, `.parquet` or `.pq` file, or of a query; a `Table` where columns have names.

    Errors: LocalError `input-missing`, `input-unreadable`, `input-format`, `input-empty`, `input-malformed`,
    `input-ragged`, `input-not-numeric`, `input-not-finite`, `input-inexact-integer`, `no-such-column`, `extra-missing`,
    `bad-query`.
    """
    if isinstance(origin, str) and is_query(origin):
        names, columns = query_columns(origin)
        return table_of(origin.partition("?")[0], names, columns, reading)
    path = Path(origin)
    readers = {".csv": read_csv, ".npy": _load_npy, ".parquet": _load_parquet, ".pq": _load_parquet}
    reader = readers.get(path.suffix.lower())
    _refuse_not_a_file(path)
    if reader is None:
        remedy = "Give a .csv, .npy or .parquet file."
        raise LocalError("input-format", f"{path} has an ending Parley does not know: {path.suffix!r}", remedy)
    try:
        return reader(path, reading)
    except OSError as error:
        raise _unreadable(path, error) from None


def _refuse_not_a_file(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise LocalError("input-missing", f"there is no file {path}", "Check the path of the input.") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if stat.S_ISDIR(mode):
        raise LocalError("input-unreadable", f"{path} is a folder", "Name one file.")
    if not stat.S_ISREG(mode):
        raise LocalError("input-unreadable", f"{path} is not a plain file", "Write the data to a file first.")


def _unreadable(path: Path, error: OSError) -> LocalError:
    cause = f"{path} cannot be read: {error.strerror or 'input/output error'}"
    return LocalError("input-unreadable", cause, "Check the path and the permissions of the file.")


def _load_npy(path: Path, reading: Reading) -> Column:
    """The array is read only when its header is short, its dtype plain and the file as long as the header says."""
    if reading.columns:
        remedy = "Leave --columns, or give a .csv or .parquet file."
        raise LocalError("no-such-column", f"{path} has no names of columns", remedy)
    with path.open("rb") as file:
        shape, dtype = _npy_header(path, file)
        start, size = file.tell(), path.stat().st_size
        count = 1
        for extent in shape:
            count *= extent
        if count * dtype.itemsize != size - start:
            cause = f"{path} is not as long as its header says ({count * dtype.itemsize} bytes; it has {size - start})"
            raise LocalError("input-malformed", cause, "Write the file again with numpy.save.")
        file.seek(0)
        array = np.lib.format.read_array(file, allow_pickle=False, max_header_size=NPY_HEADER_BYTES)
    return checked(path, array)


def _npy_header(path: Path, file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    remedy = "Write the file with numpy.save, from an array of numbers."
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file, max_header_size=NPY_HEADER_BYTES)
    except OSError:
        raise
    except Exception:  # numpy evaluates the header as Python and lets the parser's and the tokenizer's errors through
        raise LocalError("input-malformed", f"{path} is not a .npy file that numpy can read", remedy) from None
    if dtype.kind not in "biuf":
        raise LocalError("input-not-numeric", f"{path} holds elements of dtype {dtype}, not numbers", remedy)
    if any(extent < 0 for extent in shape):
        raise LocalError("input-malformed", f"{path} claims a negative extent", remedy)
    return shape, dtype


def _load_parquet(path: Path, reading: Reading) -> Table:
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
    columns = [_from_arrow(path, name, table.column(name)) for name in table.column_names]
    return table_of(path, table.column_names, columns, reading)


def _from_arrow(path: Path, name: str, column: Any) -> Column:
    """A column of Arrow as numpy has it: texts as objects, days as numbers."""
    types, kind = import_module("pyarrow.types"), column.type
    where = f"{path}, column {name!r}"
    if column.null_count:
        row = column.is_null().to_pylist().index(True) + 1
        raise LocalError("input-not-numeric", f"{where}, row {row} is empty", "Fill in or drop the missing value.")
    if types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if types.is_date32(kind):
        column = column.cast("int32")
    elif not any(is_a(kind) for is_a in (types.is_integer, types.is_floating, types.is_boolean, types.is_string)):
        raise no_numbers(where, str(kind))
    values: Column = column.to_numpy()
    return values
