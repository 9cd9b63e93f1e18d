"""Bringing records into a random order in the clear."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.one_array import OneArray
from protocols.preprocessing.orders import order_of, reordered
from protocols.shares import stack


@cost(rounds=0)
async def shuffle(ctx: Context, *columns: OneArray) -> list[OneArray]:
    """x[pi] of each column (..., count), in an order for each row from the stream that all parties share."""
    *rows, count = columns[0].shape
    records = stack(columns, -1).reshape((prod(rows), count, len(columns)))
    order = order_of(ctx.common_prg("ideal shuffle").words((prod(rows), count, 2)))
    shuffled = records.map_structure(lambda x: reordered(x, order))
    return [shuffled[..., i].reshape((*rows, count)) for i in range(len(columns))]
