"""What leader and helper do alike: take reports of clients, and give their part of a batch that both have closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mpc.errors import PeerError
from protocols.collecting import sums
from protocols.collecting.book import Book, JobState, State, digest
from protocols.collecting.messages import BESIDE_SHARES, Closing, Part, Report
from protocols.collecting.refusals import (
    malformed,
    not_collectable,
    out_of_time,
    replayed,
    too_many_reports,
    wrong_task,
)
from protocols.collecting.task import MOST_SECONDS, Selector, Task
from protocols.prio3 import VerifyState


class Aggregator:
    """One of two, with its book; no I/O but the book's. Times are given by the caller, in seconds.

    Reports come over channels on which the client is authenticated and nobody else reads; `client` is its name there.
    """

    agg_id: int

    def __init__(self, task: Task, book: Book) -> None:
        if not task.verify_key:
            raise wrong_task("an aggregator takes a task with a verify key", "both have the same, and no client has it")
        self.task, self.book = task, book
        book.of_task(self._same_book(task))

    def upload(self, client: str, data: bytes, now: float) -> None:
        """Take a report. The same once more is taken again, and counts once.

        PeerError: `malformed-collecting-message`; `report-replayed`; `report-out-of-time` for what is too old, too
        early or of a batch that is closed; `too-many-reports`. All name the client.
        """
        task, sizes = self.task, self.task.vdaf.share_sizes(self.agg_id)
        if len(data) > sum(sizes) + BESIDE_SHARES:
            raise malformed(client, "report of this task's type")
        report = Report.read(data, client)
        if (len(report.public_share), len(report.input_share)) != sizes:
            raise malformed(client, "report of this task's type")
        said = digest(client.encode(), data)
        _check_clock(now)
        with self.book.transaction():
            known = self.book.row("SELECT digest FROM reports WHERE name = ?", report.name)
            if known is not None:
                if known[0] != said:
                    raise replayed(client)
                return
            self._in_time(client, report.time, now)
            told = "SELECT COUNT(*) FROM reports WHERE client = ? AND time = ?"
            if (self.book.row(told, client, report.time) or (0,))[0] >= task.most_per_client:
                raise too_many_reports(client, task.most_per_client)
            row = (report.name, client, report.time, said, State.WAITING, report.public_share, report.input_share)
            self.book.write("INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, 0)", *row)

    @property
    def waiting(self) -> int:
        """Reports that are in no job yet."""
        return int((self.book.row("SELECT COUNT(*) FROM reports WHERE state = ?", State.WAITING) or (0,))[0])

    def counted(self, selector: Selector) -> int:
        """Reports of a batch that are verified and counted here, be it closed or not."""
        return sums.counted(self.book, *self.task.range(selector))

    def part(self, selector: Selector) -> bytes:
        """This aggregator's part of a batch that both have closed: the same bytes as often as the collector asks.

        LocalError `batch-not-collectable` before.
        """
        columns = "collection, first, after, count, weight, checksum, share"
        name = self.task.collection(*self.task.range(selector))
        row = self.book.row(f"SELECT {columns} FROM collections WHERE collection = ? AND agreed = 1", name)
        if row is None:
            raise not_collectable("the aggregators have not both closed this batch", "close it first")
        return Part(self.agg_id, *row).pack()

    def forget(self, now: float) -> int:
        """Drop reports that are too old to come again; how many. Sums and collections stay.

        Older ones are never taken again, even if the clock is set back: their names are forgotten.
        """
        _check_clock(now)
        with self.book.transaction():
            old = (int(now) - self.task.keep, State.IN_JOB)
            (count,) = self.book.row("SELECT COUNT(*) FROM reports WHERE time < ? AND state != ?", *old) or (0,)
            self.book.write("DELETE FROM reports WHERE time < ? AND state != ?", *old)
            self.book.write("UPDATE task SET forgotten = MAX(forgotten, ?)", old[0])
        return int(count)

    def _same_book(self, task: Task) -> bytes:
        """Of all without which what is in a book means something else."""
        numbers = (self.agg_id, task.by_name, task.precision)
        weighed = [repr(task.weights).encode()] if task.weights else []
        return digest(task.ctx, task.verify_key, *(str(int(number)).encode() for number in numbers), *weighed)

    def _in_time(self, client: str, time: int, now: float) -> None:
        if time % self.task.precision:
            raise out_of_time(client, f"of a time that is no multiple of {self.task.precision} seconds")
        forgotten = (self.book.row("SELECT forgotten FROM task") or (0,))[0]
        if time < max(now - self.task.keep, forgotten):
            raise out_of_time(client, f"that is older than {self.task.keep} seconds")
        if time > now + self.task.early:
            raise out_of_time(client, f"that is of more than {self.task.early} seconds from now")
        if not self.task.by_name and sums.is_closed(self.book, self.task.key(time, b"")):
            raise out_of_time(client, "of an interval that was collected")

    def _begun(self, reports: Sequence[tuple[Any, ...]]) -> list[tuple[VerifyState, bytes] | PeerError]:
        """`verify_init` of reports: name, client, public share, input share."""
        names, clients, publics, inputs = ([row[place] for row in reports] for place in range(4))
        task = self.task
        return task.vdaf.verify_init_batch(task.verify_key, task.ctx, self.agg_id, names, publics, inputs, clients)

    def _is_waiting(self, name: bytes) -> bool:
        return self.book.row("SELECT 1 FROM reports WHERE name = ? AND state = ?", name, State.WAITING) is not None

    def _settle(self, names: Sequence[bytes], state: State) -> None:
        """Within a transaction: reports that are done with; their shares are dropped."""
        statement = "UPDATE reports SET state = ?, public = NULL, input = NULL, out = NULL, job = NULL WHERE name = ?"
        self.book.write_each(statement, [(state, name) for name in names])

    def _close(self, first: bytes, after: bytes) -> Closing:
        """Within a transaction: close a batch in which no job is under way."""
        name = self.task.collection(first, after)
        closed = sums.closed(self.book, name)
        under_way = "SELECT 1 FROM members NATURAL JOIN jobs WHERE state != ? AND ? <= key AND key < ?"
        if closed is None and self.book.row(under_way, JobState.DONE, first, after):
            raise not_collectable("a job of this batch is under way", "carry it to its end first")
        return closed or sums.close(self.book, self.task, name, first, after)

    def _agreed(self, collection: bytes) -> None:
        self.book.write("UPDATE collections SET agreed = 1 WHERE collection = ?", collection)


def _check_clock(now: float) -> None:
    if not 0 <= now < MOST_SECONDS:
        raise wrong_task("the time now is no number of seconds since 1970", "give that of a clock, as time.time()")
