"""Files that no result is written over: ledgers, keys and certificates, policies and rosters. They are known by what is
in them, whatever their names, and by the names that they usually have."""

from __future__ import annotations

from pathlib import Path

from mpc.errors import LocalError

_BEGIN = 1 << 12
_SIGNS = {b"SQLite format 3\0": "a database, as ledgers are", b"-----BEGIN ": "a key or a certificate"}
_JOURNALS = ("-journal", "-wal", "-shm")
_ENDINGS = {
    ".key": "a key",
    ".crt": "a certificate",
    ".toml": "a policy or a roster",
    **dict.fromkeys(_JOURNALS, "the journal of a ledger"),
}


def refuse_to_replace(target: Path) -> None:
    """LocalError `would-overwrite` for a file that holds what Parley cannot make again, or has the name of such; and
    for the place of a ledger's journal, which is taken away with the next entry."""
    if target.is_file() and (found := _kind(target)):
        raise would_overwrite(target, found)
    if any(target.with_name(target.name.removesuffix(end)).is_file() for end in _JOURNALS if target.name.endswith(end)):
        raise would_overwrite(target, "the place of a journal")


def would_overwrite(target: Path, what: str) -> LocalError:
    """What is written may go anywhere but there."""
    return LocalError(
        "would-overwrite",
        f"{target} is {what}, and what is written there would take its place",
        "name another file, or one that does not exist; nothing was written",
    )


def _kind(file: Path) -> str | None:
    for ending, what in _ENDINGS.items():
        if file.resolve().name.endswith(ending) or file.name.endswith(ending):
            return what
    try:
        with file.open("rb") as stream:
            start = stream.read(_BEGIN)
    except OSError:
        return None
    return next((what for sign, what in _SIGNS.items() if start.startswith(sign)), None)
