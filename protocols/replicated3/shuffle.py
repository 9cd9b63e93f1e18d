"""Bringing shared records into a random order that no party knows."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.context import Context
from protocols.preprocessing.orders import order_of, reordered
from protocols.replicated3.share import PARTIES, reshared_by_two
from protocols.replicated3.two_arrays import TwoArrays
from protocols.shares import stack


async def shuffle(ctx: Context, *columns: TwoArrays) -> list[TwoArrays]:
    """[x[pi]] of each column (..., count), all of one shape: a random order pi for each row, the same for all columns.

    Laur, Willemson, Zhang, "Round-efficient oblivious database manipulation", ISC 2011: each two parties bring the
    records into an order that both know and the third one does not, one pair after the other. pi is all of these
    together. Semi-honest. Three rounds.
    """
    *rows, count = columns[0].shape
    records = stack(columns, -1).reshape((prod(rows), count, len(columns)))
    for first in range(PARTIES):
        records = await permute(ctx, first, records)
    return [records[..., i].reshape((*rows, count)) for i in range(len(columns))]


@cost(rounds=1, in_all=lambda first, x: 2 * x.first.size)
async def permute(ctx: Context, first: int, x: TwoArrays) -> TwoArrays:
    """[pi(x)] for records x (rows, count, width) and for each row a random order that parties j = `first` and
    j + 1 know.

    Party j holds x_j + x_{j+1}, party j + 1 the rest; both bring their summands into the order of their common stream
    and share the sum anew.
    """
    ring, (rows, count, _) = x.ring, x.shape
    second = (first + 1) % PARTIES
    if ctx.me not in (first, second):
        return x.like(*await reshared_by_two(ctx, ring, first, x.first))
    own = ring.add(x.first, x.second) if ctx.me == first else x.second
    keys = ctx.pairwise_prg(second if ctx.me == first else first, "order").words((rows, count, 2))
    order = order_of(keys)
    moved = ring.moved(lambda records: reordered(records, order), own)
    return x.like(*await reshared_by_two(ctx, ring, first, moved))
