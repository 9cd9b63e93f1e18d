"""The ledger's row of the table of privacy: entries a second that are verified, beside what their hashes alone take.

A ledger of a million entries, reservations and what they came to, as runs write them; all of it is followed, added up,
and held against the signed head, on one core. The limit is SHA-256 of the same bytes, in the same run.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.harness import PARLEY, Options, Throughput, middle
from mpc.network.identity import Identity, new_identity
from mpc.network.signing import Signer
from protocols.privacy.ledger.charges import budget, charge
from protocols.privacy.ledger.entries import START, Content, chained, encoded
from protocols.privacy.ledger.heads import sealed
from protocols.privacy.ledger.ledger import Asker, Ledger
from protocols.privacy.ledger.sqlite_book import SqliteBook
from protocols.privacy.ledger.verifying import verify

NAME = "ledger.verify_1m"
ENTRIES = 1_000_000
HASHES = "limit:sha256"
MOST_TIMES = 3
"""Each takes seconds."""


def measure(table: str, options: Options) -> Iterator[Throughput]:
    """Ours, and the limit."""
    count = max(4, round(ENTRIES * options.scale))
    with tempfile.TemporaryDirectory() as folder:
        identity = new_identity("north", folder)
        file = Path(folder) / "north.ledger"
        texts = _filled(file, identity, count)
        ours = [_seconds(lambda: verify(file, identity.certificate)) for _ in range(min(options.repeat, MOST_TIMES))]
        hashes = [_seconds(lambda: _hashed(texts)) for _ in range(min(options.repeat, MOST_TIMES))]
    for system, seconds in ((PARLEY, ours), (HASHES, hashes)):
        rates = [count / each for each in seconds]
        yield Throughput(table, NAME, system, "entries", *middle(rates))


def _seconds(work: Callable[[], object]) -> float:
    """Of the processor: a verification waits for nothing but the disk."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _hashed(texts: list[bytes]) -> None:
    hash_ = START
    for text in texts:
        hash_ = hashlib.sha256(hash_ + text).digest()


def _filled(file: Path, identity: Identity, count: int) -> list[bytes]:
    """A ledger of so many entries, written at once; their texts."""
    signer = Signer(identity)
    ledger = Ledger.begin(file, signer)
    ledger.set_budget("salaries", budget(epsilon=count))
    head, now = ledger.head, ledger.balance.time
    ledger.close()
    book = SqliteBook(file)
    texts, number, hash_ = [text for _, text, _ in book.rows(0)], head.number, head.hash
    with book.transaction():
        for content in _entries(number, count):
            text = encoded({"time": now, **content})
            number, hash_ = number + 1, chained(hash_, text)
            book.append((number, text, hash_))
            texts.append(text)
        book.seal(sealed(signer, head.ledger, number, hash_).packed())
    book.close()
    return texts


def _entries(number: int, count: int) -> Iterator[Content]:
    asker = Asker("5e" * 32, "c4" * 32, ("north", "south")).plain()
    outputs = [{"line": "survey.py:9", "shape": [], "to": ["north", "south"]}]
    asked = {"data": "salaries", "charge": charge(epsilon="0.1").plain(), "outputs": outputs}
    for reserved in range(number + 1, count + 1, 2):
        yield {"event": "reserve", **asker, **asked}
        if reserved < count:
            yield {"event": "commit", "of": reserved, "votes": "00" * 32}
