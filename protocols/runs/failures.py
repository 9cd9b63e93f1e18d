"""What the other parties are told when a run fails here."""

from __future__ import annotations

from contextlib import suppress

import trio

from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.transport import Transport
from mpc.network.wire import is_code

LEAVING_SECONDS = 1.0


def tell_peers(transport: Transport, error: Exception, otherwise: str) -> None:
    """End the session for all with an error's code, or `otherwise`, in public words.

    `otherwise` stands for what has no code, and for a code of a program's own that no peer would take for one.
    """
    code = str(error.code) if isinstance(error, ParleyError) and is_code(str(error.code)) else None
    blamed = error.party if isinstance(error, PeerError) else None
    transport.fail(code or otherwise, _public_cause(error, code), blamed)


async def let_messages_leave(transport: Transport, error: BaseException) -> None:
    """Before the others are told of a failure of this party's program alone: what it has sent goes out, for a moment.

    It may be this party's part of what was revealed, which the others then have as this one has it. Nothing more leaves
    after an error that concerns the protocol.
    """
    if _concerns_others(error):
        return
    with trio.move_on_after(LEAVING_SECONDS), suppress(ParleyError):
        for endpoint in range(transport.n):
            if endpoint != transport.me:
                await transport.drained(endpoint)


def _concerns_others(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return any(map(_concerns_others, error.exceptions))
    return isinstance(error, ParleyError) and not isinstance(error, LocalError)


def _public_cause(error: Exception, code: str | None) -> str:
    """What peers are told of a failure here: never the text of a local error, which may quote private data."""
    if isinstance(error, PeerError):
        return str(error.cause)
    return f"it stopped with {code}" if code else "its program failed"
