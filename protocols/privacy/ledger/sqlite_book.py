"""The file of a ledger: an SQLite database that is only ever appended to, by one process at a time, on the disk before
anything follows from it.

A transaction begins `IMMEDIATE`, so that of processes that use one file the next sees all that the one before wrote.
The rollback journal makes it all or nothing at whatever instant the process or the machine stops; `synchronous=EXTRA`
also syncs the folder after the journal is gone (https://www.sqlite.org/pragma.html#pragma_synchronous).

A file may come from somebody hostile (https://www.sqlite.org/security.html). It holds the tables and triggers of a
ledger and nothing else, so that no view or trigger of its own runs; values are read up to the length of an entry; and a
statement ends that works for long without a row, as on pages that name one another again and again.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

from mpc.errors import LocalError
from protocols.consent.keeper import HEAD_BYTES
from protocols.privacy.ledger.book import MOST_PEERS, Row
from protocols.privacy.ledger.entries import MOST_BYTES
from protocols.privacy.ledger.heads import HASH_BYTES
from protocols.privacy.ledger.refusals import edited, exists, missing, unwritable

BUSY_SECONDS = 60.0
"""How long another process of this party may hold the file; one entry takes milliseconds."""

_SCHEMA = """
CREATE TABLE entries (number INTEGER PRIMARY KEY, content BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE head (place INTEGER PRIMARY KEY CHECK (place = 1), sealed BLOB NOT NULL);
CREATE TABLE peers (certificate BLOB PRIMARY KEY, head BLOB NOT NULL);
CREATE TRIGGER appended_only_1 BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are only appended'); END;
CREATE TRIGGER appended_only_2 BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are only appended'); END;
"""
LONGEST_WORK = 1 << 22
"""Steps of SQLite's machine without a row: a row takes about twenty, and a second has more than these."""

_TICK = 1 << 16
_SUPER_JOURNAL = bytes.fromhex("d9d505f920a163d7")
"""What a journal ends with that names other files, which ours never do: https://www.sqlite.org/fileformat2.html."""

_FAULTS = (sqlite3.Error, OverflowError, UnicodeDecodeError, MemoryError)


class SqliteBook:
    """A `Book` of a file."""

    def __init__(self, file: Path, *, read_only: bool = False) -> None:
        """Open it. LocalError `ledger-missing`, `ledger-edited`."""
        self.file = file
        self._work = _Work()
        self._database = _connect(file, self._work, read_only=read_only)
        try:
            self._require_own_schema()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def create(file: Path) -> SqliteBook:
        """A new one, that its owner alone may read. LocalError `ledger-exists`, `ledger-unwritable`."""
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            raise exists(file) from None
        except OSError as error:
            raise unwritable(file, error.strerror or "no reason given") from None
        return SqliteBook(file)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that is read within is of one moment."""
        self._read("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within is on the disk when it ends; nothing of it where it raises.

        LocalError `ledger-unwritable`.
        """
        self._write("BEGIN IMMEDIATE")
        try:
            yield
            self._write("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                with suppress(sqlite3.Error):  # what the disk refuses now is taken back when the file is next opened
                    self._database.execute("ROLLBACK")
            raise

    def lay_out(self) -> None:
        """Make the tables, within a transaction. LocalError `ledger-exists` where another process has."""
        if self._read("SELECT 1 FROM sqlite_master").fetchone():
            raise exists(self.file)
        for statement in _SCHEMA.strip().split(";\n"):
            self._write(statement.removesuffix(";"))

    def rows(self, after: int) -> Iterator[Row]:
        """All behind the entry of this number, in order. LocalError `ledger-edited` for what is no row."""
        try:
            for row in self._read("SELECT number, content, hash FROM entries WHERE number > ? ORDER BY number", after):
                number, content, hash_ = row
                if type(content) is not bytes or type(hash_) is not bytes or len(content) > MOST_BYTES:
                    raise edited(self.file, f"entry {number} is none")
                if number <= after:  # on pages that are damaged, or damaged on purpose
                    raise edited(self.file, f"entry {number} comes twice")
                after = number
                self._work.steps = 0
                yield number, content, hash_
        except _FAULTS as error:
            raise edited(self.file, str(error)) from None

    def hash_at(self, number: int) -> bytes | None:
        """The hash that stands beside an entry."""
        return self._bytes("SELECT hash FROM entries WHERE number = ?", number, size=HASH_BYTES)

    def head(self) -> bytes | None:
        """The sealed head."""
        return self._bytes("SELECT sealed FROM head WHERE place = 1", size=HEAD_BYTES)

    def peer(self, certificate: bytes) -> bytes | None:
        """The last head that a peer has shown."""
        return self._bytes("SELECT head FROM peers WHERE certificate = ?", certificate, size=HEAD_BYTES)

    def peers(self) -> list[tuple[bytes, bytes]]:
        """What all peers have shown last, by the digests of their certificates."""
        found = self._read("SELECT certificate, head FROM peers ORDER BY certificate").fetchmany(MOST_PEERS + 1)
        if len(found) > MOST_PEERS or not all(type(part) is bytes for row in found for part in row):
            raise edited(self.file, "what it has kept of a peer is no head")
        return found

    def append(self, row: Row) -> None:
        """Within a transaction."""
        self._write("INSERT INTO entries VALUES (?, ?, ?)", *row)

    def seal(self, head: bytes) -> None:
        """Within a transaction: the head of all rows."""
        self._write("INSERT OR REPLACE INTO head VALUES (1, ?)", head)

    def keep(self, certificate: bytes, head: bytes) -> None:
        """Within a transaction: the last head of a peer."""
        self._write("INSERT OR REPLACE INTO peers VALUES (?, ?)", certificate, head)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _bytes(self, statement: str, *values: object, size: int) -> bytes | None:
        row = self._read(statement, *values).fetchone()
        if row is None:
            return None
        if type(row[0]) is not bytes or len(row[0]) != size:
            raise edited(self.file, "a hash or head has another length")
        return row[0]

    def _require_own_schema(self) -> None:
        """LocalError `ledger-edited` for other tables and triggers than a ledger has; a new file has none yet."""
        found = self._read("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchmany(len(_schema()) + 1)
        if not set(found) <= _schema():
            raise edited(self.file, "it has other tables, views or triggers than a ledger")

    def _read(self, statement: str, *values: object) -> sqlite3.Cursor:
        self._work.steps = 0
        try:
            return self._database.execute(statement, values)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise unwritable(self.file, "another process holds it") from None
            raise edited(self.file, str(error)) from None
        except _FAULTS as error:
            raise edited(self.file, str(error)) from None

    def _write(self, statement: str, *values: object) -> None:
        self._work.steps = 0
        try:
            self._database.execute(statement, values)
        except _FAULTS as error:
            raise unwritable(self.file, str(error)) from None


class _Work:
    """How long SQLite has worked since it gave a row, or was asked."""

    def __init__(self) -> None:
        self.steps = 0

    def tick(self) -> int:
        """Whether it should give up."""
        self.steps += _TICK
        return self.steps > LONGEST_WORK


def _require_file(file: Path, *, read_only: bool) -> None:
    """One with two names has two journals: what a crash left under one would be taken back from what was written under
    the other."""
    try:
        found = file.stat()
    except (OSError, ValueError) as error:
        raise missing(file, str(error)) from None
    if not stat.S_ISREG(found.st_mode):
        raise missing(file, "it is no file")
    if found.st_nlink > 1 and not read_only:
        raise unwritable(file, f"it has {found.st_nlink} names, by hard links, and may have one")
    _require_own_journal(file)


def _require_own_journal(file: Path) -> None:
    """SQLite plays back what it finds beside a file, whoever wrote it."""
    journal = file.resolve().with_name(f"{file.resolve().name}-journal")
    try:
        mode = journal.lstat().st_mode
        if stat.S_ISREG(mode):
            with journal.open("rb") as stream:
                stream.seek(-min(len(_SUPER_JOURNAL), journal.stat().st_size), os.SEEK_END)
                if stream.read() == _SUPER_JOURNAL:
                    raise edited(file, "its journal names another file")
        else:
            raise edited(file, "its journal is no file")
    except OSError:
        return


@cache
def _schema() -> frozenset[tuple[object, ...]]:
    """As SQLite tells it, of a ledger that was just made."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_SCHEMA)
        return frozenset(database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def _connect(file: Path, work: _Work, *, read_only: bool) -> sqlite3.Connection:
    """A connection in which a transaction begins where it is said to, that runs nothing that a file brings along.

    What a process had half written when it ended is taken back, whoever only reads: without that nobody can.
    """
    _require_file(file, read_only=read_only)
    mode = "ro" if read_only else "rw"
    try:
        database = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_SECONDS,
        )
    except sqlite3.Error as error:
        raise missing(file, str(error)) from None
    try:
        database.set_progress_handler(work.tick, _TICK)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * MOST_BYTES)
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA synchronous = EXTRA")
        (found,) = database.execute("PRAGMA journal_mode").fetchone()
    except _FAULTS as error:
        database.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_READONLY:
            raise edited(file, f"it is no ledger: {error}") from None
        if not read_only:
            raise unwritable(file, "what a process had half written when it ended cannot be taken back") from None
        return _connect(file, work, read_only=False)
    if found != "delete":
        database.close()
        raise LocalError("ledger-edited", f"{file} is in the mode {found} and not as it was made", "ask who opened it")
    return database
