"""Queries of a real PostgreSQL, started here where its programs and the extra `sql` are installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from postgresql_server import running_server

from mpc.errors import LocalError
from party_runner.columns import Reading
from party_runner.inputs import load_input

pytestmark = pytest.mark.slow

TABLE = """
CREATE TABLE people (age integer, dose numeric(6, 2), weight real, smokes boolean, born date, sex text);
INSERT INTO people VALUES (30, 0.25, 61.5, true, '1970-01-02', 'f'), (41, 1.50, 80, false, '1969-12-31', 'm');
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    with running_server("fsync=off") as port:
        base = f"postgresql+psycopg://tester:hidden@127.0.0.1:{port}/postgres"
        with sqlalchemy.create_engine(base).begin() as connection:
            connection.execute(sqlalchemy.text(TABLE))
        yield f"{base}?query="


def test_a_query_gives_a_table(address: str) -> None:
    table: Any = load_input(address + "SELECT age, smokes, born, sex FROM people ORDER BY age", SEX)
    assert (table.dtype, table.columns) == (np.int64, ("age", "smokes", "born", "sex"))
    np.testing.assert_array_equal(table, [[30, 1, 1, 0], [41, 0, -1, 1]])
    floats = load_input(address + "SELECT dose, weight, 2 AS two FROM people ORDER BY age")
    np.testing.assert_array_equal(floats, [[0.25, 61.5, 2], [1.5, 80, 2]])


SEX = Reading(categories={"sex": ("f", "m")})


def test_what_the_database_refuses_is_said_without_data_or_password(address: str) -> None:
    with pytest.raises(LocalError, match="bad-query") as caught:
        load_input(address + "SELECT sex::integer FROM people")
    assert "hidden" not in str(caught.value)
    assert '"f"' not in str(caught.value)


def test_a_missing_value_is_named_by_its_row(address: str) -> None:
    with pytest.raises(LocalError, match="column 'a', row 2 is empty"):
        load_input(address + "SELECT NULLIF(age, 41) AS a FROM people ORDER BY age")
