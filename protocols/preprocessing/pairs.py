"""Transfers between each two parties, in both directions: set up once, extended by all that follows.

Each ordered pair (sender, receiver) has an extension of its own, with an offset and base transfers of its own. Calls on
the same two ends follow one another in the same order at both parties, so whoever uses them does one thing after
the other, for all pairs side by side.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any

from mpc.context import Context
from mpc.side_by_side import run_all
from protocols.ot import extension_softspoken_roy22, silent_ferret_ywlzw20
from protocols.ot.correlated import CotReceiver, CotSender
from protocols.preprocessing.tools import Pair

Side = Callable[[Context, int], Awaitable[Any]]
"""One party's half of what two do: called with its context and the other's index."""


@dataclass(frozen=True, slots=True)
class Extension:
    """A way to make correlations, by name: the two functions that set up its ends."""

    name: str
    send_setup: Callable[[Context, int], Awaitable[CotSender]]
    receive_setup: Callable[[Context, int], Awaitable[CotReceiver]]


SOFTSPOKEN = Extension("ot", extension_softspoken_roy22.send_setup, extension_softspoken_roy22.receive_setup)
"""The default: little computation, 4 bytes a correlation."""

SILENT = Extension("silent", silent_ferret_ywlzw20.send_setup, silent_ferret_ywlzw20.receive_setup)
"""For narrow networks: a tenth of a byte a correlation, made by the million."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """This party's ends, by the other's index."""

    senders: dict[int, CotSender]
    receivers: dict[int, CotReceiver]


async def set_up(ctx: Context, extension: Extension) -> Pairs:
    """Base transfers and extensions with every other party, in both directions."""
    senders, receivers = await between_pairs(ctx, extension.send_setup, extension.receive_setup)
    return Pairs(senders, receivers)


async def between_pairs(
    ctx: Context, send: Side, receive: Side, pairs: Collection[Pair] | None = None
) -> tuple[dict[int, Any], dict[int, Any]]:
    """Run `send` with every receiver and `receive` with every sender, side by side; their results by the other's index.

    Every ordered pair of parties, or only those in `pairs`, which all parties pass alike.
    """
    sent: dict[int, Any] = {}
    received: dict[int, Any] = {}
    own: list[Context] = []
    tasks: list[tuple[Any, ...]] = []

    async def run(side: Side, child: Context, other: int, results: dict[int, Any]) -> None:
        results[other] = await side(child, other)

    for sender in ctx.everyone:
        for receiver in ctx.everyone:
            if sender == receiver or (pairs is not None and (sender, receiver) not in pairs):
                continue
            child = ctx.child("between_two")
            if ctx.me == sender:
                tasks.append((run, send, child, receiver, sent))
            elif ctx.me == receiver:
                tasks.append((run, receive, child, sender, received))
            else:
                continue
            own.append(child)
    await run_all(tasks)
    for child in own:
        ctx.join(child)
    return sent, received
