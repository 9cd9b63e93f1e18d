"""What a plan has in place of linear evaluations: ends that send as much as the real ones, without content."""

from __future__ import annotations

from typing import cast

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from protocols.ot.correlated import CotReceiver, CotSender
from protocols.ot.planned_softspoken import planned_base_receive, planned_base_send
from protocols.vole import base_kos16
from protocols.vole.base_kos16 import BITS
from protocols.vole.iteration import CHECK_WORDS, Code
from protocols.vole.lpn_parameters import STANDARD, Ladder, Parameters
from protocols.vole.silent_wykw21 import WolverineReceiver, WolverineSender, setup_rounds, setup_words

_TOLD, _COMMITTED, _COMPARED, _OPENED = ((words,) for words in CHECK_WORDS)


class PlannedVoleSender(WolverineSender):
    """The sender's end."""

    __slots__ = ()

    async def extend(self, ctx: Context, count: int) -> Words:
        """K without content."""
        return await _send(ctx, self, count)


class PlannedVoleReceiver(WolverineReceiver):
    """The receiver's end."""

    __slots__ = ()

    async def extend(self, ctx: Context, count: int) -> Words:
        """x and M without content."""
        return await _receive(ctx, self, count)


@cost(rounds=setup_rounds, to_one=setup_words, call_name="vole_setup", parties=2)
async def planned_send_setup(ctx: Context, cot: CotSender, ladder: Ladder = STANDARD) -> PlannedVoleSender:
    """As `silent_wykw21.send_setup`."""
    await _base_sender(ctx, cot.peer, ladder.sets[0].base)
    await _iterate_sender(ctx, cot, ladder.steps)
    return PlannedVoleSender(cot.peer, cast(Code, None), blank((0,)), cot, ladder, blank(()))


@cost(rounds=setup_rounds, to_one=setup_words, call_name="vole_setup", parties=2)
async def planned_receive_setup(ctx: Context, cot: CotReceiver, ladder: Ladder = STANDARD) -> PlannedVoleReceiver:
    """As `silent_wykw21.receive_setup`."""
    await _base_receiver(ctx, cot.peer, ladder.sets[0].base)
    await _iterate_receiver(ctx, cot, ladder.steps)
    return PlannedVoleReceiver(cot.peer, cast(Code, None), blank((0, 2)), cot, ladder)


@cost(
    rounds=lambda end, count: end.rounds(count), to_one=lambda end, count: end.words(count), call_name="vole_extend",
    parties=2,
)  # fmt: skip
async def _send(ctx: Context, end: PlannedVoleSender, count: int) -> Words:
    (sets,) = end.needed(count)
    await _iterate_sender(ctx, end.cot, sets)
    return end.handed_out([blank((p.fresh,)) for p in sets], count)


@cost(
    rounds=lambda end, count: end.rounds(count), to_one=lambda end, count: end.words(count), call_name="vole_extend",
    parties=2,
)  # fmt: skip
async def _receive(ctx: Context, end: PlannedVoleReceiver, count: int) -> Words:
    (sets,) = end.needed(count)
    await _iterate_receiver(ctx, end.cot, sets)
    return end.handed_out([blank((p.fresh, 2)) for p in sets], count)


@cost(rounds=base_kos16.ROUNDS, to_one=base_kos16.words, call_name="base_vole", parties=2)
async def _base_sender(ctx: Context, peer: int, count: int) -> None:
    await planned_base_receive(ctx, peer, BITS)
    await ctx.receive(peer, Spec((BITS, count + 1)))
    ctx.send(peer, blank((1,)))
    await ctx.receive(peer, Spec((2,)))


@cost(rounds=base_kos16.ROUNDS, to_one=base_kos16.words, call_name="base_vole", parties=2)
async def _base_receiver(ctx: Context, peer: int, count: int) -> None:
    await planned_base_send(ctx, peer, BITS)
    ctx.send(peer, blank((BITS, count + 1)))
    await ctx.receive(peer, Spec((1,)))
    ctx.send(peer, blank((2,)))


async def _iterate_sender(ctx: Context, cot: CotSender, sets: list[Parameters]) -> None:
    if sets:
        await cot.extend(ctx, sum(p.transfers for p in sets))
    for p in sets:
        ctx.send(cot.peer, blank((p.trees, p.depth, 2)))
        ctx.send(cot.peer, blank((p.trees,)))
        await ctx.receive(cot.peer, Spec(_TOLD))
        ctx.send(cot.peer, blank(_COMMITTED))
        await ctx.receive(cot.peer, Spec(_COMPARED))
        ctx.send(cot.peer, blank(_OPENED))


async def _iterate_receiver(ctx: Context, cot: CotReceiver, sets: list[Parameters]) -> None:
    if sets:
        await cot.extend(ctx, sum(p.transfers for p in sets))
    for p in sets:
        await ctx.receive(cot.peer, Spec((p.trees, p.depth, 2)))
        await ctx.receive(cot.peer, Spec((p.trees,)))
        ctx.send(cot.peer, blank(_TOLD))
        await ctx.receive(cot.peer, Spec(_COMMITTED))
        ctx.send(cot.peer, blank(_COMPARED))
        await ctx.receive(cot.peer, Spec(_OPENED))
