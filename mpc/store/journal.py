"""The journal of a store: up to which position its records are used, on the disk before any of them is handed out.

One number in one row of an SQLite database. It only grows. SQLite's rollback journal makes a change all or nothing at
whatever instant the process or the machine stops; `synchronous=EXTRA` also syncs the folder after the rollback journal
is gone, without which a loss of power could bring that file, and with it the old number, back
(https://www.sqlite.org/pragma.html#pragma_synchronous). A write-ahead log would sync later, or to another file that
must not be lost; it is off.

The number is authenticated with a key of the store, so that no damage turns it into a smaller one. An old copy of the
whole file is not recognised here: the parties compare their positions before they use a store, and go on from the
latest.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from pathlib import Path

from mpc.errors import SupplyError
from mpc.prg import Seed
from mpc.store.files import damaged, read_private, write_new

_POSITION_BYTES = 8
_MAX_BYTES = 1 << 16


class Journal:
    """`position`: how many records are used or reserved, as the disk has it. One thread at a time."""

    def __init__(self, file: Path, key: Seed) -> None:
        """Open what `Journal.create` made. SupplyError `store-damaged`, `store-exposed`."""
        self._file = file
        self._key = key
        read_private(file, _MAX_BYTES)
        self._database = _connect(file)
        try:
            self._mark, self.position = self._read()
        except SupplyError:
            self.close()
            raise

    @staticmethod
    def create(file: Path, key: Seed) -> None:
        """A new journal at position 0, synced."""
        write_new(file, b"")
        database = _connect(file)
        try:
            database.execute("PRAGMA page_size = 512")
            database.execute("CREATE TABLE used (mark BLOB NOT NULL)")
            database.execute("INSERT INTO used VALUES (?)", (_seal(key, 0),))
        finally:
            database.close()

    def advance(self, position: int) -> None:
        """Mark all records before `position` as used; returns when that is on the disk.

        SupplyError `store-journal` if it cannot be: nothing may be handed out then.
        """
        assert position > self.position
        mark = _seal(self._key, position)
        try:
            changed = self._database.execute("UPDATE used SET mark = ? WHERE mark = ?", (mark, self._mark)).rowcount
        except sqlite3.Error as error:
            raise self._unwritable(str(error)) from None
        if changed != 1:
            raise self._unwritable("it is not as it was read")
        self._mark, self.position = mark, position

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _read(self) -> tuple[bytes, int]:
        try:
            rows = self._database.execute("SELECT mark FROM used").fetchall()
        except (sqlite3.Error, OverflowError, UnicodeDecodeError, MemoryError) as error:
            raise damaged(self._file, f"cannot be read: {error}") from None
        mark = rows[0][0] if len(rows) == 1 else None
        if not isinstance(mark, bytes):
            raise damaged(self._file, "does not hold one position")
        position = int.from_bytes(mark[:_POSITION_BYTES], "big")
        if not hmac.compare_digest(mark, _seal(self._key, position)):
            raise damaged(self._file, "was altered, or belongs to another store")
        return mark, position

    def _unwritable(self, why: str) -> SupplyError:
        return SupplyError(
            "store-journal",
            f"cannot mark material as used in {self._file}: {why}",
            "make room on the disk and allow writing; nothing was handed out",
        )


def _connect(file: Path) -> sqlite3.Connection:
    """A connection in which each statement is a transaction of its own."""
    database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA synchronous = EXTRA")
        (mode,) = database.execute("PRAGMA journal_mode = DELETE").fetchone()
    except (sqlite3.Error, OverflowError, UnicodeDecodeError, MemoryError) as error:
        database.close()
        raise damaged(file, f"cannot be read: {error}") from None
    if mode != "delete":
        database.close()
        raise damaged(file, f"is in the mode {mode}")
    return database


def _seal(key: Seed, position: int) -> bytes:
    content = position.to_bytes(_POSITION_BYTES, "big")
    return content + hmac.digest(key.secret, content, hashlib.sha256)
