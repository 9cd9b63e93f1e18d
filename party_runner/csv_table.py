"""A CSV file as a table of numbers: comma-separated, UTF-8, one header line or none.

Every problem is a LocalError with the file, the line and the column. No message quotes a cell of the data,
for the data are private; only column names of a header are quoted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Protocol, TextIO

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError

Table = npt.NDArray[np.float64] | npt.NDArray[np.int64]

ROWS_AT_A_TIME = 16384
EXACT = 2**53  # float64 holds every integer below this, and this one, but not the next
INEXACT = "an integer that float64 cannot hold exactly stands beside values that are not int64"
INEXACT_REMEDY = "Keep integers of more than 53 bits in a file of integers within 64 bits, or scale them down."


class _Reader(Protocol):
    """What csv.reader returns: rows of cells, and the number of the line read last."""

    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


@dataclass(slots=True)
class _Block:
    """Some rows of a file and the line each ends at."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def read_csv(path: Path, text: TextIO) -> Table:
    """The numbers of a CSV file, shape (rows, columns): int64 if every cell is written as an integer, else float64.

    The first line is a header if none of its cells is a number. Blank lines may only stand at the end.
    Errors: LocalError `input-empty`, `input-ragged`, `input-not-numeric`, `input-not-finite`,
    `input-inexact-integer`, `input-malformed`.
    """
    reader = csv.reader(text, strict=True)
    try:
        return _read_table(path, reader)
    except csv.Error as error:
        cause = f"{path}, line {reader.line_num}: {error}"
        raise LocalError("input-malformed", cause, "Save the file as plain comma-separated text.") from None
    except UnicodeDecodeError:
        cause = f"{path} is not UTF-8 text (after line {reader.line_num})"
        raise LocalError("input-malformed", cause, "Save the file as comma-separated text in UTF-8.") from None


def _read_table(path: Path, reader: _Reader) -> Table:
    first = next(reader, None)
    if first is None:
        raise _empty(path)
    names = _header(path, first, reader.line_num)
    width = len(first)
    blocks = _blocks(path, reader, [] if names else [first], width)
    parts = [_numbers(path, block, names or [""] * width) for block in blocks]
    if not parts:
        raise _empty(path, "only a header line")
    return _join(path, parts)


def _empty(path: Path, what: str = "no data") -> LocalError:
    return LocalError("input-empty", f"{path} holds {what}", "Give a file with at least one row of numbers.")


def _header(path: Path, first: list[str], line: int) -> list[str] | None:
    """The column names, or None if the first line is data already."""
    if not any(cell.strip() for cell in first):
        raise LocalError("input-malformed", f"{path}, line {line} is blank", "Remove the blank line.")
    numeric = [_is_number(cell) for cell in first]
    if all(numeric):
        return None
    if any(numeric):
        column = numeric.index(False) + 1
        cause = f"{path}, line {line} is neither a header nor data: column {column} is not a number, others are"
        remedy = "Give every column of the header a name that is not a number, or correct the cell."
        raise LocalError("input-not-numeric", cause, remedy)
    if len(first) == 1 and any(mark in first[0] for mark in ";\t|"):
        cause = f"{path}, line {line} holds no comma but another separator"
        raise LocalError("input-malformed", cause, "Separate the columns by commas, with a point in decimals.")
    return [cell.strip() for cell in first]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii() and "_" not in cell


def _blocks(path: Path, reader: _Reader, first: list[list[str]], width: int) -> Iterator[_Block]:
    """The rows after the header, some thousands at a time, all of `width` cells; blank lines at the end are dropped."""
    block = _Block(first, [reader.line_num] * len(first))
    blank = 0
    for row in reader:
        if not row:
            blank = blank or reader.line_num
            continue
        if blank:
            raise LocalError("input-malformed", f"{path}, line {blank} is blank", "Remove the blank line.")
        if len(row) != width:
            cause = f"{path}, line {reader.line_num} has {len(row)} columns; the first line has {width}"
            raise LocalError("input-ragged", cause, "Give every line the same number of columns.")
        block.rows.append(row)
        block.lines.append(reader.line_num)
        if len(block.rows) == ROWS_AT_A_TIME:
            yield block
            block = _Block()
    if block.rows:
        yield block


def _numbers(path: Path, block: _Block, names: list[str]) -> Table:
    """The numbers of a block; the cell at fault is looked for only when there is one."""
    cells = "".join(chain.from_iterable(block.rows))
    if not cells.isascii() or "_" in cells:
        raise _not_numeric(path, block, names)
    try:
        integers = np.fromiter(map(int, chain.from_iterable(block.rows)), np.int64)
    except (OverflowError, ValueError):
        return _floats(path, block, names)
    return integers.reshape(len(block.rows), len(names))


def _floats(path: Path, block: _Block, names: list[str]) -> npt.NDArray[np.float64]:
    try:
        values = np.fromiter(map(float, chain.from_iterable(block.rows)), np.float64)
    except ValueError:
        raise _not_numeric(path, block, names) from None
    values = values.reshape(len(block.rows), len(names))
    _refuse_not_finite(path, block, names, values)
    _refuse_inexact(path, block, names, values)
    return values


def _not_numeric(path: Path, block: _Block, names: list[str]) -> LocalError:
    for row, line in zip(block.rows, block.lines, strict=True):
        for column, cell in enumerate(row):
            if not cell.strip():
                where = _where(path, line, column, names)
                return LocalError("input-not-numeric", f"{where} is empty", "Fill in or drop the missing value.")
            if not _is_number(cell):
                where = _where(path, line, column, names)
                remedy = "Write numbers with a decimal point and no separators, or drop the column."
                return LocalError("input-not-numeric", f"{where} is not a number", remedy)
    raise AssertionError("every cell of the block is a number")


def _refuse_not_finite(path: Path, block: _Block, names: list[str], values: npt.NDArray[np.float64]) -> None:
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = bad[0]
        what = "NaN" if np.isnan(values[row, column]) else "infinite or beyond float64"
        where = _where(path, block.lines[row], int(column), names)
        raise LocalError("input-not-finite", f"{where} is {what}", "Replace or drop values that are not finite.")


def _refuse_inexact(path: Path, block: _Block, names: list[str], values: npt.NDArray[np.float64]) -> None:
    for row, column in np.argwhere(np.abs(values) >= EXACT):
        cell = block.rows[row][column].strip()
        if cell.lstrip("+-").isdigit() and int(cell) != int(values[row, column]):
            where = _where(path, block.lines[row], int(column), names)
            raise LocalError("input-inexact-integer", f"{where}: {INEXACT}", INEXACT_REMEDY)


def _where(path: Path, line: int, column: int, names: list[str]) -> str:
    name = f" ({names[column]!r})" if names[column] else ""
    return f"{path}, line {line}, column {column + 1}{name}"


def _join(path: Path, parts: list[Table]) -> Table:
    """One table of all blocks; integers among floats must survive the conversion."""
    if all(part.dtype == np.int64 for part in parts):
        return np.concatenate([part.astype(np.int64, copy=False) for part in parts])
    start = 0
    for part in parts:
        for row, column in np.argwhere((part > EXACT) | (part < -EXACT)) if part.dtype == np.int64 else ():
            if int(part[row, column]) != int(float(part[row, column])):
                where = f"{path}, row {start + row + 1} of the data, column {column + 1}"
                raise LocalError("input-inexact-integer", f"{where}: {INEXACT}", INEXACT_REMEDY)
        start += len(part)
    return np.concatenate([part.astype(np.float64) for part in parts])
