"""What an operation costs by one way or another, found by running it on shapes alone, and what is quicker on a network.

Nothing but public sizes goes in, so that all parties, and plans, find the same. Time is rounds times the network's
delay and the bytes of the party that sends most over its bandwidth, online: material may be made long before, by
whoever, and beside the program; and computation comes on top of either.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.shapes_only import ShapesOfRing, blank
from mpc.context import Context, Session
from mpc.errors import LocalError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.planning import NETWORKS, CountingSupply
from mpc.side_by_side import run_all
from protocols.array.node import Kind, Node, Shape
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of

MOST = 1 << 16
"""Appraisals that are remembered."""

Run = Callable[..., Any]


class Price(NamedTuple):
    """Rounds, and the bytes that each party sends; `offered`: whether that way is there at all."""

    rounds: int
    sent: tuple[int, ...]
    offered: bool = True

    def seconds(self, network: str) -> float:
        """The time that it takes on a network."""
        return NETWORKS[network].seconds(self.rounds, max(self.sent, default=0))


REFUSED = Price(0, (), offered=False)
"""Of a way that refuses these sizes, as tables that are too large to be made ahead."""
NOTHING = Price(0, ())
"""Of what is local."""


_KNOWN: OrderedDict[Any, Price] = OrderedDict()


def _key(session: Session, node: Node, way: str) -> Any:
    kept = (
        session.factory.name,
        session.n,
        session.ring.bits,
        session.fractional_bits,
        session.supply.dealt,
        session.supply.deals_standing,
        session.ways,
    )
    return node.signature, way, kept


async def appraise(session: Session, node: Node, way: str, run: Run) -> Price:
    """What computing this node by `run` costs; `way` is the name under which it is remembered. REFUSED where it
    raises a LocalError: what is only weighed ends no run."""
    key = _key(session, node, way)
    if key not in _KNOWN:
        while len(_KNOWN) >= MOST:
            _KNOWN.popitem(last=False)
        try:
            _KNOWN[key] = await _counted(session, node, run)
        except LocalError:
            _KNOWN[key] = REFUSED
    return _KNOWN[key]


async def _counted(like: Session, node: Node, run: Run) -> Price:
    n = like.n
    ring = like.ring if like.shapes_only else ShapesOfRing(cast(Z2k, like.ring))
    sessions = [
        Session(
            end,
            CountingSupply(dealt=like.supply.dealt, deals_standing=like.supply.deals_standing),
            agreement,
            like.factory,
            n,
            like.fractional_bits,
            ring,
            ways=like.ways,
        )
        for end, agreement in zip(memory_network(n), Agreement.simulate(n), strict=True)
    ]
    await run_all([(session.start,) for session in sessions])
    before = [session.ledger.bytes_sent for session in sessions]
    calls = [session.root() for session in sessions]
    await run_all([(_play, call, node, run) for call in calls])
    sent = [session.ledger.bytes_sent - first for session, first in zip(sessions, before, strict=True)]
    return Price(max(call.depth for call in calls), tuple(sent))


async def _play(ctx: Context, node: Node, run: Run) -> None:
    await run(ctx, node, *[blank_share(ctx, operand.kind, operand.shape) for operand in node.operands])


def blank_share(ctx: Context, kind: Kind, shape: Shape) -> ArithmeticShare | BooleanShare:
    """A share without content of a value of this kind and shape."""
    suite = suite_of(ctx)
    if kind == "bit":
        return suite.constant_bits(ctx, ctx.bits.pack(blank(shape, np.bool_)), shape)
    return suite.constant(ctx, ctx.ring.zeros(shape))


def known(session: Session, node: Node, way: str) -> Price | None:
    """What was appraised before, if it was."""
    return _KNOWN.get(_key(session, node, way))
