"""A sealed-bid auction of several lots: the highest bid wins each lot and pays the
second highest (Vickrey 1961).

Each bidder's file has a bid for each lot, in whole euros; 0 is no bid. Everybody learns
who wins which lot at what price. No other bid becomes known, and the winner's own bid
does not either. Ties are broken by chance that nobody can choose: for each lot every
bidder draws a number in secret, and their sum says with whom the count begins.

    parley run auction.py -n 3 --columns bid \
        --input 0=anna.csv --input 1=bela.csv --input 2=cleo.csv
"""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

import mpc

HIGHEST_BID = 10_000


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The auction; `mine` is this bidder's table, a lot a row."""
    own = mine["bid"] if mine is not None else None
    parties = range(ctx.n)
    bids: Any = np.stack(
        [
            await mpc.secret(ctx, owner=i, value=own, range=(0, HIGHEST_BID))
            for i in parties
        ]
    )
    order = await joint_order(ctx, lots=bids.shape[1])
    winner = np.argmax(bids * ctx.n + order, axis=0)  # no two of these are equal
    price = np.sort(bids, axis=0)[-2]
    winner, price = await mpc.reveal(ctx, winner, price)
    return {"winner": winner, "price": price}


async def joint_order(ctx: Any, lots: int) -> Any:
    """For each lot 0, 1, ... n - 1 turned by a secret number, shape (n, lots): uniform
    if one bidder drew fairly.
    """
    drawn = np.array([secrets.randbelow(ctx.n) for _ in range(lots)])
    turns = [
        await mpc.secret(ctx, owner=i, value=drawn, range=(0, ctx.n - 1))
        for i in range(ctx.n)
    ]
    return (np.arange(ctx.n)[:, None] + sum(turns)) % ctx.n
