"""What aggregators refuse: reports, messages of one another, collections. No error says what was measured."""

from __future__ import annotations

from mpc.errors import LocalError, PeerError
from protocols.prio3.refusals import blamed


def malformed(sender: str, what: str) -> PeerError:
    """Bytes that are no such message."""
    remedy = "the same version and task at both aggregators and all clients; else the sender is not to be trusted"
    return blamed("malformed-collecting-message", sender, f"sent bytes that are no {what}", remedy)


def replayed(client: str) -> PeerError:
    """A report's name that was used for something else."""
    remedy = "a client names each report anew (Prio3.fresh_nonce); the first one stands"
    return blamed("report-replayed", client, "sent another report under a name that was used before", remedy)


def out_of_time(client: str, cause: str) -> PeerError:
    """A report of a time that no batch takes any more, or not yet."""
    remedy = "leave it out; compare clocks if many clients meet this"
    return blamed("report-out-of-time", client, f"sent a report {cause}", remedy)


def too_many_reports(client: str, most: int) -> PeerError:
    """More reports than a client has in one interval."""
    remedy = "leave it out; a client of the task sends fewer"
    return blamed("too-many-reports", client, f"sent more than {most} reports for one interval", remedy)


def differs(sender: str, cause: str, remedy: str) -> PeerError:
    """Aggregators whose books say different things."""
    return blamed("aggregators-differ", sender, cause, remedy)


def not_collectable(cause: str, remedy: str) -> LocalError:
    """A batch that must not be collected, or not so, or not yet."""
    return LocalError("batch-not-collectable", cause, remedy)


def wrong_task(cause: str, remedy: str) -> LocalError:
    """A task that cannot be carried out as it is stated."""
    return LocalError("wrong-task", cause, remedy)
