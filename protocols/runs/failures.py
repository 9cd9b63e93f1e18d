"""What the other parties are told when a run fails here."""

from __future__ import annotations

from mpc.errors import ParleyError, PeerError
from mpc.network.transport import Transport
from mpc.network.wire import is_code


def tell_peers(transport: Transport, error: Exception, otherwise: str) -> None:
    """End the session for all with an error's code, or `otherwise`, in public words.

    `otherwise` stands for what has no code, and for a code of a program's own that no peer would take for one.
    """
    code = str(error.code) if isinstance(error, ParleyError) and is_code(str(error.code)) else None
    blamed = error.party if isinstance(error, PeerError) else None
    transport.fail(code or otherwise, _public_cause(error, code), blamed)


def _public_cause(error: Exception, code: str | None) -> str:
    """What peers are told of a failure here: never the text of a local error, which may quote private data."""
    if isinstance(error, PeerError):
        return str(error.cause)
    return f"it stopped with {code}" if code else "its program failed"
