"""Where a ledger lies: a file, or a schema of a PostgreSQL database, named by a URL without a password.

    postgresql://north@db.example:5432/budgets?ledger=north&sslmode=verify-full

`ledger` names the schema, `parley_ledger` without it. What else stands there is libpq's. The password comes from where
libpq looks for it: PGPASSFILE or ~/.pgpass, a service, the environment (https://www.postgresql.org/docs/current/
libpq-pgpass.html); in a URL it would stand in lists of processes and in reports.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from mpc.errors import LocalError

_SCHEME = re.compile(r"postgres(ql)?:/", re.IGNORECASE)
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_OPTIONS = {
    "service", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile", "connect_timeout", "gssencmode",
    "channel_binding", "target_session_attrs", "host", "port",
}  # fmt: skip
"""What a URL may say to libpq: nothing that sets a password, or that a session of ours sets itself."""


@dataclass(frozen=True, slots=True)
class Address:
    """Of a ledger in PostgreSQL. Made by `address_of`. `options`: libpq's parameters; `schema`: of its tables."""

    options: tuple[tuple[str, str], ...]
    schema: str

    def __str__(self) -> str:
        known = dict(self.options)
        user, port = known.get("user"), known.get("port")
        place = f"{f'{user}@' if user else ''}{known.get('host', '')}{f':{port}' if port else ''}"
        return f"postgresql://{place}/{known.get('dbname', '')}?ledger={self.schema}"


Where = Path | Address
"""Where a ledger may lie."""


def is_address(text: str) -> bool:
    """Whether a text names a database rather than a file."""
    return _SCHEME.match(text) is not None


def address_of(text: str) -> Address:
    """LocalError `bad-address` for what is no URL of a ledger, and for one with a password."""
    try:
        parts = urlsplit(text)
        named = {"user": parts.username, "host": parts.hostname, "port": parts.port, "dbname": parts.path[1:]}
        given = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise _bad("it is no URL") from None
    if parts.password is not None or "password" in given:
        raise _bad("it has a password, which would stand in lists of processes and in reports")
    schema = given.pop("ledger", "parley_ledger")
    if not _SCHEMA.fullmatch(schema) or schema.startswith("pg_"):
        raise _bad("`ledger` is no name of lower-case letters, digits and underlines")
    if others := given.keys() - _OPTIONS:
        raise _bad(f"it says {min(others)!r}, which is none of {', '.join(sorted(_OPTIONS))}")
    options = {key: unquote(str(value)) for key, value in named.items() if value} | given
    return Address(tuple(sorted(options.items())), schema)


def _bad(why: str) -> LocalError:
    return LocalError(
        "bad-address",
        f"the address of the ledger is not right: {why}",
        "postgresql://USER@HOST/DATABASE?ledger=NAME, and the password in PGPASSFILE, ~/.pgpass or a service",
    )
