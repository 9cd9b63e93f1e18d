"""Sums of counted reports by key, and batches that are closed: each report in one batch, each batch given out once.

A checksum is the XOR of the digests of the reports' names: aggregators that counted the same reports have the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from protocols.collecting.book import Book, digest
from protocols.collecting.messages import Closing
from protocols.collecting.refusals import not_collectable
from protocols.collecting.task import Task
from protocols.prio3 import Prio3

_NONE = bytes(32)


def add(book: Book, vdaf: Prio3[Any, Any], key: bytes, names: Sequence[bytes], shares: Sequence[bytes]) -> None:
    """Within a transaction: count reports under a key, by their encoded output shares."""
    count, checksum, share = book.row("SELECT count, checksum, share FROM sums WHERE key = ?", key) or (0, _NONE, b"")
    checksum = _xor([checksum, *(digest(name) for name in names)])
    total = vdaf.merge([*shares, share] if share else shares)
    book.write("INSERT OR REPLACE INTO sums VALUES (?, ?, ?, ?)", key, count + len(names), checksum, total)


def counted(book: Book, first: bytes, after: bytes) -> int:
    """How many reports are counted under the keys from the first on, and before the second."""
    (count,) = book.row("SELECT COALESCE(SUM(count), 0) FROM sums WHERE ? <= key AND key < ?", first, after) or (0,)
    return int(count)


def closed(book: Book, collection: bytes) -> Closing | None:
    """What was counted of a batch that is closed."""
    row = book.row("SELECT first, after, count, weight, checksum FROM collections WHERE collection = ?", collection)
    return None if row is None else Closing(collection, *row)


def close(book: Book, task: Task, collection: bytes, first: bytes, after: bytes) -> Closing:
    """Within a transaction: close a batch that is not; what was counted, reports as often as their weights say.

    LocalError `batch-not-collectable` for fewer reports than the task's least, for more than a sum can have, and where
    a part was closed before.
    """
    if book.row("SELECT 1 FROM collections WHERE first < ? AND ? < after", after, first):
        raise not_collectable("a part of this batch was collected before", "collect what was not; a part counts once")
    sums = book.rows("SELECT count, checksum, share, key FROM sums WHERE ? <= key AND key < ?", first, after)
    if (count := sum(s[0] for s in sums)) < task.least:
        raise not_collectable(
            f"the batch has {count} reports, where {task.least} are the least", "wait, or take a longer batch"
        )
    times = [task.counts(s[3]) for s in sums]
    weight = sum(of_one * s[0] for of_one, s in zip(times, sums, strict=True))
    if weight * task.vdaf.circuit.most >= task.vdaf.circuit.field.p:
        cause = f"the sum of {count} reports may reach the field's p, and be wrong"
        raise not_collectable(cause, "take a shorter interval; name batches earlier; or a type of a lower bound")
    closing = Closing(collection, first, after, count, weight, _xor([s[1] for s in sums]))
    share = task.vdaf.merge([s[2] for s in sums], times=times if task.weights else None)
    row = (collection, first, after, count, weight, closing.checksum, share)
    book.write("INSERT INTO collections VALUES (?, ?, ?, ?, ?, ?, ?, 0)", *row)
    return closing


def is_closed(book: Book, key: bytes) -> bool:
    """Whether a key is of a batch that is closed: nothing is counted there any more."""
    return book.row("SELECT 1 FROM collections WHERE first <= ? AND ? < after", key, key) is not None


def _xor(values: Sequence[bytes]) -> bytes:
    total = 0
    for value in values:
        total ^= int.from_bytes(value, "big")
    return total.to_bytes(32, "big")
