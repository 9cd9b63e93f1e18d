"""What keeps the rows of a ledger: appended to by one writer at a time, on the disk before anything follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from protocols.privacy.ledger.address import Where

Row = tuple[int, bytes, bytes]
"""Number, content and hash."""

MOST_PEERS = 1 << 16


class Book(Protocol):
    """Rows as they stand there; what they mean is the ledger's business. One thread at a time.

    Raises LocalError: `ledger-edited` for what is no row, head or table of a ledger; `ledger-unwritable` where it
    cannot be written, and then nothing is, but for a commit whose answer was lost.
    """

    @property
    def file(self) -> Where:
        """Where it is."""

    def reading(self) -> AbstractContextManager[None]:
        """All that is read within is of one moment."""

    def transaction(self) -> AbstractContextManager[None]:
        """All that is written within is on the disk when it ends; nothing of it where it raises. What is read within is
        the last that anybody has written, and nobody else writes meanwhile."""

    def lay_out(self) -> None:
        """Make the tables, within a transaction. LocalError `ledger-exists` where another process has."""

    def rows(self, after: int) -> Iterator[Row]:
        """All behind the entry of this number, in order."""

    def hash_at(self, number: int) -> bytes | None:
        """The hash that stands beside an entry."""

    def head(self) -> bytes | None:
        """The sealed head."""

    def peer(self, certificate: bytes) -> bytes | None:
        """The last head that a peer has shown."""

    def peers(self) -> list[tuple[bytes, bytes]]:
        """What all peers have shown last, by the digests of their certificates."""

    def append(self, row: Row) -> None:
        """Within a transaction."""

    def seal(self, head: bytes) -> None:
        """Within a transaction: the head of all rows."""

    def keep(self, certificate: bytes, head: bytes) -> None:
        """Within a transaction: the last head of a peer."""

    def close(self) -> None:
        """Let go of the file, or of the database."""
