"""Where a garbling comes from: phases before the inputs are material, made just before it is used or long before.

Where a dealer makes material he makes none of this, since he would know both offsets: the parties make it in the call,
by transfers that stand in the session.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Session
from mpc.correlation import Correlation, Material
from mpc.errors import SupplyError
from protocols.authenticated.ands import Independent, Size
from protocols.authenticated.bits import Bits
from protocols.authenticated.common import Common, common_inputs
from protocols.authenticated.dependent import garble_circuit
from protocols.authenticated.ends import Ends, set_up
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.independent import independent
from protocols.authenticated.side import Side
from protocols.authenticated.task import Task
from protocols.preprocessing.kinds.authenticated_and import AuthenticatedAnd
from protocols.preprocessing.kinds.authenticated_garbling import AuthenticatedGarbling

_NONE = np.empty(0, U64)


class Supplied:
    """A party's source of garblings: `ends` are the session's own transfers, if there are any.

    All that one circuit takes is under one pair of offsets: SupplyError `mixed-offsets` else.
    """

    def __init__(self) -> None:
        self.ends: Ends | None = None

    def __repr__(self) -> str:
        return "Supplied(...)"

    async def garbled(self, ctx: Context, task: Task, side: Side | None, common: Common | None) -> tuple[Side, Garbled]:
        """Tables that are made now; `side`, `common`: of what belongs to the same circuit and was garbled before."""
        own, made = await self.independent(ctx, task.size(common=common is None))
        same_offsets(side, own)
        return own, await garble_circuit(ctx, own, task, made, common)

    async def independent(self, ctx: Context, size: Size) -> tuple[Side, Independent]:
        """What the function-independent phase makes."""
        if not ctx.session.supply.dealt:
            kind = AuthenticatedAnd(_ring(ctx), size.ands, size.owned)
            return kind.taken(ctx.me, await _taken(ctx, kind))
        if self.ends is None:
            self.ends = await set_up(ctx)
        return self.ends, await independent(ctx, self.ends, size)


def goes_ahead(session: Session, task: Task) -> bool:
    """Whether this is garbled before inputs are known: where the session says so, and it is not too large for that."""
    fits = AuthenticatedGarbling.fits(task)
    return fits and session.ways.garbling == "ahead" and not session.supply.dealt


async def garbled_ahead(ctx: Context, task: Task, side: Side | None) -> tuple[Side, Garbled]:
    """Tables that lie ready, or are made now as if they had."""
    kind = AuthenticatedGarbling.of(_ring(ctx), task)
    material = await _taken(ctx, kind)
    if not ctx.planning:
        own, garbled = kind.taken(ctx.me, material)
        same_offsets(side, own)
        return own, garbled
    own, nothing = Side(ctx.me, blank((2,))), Bits(blank((0, 2)), blank((0, 2)))
    common = common_inputs(ctx, own, task.owners_of_common, ()) if task.common else None
    return own, Garbled(task, _NONE, np.zeros((0, 0), np.uint8), nothing, (_NONE, _NONE, _NONE), common=common)


async def _taken(ctx: Context, kind: Correlation) -> Material:
    """Material that is made before its call begins, where none lies ready: in the time of what is offline."""
    call = ctx.child("material")
    foresight = ctx.session.foresight
    computed = () if foresight is None else await foresight.before_call(call, _take, (kind,))
    material: Material = computed[0] if computed else await _take(call, kind)
    ctx.join(call)
    return material


async def _take(ctx: Context, kind: Correlation) -> Material:
    return await ctx.take(kind)


def _ring(ctx: Context) -> Z2k:
    return cast(Z2k, ctx.ring)


def same_offsets(first: Side | None, side: Side) -> None:
    """SupplyError `mixed-offsets` where a circuit's pieces are not under one pair."""
    if first is not None and not np.array_equal(first.delta, side.delta):
        raise SupplyError(
            "mixed-offsets",
            "a circuit's material is under two pairs of offsets: a part of it is from a store, and a part is not",
            "run with a store of this program and these shapes, or with none",
        )
