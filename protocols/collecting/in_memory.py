"""Leader and helper in one process, for tests and trials: messages go from one to the other by calls."""

from __future__ import annotations

from protocols.collecting.collector import Collected, combine
from protocols.collecting.helper import Helper
from protocols.collecting.leader import Leader
from protocols.collecting.task import Selector


def verify_all(leader: Leader, helper: Helper, batch: bytes = b"", most: int | None = None) -> None:
    """Carry what is open to its end, and then take every report that waits into a job, once."""
    for job in leader.open_jobs():
        leader.on_reply(helper.on_job(job))
    for confirmation in leader.open_confirmations():
        leader.on_acknowledgement(helper.on_confirmation(confirmation))
    for _ in range(-(-leader.waiting // (most or leader.task.reports_at_once))):
        if (taken := leader.next_job(batch, most)) is not None:
            confirmation = leader.on_reply(helper.on_job(taken))
            leader.on_acknowledgement(helper.on_confirmation(confirmation))


def collect(leader: Leader, helper: Helper, selector: Selector) -> Collected:
    """Close a batch at both, and combine their parts."""
    leader.on_closed(helper.on_closing(leader.close(selector)))
    return combine(leader.task, [leader.part(selector), helper.part(selector)])
