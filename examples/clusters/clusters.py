"""k-means: three kinds of customers of two shops that show each other none.

Each shop's file has a customer a line: visits a month and euros a visit. Both learn the
centres of three clusters over all customers and how many belong to each, after a number
of steps that is fixed beforehand, so that it tells nothing. To which cluster a customer
belongs, and how many are whose, stays secret.

    parley run clusters.py -n 2 --input 0=market.csv --input 1=corner.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

UNITS = np.array([30, 120])  # visits a month, euros a visit: the largest that count
STARTS = np.array([[0.1, 0.7], [0.4, 0.3], [0.8, 0.1]])  # of UNITS: guesses
STEPS = 6


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The clusters; `mine` is this shop's table."""
    own = mine[["visits", "euros"]] / UNITS if mine is not None else None
    customers = np.concatenate(
        [await mpc.secret(ctx, owner=i, value=own, range=(0, 1)) for i in range(ctx.n)]
    )
    centres: Any = STARTS
    for _ in range(STEPS):
        centres, sizes = moved(centres, customers)
    centres, sizes = await mpc.reveal(ctx, centres, sizes)
    return {"centres": centres, "sizes": sizes}


def moved(centres: Any, customers: Any) -> tuple[Any, Any]:
    """The means of the customers next to each centre, and how many these are; an empty
    cluster stays where it is.
    """
    distances = ((customers[:, None] - centres) ** 2).sum(axis=2)
    member = np.argmin(distances, axis=1)[:, None] == np.arange(len(centres))
    sizes = member.sum(axis=0)
    means = member.T @ customers / np.maximum(sizes, 1)[:, None]
    return np.where(sizes[:, None] > 0, np.clip(means, 0, 1), centres), sizes
