"""What a report can be refused for. Errors name the sender, and say nothing of shares."""

from __future__ import annotations

from operator import index
from typing import SupportsIndex

from mpc.errors import LocalError, PeerError

CLIENT = "the client"


def blamed(code: str, sender: str, did: str, remedy: str) -> PeerError:
    """What a sender did, by its name."""
    return PeerError(code, f"{sender} {did}", remedy, party=sender)


def malformed(sender: str, cause: str) -> PeerError:
    """Bytes that are not the message they should be, by length or by an element that is not below p."""
    remedy = "leave this report out; if honest clients meet this, compare the parameters of the type on both sides"
    return blamed("malformed-report", sender, f"sent {cause}", remedy)


def rejected(sender: str, cause: str) -> PeerError:
    """A report whose proof does not hold."""
    remedy = "leave this report out: its measurement is out of range, or a share was changed on the way"
    return blamed("rejected-report", sender, f"sent a report that is not valid: {cause}", remedy)


def unfit(cause: str, remedy: str) -> LocalError:
    """A measurement that this type does not take. Never says which value."""
    return LocalError("wrong-measurement", cause, remedy)


def wrong_type(cause: str, remedy: str) -> LocalError:
    """Parameters of which no sound type can be made, or arguments that do not belong to one."""
    return LocalError("wrong-prio3-parameters", cause, remedy)


def whole(number: SupportsIndex, what: str) -> int:
    """A parameter as Python's own whole number, which grows; LocalError `wrong-prio3-parameters` for what is none."""
    try:
        return index(number)
    except TypeError:
        raise wrong_type(f"{what} is a whole number, not {type(number).__name__}", "round it first") from None
