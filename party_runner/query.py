"""A query of a database as an input: `sqlite:///FILE?query=SELECT ...`, or an address that SQLAlchemy knows.

Three slashes stand before a path that is relative to the current folder, four before an absolute one. SQLite is read
with Python's own library, and never written to; PostgreSQL and others by SQLAlchemy (extra `sql`). No message shows the
address behind the question mark, nor a password in it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import numpy as np

from mpc.errors import LocalError
from party_runner.columns import Column
from protocols.runs.table import INEXACT, INEXACT_REMEDY

ADDRESS = re.compile(r"[a-z][a-z0-9+]*://")
REMEDY = "Write --input 'sqlite:///FILE?query=SELECT ...', or an address of SQLAlchemy with its query."


def is_query(text: str) -> bool:
    """Whether an input is an address rather than a file."""
    return ADDRESS.match(text) is not None


def query_columns(address: str) -> tuple[list[str], list[Column]]:
    """The names and columns that a query gives: numbers as int64 or float64, texts as objects.

    LocalError `bad-query`, `input-not-numeric` with the row of an empty value, `extra-missing`.
    """
    head, _, tail = address.partition("?")
    shown = re.sub(r"//[^/@]*@", "//", head)
    given = dict(parse_qsl(tail, keep_blank_values=True))
    text = given.pop("query", "")
    if not text.strip():
        raise LocalError("bad-query", f"{shown} says no query", REMEDY)
    rest = head + (f"?{urlencode(given)}" if given else "")
    names, rows = _sqlite(rest, text, shown) if head.startswith("sqlite:") else _by_sqlalchemy(rest, text, shown)
    return names, [_column(shown, name, [row[i] for row in rows]) for i, name in enumerate(names)]


def _sqlite(address: str, text: str, shown: str) -> tuple[list[str], Sequence[Any]]:
    file = Path(unquote(urlsplit(address).path)[1:])
    if not file.is_file():
        raise LocalError("input-missing", f"there is no file {file}", "Check the path of the database.")
    try:
        connection = sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True)
        try:
            cursor = connection.execute(text)
            return [column[0] for column in cursor.description or ()], cursor.fetchall()
        finally:
            connection.close()
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise LocalError("bad-query", f"{shown} refuses the query: {error}", "Try the query in sqlite3.") from None


def _by_sqlalchemy(address: str, text: str, shown: str) -> tuple[list[str], Sequence[Any]]:
    try:
        sqlalchemy = import_module("sqlalchemy")
    except ImportError:
        remedy = "pip install 'parley-mpc[sql]'"
        raise LocalError("extra-missing", f"reading {shown} needs the package sqlalchemy", remedy) from None
    try:
        engine = sqlalchemy.create_engine(address)
        with engine.connect() as connection:
            result = connection.execute(sqlalchemy.text(text))
            return list(result.keys()), result.fetchall()
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        why = type(getattr(error, "orig", None) or error).__name__  # its text may quote the data
        raise LocalError("bad-query", f"{shown} refuses: {why}", "Check address, password and query.") from None


def _column(shown: str, name: str, values: list[Any]) -> Column:
    """The values of a column, of one type: whole numbers, decimal ones, truth values, days, or texts."""
    for row, value in enumerate(values):
        if value is None:
            cause = f"{shown}, column {name!r}, row {row + 1} is empty"
            raise LocalError("input-not-numeric", cause, "Fill it in, or leave it out: WHERE ... IS NOT NULL.")
    if all(isinstance(value, int) for value in values):
        return _whole(shown, name, values)
    if all(isinstance(value, int | float) or type(value).__name__ == "Decimal" for value in values):
        if any(isinstance(value, int) and int(float(value)) != value for value in values):
            raise LocalError("input-inexact-integer", f"{shown}, column {name!r}: {INEXACT}", INEXACT_REMEDY)
        return np.array([float(value) for value in values])
    return np.array([value if isinstance(value, str) else _text(value) for value in values], dtype=object)


def _whole(shown: str, name: str, values: list[int]) -> Column:
    try:
        return np.array(values, np.int64)
    except OverflowError:
        cause = f"{shown}, column {name!r} holds an integer of 64 bits or more"
        raise LocalError("input-inexact-integer", cause, "Scale it down in the query.") from None


def _text(value: Any) -> Any:
    """A day as its ISO text, also of a time at midnight; anything else as it is, to be refused."""
    if type(value).__name__ == "datetime" and value == datetime.combine(value.date(), time(), value.tzinfo):
        return value.date().isoformat()
    return value.isoformat() if type(value).__name__ == "date" else value
