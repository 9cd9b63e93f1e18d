"""One endpoint of a run: it connects to the others, does its part, and tells them if it fails."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

import trio

from mpc.device import Device
from mpc.handshake import Agreement, Terms
from mpc.identity import Identity, Roster
from mpc.transport import TlsTransport, connect
from party_runner.csv_table import Table
from party_runner.program import Program
from party_runner.status import Progress
from protocols.execution import DEALER, Outcome, run_dealer, run_party


@dataclass(frozen=True, slots=True)
class Seat:
    """An endpoint's place in the roster, its key, and how long it waits; `listener` is bound already or None."""

    roster: Roster
    me: int
    identity: Identity
    connect_timeout: float
    stall_timeout: float
    listener: socket.socket | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What all parties must choose alike, beside the program."""

    suite: str = "beaver"
    fractional_bits: int = 16
    preprocessing: str = DEALER


async def join(
    seat: Seat,
    program: Program,
    mine: Table | None,
    choices: Choices,
    progress: Progress,
    device: Device | None = None,
) -> Outcome:
    """Run `program` as one party, `mine` its own data, `device` beside the processor.

    Raises what ended the run: the peers were told.
    """
    began = time.monotonic()
    terms = _terms(seat.roster, program.digest, choices)
    async with _connected(seat, terms, progress) as (transport, agreement):
        return await run_party(
            program.main,
            mine,
            transport=transport,
            agreement=agreement,
            program=str(program.path),
            suite=choices.suite,
            fractional_bits=choices.fractional_bits,
            connect_seconds=time.monotonic() - began,
            on_progress=progress,
            device=device,
            preprocessing=choices.preprocessing,
        )


async def deal(seat: Seat, digest: str, choices: Choices, progress: Progress) -> None:
    """Be the dealer of one run: hand out what the parties ask for, until they are done.

    `digest` is that of the program which the parties run; the dealer itself does not run it.
    """
    async with _connected(seat, _terms(seat.roster, digest, choices), progress) as (transport, _):
        await run_dealer(transport=transport, on_progress=progress)


def _terms(roster: Roster, digest: str, choices: Choices) -> Terms:
    parameters: dict[str, str | int] = {
        "fractional_bits": choices.fractional_bits,
        "preprocessing": choices.preprocessing,
    }
    return Terms(version("parley-mpc"), roster.names, roster.has_dealer, digest, choices.suite, parameters)


@asynccontextmanager
async def _connected(seat: Seat, terms: Terms, progress: Progress) -> AsyncIterator[tuple[TlsTransport, Agreement]]:
    """The connections of a seat. Peers are told of an interrupt here, of any other error by the execution."""
    async with connect(
        seat.roster,
        seat.me,
        seat.identity,
        terms,
        connect_timeout=seat.connect_timeout,
        stall_timeout=seat.stall_timeout,
        listener=seat.listener,
        on_progress=lambda text: progress(f"connecting: {text}", 0, None),
    ) as (transport, agreement):
        progress("planning", 0, None)
        try:
            yield transport, agreement
        except (KeyboardInterrupt, trio.Cancelled):
            transport.fail("interrupted", "it was interrupted")
            raise
