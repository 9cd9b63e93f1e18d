"""Verifying a ledger without the party that keeps it: with its file, or what it exported, and its certificate.

What it shows: nothing was changed, put in between or cut off since the head was signed, every reservation ended at most
once, and no time went back. What it cannot show: that this is the party's latest head. Only who has kept one of its
heads can tell: `known` takes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mpc.network.identity import Certificate
from mpc.network.irreplaceable import refuse_to_replace
from protocols.privacy.ledger.address import Address, Where
from protocols.privacy.ledger.balance import Balance
from protocols.privacy.ledger.book import Row
from protocols.privacy.ledger.books import open_book
from protocols.privacy.ledger.chain import Chain
from protocols.privacy.ledger.entries import MOST_BYTES, START, chained
from protocols.privacy.ledger.heads import Head, unpacked
from protocols.privacy.ledger.refusals import edited, exists, missing, of_another_party, restored, unwritable

_SQLITE = b"SQLite format 3\0"
_HEAD = b'{"head":"'


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found in order: all balances, and the head that they end at."""

    balance: Balance
    head: Head
    peers: tuple[tuple[str, Head], ...] = ()
    """The last head that each peer has shown, by the digest of its certificate in hexadecimal; an export has none."""


def verify(file: Where, certificate: Certificate, known: Head | None = None) -> Verified:
    """Check all entries of a ledger or an export, and the signature of its head; and that it holds a `known` head.

    LocalError `ledger-missing`, `ledger-edited`, `ledger-truncated`, `ledger-of-another-party`, `ledger-restored`.
    """
    chain, peers = Chain(file), list[tuple[bytes, bytes]]()
    held = _Held(known)
    if isinstance(file, Address) or _is_database(file):
        book = open_book(file, read_only=True)
        try:
            with book.reading():
                chain.extend(held.rows(book.rows(0)))
                head, peers = book.head(), book.peers()
        finally:
            book.close()
    else:
        lines = _Lines(file)
        chain.extend(held.rows(lines.rows()))
        head = lines.head
    chain.check(head, certificate, "the party of this certificate")
    assert chain.head is not None
    held.check(file, chain.head, certificate)
    return Verified(chain.balance, chain.head, tuple((digest.hex(), _head(file, kept)) for digest, kept in peers))


class _Held:
    """Looks whether a head that somebody has kept is among the rows."""

    def __init__(self, known: Head | None) -> None:
        self._known = known
        self._hash: bytes | None = None

    def rows(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The same rows."""
        return rows if self._known is None else self._watched(rows, self._known.number)

    def _watched(self, rows: Iterator[Row], number: int) -> Iterator[Row]:
        for row in rows:
            if row[0] == number:
                self._hash = row[2]
            yield row

    def check(self, file: Where, head: Head, certificate: Certificate) -> None:
        known = self._known
        if known is None:
            return
        if not known.is_of(certificate):
            raise of_another_party(file, "one party", "who signed the head that is known")
        if (known.ledger, known.hash) != (head.ledger, self._hash):
            raise restored(file, "others", known.number)


def _head(file: Where, kept: bytes) -> Head:
    try:
        return unpacked(kept)
    except ValueError:
        raise edited(file, "what it has kept of a peer is no head") from None


def export(file: Where, target: Path) -> int:
    """Write the entries of a ledger as lines of JSON, as they were hashed, the head behind them; how many there are.

    LocalError `ledger-missing`, `ledger-edited`, `ledger-unwritable`; `ledger-exists` where the target is a ledger,
    `would-overwrite` where it is a key or a policy.
    """
    if target.is_file() and _is_database(target):
        raise exists(target)
    refuse_to_replace(target)
    book, count = open_book(file, read_only=True), 0
    try:
        with target.open("wb") as stream, book.reading():
            for _, text, _ in book.rows(0):
                stream.write(text + b"\n")
                count += 1
            stream.write(_HEAD + (book.head() or b"").hex().encode() + b'"}\n')
    except OSError as error:
        raise unwritable(target, error.strerror or "no reason given") from None
    finally:
        book.close()
    return count


class _Lines:
    """The lines of an export; the last is the head."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.head: bytes | None = None

    def rows(self) -> Iterator[Row]:
        number, hash_ = 0, START
        with self.file.open("rb") as stream:
            while line := stream.readline(MOST_BYTES + 1):
                if not line.endswith(b"\n") or self.head is not None:
                    raise edited(self.file, f"line {number + 1:,} is none")
                text = line[:-1]
                if text.startswith(_HEAD):
                    self.head = self._head(text)
                    continue
                number, hash_ = number + 1, chained(hash_, text)
                yield number, text, hash_

    def _head(self, text: bytes) -> bytes:
        try:
            return bytes.fromhex(text[len(_HEAD) : -2].decode())
        except ValueError:
            raise edited(self.file, "its head is none") from None


def _is_database(file: Path) -> bool:
    if os.path.exists(file) and not os.path.isfile(file):
        raise missing(file, "it is no file")
    try:
        with file.open("rb") as stream:
            return stream.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise missing(file, error.strerror or "no reason given") from None
