"""How operations run on shares: a table of operation x suite x network.

Without an entry an operation runs as its declaration says, on the functions of the suite and of `protocols/numeric`.
A family that does it otherwise enters its own way with `lower`, and neither users nor this folder see the difference.
The most particular entry counts: that for suite and network, then for the suite, then for the network.

Beside that an operation may have a garbled circuit (`garble`). It is taken between two parties, in suites that garble
numbers, where the session's ways say so, or say that what is quicker on the network be taken; an entry of the table
goes before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from inspect import iscoroutinefunction
from math import prod
from typing import Any, NamedTuple

from mpc.accounts.ledger import WayTaken
from mpc.context import Context, Session
from protocols.array.appraising import Price, appraise, known
from protocols.array.node import OPERATIONS, Node, Operation
from protocols.circuits.kinds import Bits
from protocols.numeric.garbled import Function, Kind, alone, compute, kind_in

Run = Callable[..., Any]
ARITHMETIC, YAO, AUTO = "arithmetic", "yao", "auto"
ROW_SUM, MOST_LANES = "sum", 64
"""The name of the operation that sums over axes; elements of a row that are one instance of a circuit, at most."""
OF_YAO = 2
"""How many parties garble."""


class Lowering(NamedTuple):
    """What computes a node, `run(ctx, node, *shares)`, and whether it may need a message."""

    run: Run
    talks: bool


class Circuit(NamedTuple):
    """The garbled way of an operation: which of the session's ways says if it is taken, how a node runs, and for which
    nodes it is there; the function of a node where it computes each element by itself."""

    asked: str
    run: Run
    fits: Callable[[Node], bool]
    function: Callable[[Node], Function] | None


_ENTRIES: dict[tuple[str, str, str], Run] = {}
_CIRCUITS: dict[str, Circuit] = {}
_BETWEEN: dict[str, Callable[[Node], Function | None]] = {}
_DEAR: set[str] = set()


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


def garble(operation: Operation, asked: str, function: Callable[[Node], Function]) -> None:
    """Give an operation a garbled circuit: of its operands, numbers, what `function(node)` says, elementwise.

    `asked` is the field of `mpc.ways.Ways` that says whether it is taken.
    """
    _CIRCUITS[operation.name] = Circuit(asked, _garbled, lambda node: True, function)


def garble_rows(operation: Operation, asked: str, run: Run, fits: Callable[[Node], bool]) -> None:
    """The same of an operation that is no function of each element: `run` as of `lower`, for nodes that fit."""
    _CIRCUITS[operation.name] = Circuit(asked, run, fits, None)


def asks_for_circuits(session: Session, asked: str) -> bool:
    """Whether the session says that what may be garbled is, and can do it."""
    able = session.n == OF_YAO and session.suite.garbled_numbers is not None
    return able and getattr(session.ways, asked) == YAO


def function_of(node: Node) -> Function | None:
    """What a node with a garbled way is in a circuit, if it computes each element by itself; of another one what it is
    between two of these, if it may be."""
    circuit = _CIRCUITS.get(node.operation.name)
    function = _BETWEEN.get(node.operation.name) if circuit is None else circuit.function
    return None if function is None else function(node)


def stands_between(operation: Operation, function: Callable[[Node], Function | None], *, dear: bool = False) -> None:
    """Let an operation stand between garbled ones in one circuit, as `function(node)` of its operands, where that is
    something; by itself it runs as it is declared. `dear`: only where a circuit with it takes less time on the network
    than those that it would divide."""
    _BETWEEN[operation.name] = function
    if dear:
        _DEAR.add(operation.name)


def sums_rows(node: Node) -> bool:
    """Whether a node sums over the last axis alone, and rows are short enough to be instances of a circuit."""
    if node.operation.name != ROW_SUM:
        return False
    (x,) = node.operands
    return tuple(node.parameters["axes"]) == (len(x.shape) - 1,) and 1 < x.shape[-1] <= MOST_LANES


def is_dear(node: Node) -> bool:
    """Whether a node stands in circuits only where that is weighed."""
    return node.operation.name in _DEAR


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


def kinds_of(node: Node) -> tuple[Kind, ...]:
    """As what its operands go into a circuit."""
    bits = node.value.home.ring.bits
    return tuple(Bits(1) if o.kind == "bit" else kind_in(o.range, bits) for o in node.operands)


async def _garbled(ctx: Context, node: Node, *shares: Any) -> Any:
    function = function_of(node)
    assert function is not None
    steps, kinds = alone(function, kinds_of(node))
    (found,) = await compute(ctx, steps, kinds, shares, node.shape)
    return found


@cache
def _either(operation: Operation) -> Lowering:
    circuit = _CIRCUITS[operation.name]
    runs = {ARITHMETIC: operation.run, YAO: circuit.run}

    async def run(ctx: Context, node: Node, *shares: Any) -> Any:
        if not circuit.fits(node):
            return await operation.run(ctx, node, *shares)
        if not node.value.way:
            await weigh(ctx.session, node)
        note_way(ctx.session, node)
        return await runs[way_taken(ctx.session, node)](ctx, node, *shares)

    return Lowering(run, True)


def has_ways(session: Session, node: Node) -> bool:
    """Whether this session may compute the node by a garbled circuit."""
    circuit = _CIRCUITS.get(node.operation.name)
    if circuit is None or not circuit.fits(node):
        return False
    return lowering(node.operation, session).run is _either(node.operation).run


def may_garble(session: Session, node: Node) -> bool:
    """Whether the session leaves it open to garble the node, or asks for it, and it is not refused."""
    way, price = _way(node.operation, session), known(session, node, YAO)
    return way != ARITHMETIC and (price is None or price.offered)


def must_garble(session: Session, node: Node) -> bool:
    """Whether the session asks for the circuit of this node."""
    return has_ways(session, node) and _way(node.operation, session) == YAO


async def price_by(session: Session, node: Node, way: str) -> Price:
    """What a node that has several ways costs by one of them."""
    run = _CIRCUITS[node.operation.name].run if way == YAO else node.operation.run
    return await appraise(session, node, way, run)


async def weigh(session: Session, node: Node) -> None:
    """Appraise both ways of a node, where there is a network to weigh them for."""
    if session.network:
        for way in (ARITHMETIC, YAO):
            await price_by(session, node, way)


async def weigh_all(session: Session, nodes: Sequence[Node]) -> None:
    """Appraise the ways of all nodes that have several."""
    for node in nodes:
        if has_ways(session, node):
            await weigh(session, node)


def way_taken(session: Session, node: Node) -> str:
    """The way that is taken, once both are weighed: of those that are there the quicker one, unless it was weighed
    together with others."""
    way = node.value.way or _way(node.operation, session)
    if way != AUTO:
        return way
    arithmetic, yao = (price if price and price.offered else None for price in _prices(session, node))
    if arithmetic is None or yao is None:
        return ARITHMETIC if yao is None else YAO
    return YAO if yao.seconds(session.network) < arithmetic.seconds(session.network) else ARITHMETIC


def _prices(session: Session, node: Node) -> tuple[Price | None, Price | None]:
    return known(session, node, ARITHMETIC), known(session, node, YAO)


def _seconds(session: Session, node: Node) -> tuple[float, float]:
    """What the ways take on the session's network; zeros where there is none, and for a way that is not there."""
    arithmetic, yao = (
        price.seconds(session.network) if price and session.network else 0.0 for price in _prices(session, node)
    )
    return arithmetic, yao


def way_of(session: Session, node: Node) -> WayTaken | None:
    """What is told of the way that a node takes, if there are several."""
    if not has_ways(session, node):
        return None
    return taken(node, way_taken(session, node), *_seconds(session, node))


def taken(node: Node, way: str, arithmetic: float, yao: float) -> WayTaken:
    """What is told of a node that is computed in this way, and of the seconds of either."""
    return WayTaken(node.line, node.operation.written, prod(node.shape), way, arithmetic, yao)


def note_way(session: Session, node: Node) -> None:
    """Enter into the account which way a node takes, if there are several."""
    if told := way_of(session, node):
        session.ledger.way(node.value.path, told)
