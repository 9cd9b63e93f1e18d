"""How a session ends before its time: the errors that every transport raises, and the rule for a standstill."""

from __future__ import annotations

from collections.abc import Sequence

from mpc.errors import PeerError
from mpc.network.wire import Failure, Heartbeat, Tag

TOLD_AS_IS = frozenset(
    {
        "connect-timeout",
        "nobody-listening",
        "address-unresolved",
        "not-parley",
        "wrong-certificate",
        "certificate-expired",
        "different-version",
        "different-program",
        "different-suite",
        "different-parameters",
        "different-parties",
        "different-plan",
        "different-session",
        "peer-failed",
        "peer-lost",
        "peer-stalled",
        "malformed-message",
        "oversized-message",
        "duplicate-message",
        "unexpected-message",
        "program-diverged",
        "public-values-differ",
    }
)
STOPPED = frozenset({"peer-failed", "peer-lost"})
_SAME_NUMBERS = "every party must compute with the same public numbers; what only one party has is put in as a secret"
_SAME_PROGRAM = "every party must take the same turns: branch on revealed values only, and on the same ones everywhere"


def peer_lost(name: str, how: str = "closed the connection without saying goodbye") -> PeerError:
    """The peer's process or its line is gone."""
    remedy = f"look at what {name} printed last, and at the line to it; then start all parties again"
    return PeerError("peer-lost", f"{name} {how}", remedy, party=name)


def peer_stalled(name: str, seconds: float) -> PeerError:
    """The connection stands, and nothing comes."""
    remedy = f"see whether {name} is suspended, cut off or busy with a long step; --stall-timeout gives it more time"
    return PeerError("peer-stalled", f"nothing has come from {name} for {seconds:.0f} seconds", remedy, party=name)


def takes_nothing(name: str, seconds: float) -> PeerError:
    """The peer's heartbeats come, and it reads nothing."""
    remedy = f"look at what {name} printed, and at the line to it; a larger stall timeout gives it more time"
    cause = f"{name} has taken in nothing that was sent to it for {seconds:.0f} seconds, though it lives"
    return PeerError("peer-stalled", cause, remedy, party=name)


def withholds(name: str, seconds: float) -> PeerError:
    """The peer's heartbeats come, and say that it has sent more than has come."""
    remedy = f"start all parties again; if it happens again, {name} does not run the same version, or is not honest"
    cause = f"{name} says that it has sent messages of which nothing has come for {seconds:.0f} seconds"
    return PeerError("peer-stalled", cause, remedy, party=name)


def overdue(name: str, tag: Tag | None, seconds: float, at_fault: str) -> PeerError:
    """A message or a goodbye was waited for as long as may be; `at_fault` is whom its sender waits for itself."""
    what = "goodbye" if tag is None else f"message {tag}"
    behind = "" if at_fault == name else f", which waits for {at_fault} itself"
    remedy = "look at what it is doing; where one step of a program may take so long, raise --wait-timeout everywhere"
    cause = f"this party has waited {seconds:.0f} seconds for {what} of {name}{behind}"
    return PeerError("peer-stalled", cause, remedy, party=at_fault, path=tag and tag[:-1])


def gone_early(name: str, tag: Tag) -> PeerError:
    """This endpoint waits for a message, and the peer has said bye."""
    cause = f"{name} has ended its program, while this party still waits for its message {tag}"
    return PeerError("program-diverged", cause, _SAME_PROGRAM, party=name, path=tag[:-1])


def diverged(names: Sequence[str], beats: Sequence[Heartbeat | None], stuck: frozenset[int]) -> PeerError:
    """Endpoints wait for each other in a circle, and nothing is under way.

    Named is who was to send the message that is waited for at the earliest place of the program: nobody in the circle
    waits for anything before it. All endpoints of the circle name the same one.
    """
    tag, waits, sender = min((tag, i, j) for i in stuck if (beat := beats[i]) for j, tag in beat.waiting)
    whom = names[sender]
    cause = f"{names[waits]} waits for message {tag} of {whom}, which itself waits; nothing is under way between them"
    return PeerError("program-diverged", cause, _SAME_PROGRAM, party=whom, path=tag[:-1])


def left_over(name: str, tag: Tag) -> PeerError:
    """Everybody is done, and a message of the peer was never asked for."""
    cause = f"{name} sent message {tag}, which this party's program never asked for"
    return PeerError("unexpected-message", cause, _SAME_PROGRAM, party=name, path=tag[:-1])


def reported(names: Sequence[str], me: int, teller: int, failure: Failure) -> PeerError:
    """What an endpoint makes of a peer's FAILURE frame: the code stays where it blames somebody else.

    A peer that reports its own failure gives `peer-failed` with its code and words in the cause, unless that is a
    standstill, in which each of the circle names the same one.
    """
    name = names[teller]
    if failure.party == me and failure.code == "public-values-differ":
        return PeerError(failure.code, f"{name} ended the session: {failure.cause}", _SAME_NUMBERS, party=name)
    if failure.party == teller and failure.code == "program-diverged":
        return PeerError(failure.code, f"{name} ended the session: {failure.cause}", _SAME_PROGRAM, party=name)
    if failure.party == teller or failure.code not in TOLD_AS_IS or not 0 <= failure.party < len(names):
        remedy = f"look at what {name} printed; when it is mended, start all parties again"
        return PeerError("peer-failed", f"{name} failed: [{failure.code}] {failure.cause}", remedy, party=name)
    whom = "this party" if failure.party == me else names[failure.party]
    named = name if failure.party == me else whom
    remedy = f"look at what {whom} and {name} printed"
    return PeerError(failure.code, f"{name} ended the session over {whom}: {failure.cause}", remedy, party=named)


def standstill(beats: Sequence[Heartbeat | None]) -> frozenset[int]:
    """The endpoints that can never go on: each waits only for others of this set, nothing is on its way to it.

    `beats[i]` is the last that is known of endpoint i. The beats need not be of one moment: for one of the set to
    go on after its beat, a message must have left another of the set after that one's beat, or before it and then
    be counted as sent and not as received; the first to go on can have neither. An endpoint that waits for
    something other than a message (a file, a clock) must say that it is working, or else is taken for stuck.
    """
    stuck = {i: beat for i, beat in enumerate(beats) if beat and beat.waiting and not beat.working}
    while True:
        free = [i for i, beat in stuck.items() if any(_may_come(stuck, j, i) for j, _ in beat.waiting)]
        if not free:
            return frozenset(stuck)
        for i in free:
            del stuck[i]


def _may_come(stuck: dict[int, Heartbeat], sender: int, receiver: int) -> bool:
    return sender not in stuck or stuck[sender].sent[receiver] != stuck[receiver].received[sender]
