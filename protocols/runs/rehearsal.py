"""What computations will take: found by running them on shapes alone, for all parties at once, and remembered.

A rehearsal sends nothing outside this process and computes nothing: it runs the very functions of the real run in a
session of its own, in which arrays have no content, and writes down the material that they ask for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, cast

import numpy as np
import trio

from mpc.algebra.interface import Z2k
from mpc.algebra.shapes_only import ShapesOfRing, blank
from mpc.context import Context, Session, run_all
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.planning import CountingSupply
from mpc.supply import Entry, Path
from protocols.array.lowering import lowering
from protocols.array.node import Kind, Node, Shape
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of

Taken = tuple[Entry, ...]
"""Material by the path of the call that takes it, counted from the call that was rehearsed; in the order of paths."""


class Rehearsal:
    """Rehearses calls of sessions like the one given: of its parties, suite, ring, precision and supplier."""

    def __init__(self, session: Session) -> None:
        self._like = session
        self._cast: list[tuple[Session, CountingSupply]] = []
        self._numbers = count()
        self._stage = trio.Lock()
        self._known: dict[Any, Taken] = {}

    async def node(self, node: Node) -> Taken:
        """What computing a node will take; nothing for one that needs no message."""
        run, talks = lowering(node.operation, self._like)
        if not talks:
            return ()
        key = node.signature
        if key not in self._known:

            async def compute(home: Context) -> None:
                shares = [blank_share(home, o.kind, o.shape) for o in node.operands]
                await run(home, node, *shares)

            self._known[key] = await self._rehearsed(compute)
        return self._known[key]

    async def call(self, function: Callable[..., Awaitable[Any]], args: tuple[Any, ...]) -> Taken:
        """What `function(ctx, *args)` will take; shares among the arguments are taken by their shapes."""

        async def perform(home: Context) -> None:
            await function(home, *(_without_content(home, argument) for argument in args))

        return await self._rehearsed(perform)

    async def _rehearsed(self, perform: Callable[[Context], Awaitable[None]]) -> Taken:
        """One at a time, since all players write down what is asked of them."""
        async with self._stage:
            try:
                players = self._cast = self._cast or await self._gathered()
                number = next(self._numbers)
                await run_all([(perform, session.root(number)) for session, _ in players])
            except Exception:
                self._cast = []
                raise
            taken: dict[Path, Entry] = {}
            for _, supply in players:
                taken.update((path, (path[1:], kind)) for path, kind in supply.demand)
                supply.demand.clear()
            return tuple(taken[path] for path in sorted(taken))

    async def _gathered(self) -> list[tuple[Session, CountingSupply]]:
        like, n = self._like, self._like.n
        ring = ShapesOfRing(cast(Z2k, like.ring))
        supplies = [CountingSupply(dealt=like.supply.dealt) for _ in range(n)]
        network = zip(memory_network(n), supplies, Agreement.simulate(n), strict=True)
        sessions = [
            Session(transport, supply, agreement, like.factory, n, like.fractional_bits, ring, network=like.network)
            for transport, supply, agreement in network
        ]
        await run_all([(session.start,) for session in sessions])
        return list(zip(sessions, supplies, strict=True))


def blank_share(ctx: Context, kind: Kind, shape: Shape) -> ArithmeticShare | BooleanShare:
    """A share without content of a value of this kind and shape."""
    suite = suite_of(ctx)
    if kind == "bit":
        return suite.constant_bits(ctx, ctx.bits.pack(blank(shape, np.bool_)), shape)
    return suite.constant(ctx, ctx.ring.zeros(shape))


def _without_content(ctx: Context, argument: Any) -> Any:
    if isinstance(argument, BooleanShare):
        words = ctx.bits.pack(blank(argument.shape, np.bool_))
        return suite_of(ctx).constant_bits(ctx, blank((*argument.lead, *words.shape)), argument.shape)
    if isinstance(argument, ArithmeticShare):
        return suite_of(ctx).constant(ctx, ctx.ring.zeros(argument.shape))
    if isinstance(argument, list | tuple):
        return [_without_content(ctx, part) for part in argument]
    return argument
