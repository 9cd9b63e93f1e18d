"""The dealer's life."""

from __future__ import annotations

from mpc.intake import MAX_ELEMENTS
from mpc.network.transport import Transport
from native import keep_memory
from protocols.preprocessing import dealer
from protocols.runs.failures import tell_peers
from protocols.runs.party import Progress


async def run_dealer(
    *, transport: Transport, on_progress: Progress | None = None, max_elements: int = MAX_ELEMENTS
) -> None:
    """The dealer's whole life on a transport whose last endpoint it is: serve every party until all are done.

    `max_elements`: how many words it makes at a time; `too-many-elements` where a demand takes more.
    """
    keep_memory()
    dealt = 0

    def count(size: int) -> None:
        nonlocal dealt
        dealt += size
        if on_progress:
            on_progress("dealing", dealt, None)

    try:
        await dealer.serve(transport, transport.n - 1, count, max_elements)
        await transport.finish({})
    except Exception as error:
        tell_peers(transport, error, "dealer-failed")
        raise
