"""What to recommend: tastes in common of the customers of three shops, none of which
shows another who buys what.

All shops sell the same products. A shop's first file has a customer a line and the
number of times each product was bought; its second, what each bought next. The shops
find factors of all products together, by alternating least squares: each computes its
customers' factors, which stay with it, and the products' follow from sums over all
customers, of which the shops see the total alone. At the end everybody knows the
products' factors, and how many next purchases were among the five that a shop would
have recommended.

    parley run recommendation.py -n 3 \
        --input 0:bought=north.csv --input 0:next=north_next.csv \
        --input 1:bought=south.csv --input 1:next=south_next.csv \
        --input 2:bought=west.csv --input 2:next=west_next.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

FACTORS, ROUNDS, RIDGE, RECOMMENDED = 3, 6, 1.0, 5
LARGEST = 2.0**14
"""No sum over a shop's customers is larger."""


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The products' factors and the hits; `mine` are this shop's two tables."""
    liked = np.log1p(np.asarray(mine["bought"], float))
    products = start(liked.shape[1])
    for _ in range(ROUNDS):
        tastes = solved(products.T @ products, liked @ products)
        products = await fitted(ctx, liked, tastes)
    tastes = solved(products.T @ products, liked @ products)
    found = hits(tastes @ products.T, liked, mine["next"])
    counts = [
        await mpc.secret(ctx, shop, found, range=(0, 10**6), kind="int")
        for shop in range(ctx.n)
    ]
    total: Any = sum(counts)
    return {"products": products, "hits": await mpc.reveal(ctx, total)}


async def fitted(ctx: Any, liked: Any, tastes: Any) -> Any:
    """The products' factors that fit all shops' customers best: of each shop two sums,
    of squares and of products, which only their totals leave.
    """
    sums = np.concatenate([tastes.T @ tastes, liked.T @ tastes])
    secrets = [
        await mpc.secret(ctx, shop, sums, range=(-LARGEST, LARGEST))
        for shop in range(ctx.n)
    ]
    total: Any = sum(secrets)
    opened = await mpc.reveal(ctx, total, planned=np.eye(*total.shape))
    return solved(opened[:FACTORS], opened[FACTORS:])


def solved(squares: Any, rows: Any) -> Any:
    """The factors x of each row with the least squares of what is left, and of x."""
    return np.linalg.solve(squares + RIDGE * np.eye(FACTORS), rows.T).T


def start(products: int) -> Any:
    """Where all shops begin: numbers without meaning, the same everywhere."""
    return np.cos(np.outer(np.arange(1, products + 1), 1.7 + np.arange(FACTORS)))


def hits(scores: Any, liked: Any, following: Any) -> int:
    """How many bought next what is among the best of what they had not bought yet."""
    fresh = np.where(liked > 0, -np.inf, scores)
    best = np.argsort(-fresh, axis=1, kind="stable")[:, :RECOMMENDED]
    product = np.asarray(following).reshape(-1, 1)
    return int((best == product).any(axis=1).sum())
