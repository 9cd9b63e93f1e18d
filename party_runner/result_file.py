"""`--output`: the result of a run in a file of its own: `.npy`, `.csv`, `.json` or `.parquet`, by the file's ending."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import import_module
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.encoding import are_integers, as_numbers
from mpc.errors import LocalError
from mpc.network.irreplaceable import refuse_to_replace
from party_runner.summary import SHOWN, Summary, as_json, check_writable
from party_runner.whole_file import write_file

Column = npt.NDArray[Any]
DECIMAL_DIGITS = 38


def check_result_file(target: Path | None) -> None:
    """Refuse, before the run, what cannot be written after it.

    LocalError `output-format`, `extra-missing`, `summary-unwritable`, `would-overwrite`.
    """
    if target is None:
        return
    if target.suffix.lower() not in _CONTENT:
        known = ", ".join(_CONTENT)
        raise LocalError("output-format", f"{target} has an ending Parley does not write", f"Name a file as {known}.")
    if _CONTENT[target.suffix.lower()] is _parquet:
        _pyarrow(target)
    check_writable(target)


def result_files(summary: Summary, target: Path | None) -> list[Callable[[], None]]:
    """What writes the result of this summary; where the parties' results differ, a file for each who has one, with its
    name before the ending, in place of the one that an earlier run may have left. Raised then: LocalError
    `summary-unwritable`, `output-shape`."""
    if target is None:
        return []
    if "results" not in summary:
        return [lambda: _write(target, summary["result"])]
    named = zip(summary["parties"], summary["results"], strict=True)
    files = [(target.with_name(f"{target.stem}.{name}{target.suffix}"), result) for name, result in named]
    return [lambda: _remove(target), *(_writer(file, result) for file, result in files if result is not None)]


def _remove(target: Path) -> None:
    refuse_to_replace(target)
    try:
        target.unlink(missing_ok=True)
    except OSError as error:
        remedy = "Remove it: it is not of this run."
        raise LocalError("summary-unwritable", f"{target} cannot be removed: {error.strerror}", remedy) from None


def _writer(target: Path, result: Any) -> Callable[[], None]:
    return lambda: _write(target, result)


def _write(target: Path, result: Any) -> None:
    write_file(target, _CONTENT[target.suffix.lower()](target, result), "summary-unwritable", SHOWN)


def _json(target: Path, result: Any) -> bytes:
    return as_json(result)


def _npy(target: Path, result: Any) -> bytes:
    array = _array(result)
    if array is None:
        raise _misfit(target, "one array of numbers")
    if array.dtype == object:
        raise LocalError(
            "output-shape", f"{target} holds whole numbers of up to 64 bits, and the result has longer ones",
            "Write it to a .json, .csv or .parquet file.",
        )  # fmt: skip
    stream = BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def _csv(target: Path, result: Any) -> bytes:
    columns = dict(_columns(target, result))
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return text.getvalue().encode()


def _parquet(target: Path, result: Any) -> bytes:
    pyarrow, parquet = _pyarrow(target)
    stream = BytesIO()
    columns = {name: _of_arrow(pyarrow, column) for name, column in _columns(target, result)}
    parquet.write_table(pyarrow.table(columns), stream)
    return stream.getvalue()


_CONTENT = {".npy": _npy, ".csv": _csv, ".json": _json, ".parquet": _parquet}


def _of_arrow(pyarrow: Any, column: Column) -> Any:
    """Whole numbers beyond int64 as decimals of 38 digits, which hold all of less than 126 bits."""
    if not are_integers(column):
        return column
    return pyarrow.array([Decimal(value) for value in column.tolist()], pyarrow.decimal128(DECIMAL_DIGITS))


def _pyarrow(target: Path) -> tuple[Any, Any]:
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        remedy = "pip install 'parley-mpc[data]'"
        raise LocalError("extra-missing", f"writing {target} needs the package pyarrow", remedy) from None


def _columns(target: Path, result: Any) -> Iterator[tuple[str, Column]]:
    """A result as columns of one length: by key; by place in a table or a tuple; or one column `result`."""
    parts = result if isinstance(result, dict) else _by_place(result)
    arrays = {name: _texts(part) if _array(part) is None else _array(part) for name, part in parts.items()}
    shapes = {None if array is None else array.shape for array in arrays.values()}
    shape = shapes.pop() if len(shapes) == 1 else None
    if shape is None or len(shape) > 1:
        raise _misfit(target, "columns of numbers or texts, of one length")
    for name, array in arrays.items():
        yield name, np.atleast_1d(np.asarray(array))


def _by_place(result: Any) -> dict[str, Any]:
    array = _array(result)
    if array is None and isinstance(result, list) and _texts(result) is None:
        return {f"result{place}": part for place, part in enumerate(result)}
    if array is None or array.ndim < 2:
        return {"result": result}
    return {f"result{place}": array[:, place] for place in range(array.shape[1])}


def _array(result: Any) -> Column | None:
    """Nested lists of numbers as an array, of Python's integers where int64 is too small; None for anything else, as
    truth values beside numbers. JSON has NaN and infinities as texts."""
    if holds_both(result):
        return None
    try:
        array = as_numbers(result)
        if array.dtype.kind == "U":
            array = np.array(result, np.float64)
    except ValueError:
        return None
    return array if array.dtype.kind in "biuf" or (array.size and are_integers(array)) else None


def holds_both(result: Any) -> bool:
    """Whether nested lists hold truth values and something else: as one array truth values would be numbers."""
    return len({kind is bool for kind in _kinds(result)}) > 1


def _kinds(result: Any) -> set[type]:
    """Of all that nested lists hold, but not of what dicts do."""
    if not isinstance(result, list):
        return {type(result)}
    lists = [part for part in result if isinstance(part, list)]
    return {type(part) for part in result}.difference({list}).union(*map(_kinds, lists))


def _texts(part: Any) -> Column | None:
    """A list of texts as an array; None for anything else."""
    return np.array(part, object) if isinstance(part, list) and all(isinstance(text, str) for text in part) else None


def _misfit(target: Path, what: str) -> LocalError:
    return LocalError(
        "output-shape", f"{target} can hold {what}, and the result is not that", "Name a .json file, which holds any."
    )
