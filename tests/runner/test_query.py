"""Queries of databases as inputs."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

from mpc.errors import LocalError
from party_runner.columns import Reading
from party_runner.inputs import load_input

ROWS = [(30, 1.5, "f", "1970-01-02", 2**60), (41, 2, "m", "1969-12-31", 7)]


@pytest.fixture
def address(tmp_path: Path) -> str:
    with sqlite3.connect(tmp_path / "people.db") as connection:
        connection.execute("CREATE TABLE people (age INT, dose REAL, sex TEXT, born DATE, big INT)")
        connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", ROWS)
    connection.close()
    return f"sqlite:///{tmp_path / 'people.db'}?query="


def refused(origin: str, code: str, reading: Reading = Reading()) -> LocalError:  # noqa: B008
    with pytest.raises(LocalError, match=code) as caught:
        load_input(origin, reading)
    assert caught.value.remedy
    return caught.value


def test_a_query_gives_a_table(address: str) -> None:
    reading = Reading(categories={"sex": ("f", "m")})
    table: Any = load_input(address + "SELECT age, sex, born FROM people ORDER BY age", reading)
    assert (table.dtype, table.columns) == (np.int64, ("age", "sex", "born"))
    np.testing.assert_array_equal(table, [[30, 0, 1], [41, 1, -1]])
    floats: Any = load_input(address + quote("SELECT 2 * dose AS d, age FROM people WHERE age > 40 AND sex='m'"))
    assert floats.columns == ("d", "age")
    np.testing.assert_array_equal(floats, [[4.0, 41.0]])
    assert load_input(address + "SELECT big FROM people")[0, 0] == 2**60


def test_columns_are_chosen(address: str) -> None:
    table: Any = load_input(address + "SELECT * FROM people", Reading(("dose", "age")))
    assert table.columns == ("dose", "age")


def test_a_path_from_here(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_input("sqlite:///people.db?query=SELECT age FROM people").shape == (2, 1)


@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("", "bad-query", "says no query"),
        ("SELECT absent FROM people", "bad-query", "no such column: absent"),
        ("DELETE FROM people", "bad-query", "readonly"),
        ("SELECT age FROM people WHERE age < 0", "input-empty", "no data"),
        ("SELECT NULLIF(age, 41) AS a FROM people", "input-not-numeric", "column 'a', row 2 is empty"),
        ("SELECT sex FROM people", "input-not-numeric", "column 'sex' holds texts"),
        ("SELECT x'00' AS b", "input-not-numeric", "column 'b'"),
        ("SELECT 9007199254740993 AS x UNION ALL SELECT 0.5", "input-inexact-integer", "column 'x'"),
    ],
)
def test_what_is_refused(address: str, query: str, code: str, says: str) -> None:
    assert says in refused(address + query, code).cause


def test_nothing_is_written(address: str, tmp_path: Path) -> None:
    before = (tmp_path / "people.db").read_bytes()
    refused(address + "DROP TABLE people", "bad-query")
    refused("sqlite:///none.db?query=SELECT 1", "input-missing")
    assert (tmp_path / "people.db").read_bytes() == before
    assert not Path("none.db").exists()


def test_other_databases_need_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    error = refused("postgresql+psycopg://user:hidden@host/base?query=SELECT 1", "extra-missing")
    assert "parley-mpc[sql]" in error.remedy
    assert "hidden" not in str(error)
