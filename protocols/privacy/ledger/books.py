"""The book of a place: a file's or a database's."""

from __future__ import annotations

from protocols.privacy.ledger.address import Address, Where
from protocols.privacy.ledger.book import Book
from protocols.privacy.ledger.postgresql_book import PostgresqlBook
from protocols.privacy.ledger.sqlite_book import SqliteBook


def open_book(where: Where, *, read_only: bool = False) -> Book:
    """The one that is there. LocalError `ledger-missing`, `ledger-edited`, `ledger-unwritable`, `extra-missing`."""
    if isinstance(where, Address):
        return PostgresqlBook(where, read_only=read_only)
    return SqliteBook(where, read_only=read_only)


def create_book(where: Where) -> Book:
    """A new one, without tables yet. LocalError `ledger-exists`, `ledger-unwritable`, `extra-missing`."""
    if isinstance(where, Address):
        return PostgresqlBook(where, new=True)
    return SqliteBook.create(where)


def is_there(where: Where) -> bool:
    """Whether there is one, be it what it may. Errors of `open_book`."""
    if isinstance(where, Address):
        return PostgresqlBook.is_there(where)
    return where.exists()
