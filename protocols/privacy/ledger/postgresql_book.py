"""The tables of a ledger in a schema of a PostgreSQL database, appended to by one transaction at a time.

A writing transaction first locks the table of the head against all others that write (EXCLUSIVE; readers go on), and
takes its snapshot after that: in REPEATABLE READ a snapshot is of the first query, and LOCK is none (https://www.
postgresql.org/docs/current/applevel-consistency.html). So what it adds up is the last that anybody has written.

COMMIT returns when the server has flushed its log: `synchronous_commit` is set on in each transaction, and a server
whose `fsync` or `full_page_writes` is off, or tables that are not logged, are refused, since they forget. Where the
answer to a COMMIT is lost, nobody knows whether it holds; then nothing was revealed, and the next look into the tables
tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from mpc.errors import LocalError
from protocols.consent.keeper import HEAD_BYTES
from protocols.privacy.ledger.address import Address
from protocols.privacy.ledger.book import MOST_PEERS, Row
from protocols.privacy.ledger.entries import MOST_BYTES
from protocols.privacy.ledger.heads import HASH_BYTES
from protocols.privacy.ledger.refusals import edited, exists, missing, unwritable

_SETTINGS = {
    "search_path": "pg_catalog",
    "synchronous_commit": "on",
    "lock_timeout": "60s",
    "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "60s",
    "client_min_messages": "error",
}
_CONNECT_SECONDS = "15"

_TABLES = ("entries", "head", "peers")
_LAYOUT = """
CREATE TABLE {0}.entries (number bigint PRIMARY KEY, content bytea NOT NULL, hash bytea NOT NULL);
CREATE TABLE {0}.head (place integer PRIMARY KEY CHECK (place = 1), sealed bytea NOT NULL);
CREATE TABLE {0}.peers (certificate bytea PRIMARY KEY, head bytea NOT NULL);
CREATE FUNCTION {0}.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'entries are only appended'; END $$;
CREATE TRIGGER appended_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {0}.entries
    FOR EACH STATEMENT EXECUTE FUNCTION {0}.refuse();
