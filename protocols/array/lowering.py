"""How operations run on shares: a table of operation x suite x network.

Without an entry an operation runs as its declaration says, on the functions of the suite and of `protocols/numeric`.
A family that does it otherwise enters its own way with `lower`, and neither users nor this folder see the difference.
The most particular entry counts: that for suite and network, then for the suite, then for the network.

Beside that an operation may have a garbled circuit (`garble`). It is taken between two parties, in suites that garble
numbers, where the session's ways say so, or say that what is quicker on the network be taken; an entry of the table
goes before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import iscoroutinefunction
from math import prod
from typing import Any, NamedTuple

from mpc.accounts.ledger import WayTaken
from mpc.context import Context, Session
from protocols.array.appraising import appraise, known
from protocols.array.node import OPERATIONS, Node, Operation

Run = Callable[..., Any]
ARITHMETIC, YAO, AUTO = "arithmetic", "yao", "auto"
OF_YAO = 2
"""How many parties garble."""


class Lowering(NamedTuple):
    """What computes a node, `run(ctx, node, *shares)`, and whether it may need a message."""

    run: Run
    talks: bool


class Circuit(NamedTuple):
    """The garbled way of an operation, and which of the session's ways says whether it is taken."""

    run: Run
    asked: str


_ENTRIES: dict[tuple[str, str, str], Run] = {}
_CIRCUITS: dict[str, Circuit] = {}


def lower(name: str, run: Run, *, suite: str = "", network: str = "") -> None:
    """Let the operation `name` run this way, on this suite or on this network, or on both; "" stands for any.

    `run(ctx, node, *shares)` gets what `Operation.run` gets and must return the same. All parties must have the same
    entries: they belong to the program.
    """
    if name not in OPERATIONS:
        raise KeyError(f"no operation is called {name!r}; there are {', '.join(sorted(OPERATIONS))}")
    _ENTRIES[name, suite, network] = run
    _found.cache_clear()


def as_declared(name: str, *, suite: str = "", network: str = "") -> None:
    """Take an entry out again."""
    del _ENTRIES[name, suite, network]
    _found.cache_clear()


def garble(operation: Operation, asked: str, run: Run) -> None:
    """Give an operation a garbled circuit; `asked` is the field of `mpc.ways.Ways` that says whether it is taken."""
    _CIRCUITS[operation.name] = Circuit(run, asked)


def lowering(operation: Operation, session: Session) -> Lowering:
    """How the operation runs in this session."""
    found = _found(operation, session.factory.name, session.network)
    if found.run is operation.run and _way(operation, session) != ARITHMETIC:
        return _either(operation)
    return found


@cache
def _found(operation: Operation, suite: str, network: str) -> Lowering:
    places = ((suite, network), (suite, ""), ("", network), ("", ""))
    run = next((r for p in places if (r := _ENTRIES.get((operation.name, *p)))), operation.run)
    return Lowering(run, iscoroutinefunction(run))


def _way(operation: Operation, session: Session) -> str:
    """What the session says of this operation; what is not there, or cannot be weighed, is arithmetic."""
    circuit = _CIRCUITS.get(operation.name)
    if circuit is None or session.n != OF_YAO or session.suite.garbled_numbers is None:
        return ARITHMETIC
    way: str = getattr(session.ways, circuit.asked)
    return ARITHMETIC if way == AUTO and not session.network else way


@cache
def _either(operation: Operation) -> Lowering:
    runs = {ARITHMETIC: operation.run, YAO: _CIRCUITS[operation.name].run}

    async def run(ctx: Context, node: Node, *shares: Any) -> Any:
        session = ctx.session
        if session.network:
            for way, each in runs.items():
                await appraise(session, node, way, each)
        note_way(session, node)
        return await runs[_taken(session, node)](ctx, node, *shares)

    return Lowering(run, True)


def _taken(session: Session, node: Node) -> str:
    """The way that is taken, once both are appraised."""
    way = _way(node.operation, session)
    if way != AUTO:
        return way
    arithmetic, yao = _seconds(session, node)
    return YAO if yao < arithmetic else ARITHMETIC


def _seconds(session: Session, node: Node) -> tuple[float, float]:
    """What the ways take on the session's network; zeros where there is none, or nothing is known."""
    prices = [known(session, node, way) for way in (ARITHMETIC, YAO)]
    arithmetic, yao = (price.seconds(session.network) if price and session.network else 0.0 for price in prices)
    return arithmetic, yao


def note_way(session: Session, node: Node) -> None:
    """Enter into the account which way a node takes, if there are several."""
    if node.operation.name in _CIRCUITS and lowering(node.operation, session).run is _either(node.operation).run:
        seconds = _seconds(session, node)
        made = WayTaken(node.line, node.operation.written, prod(node.shape), _taken(session, node), *seconds)
        session.ledger.way(node.value.path, made)
