"""What the other parties are told when a run fails here."""

from __future__ import annotations

from mpc.errors import ParleyError, PeerError
from mpc.network.transport import Transport


def tell_peers(transport: Transport, error: Exception, otherwise: str) -> None:
    """End the session for all with an error's code, or `otherwise`, in public words."""
    code = error.code if isinstance(error, ParleyError) else otherwise
    transport.fail(code, _public_cause(error), error.party if isinstance(error, PeerError) else None)


def _public_cause(error: Exception) -> str:
    """What peers are told of a failure here: never the text of a local error, which may quote private data."""
    if isinstance(error, PeerError):
        return error.cause
    return "its program failed" if not isinstance(error, ParleyError) else f"it stopped with {error.code}"
