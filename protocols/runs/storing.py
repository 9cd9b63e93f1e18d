"""Making stores of preprocessed material: the same session as that of a run, with nothing but an offline part."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mpc.context import Session
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.prg import Seed
from mpc.store import Header, preprocess
from mpc.supply import Entry
from native import keep_memory
from protocols.preprocessing.workshop import words_of
from protocols.runs.failures import tell_peers
from protocols.runs.party import Progress
from protocols.runs.sources import OT, Provision, Source
from protocols.runs.suites import find_ring


@dataclass(frozen=True, slots=True)
class Making:
    """What one party has made: its store's header, how long it took, what the supplier or the others sent for it."""

    header: Header
    seconds: float
    received_bytes: int


async def make_store(
    demand: Sequence[Entry],
    target: Path,
    *,
    transport: Transport,
    agreement: Agreement,
    preprocessing: str | Source = OT,
    ring: int = 64,
    key: Seed | None = None,
    runs: int = 1,
    on_progress: Progress | None = None,
) -> Making:
    """Make this party's store in the folder `target`, together with all parties, for so many runs of one demand.

    `preprocessing`: a supplier's name, or a `Source`. `ring`: the bits of the demand's. `key` seals the store; without
    one it holds a key of its own.
    Tells the peers and raises if anything fails.
    """
    keep_memory()
    progress = on_progress or (lambda stage, done, total: None)
    started = time.perf_counter()
    try:
        source = Source(preprocessing) if isinstance(preprocessing, str) else preprocessing
        provision = await Provision.open(source, transport, agreement, lambda done, total: None)
        parties = source.parties(transport)
        session = Session(transport, provision.supply, agreement, None, parties, ring=find_ring(ring))
        counted = _counter(progress, runs * sum(words_of(kind) for _, kind in demand))
        header = await preprocess(session.root(), target, provision.supply, demand, key, runs=runs, on_added=counted)
        provision.done()
        await transport.finish({})
    except Exception as error:
        tell_peers(transport, error, "preprocessing-failed")
        raise
    return Making(header, time.perf_counter() - started, provision.supply.received_bytes)


def _counter(progress: Progress, total: int) -> Callable[[int], None]:
    done = 0

    def count(words: int) -> None:
        nonlocal done
        done += words
        progress("offline", done, total)

    progress("offline", 0, total)
    return count