"""
_IS_THERE = ("42P06", "42P07", "23505")
"""What a server says of a schema or a table that another process has made in between."""

_ROW = f"number, CASE WHEN octet_length(content) <= {MOST_BYTES} THEN content END, hash"
"""What is longer than any entry is left where it is."""

_OF_SCHEMA = """
SELECT c.relname, c.relkind::text, c.relpersistence::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = ANY(%s)
"""


class PostgresqlBook:
    """A `Book` of a schema. A connection that was lost is made again for the next transaction."""

    def __init__(self, file: Address, *, read_only: bool = False, new: bool = False) -> None:
        """Connect. LocalError `ledger-missing` where there is none, unless it is `new`; `ledger-exists` where there is
        one, and it is; `ledger-edited`, `ledger-unwritable`, `extra-missing`."""
        self.file, self._new = file, new
        self._read_only = read_only
        self._psycopg = _psycopg(file)
        self._connection = self._connected()
        try:
            self._require_tables()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def is_there(file: Address) -> bool:
        """Whether a database has the tables. Errors of connecting."""
        try:
            PostgresqlBook(file, new=True).close()
        except LocalError as error:
            if error.code != "ledger-exists":
                raise
            return True
        return False

    @contextmanager
    def reading(self) -> Iterator[None]:
        self._begin("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try:
            yield
        finally:
            self._take_back()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._begin("BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE")
        try:
            self._write("SET LOCAL synchronous_commit = on")
            if not self._new:
                self._write(f"LOCK TABLE {self.file.schema}.head IN EXCLUSIVE MODE")
            yield
            if self._write("COMMIT").statusmessage != "COMMIT":
                raise unwritable(self.file, "the server has taken the transaction back")
        except BaseException:
            self._take_back()
            raise
        self._new = False

    def lay_out(self) -> None:
        schema = self.file.schema
        if not self._read("SELECT 1 FROM pg_namespace WHERE nspname = %s", schema).fetchone():
            self._create(f"CREATE SCHEMA {schema}")
        self._create(_LAYOUT.format(schema))

    def rows(self, after: int) -> Iterator[Row]:
        statement = f"SELECT {_ROW} FROM {self.file.schema}.entries WHERE number > %s ORDER BY number"
        try:
            with self._connection.cursor(name="rows", binary=True) as cursor:
                cursor.execute(statement, (after,))
                for number, content, hash_ in cursor:
                    if type(content) is not bytes or type(hash_) is not bytes:
                        raise edited(self.file, f"entry {number} is none")
                    yield number, content, hash_
        except self._psycopg.Error as error:
            raise self._unread(error) from None

    def hash_at(self, number: int) -> bytes | None:
        return self._bytes("SELECT hash FROM {}.entries WHERE number = %s", number, size=HASH_BYTES)

    def head(self) -> bytes | None:
        return self._bytes("SELECT sealed FROM {}.head WHERE place = 1", size=HEAD_BYTES)

    def peer(self, certificate: bytes) -> bytes | None:
        return self._bytes("SELECT head FROM {}.peers WHERE certificate = %s", certificate, size=HEAD_BYTES)

    def peers(self) -> list[tuple[bytes, bytes]]:
        statement = f"SELECT certificate, head FROM {self.file.schema}.peers ORDER BY certificate LIMIT %s"
        found: list[tuple[bytes, bytes]] = self._read(statement, MOST_PEERS + 1).fetchall()
        if len(found) > MOST_PEERS or not all(type(part) is bytes for row in found for part in row):
            raise edited(self.file, "what it has kept of a peer is no head")
        return found

    def append(self, row: Row) -> None:
        self._write(f"INSERT INTO {self.file.schema}.entries VALUES (%s, %s, %s)", *row)

    def seal(self, head: bytes) -> None:
        statement = "INSERT INTO {}.head VALUES (1, %s) ON CONFLICT (place) DO UPDATE SET sealed = excluded.sealed"
        self._write(statement.format(self.file.schema), head)

    def keep(self, certificate: bytes, head: bytes) -> None:
        statement = "INSERT INTO {}.peers VALUES (%s, %s) ON CONFLICT (certificate) DO UPDATE SET head = excluded.head"
        self._write(statement.format(self.file.schema), certificate, head)

    def close(self) -> None:
        self._connection.close()

    def _connected(self) -> Any:
        """A session of our settings, on a server that does not forget."""
        options = {"connect_timeout": _CONNECT_SECONDS} | dict(self.file.options)
        try:
            connection = self._psycopg.connect(**options, autocommit=True, application_name="parley")
        except self._psycopg.Error as error:
            raise missing(self.file, _said(error)) from None
        try:
            for name, value in _SETTINGS.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            if not self._read_only:
                self._require_durable(connection)
        except self._psycopg.Error as error:
            connection.close()
            raise unwritable(self.file, _said(error)) from None
        except LocalError:
            connection.close()
            raise
        return connection

    def _require_durable(self, connection: Any) -> None:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            ((value,),) = connection.execute("SELECT current_setting(%s)", (name,)).fetchall()
            if value != "on":
                raise unwritable(self.file, f"the server has {name} = {value}, and would forget what was spent")
        ((standby,),) = connection.execute("SELECT pg_is_in_recovery()").fetchall()
        if standby:
            raise unwritable(self.file, "the server is a standby, which takes no entries")

    def _require_tables(self) -> None:
        found = self._read(_OF_SCHEMA, self.file.schema, list(_TABLES)).fetchall()
        if self._new and found:
            raise exists(self.file)
        if not self._new and not found:
            raise missing(self.file, "there is none")
        if not self._new and sorted(found) != [(name, "r", "p") for name in _TABLES]:
            raise edited(self.file, "its tables are not those of a ledger, or are not logged")

    def _begin(self, statement: str) -> None:
        """On a new connection where the server has ended the last one: nothing of this transaction was sent yet."""
        with suppress(self._psycopg.Error):
            self._connection.execute("SELECT 1")
        if self._connection.closed:
            self._connection = self._connected()
        self._write(statement)

    def _take_back(self) -> None:
        with suppress(self._psycopg.Error):  # a server that has lost us takes it back by itself
            self._connection.execute("ROLLBACK")

    def _create(self, statements: str) -> None:
        try:
            self._connection.execute(statements)
        except self._psycopg.Error as error:
            if error.sqlstate in _IS_THERE:
                raise exists(self.file) from None
            raise unwritable(self.file, _said(error)) from None

    def _bytes(self, statement: str, *values: object, size: int) -> bytes | None:
        row = self._read(statement.format(self.file.schema), *values).fetchone()
        if row is None:
            return None
        if type(row[0]) is not bytes or len(row[0]) != size:
            raise edited(self.file, "a hash or head has another length")
        return row[0]

    def _read(self, statement: str, *values: object) -> Any:
        try:
            return self._connection.execute(statement, values, binary=True)
        except self._psycopg.Error as error:
            raise self._unread(error) from None

    def _unread(self, error: Any) -> LocalError:
        lost = isinstance(error, self._psycopg.OperationalError)
        return (missing if lost else edited)(self.file, _said(error))

    def _write(self, statement: str, *values: Sequence[object] | object) -> Any:
        try:
            return self._connection.execute(statement, values)
        except self._psycopg.Error as error:
            raise unwritable(self.file, _said(error)) from None


def _psycopg(file: Address) -> Any:
    try:
        return import_module("psycopg")
    except ImportError:
        remedy = "pip install 'parley-mpc[sql]'"
        raise LocalError("extra-missing", f"the ledger {file} needs the package psycopg", remedy) from None


def _said(error: Exception) -> str:
    """The first line of what the server or libpq says, which shows no values."""
    said = getattr(getattr(error, "diag", None), "message_primary", None) or str(error)
    return next(iter(said.strip().splitlines()), "no reason given")
