"""Following a chain: each entry after the one before, what they add up to, and whether the signed head is their end."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from mpc.errors import LocalError
from mpc.network.identity import Certificate
from protocols.privacy.ledger.address import Where
from protocols.privacy.ledger.balance import Balance
from protocols.privacy.ledger.book import Row
from protocols.privacy.ledger.entries import START, decoded
from protocols.privacy.ledger.heads import Head, unpacked
from protocols.privacy.ledger.refusals import edited, of_another_party, truncated


class Chain:
    """All entries of a file up to some number: their hash, and their balance. `head`: the last that was checked."""

    def __init__(self, file: Where) -> None:
        self.file = file
        self.hash = START
        self.balance = Balance()
        self.head: Head | None = None

    def extend(self, rows: Iterable[Row]) -> None:
        """Take the entries that follow. LocalError `ledger-edited` at the first that is not what was written.

        Where the rows end with an error, as those of a server that was lost, all before it are taken.
        """
        number, hash_, take = self.balance.entries, self.hash, self.balance.take
        for found, text, given in rows:
            number += 1
            hash_ = sha256(hash_ + text).digest()
            if found != number or given != hash_:
                raise edited(self.file, f"entry {number:,} is not the one that was written")
            try:
                take(decoded(text))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError, LocalError):
                raise edited(self.file, f"entry {number:,} says what no entry can say there") from None
            self.hash = hash_

    def check(self, content: bytes | None, certificate: Certificate, whose: str) -> None:
        """Hold the head of the file against all entries, and both against a certificate, of `whose` key it is.

        LocalError `ledger-truncated`, `ledger-edited`, `ledger-of-another-party`.
        """
        entries = self.balance.entries
        if entries and self.balance.certificate != certificate.digest.hex():
            raise of_another_party(self.file, self.balance.party, whose)
        try:
            head = unpacked(content or b"")
        except ValueError:
            raise edited(self.file, "it has no head") from None
        if head == self.head and head.number == entries:
            return
        if not head.is_of(certificate):
            raise edited(self.file, "its head is not signed by its party")
        if head.number > entries:
            raise truncated(self.file, entries, head.number)
        if head.number < entries:
            raise edited(self.file, f"it has {entries - head.number:,} more entries than its signed head counts")
        if (head.hash, head.ledger) != (self.hash, self.balance.ledger):
            raise edited(self.file, "its signed head is that of other entries")
        self.head = head
