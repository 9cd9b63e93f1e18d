"""A party's input file as a numpy array: CSV, .npy or Parquet, chosen by the file's ending.

The array is float64 or int64, finite, not empty; a table has shape (rows, columns). Integers and truth values
become int64, floating-point numbers float64; nothing is converted that would change its value. Every problem is a
LocalError whose code begins with `input-`, and is found before any connection is made. No message quotes the data.
"""

from __future__ import annotations

import stat
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from party_runner.csv_table import EXACT, INEXACT, INEXACT_REMEDY, Table, read_csv

NPY_HEADER_BYTES = 10_000


def load_input(path: Path) -> Table:
    """The numbers in `path`, a `.csv`, `.npy`, `.parquet` or `.pq` file.

    Errors: LocalError `input-missing`, `input-unreadable`, `input-format`, `input-empty`, `input-malformed`,
    `input-ragged`, `input-not-numeric`, `input-not-finite`, `input-inexact-integer`, `extra-missing`.
    """
    readers = {".csv": _load_csv, ".npy": _load_npy, ".parquet": _load_parquet, ".pq": _load_parquet}
    reader = readers.get(path.suffix.lower())
    _refuse_not_a_file(path)
    if reader is None:
        remedy = "Give a .csv, .npy or .parquet file."
        raise LocalError("input-format", f"{path} has an ending Parley does not know: {path.suffix!r}", remedy)
    try:
        return reader(path)
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


def _load_csv(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return read_csv(path, text)


def _load_npy(path: Path) -> Table:
    """The array is read only when its header is short, its dtype plain and the file as long as the header says."""
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
    return _checked(path, array)


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


def _load_parquet(path: Path) -> Table:
    try:
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        remedy = "pip install 'parley-mpc[data]'"
        raise LocalError("extra-missing", f"reading {path} needs the package pyarrow", remedy) from None
    try:
        table = parquet.read_table(path, memory_map=False)
    except pyarrow.ArrowException:
        raise LocalError("input-malformed", f"{path} is not a Parquet file that pyarrow can read") from None
    if table.num_columns == 0 or table.num_rows == 0:
        raise _empty(path)
    columns = [_parquet_column(path, name, table.column(name)) for name in table.column_names]
    return _stacked(path, table.column_names, columns)


def _parquet_column(path: Path, name: str, column: Any) -> Table:
    types, kind = import_module("pyarrow.types"), column.type
    where = f"{path}, column {name!r}"
    if not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)):
        remedy = "Cast the column to a number type, or drop it."
        raise LocalError("input-not-numeric", f"{where} holds {kind}, not numbers", remedy)
    if column.null_count:
        row = column.is_null().to_pylist().index(True) + 1
        raise LocalError("input-not-numeric", f"{where}, row {row} is empty", "Fill in or drop the missing value.")
    return _checked(where, column.to_numpy())


def _stacked(path: Path, names: list[str], columns: list[Table]) -> Table:
    if all(column.dtype == np.int64 for column in columns):
        return np.stack([column.astype(np.int64, copy=False) for column in columns], axis=1)
    for name, column in zip(names, columns, strict=True):
        if column.dtype == np.int64 and not _exact_in_float64(column):
            raise LocalError("input-inexact-integer", f"{path}, column {name!r}: {INEXACT}", INEXACT_REMEDY)
    return np.stack([column.astype(np.float64) for column in columns], axis=1)


def _exact_in_float64(column: Table) -> bool:
    large = column[(column > EXACT) | (column < -EXACT)]
    return all(int(value) == int(float(value)) for value in large)


def _checked(where: Path | str, array: npt.NDArray[Any]) -> Table:
    """`array` as finite float64 or int64 in C order and native byte order, every value unchanged."""
    if array.size == 0:
        raise _empty(where)
    if array.dtype.kind == "f":
        return _checked_floats(where, array)
    if array.dtype.kind == "u" and array.max() > np.iinfo(np.int64).max:
        cause = f"{where} holds an integer of 64 bits or more"
        raise LocalError("input-inexact-integer", cause, "Keep integers within the range of int64, or scale them down.")
    return np.ascontiguousarray(array, dtype=np.int64).reshape(array.shape)


def _checked_floats(where: Path | str, array: npt.NDArray[Any]) -> Table:
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        index = tuple(int(i) for i in bad[0])
        what = "NaN" if np.isnan(values[index]) else "infinite or beyond float64"
        cause = f"{where}: the element at index {index} is {what}"
        raise LocalError("input-not-finite", cause, "Replace or drop values that are not finite.")
    return values


def _empty(where: Path | str) -> LocalError:
    return LocalError("input-empty", f"{where} holds no data", "Give a file with at least one row of numbers.")
