"""The leader: it takes waiting reports into jobs, and says in the end which of them both count.

A step's messages are in the book before they leave. After a crash `open_jobs` and `open_confirmations` are sent again;
the helper answers what it had answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from mpc.errors import PeerError
from protocols.collecting import sums
from protocols.collecting.aggregator import Aggregator
from protocols.collecting.book import JobState, State, digest
from protocols.collecting.messages import Acknowledgement, Closing, Confirmation, Fate, Job, Reply
from protocols.collecting.refusals import differs, malformed, wrong_task
from protocols.collecting.task import Selector
from protocols.prio3 import Prio3, VerifyState

HELPER = "the helper"
_WAITING = "SELECT name, client, public, input, time FROM reports WHERE state = ? ORDER BY tries, time LIMIT ?"


class Leader(Aggregator):
    """Aggregator 0."""

    agg_id = 0

    def next_job(self, batch: bytes = b"", most: int | None = None) -> bytes | None:
        """The message of a new job of up to `most` reports; None if none waits. `batch`: for named batches.

        Reports that are malformed are dropped, those of intervals that are closed, and those that are too old to have
        a weight in this batch.
        """
        if not self.task.is_name(batch):
            raise wrong_task("named batches are for tasks that have them", "give a name of up to 32 bytes, or none")
        if self.task.by_name and sums.is_closed(self.book, self.task.key(0, batch)):
            raise wrong_task("this batch is closed", "name another one")
        most = most or self.task.reports_at_once
        if not 1 <= most <= self.task.most_at_once:
            cause = f"a job of {most} reports is none, where {self.task.most_at_once} are the most"
            raise wrong_task(cause, "take fewer; None takes a good number")
        while waiting := self.book.rows(_WAITING, State.WAITING, most):
            begun = self._begun([row[:4] for row in waiting])
            with self.book.transaction():
                if (job := self._new_job(batch, waiting, begun)) is not None:
                    return job
        return None

    def on_reply(self, data: bytes, helper: str = HELPER) -> bytes:
        """The confirmation of a job, when the helper has answered it: the same however often that comes.

        PeerError `malformed-collecting-message`, `aggregators-differ`.
        """
        reply = Reply.read(data, helper)
        if (known := self._confirmed(reply, helper)) is not None:
            return known
        members = self.book.rows("SELECT name, key FROM members WHERE job = ? ORDER BY place", reply.job)
        outs = self._out_shares(reply)
        with self.book.transaction():
            if (known := self._confirmed(reply, helper)) is not None:
                return known
            if not len(members) == len(outs) == len(reply.reports):
                raise malformed(helper, "reply to this job")
            return self._confirm(reply, members, outs)

    def on_acknowledgement(self, data: bytes, helper: str = HELPER) -> None:
        """A job is done. PeerError `malformed-collecting-message`."""
        acknowledged = Acknowledgement.read(data, helper)
        with self.book.transaction():
            done = "UPDATE jobs SET state = ?, message = x'' WHERE job = ? AND state = ?"
            self.book.write(done, JobState.DONE, acknowledged.job, JobState.CONFIRMED)
            over = "DELETE FROM members WHERE job IN (SELECT job FROM jobs WHERE job = ? AND state = ?)"
            self.book.write(over, acknowledged.job, JobState.DONE)

    def open_jobs(self) -> list[bytes]:
        """The messages of jobs that have no answer yet."""
        return [row[0] for row in self.book.rows("SELECT message FROM jobs WHERE state = ?", JobState.BEGUN)]

    def open_confirmations(self) -> list[bytes]:
        """The confirmations that are not acknowledged yet."""
        return [row[0] for row in self.book.rows("SELECT confirmation FROM jobs WHERE state = ?", JobState.CONFIRMED)]

    def close(self, selector: Selector) -> bytes:
        """Close a batch: the message to the helper, the same each time.

        LocalError `batch-not-collectable`: too few reports, a part that was collected before, a job under way.
        """
        with self.book.transaction():
            return self._close(*self.task.range(selector)).pack()

    def on_closed(self, data: bytes, helper: str = HELPER) -> None:
        """The helper has closed the same batch: from here on `part` gives this aggregator's."""
        theirs = Closing.read(data, helper)
        with self.book.transaction():
            if sums.closed(self.book, theirs.collection) != theirs:
                raise differs(helper, "has closed another batch than this aggregator", "look at both books")
            self._agreed(theirs.collection)

    def _new_job(
        self, batch: bytes, waiting: Sequence[tuple[bytes, str, bytes, bytes, int]], begun: Sequence[object]
    ) -> bytes | None:
        """Within a transaction. Reports that another job has taken meanwhile are left to it."""
        keys = [self.task.key(time, batch) for *_, time in waiting]
        still = [self._is_waiting(row[0]) for row in waiting]
        good = [
            (row, key, part[1])
            for row, key, part, ours in zip(waiting, keys, begun, still, strict=True)
            if ours and isinstance(part, tuple) and self.task.counts(key) and not sums.is_closed(self.book, key)
        ]
        names = {row[0] for row, _, _ in good}
        bad = [row[0] for row, ours in zip(waiting, still, strict=True) if ours and row[0] not in names]
        self._settle(bad, State.REFUSED)
        if not good:
            return None
        job = Prio3.fresh_nonce()
        told = tuple((row[0], row[4], digest(row[2]), verifier) for row, _, verifier in good)
        message = Job(job, batch, told).pack()
        self.book.write(
            "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, NULL)", job, digest(message), batch, JobState.BEGUN, message
        )
        rows = [(job, place, row[0], key) for place, (row, key, _) in enumerate(good)]
        self.book.write_each("INSERT INTO members VALUES (?, ?, ?, ?)", rows)
        self.book.write_each(
            "UPDATE reports SET state = ?, job = ? WHERE name = ?", [(State.IN_JOB, job, n) for n in names]
        )
        return message

    def _confirmed(self, reply: Reply, helper: str) -> bytes | None:
        """The confirmation of a job that has one."""
        row = self.book.row("SELECT state, confirmation FROM jobs WHERE job = ?", reply.job)
        if row is None:
            raise differs(helper, "answers a job that was not begun here", "give each aggregator the book it had")
        return None if row[0] == JobState.BEGUN else bytes(row[1])

    def _out_shares(self, reply: Reply) -> list[bytes | None]:
        """Those of the reports that are valid here as well; the verification is repeated rather than kept in memory."""
        reports = self.book.rows(
            "SELECT name, client, public, input FROM members JOIN reports USING (name) WHERE members.job = ? "
            "ORDER BY place",
            reply.job,
        )
        return [
            self._finished(part, message, report[1]) if fate == Fate.VALID else None
            for report, part, (fate, message) in zip(reports, self._begun(reports), reply.reports, strict=False)
        ]

    def _finished(self, part: tuple[VerifyState, bytes] | PeerError, message: bytes, client: str) -> bytes | None:
        if isinstance(part, PeerError):
            return None
        try:
            vdaf = self.task.vdaf
            return vdaf.encode_out_share(vdaf.verify_next(self.task.ctx, part[0], message, client=client))
        except PeerError:
            return None

    def _confirm(self, reply: Reply, members: Sequence[tuple[bytes, bytes]], outs: Sequence[bytes | None]) -> bytes:
        """Within a transaction."""
        counted: dict[bytes, list[tuple[bytes, bytes]]] = defaultdict(list)
        for (name, key), out in zip(members, outs, strict=True):
            if out is not None:
                counted[key].append((name, out))
        for key, reports in counted.items():
            sums.add(self.book, self.task.vdaf, key, [name for name, _ in reports], [out for _, out in reports])
            self._settle([name for name, _ in reports], State.COUNTED)
        later = [m[0] for m, (fate, _) in zip(members, reply.reports, strict=True) if fate == Fate.UNKNOWN]
        waits = "UPDATE reports SET state = ?, job = NULL, tries = tries + 1 WHERE name = ?"
        self.book.write_each(waits, [(State.WAITING, name) for name in later])
        settled = {name for reports in counted.values() for name, _ in reports} | set(later)
        self._settle([name for name, _ in members if name not in settled], State.REFUSED)
        confirmation = Confirmation(reply.job, tuple(out is not None for out in outs)).pack()
        confirmed = "UPDATE jobs SET state = ?, confirmation = ? WHERE job = ?"
        self.book.write(confirmed, JobState.CONFIRMED, confirmation, reply.job)
        return confirmation
