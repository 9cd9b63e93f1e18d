"""What aggregators refuse: reports, messages of one another, collections. No error says what was measured."""

from __future__ import annotations

from mpc.errors import LocalError, PeerError


def malformed(sender: str, what: str) -> PeerError:
    """Bytes that are no such message."""
    return PeerError(
        "malformed-collecting-message",
        f"{sender} sent bytes that are no {what}",
        "the same version and task at both aggregators and all clients; else the sender is not to be trusted",
        party=sender,
    )


def replayed(client: str) -> PeerError:
    """A report's name that was used for something else."""
    return PeerError(
        "report-replayed",
        f"{client} sent another report under a name that was used before",
        "a client names each report anew (Prio3.fresh_nonce); the first one stands",
        party=client,
    )


def out_of_time(client: str, cause: str) -> PeerError:
    """A report of a time that no batch takes any more, or not yet."""
    return PeerError(
        "report-out-of-time",
        f"{client} sent a report {cause}",
        "leave it out; compare clocks if many clients meet this",
        party=client,
    )


def too_many_reports(client: str, most: int) -> PeerError:
    """More reports than a client has in one interval."""
    return PeerError(
        "too-many-reports",
        f"{client} sent more than {most} reports for one interval",
        "leave it out; a client of the task sends fewer",
        party=client,
    )


def differs(sender: str, cause: str, remedy: str) -> PeerError:
    """Aggregators whose books say different things."""
    return PeerError("aggregators-differ", f"{sender} {cause}", remedy, party=sender)


def not_collectable(cause: str, remedy: str) -> LocalError:
    """A batch that must not be collected, or not so, or not yet."""
    return LocalError("batch-not-collectable", cause, remedy)


def wrong_task(cause: str, remedy: str) -> LocalError:
    """A task that cannot be carried out as it is stated."""
    return LocalError("wrong-task", cause, remedy)
