"""A shuffle among three is the product of three orders, of which each party lacks one; it is uniform to all of them."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import numpy as np
import pytest

from protocols.preprocessing.orders import order_of
from protocols.replicated3 import shuffle
from protocols.runs.simulating import simulate

ROWS, COUNT, ORDERS = 12_000, 3, 6


def shuffled(orders: dict[int, list[Any]], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The order that many rows of three records end in; in `orders`, for each pair, what both of it have worked out."""
    pair, permute = ContextVar[int]("pair"), shuffle.permute

    async def permuting(ctx: Any, first: int, x: Any) -> Any:
        pair.set(first)
        return await permute(ctx, first, x)

    def noting(keys: Any) -> Any:
        order = order_of(keys)
        orders.setdefault(pair.get(), []).append(order)
        return order

    async def main(ctx: Any, mine: Any) -> Any:
        records = np.broadcast_to(np.arange(COUNT, dtype=np.uint64), (ROWS, COUNT))
        (x,) = await ctx.suite.shuffle(ctx, ctx.suite.constant(ctx, records))
        return (await ctx.suite.open(ctx, x))[0].astype(np.int64)

    monkeypatch.setattr(shuffle, "permute", permuting)
    monkeypatch.setattr(shuffle, "order_of", noting)
    return simulate(main, [None] * 3, suite="replicated3").result


def numbered(orders: Any) -> Any:
    """Each order of three as a number from 0 to 5."""
    return np.unique(orders @ (COUNT ** np.arange(COUNT)), return_inverse=True)[1]


def test_the_orders_of_all_pairs_are_uniform_and_independent(monkeypatch: pytest.MonkeyPatch) -> None:
    """So what two of them give together with the third one is uniform, to the party that knows the two."""
    orders: dict[int, list[Any]] = {}
    found = shuffled(orders, monkeypatch)
    for one, other in orders.values():
        np.testing.assert_array_equal(one, other)
    first, second, third = (orders[pair][0] for pair in range(3))
    moved = np.take_along_axis(np.take_along_axis(first, second, -1), third, -1)
    np.testing.assert_array_equal(found, moved)
    joint = np.bincount((numbered(first) * ORDERS + numbered(second)) * ORDERS + numbered(third), minlength=ORDERS**3)
    expected = ROWS / ORDERS**3
    assert ((joint - expected) ** 2 / expected).sum() < 407  # of 215 degrees of freedom: beyond by chance below 2^-44
