"""An aggregator's book: an SQLite file of reports, jobs, sums and collections, written before anything follows from it.

The file holds input shares until they are verified, and sums after that: it is for its aggregator's eyes only (mode
600), on a disk that is encrypted. What is dropped is overwritten there, not in SQLite's journal beside it. All that
one step writes is one transaction; a step that is repeated after a crash finds what it had decided, and says the same
again. Threads may share a book, and processes a file: transactions wait for one another. Who reads outside of one,
and decides on it, looks again within.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from mpc.errors import LocalError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reports (
    name BLOB PRIMARY KEY, client TEXT NOT NULL, time INTEGER NOT NULL, digest BLOB NOT NULL, state INTEGER NOT NULL,
    public BLOB, input BLOB, job BLOB, out BLOB,
    tries INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS of_clients ON reports (client, time);
CREATE INDEX IF NOT EXISTS of_states ON reports (state, tries, time);
CREATE TABLE IF NOT EXISTS jobs (
    job BLOB PRIMARY KEY, digest BLOB NOT NULL, batch BLOB NOT NULL, state INTEGER NOT NULL, message BLOB NOT NULL,
    confirmation BLOB);
CREATE TABLE IF NOT EXISTS members (job BLOB, place INTEGER, name BLOB, key BLOB, PRIMARY KEY (job, place));
CREATE TABLE IF NOT EXISTS sums (
    key BLOB PRIMARY KEY, count INTEGER NOT NULL, checksum BLOB NOT NULL, share BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS collections (
    collection BLOB PRIMARY KEY, first BLOB NOT NULL, after BLOB NOT NULL, count INTEGER NOT NULL,
    weight INTEGER NOT NULL, checksum BLOB NOT NULL, share BLOB NOT NULL, agreed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS task (
    place INTEGER PRIMARY KEY CHECK (place = 1), digest BLOB NOT NULL, forgotten INTEGER NOT NULL DEFAULT 0);
"""


_PATIENCE = 60.0
"""Seconds for which a process waits for another's transaction."""


class State(IntEnum):
    """Of a report."""

    WAITING = 0
    IN_JOB = 1
    COUNTED = 2
    REFUSED = 3


class JobState(IntEnum):
    """Of a job: what its keeper waits for."""

    BEGUN = 0
    CONFIRMED = 1
    DONE = 2


class Book:
    """One file, or memory alone (":memory:") for tests. LocalError `collecting-book` if the disk refuses."""

    def __init__(self, file: str | Path = ":memory:") -> None:
        self.file = str(file)
        self._alone = threading.RLock()
        try:
            if self.file != ":memory:":
                os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(
                self.file, isolation_level=None, check_same_thread=False, timeout=_PATIENCE
            )
            self._database.execute("PRAGMA synchronous = EXTRA")
            self._database.execute("PRAGMA secure_delete = ON")
            self._database.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise self._refused(error) from None

    def of_task(self, digest: bytes) -> None:
        """Bind the file to a task: LocalError `collecting-book` where it is another's."""
        with self.transaction():
            row = self.row("SELECT digest FROM task")
            if row is None:
                self.write("INSERT INTO task (place, digest) VALUES (1, ?)", digest)
            elif row[0] != digest:
                cause = f"{self.file} is the book of another task or aggregator"
                raise LocalError("collecting-book", cause, "give each task and aggregator a file of its own")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within is on the disk at its end, or nothing of it. Other threads wait."""
        with self._alone:
            self.write("BEGIN IMMEDIATE")
            try:
                yield
                self.write("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        try:
            with self._alone:
                return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._refused(error) from None

    def row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """The first row of a query."""
        found = self.rows(statement, *values)
        return found[0] if found else None

    def write(self, statement: str, *values: object) -> None:
        """One statement."""
        try:
            with self._alone:
                self._database.execute(statement, values)
        except sqlite3.Error as error:
            raise self._refused(error) from None

    def write_each(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        """One statement for each row."""
        try:
            with self._alone:
                self._database.executemany(statement, rows)
        except sqlite3.Error as error:
            raise self._refused(error) from None

    def close(self) -> None:
        """Close the file."""
        with self._alone:
            self._database.close()

    def _refused(self, error: Exception) -> LocalError:
        return LocalError("collecting-book", f"{self.file}: {error}", "see to the disk and the file")


def digest(*parts: bytes) -> bytes:
    """SHA-256 of parts, with their lengths."""
    hashed = sha256()
    for part in parts:
        hashed.update(len(part).to_bytes(8, "big") + part)
    return hashed.digest()
