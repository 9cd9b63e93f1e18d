"""Whether the columns that `--text` names are in the files at hand, before these are read.

A name that no file has would be passed over, and the column that it is a misspelling of refused for its texts. Of a
file only the names of its columns are looked at.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path

from mpc.errors import LocalError
from party_runner.arguments import Given
from party_runner.columns import Reading, is_value
from party_runner.inputs import Origin

_SHOWN = 100
"""Columns of a file that an error names."""


def require_text_columns(given: Iterable[Given | None], reading: Reading) -> None:
    """LocalError `no-such-column` where none of these inputs has a column that is to be one of texts.

    A file that cannot be looked into, or whose first line is neither a header nor data, and a query, may have any: what
    is wrong with it is said where it is read. So may a column that differs in the case of its letters.
    """
    origins = [origin for one in given if one is not None for origin in _origins(one)]
    if not reading.texts or not origins:
        return
    found = {str(origin): names_of(origin, reading) for origin in origins}
    if any(names is None for names in found.values()):
        return
    known = {name.casefold() for names in found.values() for name in names or ()}
    for text in reading.texts:
        if text.strip().casefold() not in known:
            have = [f"{origin} has {_listed(names or [])}" for origin, names in found.items()]
            raise LocalError("no-such-column", f"--text {text}: no input has such a column", f"{'; '.join(have)}.")


def names_of(origin: Origin, reading: Reading) -> list[str] | None:
    """What the columns of a file are called; without a header they are by their places, from 1. None where that is not
    known."""
    if isinstance(origin, str) or not origin.is_file():  # a pipe would be waited for
        return None
    ending = origin.suffix.lower()
    if ending == ".csv":
        return _of_csv(origin, reading.header)
    if ending in (".parquet", ".pq"):
        return _of_parquet(origin)
    return [] if ending == ".npy" else None


def _of_parquet(path: Path) -> list[str] | None:
    try:
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        return None
    try:
        return [str(name) for name in parquet.read_schema(path).names]
    except (OSError, pyarrow.ArrowException):
        return None


def _of_csv(path: Path, header: bool | None) -> list[str] | None:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next(csv.reader(file, strict=True), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    values = [is_value(cell) for cell in first]
    if not first or (header is None and any(values) and not all(values)):
        return None
    named = not any(values) if header is None else header
    return [cell.strip() for cell in first] if named else [str(place + 1) for place in range(len(first))]


def _origins(given: Given) -> list[Origin]:
    return list(given.values()) if isinstance(given, Mapping) else [given]


def _listed(names: list[str]) -> str:
    if not names:
        return "none with a name"
    return ", ".join(names) if len(names) < _SHOWN else f"{len(names)} others"
