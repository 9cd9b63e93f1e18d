"""How many of those who saw an advertisement bought, and what they spent: a publisher
and a shop who know the same people by the same number.

The publisher's file has a line for each person it showed the advertisement, the shop's
a line for each customer since then, with what the customer spent in whole euros. Both
learn two figures, the number of buyers and their spending, with noise that they draw
together and nobody knows: epsilon 2 in all for one person in the place of another. Who
was shown what, who bought, and which of them are the same stays secret.

    parley run campaign_overlap.py -n 2 --policy policy.toml \
        --name 0=publisher --name 1=shop \
        --input 0=publisher.csv --input 1=shop.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

SHOP = 1
MOST_SHOWN, MOST_CUSTOMERS = 400, 250
"""What is told of how many there are."""
MOST_SPENT = 200
"""Whoever spends more counts as having spent this."""
BUYERS = mpc.Laplace(epsilon=1, sensitivity=1)
SPENDING = mpc.Laplace(epsilon=1, sensitivity=MOST_SPENT)


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The figures of the campaign; `mine` is this party's table."""
    spent = np.clip(mine["spent"], 0, MOST_SPENT) if ctx.me == SHOP else None
    customers = await mpc.matching.members(
        ctx,
        mine["person"],
        spent,
        holder=SHOP,
        at_most=(MOST_SHOWN, MOST_CUSTOMERS),
        range=(0, MOST_SPENT),
        kind="int",
    )
    buyers, spending = customers.there.sum(), customers.chosen().sum()
    return {
        "buyers": await mpc.reveal(ctx, buyers, privacy=BUYERS),
        "spending": await mpc.reveal(ctx, spending, privacy=SPENDING),
        "buyers_within": within(BUYERS),
        "spending_within": within(SPENDING),
    }


def within(noise: Any) -> float:
    """What the noise of a figure is within, in 19 of 20 runs."""
    return float(noise.sensitivity / noise.epsilon * np.log(20))
