"""Runs of several real parties in one process and one event loop, each by `run_party`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import trio

from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from protocols.runs.dealing import run_dealer
from protocols.runs.party import Outcome, run_party
from protocols.runs.sources import DEALER, Source


def run_parties(
    program: Any, inputs: Sequence[Any], source: Source | Sequence[Source], **options: Any
) -> list[Outcome]:
    """Every party's outcome, from one source or each party's own; the first error of any party is raised."""
    n = len(inputs)
    sources = [source] * n if isinstance(source, Source) else list(source)
    dealt = sources[0].maker == DEALER
    transports, agreements = memory_network(n + dealt), Agreement.simulate(n + dealt)
    outcomes: list[Any] = [None] * n

    async def party(i: int) -> None:
        outcomes[i] = await run_party(
            program, inputs[i], transport=transports[i], agreement=agreements[i], program="",
            preprocessing=sources[i], **options,
        )  # fmt: skip

    async def dealer() -> None:
        await run_dealer(transport=transports[n])

    trio.run(run_all, [(party, i) for i in range(n)] + ([(dealer,)] if dealt else []))
    return outcomes
