"""A CSV file by pyarrow's reader or numpy's: only what these certainly read as `party_runner.csv_table` does.

Text that needs a closer look (quotes, blank lines, rows of other lengths, letters beyond ASCII, numbers that are not
finite or too large to be exact, anything that is no number) is left to the slow reader, which says what is wrong.
pyarrow's, where that is installed, takes a whole file of numbers on all cores. It takes hexadecimal numbers too, and no
leading plus sign among whole ones: files with such are left to numpy's.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from party_runner.columns import Column, Kind, Numbers
from protocols.runs.table import EXACT, first_inexact

BLANKS = tuple(bytes([code]) for code in b"\v\f\x1c\x1d\x1e\x1f\0")
"""The control characters that numpy's reader skips around a number as if they were spaces; and the zero byte, which its
texts lose at their ends."""

BEFORE_A_SIGN = (b",+", b"\n+", b" +", b"\t+")
"""A number with a plus sign begins so; one of an exponent stands elsewhere."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How many lines the header takes, how many columns the file has, and which of them are read as what; the first row
    of data."""

    header_lines: int
    width: int
    places: Sequence[int]
    kinds: Sequence[Kind]
    first: Sequence[str]

    def starts_whole(self, place: int) -> bool:
        """Whether the first text of a column is written as a whole number."""
        return place < len(self.first) and self.first[place].strip().lstrip("+-").isdecimal()

    @property
    def whole(self) -> bool:
        """Whether all columns are read, as numbers and in their order: then numpy itself holds the rows against one
        another, and only their length against the header's is left to compare."""
        everything = list(self.places) == list(range(self.width))
        return everything and all(isinstance(kind, Numbers) for kind in self.kinds)


def quick_table(path: Path, content: bytes, layout: Layout) -> Column | list[Column] | None:
    """The chosen columns, as one array where all are of one type; None for the slow reader. `content` is what the file
    at `path` holds."""
    numeric = [i for i, kind in enumerate(layout.kinds) if isinstance(kind, Numbers)]
    others = [i for i in range(len(layout.kinds)) if i not in numeric]
    rows = _rows_of(content, layout)
    if not rows:
        return None
    numbers = _by_pyarrow(content, layout) if layout.whole else None
    if numbers is None and numeric:
        numbers = _numbers(path, layout, [layout.places[i] for i in numeric])
    elif not numeric:
        numbers = np.empty((rows, 0), np.int64)
    if numbers is None:
        return None
    if isinstance(numbers, np.ndarray) and not others:
        return numbers if len(numbers) == rows else None
    texts = [_texts(path, layout, i) for i in others]
    read = [column for column in (*_apart(numbers), *texts) if column is not None]
    if len(read) < len(layout.kinds) or {*map(len, read)} != {rows}:
        return None
    return [read[place] for place in np.argsort([*numeric, *others])]


def _apart(numbers: Column | list[Column]) -> list[Column]:
    return [*numbers.T] if isinstance(numbers, np.ndarray) else numbers


def _rows_of(content: bytes, layout: Layout) -> int:
    """How many rows there are, if every line is a row of plain cells, as many as there are columns; else 0."""
    start = content.find(b"\n") + 1 if layout.header_lines else 0
    end = len(content) - len(content[-4:]) + len(content[-4:].rstrip(b"\r\n"))
    if layout.header_lines > 1 or start >= end or not (content.isascii() or content[start:].isascii()):
        return 0
    if any(content.find(mark, start, end) >= 0 for mark in (b'"', b"\n\n", b"\n\r", *BLANKS)):
        return 0
    if b"\r" in content and content.count(b"\r", start, end) != content.count(b"\r\n", start, end):
        return 0
    if layout.whole:
        return content.count(b"\n", start, end) + 1
    return _rows(content, start, end, layout.width)


def _rows(content: bytes, start: int, end: int, width: int) -> int:
    """How many, if commas and ends of lines come as in rows of `width` cells, those that nobody asks for included."""
    marks = np.frombuffer(content, np.uint8)[start:end]
    marks = marks[(marks == ord(",")) | (marks == ord("\n"))]
    if (len(marks) + 1) % width:
        return 0
    rows = np.append(marks, np.uint8(ord("\n"))).reshape(-1, width)
    return len(rows) if (rows[:, -1] == ord("\n")).all() and (rows[:, :-1] == ord(",")).all() else 0


