"""The helper: it finishes the verification of a job, and counts what the leader confirms.

It counts nothing before the confirmation: a client can make a report that the helper takes and the leader does not, by
a public share that is wrong for one of the two, and the books of the two would differ for good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from operator import ge
from typing import Any

from mpc.errors import LocalError, PeerError
from protocols.collecting import sums
from protocols.collecting.aggregator import Aggregator
from protocols.collecting.book import JobState, State, digest
from protocols.collecting.messages import Acknowledgement, Closing, Confirmation, Fate, Job, Reply
from protocols.collecting.refusals import differs, malformed
from protocols.collecting.task import Batch
from protocols.prio3 import VerifyState

LEADER = "the leader"

Verdict = tuple[Fate, bytes, bytes]
"""What became of a report, the message of the VDAF, and the encoded output share."""

_REFUSED = (Fate.REFUSED, b"", b"")


class Helper(Aggregator):
    """Aggregator 1."""

    agg_id = 1

    def on_job(self, data: bytes, leader: str = LEADER) -> bytes:
        """The reply to a job: the same however often that comes. PeerError as below.

        `malformed-collecting-message`; `aggregators-differ` for another job of the same name.
        """
        job = Job.read(data, leader)
        if not self.task.is_name(job.batch):
            raise malformed(leader, "job of this task")
        if (known := self._replied(job, digest(data), leader)) is not None:
            return known
        keys = [self.task.key(time, job.batch) for _, time, _, _ in job.reports]
        verdicts = self._verdicts(job, keys)
        with self.book.transaction():
            if (known := self._replied(job, digest(data), leader)) is not None:
                return known
            return self._new_job(job, digest(data), keys, verdicts)

    def on_confirmation(self, data: bytes, leader: str = LEADER) -> bytes:
        """Count what both found valid; the acknowledgement. PeerError as `on_job`."""
        confirmation = Confirmation.read(data, leader)
        with self.book.transaction():
            found = "SELECT state, message, confirmation FROM jobs WHERE job = ?"
            known = self.book.row(found, confirmation.job)
            if known is None:
                raise differs(leader, "confirms a job that did not come", "look at both books")
            if known[0] == JobState.BEGUN:
                self._count(confirmation, Reply.read(known[1], leader), data, leader)
            elif known[2] != data:
                raise differs(leader, "confirms a job twice, in two ways", "look at its book")
        return Acknowledgement(confirmation.job).pack()

    def on_closing(self, data: bytes, leader: str = LEADER) -> bytes:
        """Close a batch that the leader closes, if both counted the same; what is said of it here.

        PeerError `malformed-collecting-message`; `aggregators-differ` if they did not, or if it must not be collected.
        """
        closing = Closing.read(data, leader)
        if not self._is_range(closing.first, closing.after):
            raise malformed(leader, "closing of a batch of this task")
        try:
            with self.book.transaction():
                if self._close(closing.first, closing.after) != closing:
                    remedy = "send confirmations that are open again; if it stays, do not trust the sum"
                    raise differs(leader, "counted other reports of a batch than this aggregator", remedy)
                self._agreed(closing.collection)
        except LocalError as error:
            raise differs(leader, f"closes a batch that is not to be collected: {error.cause}", error.remedy) from None
        return data

    def _is_range(self, first: bytes, after: bytes) -> bool:
        if self.task.by_name:
            return (
                first[:1] == b"i"
                and self.task.is_name(first[1:])
                and (first, after) == self.task.range(Batch(first[1:]))
            )
        return first[:1] == after[:1] == b"t" and len(first) == len(after) == 9 and first < after

    def _replied(self, job: Job, said: bytes, leader: str) -> bytes | None:
        """The reply to a job that has one."""
        known = self.book.row("SELECT digest, message FROM jobs WHERE job = ?", job.job)
        if known is not None and known[0] != said:
            raise differs(leader, "sends another job under a name that was used", "look at its book")
        return None if known is None else bytes(known[1])

    def _as_now(self, name: bytes, key: bytes, verdict: Verdict) -> Verdict:
        """A verdict, unless another job has taken the report since it was found, or its batch was closed."""
        if verdict[0] in (Fate.UNKNOWN, Fate.USED):
            return verdict
        return verdict if self._is_waiting(name) and not sums.is_closed(self.book, key) else (Fate.USED, b"", b"")

    def _new_job(self, job: Job, said: bytes, keys: Sequence[bytes], verdicts: Sequence[Verdict]) -> bytes:
        """Within a transaction."""
        verdicts = [self._as_now(r[0], key, v) for r, key, v in zip(job.reports, keys, verdicts, strict=True)]
        reply = Reply(job.job, tuple((int(fate), message) for fate, message, _ in verdicts)).pack()
        row = (job.job, said, job.batch, JobState.BEGUN, reply)
        self.book.write("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, NULL)", *row)
        for place, ((name, *_), key, (fate, _, out)) in enumerate(zip(job.reports, keys, verdicts, strict=True)):
            if fate == Fate.VALID:
                self.book.write("INSERT INTO members VALUES (?, ?, ?, ?)", job.job, place, name, key)
                kept = "UPDATE reports SET state = ?, job = ?, out = ?, public = NULL, input = NULL WHERE name = ?"
                self.book.write(kept, State.IN_JOB, job.job, out, name)
            elif fate in (Fate.REFUSED, Fate.DIFFERS):
                self._settle([name], State.REFUSED)
        return reply

    def _verdicts(self, job: Job, keys: Sequence[bytes]) -> list[Verdict]:
        found = [self._found(report, key) for report, key in zip(job.reports, keys, strict=True)]
        seen: set[bytes] = set()
        for i, (name, *_) in enumerate(job.reports):
            found[i] = Fate.USED if name in seen else found[i]
            seen.add(name)
        rows = [f for f in found if not isinstance(f, Fate)]
        leaders = [r[3] for r, f in zip(job.reports, found, strict=True) if not isinstance(f, Fate)]
        verified = iter(self._verified(rows, leaders))
        return [(f, b"", b"") if isinstance(f, Fate) else next(verified) for f in found]

    def _found(self, report: tuple[bytes, int, bytes, bytes], key: bytes) -> Fate | tuple[Any, ...]:
        """The report's row, if it waits here and is the same."""
        name, time, public_digest, _ = report
        row = self.book.row("SELECT name, client, public, input, time, state FROM reports WHERE name = ?", name)
        if row is None:
            return Fate.UNKNOWN
        if row[5] != State.WAITING or sums.is_closed(self.book, key):
            return Fate.USED
        if not self.task.counts(key):
            return Fate.REFUSED
        if row[4] != time or digest(row[2]) != public_digest:
            return Fate.DIFFERS
        return row[:4]

    def _verified(self, rows: Sequence[tuple[Any, ...]], leaders: Sequence[bytes]) -> list[Verdict]:
        vdaf, ctx, begun = self.task.vdaf, self.task.ctx, self._begun(rows)
        pairs = [(share, b[1]) for share, b in zip(leaders, begun, strict=True) if not isinstance(b, PeerError)]
        messages = iter(vdaf.verifier_shares_to_message_batch(ctx, pairs))
        return [_REFUSED if isinstance(b, PeerError) else self._finished(b[0], next(messages)) for b in begun]

    def _finished(self, state: VerifyState, message: bytes | PeerError) -> Verdict:
        if isinstance(message, PeerError):
            return _REFUSED
        vdaf = self.task.vdaf
        try:
            return Fate.VALID, message, vdaf.encode_out_share(vdaf.verify_next(self.task.ctx, state, message))
        except PeerError:
            return _REFUSED

    def _count(self, confirmation: Confirmation, reply: Reply, data: bytes, leader: str) -> None:
        """Within a transaction."""
        valid = [fate == Fate.VALID for fate, _ in reply.reports]
        if len(confirmation.counted) != len(valid) or not all(map(ge, valid, confirmation.counted)):
            raise malformed(leader, "confirmation of this job")
        members = self.book.rows(
            "SELECT place, name, key, out FROM members JOIN reports USING (name) WHERE members.job = ?",
            confirmation.job,
        )
        counted: dict[bytes, list[tuple[bytes, bytes]]] = defaultdict(list)
        for place, name, key, out in members:
            if confirmation.counted[place]:
                counted[key].append((name, out))
        for key, reports in counted.items():
            names = [name for name, _ in reports]
            sums.add(self.book, self.task.vdaf, key, names, [out for _, out in reports])
            self._settle(names, State.COUNTED)
        self._settle([name for place, name, _, _ in members if not confirmation.counted[place]], State.REFUSED)
        done = "UPDATE jobs SET state = ?, confirmation = ?, message = x'' WHERE job = ?"
        self.book.write(done, JobState.DONE, data, confirmation.job)
        self.book.write("DELETE FROM members WHERE job = ?", confirmation.job)
