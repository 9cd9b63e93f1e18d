"""The collector: it puts the two parts of a batch together. It holds no key of the proofs and sees no report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from protocols.collecting.messages import Part
from protocols.collecting.refusals import differs, wrong_task
from protocols.collecting.task import Task

AGGREGATORS = ("the leader", "the helper")


@dataclass(frozen=True, slots=True)
class Collected:
    """A result: of so many reports, the sum. `weight`: what their weights add up to; as many without weights."""

    count: int
    result: Any
    weight: int = field(default=0, repr=False)


def combine(task: Task, parts: Sequence[bytes]) -> Collected:
    """The result of a batch, of what leader and helper gave for one collection.

    PeerError `malformed-collecting-message`, `malformed-report`; `aggregators-differ` if they speak of different
    batches, or of one below the least size. LocalError `wrong-task` for another number of parts than two.
    """
    if len(parts) != len(AGGREGATORS):
        raise wrong_task(f"a result is put together of two parts, not {len(parts)}", "the leader's, then the helper's")
    read = [Part.read(data, sender) for data, sender in zip(parts, AGGREGATORS, strict=True)]
    if [part.aggregator for part in read] != [0, 1] or read[0].closing != read[1].closing:
        raise differs(AGGREGATORS[1], "gave a part of another batch than the leader", "ask both for one collection")
    if (count := read[0].count) < task.least:
        raise differs(AGGREGATORS[0], f"gave a part of {count} reports, below the least", "do not use the result")
    if not count <= (weight := read[0].weight) <= count * max(task.weights, default=1):
        raise differs(AGGREGATORS[0], f"gave a part of {count} reports of weight {weight}", "do not use the result")
    return Collected(count, task.vdaf.unshard([part.agg_share for part in read], weight), weight)