def _by_pyarrow(content: bytes, layout: Layout) -> Column | list[Column] | None:
    """All columns as whole numbers, or else each as such or as reals; None without pyarrow, and for what it does not
    read alike."""
    try:
        pyarrow, csv = import_module("pyarrow"), import_module("pyarrow.csv")
    except ImportError:
        return None
    signed = b"+" in content and (content[:1] == b"+" or any(mark in content for mark in BEFORE_A_SIGN))
    if signed or b"x" in content or b"X" in content:
        return None
    names = [str(i) for i in range(layout.width)]
    for types in (dict.fromkeys(names, pyarrow.int64()), {}):
        try:
            table = csv.read_csv(
                pyarrow.BufferReader(content),
                csv.ReadOptions(skip_rows=layout.header_lines, column_names=names),
                csv.ParseOptions(quote_char=False, ignore_empty_lines=False),
                csv.ConvertOptions(column_types=types, null_values=[]),
            )
        except pyarrow.ArrowInvalid:
            continue
        found = {str(column.type) for column in table.columns}
        if len(found) == 1 and found <= {"int64", "double"}:
            return _as_one(table, np.int64 if found == {"int64"} else np.float64)
        if found == {"int64", "double"}:
            columns = [column.to_numpy() for column in table.columns]
            refused = not layout.header_lines and any(first_inexact(column) is not None for column in columns)
            return columns if all(map(_are_exact, columns)) and not refused else None
    return None


def _as_one(table: Any, dtype: type[Any]) -> Column | None:
    """A table of Arrow whose columns are of one type as one array; None where that may not be exact."""
    values, at = np.empty((table.num_rows, table.num_columns), dtype), 0
    for batch in table.to_batches():
        block = values[at : at + len(batch)]
        np.stack([column.to_numpy() for column in batch.columns], 1, out=block)
        if not _are_exact(block):
            return None
        at += len(batch)
    return values


def _are_exact(values: Column) -> bool:
    """Whether reals are finite, and not so large that whole ones among them were rounded."""
    return values.dtype.kind != "f" or bool((np.abs(values) < EXACT).all())


def _numbers(path: Path, layout: Layout, places: list[int]) -> Column | list[Column] | None:
    columns = None if layout.whole else places
    values = _loaded(path, layout, np.int64, columns)
    if values is None:
        values = _loaded(path, layout, np.float64, columns)
        values = values if values is not None and _are_exact(values) else None
    if values is None or values.shape[1] != len(places):
        return None
    return values if values.dtype.kind == "i" else _with_whole_ones(path, layout, places, values)


def _with_whole_ones(path: Path, layout: Layout, places: list[int], reals: Column) -> Column | list[Column] | None:
    """The columns that are written as whole numbers as such; None where one is so in some rows only."""
    whole = np.flatnonzero((reals == np.rint(reals)).all(axis=0) & [layout.starts_whole(place) for place in places])
    if not len(whole):
        return reals
    integers = _loaded(path, layout, np.int64, [places[i] for i in whole])
    if integers is None:
        return None
    apart = [*reals.T]
    for i, column in zip(whole, integers.T, strict=True):
        apart[i] = column
    return apart


def _texts(path: Path, layout: Layout, i: int) -> Column | None:
    texts = _loaded(path, layout, str, [layout.places[i]])
    return None if texts is None else layout.kinds[i].quick(np.char.strip(texts[:, 0]))


def _loaded(path: Path, layout: Layout, dtype: type[Any], columns: list[int] | None) -> npt.NDArray[Any] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # an integer by way of a float
        try:
            return np.loadtxt(
                str(path), dtype, comments=None, delimiter=",", skiprows=layout.header_lines, usecols=columns, ndmin=2,
                encoding="latin-1",
            )  # fmt: skip
        except (ValueError, OverflowError, Warning):
            return None
