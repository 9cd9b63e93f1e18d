"""One endpoint of a session: it connects to the others, does its part, and tells them if it fails."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import trio

from mpc.device import Device
from mpc.network.handshake import Agreement, Terms
from mpc.network.identity import Identity, Roster
from mpc.network.joining import connect
from mpc.network.transport_tls import TlsTransport
from mpc.ways import Ways
from party_runner.agreed import Agreed
from party_runner.guarding import Guards
from party_runner.material import Material
from party_runner.options import Patience
from party_runner.plan_file import PlanFile
from party_runner.program import Program
from party_runner.start import hash_of_texts
from party_runner.status import Progress
from protocols.runs.dealing import run_dealer
from protocols.runs.failures import let_messages_leave
from protocols.runs.party import Numbers, Outcome, run_party
from protocols.runs.sources import Source
from protocols.runs.storing import Making, make_store


@dataclass(frozen=True, slots=True)
class Seat:
    """An endpoint's place in the roster, its key, and what it bears of its peers.

    `listener` is bound already or None.
    """

    roster: Roster
    me: int
    identity: Identity
    patience: Patience
    listener: socket.socket | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """What all parties must choose alike, beside the program; and the error that this one tolerates.

    `beside`: what else makes a run this one, by name, which the handshake compares as it is.
    """

    suite: str = "beaver"
    numbers: Numbers = field(default_factory=Numbers)
    material: Material = field(default_factory=Material)
    agreed: Agreed = field(default_factory=Agreed)
    tolerance: float | None = None
    ways: Ways = field(default_factory=Ways)
    beside: Mapping[str, str | int] = field(default_factory=dict)


async def join(
    seat: Seat,
    program: Program,
    mine: Any,
    choices: Choices,
    source: Source,
    progress: Progress,
    guards: Guards,
    device: Device | None = None,
    on_result: Callable[[Any], None] | None = None,
) -> Outcome:
    """Run `program` as one party, `mine` its own data, `device` beside the processor; `guards` make what stands before
    its outputs; `on_result` as of `run_party`.

    Raises what ended the run: the peers were told.
    """
    began = time.monotonic()
    async with _connected(seat, terms_of_run(seat.roster, program.digest, choices), progress) as (transport, agreement):
        return await run_party(
            program.main,
            mine,
            transport=transport,
            agreement=agreement,
            program=str(program.path),
            suite=choices.suite,
            numbers=choices.numbers,
            ways=choices.ways,
            connect_seconds=time.monotonic() - began,
            on_progress=progress,
            device=device,
            preprocessing=source,
            tolerance=choices.tolerance,
            max_elements=seat.patience.max_elements,
            keeper=guards(agreement),
            on_result=on_result,
        )


async def prepare(
    seat: Seat, plan: PlanFile, material: Material, target: Path, runs: int, progress: Progress
) -> tuple[Making, float]:
    """Make one party's store of a plan in the folder `target`; beside it, the seconds that connecting took."""
    began = time.monotonic()
    async with _connected(seat, terms_of_making(seat.roster, plan, material, runs), progress) as (transport, agreement):
        connected = time.monotonic() - began
        with material.opened(seat.identity) as source:
            made = await make_store(
                plan.demand,
                target,
                transport=transport,
                agreement=agreement,
                preprocessing=source,
                ring=plan.numbers.ring,
                key=material.key(seat.identity),
                runs=runs,
                on_progress=progress,
            )
        return made, connected


async def deal(seat: Seat, terms: Terms, progress: Progress) -> None:
    """Be the dealer of one session: hand out what the parties ask for, until they are done."""
    async with _connected(seat, terms, progress) as (transport, _):
        await run_dealer(transport=transport, on_progress=progress, max_elements=seat.patience.max_elements)


def terms_of_run(roster: Roster, digest: str, choices: Choices) -> Terms:
    """What all endpoints of a run must agree on; `digest` is the program's."""
    what = {**_terms(choices.numbers), **choices.ways.terms(), **choices.material.terms(), **choices.agreed.terms()}
    parameters = {**_versions(), **what, **choices.beside}
    return Terms(version("parley-mpc"), roster.names, roster.has_dealer, digest, choices.suite, parameters)


def _versions() -> dict[str, str | int]:
    """What the numbers and orders that a program computes in the clear follow from."""
    return {"numpy": np.__version__, "hash of texts": hash_of_texts()}


def _terms(numbers: Numbers) -> dict[str, str | int]:
    return {"fractional_bits": numbers.fractional_bits, "ring": numbers.ring}


def terms_of_making(roster: Roster, plan: PlanFile, material: Material, runs: int) -> Terms:
    """What all endpoints that make stores must agree on."""
    parameters: dict[str, str | int] = {**_versions(), "plan": plan.digest, "runs": runs}
    parameters |= {**_terms(plan.numbers), **plan.ways.terms(), **material.terms()}
    return Terms(version("parley-mpc"), roster.names, roster.has_dealer, plan.program_digest, plan.suite, parameters)


@asynccontextmanager
async def _connected(seat: Seat, terms: Terms, progress: Progress) -> AsyncIterator[tuple[TlsTransport, Agreement]]:
    """The connections of a seat. Peers are told of an interrupt here, of any other error by the execution."""
    async with connect(
        seat.roster,
        seat.me,
        seat.identity,
        terms,
        connect_timeout=seat.patience.connect_timeout,
        stall_timeout=seat.patience.stall_timeout,
        wait_timeout=seat.patience.wait_timeout,
        listener=seat.listener,
        on_progress=lambda text: progress(f"connecting: {text}", 0, None),
    ) as (transport, agreement):
        progress("planning", 0, None)
        try:
            yield transport, agreement
        except BaseException as error:
            if not isinstance(error, Exception):  # of which `run_party` tells them
                with trio.CancelScope(shield=True):
                    await let_messages_leave(transport, error)
                transport.fail("interrupted", "it was interrupted")
            raise
