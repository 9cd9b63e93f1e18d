"""Step 2, figures of all shops: how often customers buy, how much they spend, how many
come back; with noise that the shops draw together and none of them knows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc
from examples.user_behaviour.customers import Customers

EPSILON = "0.25"  # of each of the four figures
PURCHASES = (1, 2, 3, 4, 6, 11)
EUROS = (0, 15, 30, 60, 120, 250)
MOST_EUROS = 500


async def released(ctx: Any, own: Customers) -> dict[str, Any]:
    """Noisy figures of the customers of all shops; each is a row at one shop."""
    purchases, euros = own.facts[:, 0], own.facts[:, 1] / 100
    return {
        "purchases": await table(ctx, places(purchases, PURCHASES), len(PURCHASES)),
        "spent": await table(ctx, places(euros, EUROS), len(EUROS)),
        "mean_spent": await mean(ctx, np.minimum(euros, MOST_EUROS)),
        "came_back": await part(ctx, purchases > 1),
    }


async def table(ctx: Any, place: Any, places: int) -> Any:
    """How many customers are in each of some places, (places,). One in the place of
    another changes two counts by one.
    """
    member = (place[:, None] == np.arange(places)).astype(np.int64)
    counts = [(await mpc.secret(ctx, shop, member, range=(0, 1))).sum(axis=0) for shop in ctx.everyone]
    noise = mpc.Laplace(epsilon=EPSILON, sensitivity=2)
    return await mpc.reveal(ctx, sum(counts[1:], counts[0]), privacy=noise)


async def mean(ctx: Any, euros: Any) -> Any:
    """What a customer spent, MOST_EUROS at most."""
    spent = [await mpc.secret(ctx, shop, euros, range=(0, MOST_EUROS)) for shop in ctx.everyone]
    return await mpc.statistics.mean(ctx, spent, privacy=mpc.Laplace(epsilon=EPSILON))


async def part(ctx: Any, bits: Any) -> Any:
    """Which part of the customers this is true of."""
    ones = bits.astype(np.int64)
    parts = [await mpc.secret(ctx, shop, ones, range=(0, 1)) for shop in ctx.everyone]
    return await mpc.statistics.mean(ctx, parts, privacy=mpc.Laplace(epsilon=EPSILON))


def places(values: Any, lower: Any) -> Any:
    """In which of the intervals that begin here each value is."""
    return np.searchsorted(lower, values, side="right") - 1
