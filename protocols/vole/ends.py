"""Vector oblivious linear evaluation, what every supplier of it makes: the two ends of one interface.

For each evaluation i the receiver holds elements x_i, uniformly random, and M_i, the sender K_i, with
M_i = K_i + x_i Delta modulo p = 2^61 - 1. Delta is the sender's and stays the same: x_i is authenticated to it, as a
choice is in a correlated transfer, where the field has two elements. Who would claim another x has to know Delta.
"""

from __future__ import annotations

from typing import Protocol

from mpc.algebra.field import MERSENNE61
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from mpc.errors import Abort, LocalError, PeerError

FIELD = MERSENNE61


class VoleSender(Protocol):
    """The sender's end, for one peer."""

    @property
    def peer(self) -> int:
        """The receiver's index."""

    @property
    def delta(self) -> Words:
        """The secret offset, an element of shape ()."""

    def rounds(self, *counts: int) -> int:
        """The rounds of calls of `extend` by these counts if they came next, for `@cost`."""

    def words(self, *counts: int) -> int:
        """The 64-bit words that both parties send in them together."""

    async def extend(self, ctx: Context, count: int) -> Words:
        """K of `count` fresh evaluations: (count,).

        Both parties call `extend` at the same place of the program, and their calls on the same two ends follow one
        another in the same order.
        """


class VoleReceiver(Protocol):
    """The receiver's end, for one peer; as `VoleSender`."""

    @property
    def peer(self) -> int:
        """The sender's index."""

    def rounds(self, *counts: int) -> int:
        """As the sender's."""

    def words(self, *counts: int) -> int:
        """As the sender's."""

    async def extend(self, ctx: Context, count: int) -> Words:
        """x and M of `count` fresh evaluations: (count, 2)."""


async def receive_elements(ctx: Context, peer: int, shape: tuple[int, ...]) -> Words:
    """Elements that a peer sends. PeerError `vole-malformed` where a word is not below p."""
    words = await ctx.receive(peer, Spec(shape))
    try:
        return words if ctx.planning else FIELD.check(words)
    except LocalError:
        name = ctx.names[peer]
        raise PeerError(
            "vole-malformed",
            f"{name} sent words that are no elements of the field ({ctx.name})",
            "the same version everywhere; else that party is not to be trusted",
            party=name,
            path=ctx.path,
            line=ctx.line or None,
        ) from None


def check_failed(ctx: Context, peer: int) -> Abort:
    """The error of a check that only a party that deviates from the protocol fails."""
    name = ctx.names[peer]
    return Abort(
        "vole-check-failed",
        f"what {name} sent for linear evaluations is not consistent ({ctx.name})",
        "that party does not follow the protocol, or the line to it is broken; trust nothing of this run",
        party=name,
        path=ctx.path,
        line=ctx.line or None,
    )
