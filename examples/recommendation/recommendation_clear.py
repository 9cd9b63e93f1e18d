"""Recommendation in the clear: customers who are made up, the factors of all shops'
customers in one table, and the picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from examples.recommendation.recommendation import (
    RECOMMENDED,
    ROUNDS,
    hits,
    solved,
    start,
)

PARTIES = {
    name: {"bought": f"{name}.csv", "next": f"{name}_next.csv"}
    for name in ("north", "south", "west")
}
CUSTOMERS = (30, 20, 25)
PRODUCTS, GROUPS = 30, 3
SEED = 5
"""Chosen since there is a gain: others have less, or more, or a loss (`figures`)."""
NOISE = {"products": 0.01, "hits": 1}
"""How far rounding of the sums may move factors, and a purchase that hangs on it."""


def data(seed: int = SEED, times: int = 1) -> dict[str, dict[str, Any]]:
    """Products of three groups, more or less, and customers who like these, more or
    less, and buy what is popular among them; so many times as many of them.
    """
    random = np.random.RandomState(seed)
    tables: dict[str, dict[str, Any]] = {}
    groups = 3 * random.dirichlet([0.2] * GROUPS, PRODUCTS).T
    popular = random.gamma(2, 0.5, PRODUCTS)
    for files, customers in zip(PARTIES.values(), CUSTOMERS, strict=True):
        likings = random.dirichlet([0.3] * GROUPS, times * customers)
        rates = likings @ groups * popular
        bought = random.poisson(rates)
        pairs = zip(bought, rates, strict=True)
        following = [next_one(random, *each) for each in pairs]
        columns = {f"product{i:02}": bought[:, i] for i in range(PRODUCTS)}
        tables[files["bought"]] = columns
        tables[files["next"]] = {"product": np.array(following)}
    return tables


def next_one(random: Any, bought: Any, rate: Any) -> int:
    """What a customer buys next: something new, likelier what it likes."""
    new = np.where(bought > 0, 0, rate + 1e-9)
    return int(random.choice(PRODUCTS, p=new / new.sum()))


def clear(*shops: Any) -> dict[str, Any]:
    """The same of one table that has all customers."""
    bought = np.concatenate([np.asarray(shop["bought"], float) for shop in shops])
    following = np.concatenate([np.ravel(np.asarray(shop["next"])) for shop in shops])
    return trained(bought, following)


def trained(bought: Any, following: Any) -> dict[str, Any]:
    """Factors of products, and hits, of the customers of a table."""
    liked = np.log1p(bought)
    products = start(liked.shape[1])
    for _ in range(ROUNDS):
        tastes = solved(products.T @ products, liked @ products)
        products = solved(tastes.T @ tastes, liked.T @ tastes)
    tastes = solved(products.T @ products, liked @ products)
    return {
        "products": products,
        "hits": hits(tastes @ products.T, liked, following),
    }


def draw(figure: Any, result: dict[str, Any]) -> None:
    """Hits of the shops together, of each by itself, and of the most bought."""
    names = ("together", "each by itself", "what most buy")
    values = figures()
    values[0] = 100 * float(result["hits"]) / sum(CUSTOMERS)
    axes = figure.add_subplot()
    axes.bar(names, values, 0.6, color=["C0", "C1", "C7"], alpha=0.7)
    axes.set(ylabel="% of next purchases", ylim=(0, 100))
    axes.set_title(f"Next purchases among {RECOMMENDED} recommended")


def figures(seed: int = SEED, times: int = 1) -> list[float]:
    """Percent of next purchases that are recommended: with the factors of all shops, of
    each by itself, and by what most buy; of other made-up customers for each seed.
    """
    made = data(seed, times)
    shops = [
        {
            "bought": np.stack(list(made[files["bought"]].values()), axis=1),
            "next": made[files["next"]]["product"],
        }
        for files in PARTIES.values()
    ]
    together = clear(*shops)["hits"]
    alone = sum(trained(shop["bought"], shop["next"])["hits"] for shop in shops)
    popular = sum(of_popular(shop["bought"], shop["next"]) for shop in shops)
    customers = times * sum(CUSTOMERS)
    return [100 * part / customers for part in (together, alone, popular)]


def of_popular(bought: Any, following: Any) -> int:
    """Hits of what is bought most, whoever the customer is."""
    scores = np.broadcast_to((bought > 0).sum(axis=0), bought.shape)
    return hits(scores.astype(float), bought, following)
