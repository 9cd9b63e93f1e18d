"""A client's report to each of the two aggregators."""

from __future__ import annotations

from typing import Any

from protocols.collecting.messages import Report
from protocols.collecting.task import Task


def report(task: Task, measurement: Any, time: float) -> tuple[bytes, bytes]:
    """What the client sends the leader, and what it sends the helper: each over a channel that nobody else reads.

    A report may be sent again, as it is, until it has arrived; it counts once. LocalError `wrong-measurement`.
    """
    vdaf, name = task.vdaf, task.vdaf.fresh_nonce()
    public, shares = vdaf.shard(task.ctx, measurement, name, vdaf.fresh_rand())
    leader, helper = (Report(name, task.rounded(time), public, share).pack() for share in shares)
    return leader, helper
