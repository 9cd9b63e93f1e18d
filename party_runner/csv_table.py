"""A CSV file as a table of numbers, and of texts beside them: comma-separated, UTF-8, one header line or none.

numpy's reader takes whatever it certainly takes right (`party_runner.csv_quick`); all else is read here, cell by cell.
Every problem is a LocalError with the file, the line and the column. No message quotes a cell of the data, for the data
are private; only column names of a header are quoted.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Protocol

import click
import numpy as np

from mpc.errors import LocalError
from party_runner.columns import TEXT_OF, Column, Kind, Reading, Texts, Unfit, is_number, is_value
from party_runner.csv_quick import Layout, quick_table
from protocols.runs.table import INEXACT, INEXACT_REMEDY, Table, first_inexact, inexact_integer, joint_type, stacked

ROWS_AT_A_TIME = 16384


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


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The columns that are read: their places in the file, their names ("" without a header), what they hold; what they
    are called on the command line, which without a header is a place counted from 1."""

    places: list[int]
    names: list[str]
    kinds: list[Kind]
    called: list[str]


def read_csv(path: Path, reading: Reading) -> Table:
    """The numbers of a CSV file, shape (rows, columns): int64 if every cell is a whole number, Python's integers if
    one of them needs over 64 bits, else float64; each column by its name so by itself.

    The first line is a header if none of its cells is a value, or as `reading` says. Blank lines may only stand at the
    end. Errors: LocalError `input-empty`, `input-ragged`, `input-not-numeric`, `input-no-text`,
    `input-not-finite`, `input-inexact-integer`, `input-malformed`, `no-such-column`. OSError where the file cannot be
    read.
    """
    content = path.read_bytes()
    reader = csv.reader(TextIOWrapper(BytesIO(content), encoding="utf-8-sig", newline=""), strict=True)
    try:
        return _read_table(path, reader, reading, content)
    except csv.Error as error:
        cause = f"{path}, line {reader.line_num}: {error}"
        raise LocalError("input-malformed", cause, "Save the file as plain comma-separated text.") from None
    except UnicodeDecodeError:
        where = f", line {reader.line_num + 1} or a later one," if reader.line_num else ""
        cause = f"{path}{where} is not UTF-8 text"
        raise LocalError("input-malformed", cause, "Save the file as comma-separated text in UTF-8.") from None


def _read_table(path: Path, reader: _Reader, reading: Reading, content: bytes) -> Table:
    first = next(reader, None)
    if first is None:
        raise empty(path)
    header_lines = reader.line_num
    names = _header(path, first, header_lines, reading)
    rows = [] if names else [first]
    if names and (row := next(reader, None)) is not None:
        rows = [row]
    sample = rows[0] if rows else []
    chosen = _chosen(path, names, sample, len(first), reading)
    layout = Layout(header_lines if names else 0, len(first), chosen.places, chosen.kinds, sample)
    quick = quick_table(path, content, layout)
    if isinstance(quick, np.ndarray):
        return Table(quick, chosen.names if names else ())
    if quick is None:
        parts = [_numbers(path, block, chosen) for block in _blocks(path, reader, rows, len(first))]
        quick = _join(path, parts, chosen)
    return with_texts(path, chosen.called, chosen.names, quick, reading.texts)


def with_texts(
    where: Path | str, called: Sequence[str], names: Sequence[str], columns: Sequence[Column], texts: Collection[str]
) -> Table:
    """The table of these columns, of which those that are `called` one of `texts` stand beside the array. Without a
    header `names` are "", and only texts are found by what they are called."""
    for column, name in zip(columns, called, strict=True):
        if name in texts:
            column.flags.writeable = False
    beside = {name: column for name, column in zip(called, columns, strict=True) if name in texts}
    numbers = [place for place, name in enumerate(called) if name not in texts]
    table = stacked(where, [names[place] for place in numbers], [columns[place] for place in numbers], beside)
    return table if any(names) else Table(table, texts=beside)


def empty(path: Path | str, what: str = "no data") -> LocalError:
    """The error of a file without a row."""
    return LocalError("input-empty", f"{path} holds {what}", "Give a file with at least one row of numbers.")


def _header(path: Path, first: list[str], line: int, reading: Reading) -> list[str] | None:
    """The column names, or None if the first line is data already."""
    if not any(cell.strip() for cell in first):
        raise LocalError("input-malformed", f"{path}, line {line} is blank", "Remove the blank line.")
    names = [cell.strip() for cell in first]
    if reading.header is not None:
        if reading.header and all(is_number(cell) for cell in first):
            _warn(f"{path}, line {line}, taken as a header, holds numbers only; for data say --no-header")
        return names if reading.header else None
    values = [is_value(cell) for cell in first]
    if all(values):
        _warn_of_numbers(path, first, line)
        return None
    if any(values):
        column = values.index(False) + 1
        cause = f"{path}, line {line} is neither a header nor data: column {column} is not a number, others are"
        remedy = (
            "Say which with --header or --no-header; or name every column by what is no number, or correct the cell."
        )
        raise LocalError("input-not-numeric", cause, remedy)
    if len(first) == 1 and any(mark in first[0] for mark in ";\t|"):
        cause = f"{path}, line {line} holds no comma but another separator"
        raise LocalError("input-malformed", cause, "Separate the columns by commas, with a point in decimals.")
    return names


