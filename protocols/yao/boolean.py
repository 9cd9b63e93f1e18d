"""AND of XOR-shared packed bits, garbled; OR by it, and NOT, which one party does."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from mpc.algebra.shapes import broadcast
from mpc.context import Context
from protocols.beaver.boolean import not_, xor_public
from protocols.garbled import of_shares
from protocols.garbled.joint import Joint, joint
from protocols.garbled.schemes import scheme_of
from protocols.one_array import OneArrayBits, ring_of

__all__ = ["and_", "not_", "xor_public"]


@cache
def _and() -> Joint:
    def both(shared: Any) -> Any:
        return shared[0] & shared[1]

    return joint(both, shared=2, name="and")


async def and_(ctx: Context, x: OneArrayBits, y: OneArrayBits) -> OneArrayBits:
    """<x & y>; packed words broadcast like numpy. One gate for each bit of all words: two labels and a table.

    Tables travel whatever the session says: to be told two labels of a gate garbled ahead takes as many bytes.
    """
    shape = broadcast(x.words.shape, y.words.shape)
    rows = ctx.bits.moved(
        lambda a, b: np.stack([np.broadcast_to(w, shape).reshape(-1) for w in (a, b)]), x.words, y.words
    )
    count = 64 * rows.shape[1]
    nothing = ctx.bits.zeros((0, rows.shape[1]))
    made = await of_shares.evaluate(ctx, ring_of(ctx), _and(), nothing, rows, count, scheme_of(ctx))
    return x.like(ctx.bits.moved(lambda w: w.reshape(shape), made.planes))
