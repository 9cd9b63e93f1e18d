"""How operations run on shares: a table of operation x suite x network.

Without an entry an operation runs as its declaration says, on the functions of the suite and of `protocols/numeric`.
A family that does it otherwise enters its own way with `lower`, and neither users nor this folder see the difference.
The most particular entry counts: that for suite and network, then for the suite, then for the network.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from mpc.context import Session
from protocols.array.node import OPERATIONS, Operation

Run = Callable[..., Any]


class Lowering(NamedTuple):
    """What computes a node, `run(ctx, node, *shares)`, and whether it may need a message."""

    run: Run
    talks: bool


_ENTRIES: dict[tuple[str, str, str], Run] = {}


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


def lowering(operation: Operation, session: Session) -> Lowering:
    """How the operation runs in this session."""
    return _found(operation, session.factory.name, session.network)


@cache
def _found(operation: Operation, suite: str, network: str) -> Lowering:
    places = ((suite, network), (suite, ""), ("", network), ("", ""))
    run = next((r for p in places if (r := _ENTRIES.get((operation.name, *p)))), operation.run)
    return Lowering(run, iscoroutinefunction(run))