def _warn_of_numbers(path: Path, first: list[str], line: int) -> None:
    """Columns that are numbered, or years, look like this: 0, 1, 2; 2021, 2022."""
    if len(first) > 1 and all(cell.strip().isdecimal() for cell in first):
        numbers = np.array([int(cell) for cell in first], dtype=object)
        if (np.diff(numbers) == 1).all():
            _warn(f"{path}, line {line} is taken as data and looks like a header of numbers: --header or --no-header")


def _warn(text: str) -> None:
    click.secho(f"warning: {text}", fg="yellow", err=True)


def _chosen(path: Path, names: list[str] | None, sample: list[str], width: int, reading: Reading) -> _Chosen:
    called = names or [str(place + 1) for place in range(width)]
    reading.check_names(path, called)
    places = [place_of(path, called, name) for name in reading.columns] or list(range(width))
    samples = [sample[place] if place < len(sample) else "" for place in places]
    chosen = [called[place] for place in places]
    kinds = [reading.kind_of(name, text) for name, text in zip(chosen, samples, strict=True)]
    return _Chosen(places, chosen if names else [""] * len(chosen), kinds, chosen)


def place_of(path: Path | str, names: Sequence[str], name: str) -> int:
    """Where a column stands. LocalError `no-such-column` unless there is one of that name."""
    if names.count(name) != 1:
        count = names.count(name)
        cause = f"{path} has {f'{count} columns' if count else 'no column'} called {name!r}"
        remedy = f"It has {', '.join(names)}." if len(names) < 100 else "Look at the first line of the file."
        raise LocalError("no-such-column", cause, remedy)
    return names.index(name)


def _blocks(path: Path, reader: _Reader, first: list[list[str]], width: int) -> Iterator[_Block]:
    """The rows after the header, some thousands at a time, all of `width` cells; blank lines at the end are dropped."""
    block, blank = _Block(), 0
    for row in chain(first, reader):
        line = reader.line_num
        if not row:
            blank = blank or line
            continue
        if blank:
            raise LocalError("input-malformed", f"{path}, line {blank} is blank", "Remove the blank line.")
        if len(row) != width:
            cause = f"{path}, line {line} has {len(row)} columns; the first line has {width}"
            raise LocalError("input-ragged", cause, "Give every line the same number of columns.")
        block.rows.append(row)
        block.lines.append(line)
        if len(block.rows) == ROWS_AT_A_TIME:
            yield block
            block = _Block()
    if block.rows:
        yield block


def _numbers(path: Path, block: _Block, chosen: _Chosen) -> tuple[list[Column], list[int]]:
    """The columns of a block, and the line of each row."""
    columns = []
    for place, name, kind in zip(chosen.places, chosen.names, chosen.kinds, strict=True):
        try:
            columns.append(kind.convert([row[place] for row in block.rows]))
        except Unfit as unfit:
            where = _where(path, block.lines[unfit.place], place, name)
            what = unfit.what if unfit.what.startswith(":") else f" {unfit.what}"
            remedy = unfit.remedy.replace(TEXT_OF, f"--text {name or place + 1}")
            raise LocalError(unfit.code, f"{where}{what}", remedy) from None
    return columns, block.lines


def _where(path: Path, line: int, place: int, name: str) -> str:
    return f"{path}, line {line}, column {place + 1}" + (f" ({name!r})" if name else "")


def _join(path: Path, parts: list[tuple[list[Column], list[int]]], chosen: _Chosen) -> list[Column]:
    """The columns of all blocks."""
    if not parts:
        raise empty(path, "only a header line")
    kinds = [
        set() if isinstance(kind, Texts) else {columns[i].dtype.kind for columns, _ in parts}
        for i, kind in enumerate(chosen.kinds)
    ]
    for columns, lines in parts:
        _refuse_inexact(path, columns, lines, kinds, chosen)
    blocks = zip(*(columns for columns, _ in parts), strict=True)
    types = [joint_type(own) if own else object for own in kinds]
    return [np.concatenate([block.astype(to) for block in column]) for to, column in zip(types, blocks, strict=True)]


def _refuse_inexact(
    path: Path, columns: list[Column], lines: list[int], kinds: Sequence[Collection[str]], chosen: _Chosen
) -> None:
    """Integers among decimals must survive the conversion: of their own column or, where that has no name, of any."""
    together = "".join(kind for own in kinds for kind in own)
    for place, name, column, own in zip(chosen.places, chosen.names, columns, kinds, strict=True):
        row = first_inexact(column) if own and "f" in (own if name else together) else None
        if row is not None:
            where = _where(path, lines[row], place, name)
            alone = LocalError("input-inexact-integer", f"{where}: {INEXACT}", INEXACT_REMEDY)
            raise alone if "f" in own else inexact_integer(where, "")
