"""What a plan has in place of transfers: ends of SoftSpokenOT that send as much as the real ones, without content."""

from __future__ import annotations

from typing import cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from protocols.ot.base_co15 import POINT_BYTES
from protocols.ot.correlated import LABEL_BITS
from protocols.ot.extension_softspoken_roy22 import DEFAULT_K, WINDOW, SoftSpokenReceiver, SoftSpokenSender
from protocols.ot.folding import Streams, parts

_OF_TREES = (len(parts(DEFAULT_K)), 12)
"""What is told of the trees for their check."""


class PlannedSender(SoftSpokenSender):
    """The sender's end, of the malicious version."""

    __slots__ = ()

    async def extend(self, ctx: Context, count: int) -> Words:
        """Labels without content."""
        return await _send(ctx, self, count)


class PlannedReceiver(SoftSpokenReceiver):
    """The receiver's end."""

    __slots__ = ()

    async def extend(self, ctx: Context, count: int) -> tuple[Words, Words]:
        """Choices and labels without content."""
        return await _receive(ctx, self, count)


async def planned_send_setup(ctx: Context, peer: int) -> PlannedSender:
    """As `extension_softspoken_roy22.send_setup`."""
    await _send_seeds(ctx, peer)
    return PlannedSender(peer, DEFAULT_K, True, cast(Streams, None), blank((2,)), blank((2,)))


async def planned_receive_setup(ctx: Context, peer: int) -> PlannedReceiver:
    """As `extension_softspoken_roy22.receive_setup`."""
    await _receive_seeds(ctx, peer)
    return PlannedReceiver(peer, DEFAULT_K, True, cast(Streams, None), blank((2,)))


async def planned_base_receive(ctx: Context, peer: int, count: int) -> None:
    """As `base_co15.receive`."""
    base = ctx.child("base")
    await base.receive(peer, Spec((POINT_BYTES,), np.uint8))
    base.send(peer, blank((count, POINT_BYTES), np.uint8))
    ctx.join(base)


async def planned_base_send(ctx: Context, peer: int, count: int) -> None:
    """As `base_co15.send`."""
    base = ctx.child("base")
    base.send(peer, blank((POINT_BYTES,), np.uint8))
    await base.receive(peer, Spec((count, POINT_BYTES), np.uint8))
    ctx.join(base)


@cost(rounds=3, to_one=lambda peer: 8 * LABEL_BITS + 4 + _OF_TREES[0] * _OF_TREES[1], parties=2, call_name="seeds")
async def _send_seeds(ctx: Context, peer: int) -> None:
    await planned_base_receive(ctx, peer, LABEL_BITS)
    await ctx.receive(peer, Spec((LABEL_BITS, 2, 2)))
    await ctx.receive(peer, Spec(_OF_TREES))


@cost(rounds=3, to_one=lambda peer: 8 * LABEL_BITS + 4 + _OF_TREES[0] * _OF_TREES[1], parties=2, call_name="seeds")
async def _receive_seeds(ctx: Context, peer: int) -> None:
    await planned_base_send(ctx, peer, LABEL_BITS)
    ctx.send(peer, blank((LABEL_BITS, 2, 2)))
    ctx.send(peer, blank(_OF_TREES))


@cost(
    rounds=lambda end, count: end.rounds(count), to_one=lambda end, count: end.words(count),
    call_name="softspoken_extend", parties=2,
)  # fmt: skip
async def _send(ctx: Context, end: SoftSpokenSender, count: int) -> Words:
    plan, corrections = end.take(count), len(parts(end.k)) - 1
    if plan.checked:
        await ctx.receive(end.peer, Spec((corrections, 1, 2)))
    for batch in plan.batches():
        await ctx.receive(end.peer, Spec((corrections, batch.blocks, 2)))
        ctx.send(end.peer, blank((2,)))
    if plan.checked:
        await ctx.receive(end.peer, Spec((LABEL_BITS + 1, 2)))
    return blank((count, 2))


@cost(
    rounds=lambda end, count: end.rounds(count), to_one=lambda end, count: end.words(count),
    call_name="softspoken_extend", parties=2,
)  # fmt: skip
async def _receive(ctx: Context, end: SoftSpokenReceiver, count: int) -> tuple[Words, Words]:
    plan, corrections = end.take(count), len(parts(end.k)) - 1
    batches = list(plan.batches())
    if plan.checked:
        ctx.send(end.peer, blank((corrections, 1, 2)))
    for number, batch in enumerate(batches):
        if number >= WINDOW:
            await ctx.receive(end.peer, Spec((2,)))
        ctx.send(end.peer, blank((corrections, batch.blocks, 2)))
    for _ in batches[-WINDOW:]:
        await ctx.receive(end.peer, Spec((2,)))
    if plan.checked:
        ctx.send(end.peer, blank((LABEL_BITS + 1, 2)))
    return blank((words_for(count),)), blank((count, 2))
