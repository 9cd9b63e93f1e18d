"""What aggregators, clients and collector agree on before the first report: the task, and its batches."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from operator import index
from typing import Any

from protocols.collecting.refusals import wrong_task
from protocols.prio3 import VERIFY_KEY_SIZE, Prio3, type_name

NAME_BYTES = 32
MOST_SECONDS = 1 << 40
MOST_REPORTS = 1 << 16
"""Of one job."""
NUMBER_BYTES = 8
MOST_WEIGHT = 1 << 20
_MOST_SUMMED = 1 << 30
"""Reports of a batch, for which sums with weights are proved to fit the field."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The batch of all reports from `start` on and before start + duration, in seconds; multiples of the precision."""

    start: int
    duration: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The batch of all reports that the leader verified under this name of 1 to 32 bytes."""

    name: bytes

    @classmethod
    def of(cls, number: int) -> Batch:
        """The batch of a number below 2^40, of a task whose reports have weights by age."""
        if not 0 <= number < MOST_SECONDS:
            raise wrong_task("a batch's number is from 0 to below 2^40", "count batches from 0")
        return cls(number.to_bytes(NUMBER_BYTES, "big"))


Selector = Interval | Batch


def is_name(name: object) -> bool:
    """Whether this names a task or a batch."""
    return isinstance(name, bytes) and 1 <= len(name) <= NAME_BYTES


@dataclass(frozen=True, slots=True)
class Task:
    """What is collected, and from whom how much.

    name: 1 to 32 bytes, another one for each task. vdaf: for two aggregators. verify_key: 32 uniform bytes that the
    aggregators share and no client knows; clients and the collector have none. least: reports of a batch. precision:
    the seconds to which times of reports are rounded; intervals are multiples. by_name: the leader names batches, else
    they are intervals. weights: where given, batches are numbers (`Batch.of`), and a report counts weights[age] times,
    its age being the batch's number less its time in precisions; older ones are refused. most_per_client: reports of
    one client in one precision. keep: so many seconds a report may be old, a precision or more. early: so many seconds
    a client's clock may be ahead. LocalError `wrong-task` for others.
    """

    name: bytes
    vdaf: Prio3[Any, Any]
    verify_key: bytes = field(repr=False, default=b"")
    least: int = 100
    precision: int = 3600
    by_name: bool = False
    weights: tuple[int, ...] = ()
    most_per_client: int = 1
    keep: int = 14 * 86400
    early: int = 300

    def __post_init__(self) -> None:
        numbers = (self.least, self.precision, self.most_per_client, self.keep, self.early)
        if not isinstance(self.verify_key, bytes) or not all(isinstance(number, int) for number in numbers):
            raise wrong_task("a task's verify key is bytes, and its numbers are whole", "see Task")
        if not is_name(self.name) or not isinstance(self.vdaf, Prio3) or self.vdaf.shares != 2:
            raise wrong_task("a task has a name of 1 to 32 bytes, and a type of two aggregators", "Prio3...(2, ...)")
        if self.verify_key and len(self.verify_key) != VERIFY_KEY_SIZE:
            raise wrong_task(f"the verify key has {len(self.verify_key)} bytes", f"give {VERIFY_KEY_SIZE} uniform ones")
        if self.least < 2:
            raise wrong_task(f"a batch of {self.least} reports shows a client", "take a least size of 2, better of 100")
        if min(self.precision, self.most_per_client) < 1 or self.early < 0:
            raise wrong_task("precision and reports for each client are positive, `early` is from 0", "see Task")
        if not self.precision <= self.keep < MOST_SECONDS:
            cause = f"reports kept for {self.keep} s are too old before an interval of {self.precision} s ends"
            raise wrong_task(cause, "keep them for a precision or more")
        self._check_weights()

    @property
    def ctx(self) -> bytes:
        """The context that proofs are bound to: a report of another task, or of another type, is not valid."""
        return b"parley collecting " + type_name(self.vdaf) + self.name

    @property
    def reports_at_once(self) -> int:
        """Of a job: as many as fit into 64 MiB at the leader, from 1 to 256."""
        _, size = self.vdaf.share_sizes(0)
        return max(1, min(256, (1 << 26) // size))

    @property
    def most_at_once(self) -> int:
        """Of a job at most: a longer message would not arrive, and the job would stay open."""
        _, size = self.vdaf.share_sizes(0)
        return max(1, min(MOST_REPORTS, (1 << 28) // (size + 256)))

    def rounded(self, time: float) -> int:
        """A report's time. LocalError `wrong-task` for a time before 1970, or that is none."""
        if not 0 <= time < MOST_SECONDS:
            raise wrong_task("the time of a report is seconds since 1970", "give that of a clock, as time.time()")
        return int(time) // self.precision * self.precision

    def key(self, time: int, batch: bytes) -> bytes:
        """Where a report is counted; keys of intervals are in the order of time."""
        when = (time // self.precision).to_bytes(NUMBER_BYTES, "big")
        return b"i" + batch + (when if self.weights else b"") if self.by_name else b"t" + when

    def counts(self, key: bytes) -> int:
        """How many times a report under this key is in its batch's sum; 0 for one that is too old for it, or too new.

        Public: it follows from the batch, the report's time and the task.
        """
        if not self.weights:
            return 1
        batch, when = (int.from_bytes(part, "big") for part in (key[1 : 1 + NUMBER_BYTES], key[1 + NUMBER_BYTES :]))
        return self.weights[batch - when] if 0 <= batch - when < len(self.weights) else 0

    def is_name(self, batch: bytes) -> bool:
        """Whether a job may be for this batch: no name for tasks that have none."""
        if not self.by_name:
            return batch == b""
        return is_name(batch) and (not self.weights or len(batch) == NUMBER_BYTES)

    def collection(self, first: bytes, after: bytes) -> bytes:
        """The name of the batch between two keys, which the collector asks for."""
        weighed = [sha256(repr(self.weights).encode()).digest()] if self.weights else []
        parts = (self.name, first, after, *weighed)
        return sha256(b"".join(len(part).to_bytes(1, "big") + part for part in parts)).digest()[:16]

    def range(self, selector: Selector) -> tuple[bytes, bytes]:
        """The keys of a batch: from the first on, and before the second. LocalError `wrong-task`."""
        if not isinstance(selector, Batch | Interval) or isinstance(selector, Batch) != self.by_name:
            kind = "named batches" if self.by_name else "intervals"
            raise wrong_task(f"this task is collected by {kind}", "give such a selector")
        if isinstance(selector, Batch):
            if not self.is_name(selector.name):
                raise wrong_task(
                    "a batch's name has 1 to 32 bytes; with weights it is Batch.of(number)", "give such one"
                )
            named = b"i" + selector.name
            return named, named + (b"\1" if self.weights else b"\0")
        try:
            first, last = index(selector.start), index(selector.start) + index(selector.duration)
        except TypeError:
            raise wrong_task("an interval is two whole numbers of seconds", "round it") from None
        if first < 0 or not first < last < MOST_SECONDS or first % self.precision or last % self.precision:
            raise wrong_task(f"an interval of this task is made of multiples of {self.precision} s", "round it")
        return self.key(first, b""), self.key(last, b"")

    def _check_weights(self) -> None:
        weights, circuit = self.weights, self.vdaf.circuit
        if not weights:
            return
        if not self.by_name or not isinstance(weights, tuple):
            raise wrong_task("weights by age are a tuple, of a task whose batches have names", "take by_name=True")
        if not all(isinstance(weight, int) and 1 <= weight <= MOST_WEIGHT for weight in weights):
            raise wrong_task(f"a weight is a whole number from 1 to {MOST_WEIGHT}", "scale them; leave zeros out")
        if max(weights) * _MOST_SUMMED * circuit.most >= circuit.field.p:
            cause = f"2^30 reports of numbers up to {circuit.most}, {max(weights)} times each, may reach p"
            raise wrong_task(cause, "take smaller weights, or a type of a larger field")
