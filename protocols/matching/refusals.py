"""What a set of identifiers, or a message about one, is refused for."""

from __future__ import annotations

from mpc.context import Context
from mpc.errors import LocalError, PeerError

_DISTRUST = "the same version of Parley everywhere; else that party does not follow the protocol: do not go on with it"


def unlike_ids(ctx: Context, code: str, sender: int, what: str, remedy: str = _DISTRUST) -> PeerError:
    """The error for what party `sender` sent in this call."""
    name = ctx.names[sender]
    return PeerError(code, f"{name} sent {what}", remedy, party=name, path=ctx.path, line=ctx.line or None)


def wrong_ids(what: str, remedy: str, line: str | None) -> LocalError:
    """The error for identifiers that this party cannot match by. It says nothing of what they are."""
    return LocalError("wrong-ids", f"the identifiers {what}", remedy, line=line)
