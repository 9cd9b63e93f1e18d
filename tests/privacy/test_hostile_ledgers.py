"""Files that somebody hostile made are refused in words, soon, and run nothing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest
from privacy.ledgers import begun, identity, signer

from mpc.errors import LocalError
from protocols.privacy.ledger.address import address_of, is_address
from protocols.privacy.ledger.ledger import Ledger
from protocols.privacy.ledger.sqlite_book import _SUPER_JOURNAL, SqliteBook
from protocols.privacy.ledger.verifying import export, verify

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
NOTHING_FOR_EVER = f"{ENDLESS} SELECT i, x'00', x'00' FROM n WHERE i < 0"
SCHEMAS = {
    "an endless view": ("DROP TABLE entries", f"CREATE VIEW entries(number, content, hash) AS {NOTHING_FOR_EVER}"),
    "a view of peers": ("DROP TABLE peers", "CREATE VIEW peers(certificate, head) AS SELECT x'00', x'00'"),
    "a trigger": ("CREATE TRIGGER more AFTER INSERT ON entries BEGIN DELETE FROM peers; END",),
    "a table": ("CREATE TABLE more (x)",),
    "an index": ("CREATE INDEX more ON entries (hash)",),
    "another column": ("ALTER TABLE head ADD COLUMN more",),
}


@pytest.mark.parametrize("way", SCHEMAS)
def test_a_database_that_is_more_than_a_ledger_is_none(tmp_path, way):
    begun(tmp_path / "north.ledger", epsilon=3).close()
    with closing(sqlite3.connect(tmp_path / "north.ledger")) as database:
        for statement in SCHEMAS[way]:
            database.execute(statement)
        database.commit()
    with pytest.raises(LocalError, match=r"ledger-edited.*other tables"):
        verify(tmp_path / "north.ledger", identity().certificate)
    with pytest.raises(LocalError, match=r"ledger-edited.*other tables"):
        Ledger(tmp_path / "north.ledger", signer())


def test_work_that_yields_nothing_ends(tmp_path):
    begun(tmp_path / "north.ledger").close()
    book = SqliteBook(tmp_path / "north.ledger", read_only=True)
    with pytest.raises(LocalError, match=r"ledger-edited.*interrupted"):
        book._read(NOTHING_FOR_EVER).fetchone()
    book.close()


def test_pages_that_name_one_another_again_and_again_end(tmp_path):
    file = tmp_path / "north.ledger"
    begun(file).close()
    with closing(sqlite3.connect(file)) as database:
        database.executemany("INSERT INTO entries VALUES (?, ?, x'00')", [(n, bytes(300)) for n in range(2, 400)])
        database.commit()
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entries'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content, page = bytearray(file.read_bytes()), (root - 1) * size
    assert content[page] == 5, "an inner page, of pointers to others"
    cells = int.from_bytes(content[page + 3 : page + 5], "big")
    first = int.from_bytes(content[page + 12 : page + 14], "big")
    for cell in range(cells):
        at = page + int.from_bytes(content[page + 12 + 2 * cell : page + 14 + 2 * cell], "big")
        content[at : at + 4] = content[page + first : page + first + 4]
    file.write_bytes(content)
    for look in (lambda: verify(file, identity().certificate), lambda: export(file, tmp_path / "north.jsonl")):
        with pytest.raises(LocalError, match="ledger-edited"):
            look()


@pytest.mark.parametrize("place", ["content", "hash", "sealed", "peers"])
def test_values_longer_than_any_entry_are_not_read(tmp_path, place):
    begun(tmp_path / "north.ledger").close()
    statement = {
        "content": "INSERT INTO entries VALUES (2, zeroblob(10000000), x'00')",
        "hash": "INSERT INTO entries VALUES (2, x'00', zeroblob(10000000))",
        "sealed": "UPDATE head SET sealed = zeroblob(10000000)",
        "peers": "INSERT INTO peers VALUES (zeroblob(10000000), x'00')",
    }[place]
    with closing(sqlite3.connect(tmp_path / "north.ledger")) as database:
        database.execute(statement)
        database.commit()
    with pytest.raises(LocalError, match="ledger-edited"):
        verify(tmp_path / "north.ledger", identity().certificate)


@pytest.mark.parametrize("way", ["pipe", "super-journal"])
def test_a_journal_that_sqlite_would_not_leave_is_not_played_back(tmp_path, way):
    begun(tmp_path / "north.ledger").close()
    journal = tmp_path / "north.ledger-journal"
    if way == "pipe":
        os.mkfifo(journal)
    else:
        journal.write_bytes(bytes(600) + b"another file" + bytes(8) + _SUPER_JOURNAL)
    with pytest.raises(LocalError, match="ledger-edited"):
        verify(tmp_path / "north.ledger", identity().certificate)


def test_a_pipe_is_no_ledger_and_nobody_waits_for_it(tmp_path):
    os.mkfifo(tmp_path / "north.ledger")
    with pytest.raises(LocalError, match="ledger-missing"):
        verify(tmp_path / "north.ledger", identity().certificate)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://north:hidden@db/budgets",
        "PostgreSQL://north:hidden@db/budgets",
        "postgres://north@db/budgets?password=hidden",
        "postgresql://north:hidden@db:none/budgets",
        "postgresql://north@db/budgets?ledger=pg_hidden",
        "postgresql://north@db/budgets?options=-chidden=1",
    ],
)
def test_a_url_with_a_password_or_another_setting_is_refused_and_not_shown(url):
    assert is_address(url)
    with pytest.raises(LocalError, match="bad-address") as caught:
        address_of(url)
    assert "hidden" not in str(caught.value)
