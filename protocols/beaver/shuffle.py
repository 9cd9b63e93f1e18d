"""Bringing shared records into a random order that no coalition short of all parties knows."""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.context import Context, Spec
from protocols.one_array import OneArray
from protocols.preprocessing.kinds.share_translation import ShareTranslation
from protocols.preprocessing.orders import order_of, reordered
from protocols.shares import stack


async def shuffle(ctx: Context, *columns: OneArray) -> list[OneArray]:
    """[x[pi]] of each column (..., count), all of one shape: a random order pi for each row, the same for all columns.

    Chase, Ghosh, Poburinnaya, "Secret-Shared Shuffle", ASIACRYPT 2020, section 4.2 for two parties: each brings the
    records into an order that it alone knows, one after the other. pi is all of these together, uniformly random to any
    n - 1 parties. Semi-honest. n rounds.
    """
    *rows, count = columns[0].shape
    records = stack(columns, -1).reshape((prod(rows), count, len(columns)))
    for permuter in ctx.everyone:
        records = await permute(ctx, permuter, records)
    return [records[..., i].reshape((*rows, count)) for i in range(len(columns))]


@cost(
    rounds=1,
    to_one=lambda permuter, x: x.words.size,
    share_translation=lambda permuter, x: x.shape[0] * x.shape[1],
)
async def permute(ctx: Context, permuter: int, x: OneArray) -> OneArray:
    """[pi(x)] for records x (rows, count, width) and for each row a fresh random order that `permuter` alone knows.

    With [a] and [pi(a)] from before, the others send x - a to the permuter, which sees nothing else: a is uniformly
    random to it. It takes pi(x - a) + [pi(a)] for its share, and the others [pi(a)].
    """
    ring, (rows, count, width) = x.ring, x.shape
    keys, a, translated = await ctx.take(ShareTranslation(ring, rows, count, width, permuter))
    masked = ring.sub(x.words, a)
    if ctx.me != permuter:
        ctx.send(permuter, masked)
        return x.like(translated)
    for j in ctx.others:
        masked = ring.add(masked, ring.reduce(await ctx.receive(j, Spec(masked.shape))))
    order = order_of(keys)
    moved = ring.moved(lambda records: reordered(records, order), masked)
    return x.like(ring.add(moved, translated))
