"""A second maker, for tests: every party expands everybody's shares from what they all know. It hides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mpc.context import Context
from mpc.correlation import Correlation, Material
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.testing.pieces import pieces
from protocols.preprocessing.workshop import Workshop


@dataclass(frozen=True, slots=True)
class InsecureMaker:
    """A word to everybody for each call, so that calls must be made in the same order."""

    name: str = "insecure"
    trust: str = "that nobody looks"
    means: str = ""
    dealt: bool = True

    async def start(self, ctx: Context) -> InsecureLine:
        """Nothing to set up."""
        return InsecureLine()


class InsecureLine:
    """It counts its calls."""

    calls = 0

    async def make(self, ctx: Context, kinds: Sequence[Correlation]) -> list[Material]:
        """Pieces from the common seed."""
        self.calls += 1
        seeds = [ctx.session.agreement.common.derive("insecure", ctx.path, party) for party in ctx.everyone]
        await ctx.exchange(ctx.ring.zeros((1,)))
        return [pieces(kind, (i,), seeds)[ctx.me] for i, kind in enumerate(kinds)]


def insecure_workshops(n: int, **options: int) -> list[Workshop]:
    """A workshop for each of n parties."""
    sides = zip(memory_network(n), Agreement.simulate(n), strict=True)
    return [Workshop(transport, agreement, n, InsecureMaker(), **options) for transport, agreement in sides]
