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
NOISE = {"products": 0.01, "hits": 1}
"""How far rounding of the sums may move factors, and a purchase that hangs on it."""


def data() -> dict[str, dict[str, Any]]:
    """Products of three groups, more or less, and customers who like these, more or
    less, and buy what is popular among them.
    """
    random = np.random.RandomState(5)
    tables: dict[str, dict[str, Any]] = {}
    groups = 3 * random.dirichlet([0.2] * GROUPS, PRODUCTS).T
    popular = random.gamma(2, 0.5, PRODUCTS)
    for files, customers in zip(PARTIES.values(), CUSTOMERS, strict=True):
        rates = random.dirichlet([0.3] * GROUPS, customers) @ groups * popular
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
    made = data()
    shops = [
        {
            "bought": np.stack(list(made[files["bought"]].values()), axis=1),
            "next": made[files["next"]]["product"],
        }
        for files in PARTIES.values()
    ]
    alone = sum(trained(shop["bought"], shop["next"])["hits"] for shop in shops)
    popular = sum(of_popular(shop["bought"], shop["next"]) for shop in shops)
    names = ("together", "each by itself", "what most buy")
    values = np.array([float(result["hits"]), alone, popular]) / sum(CUSTOMERS)
    axes = figure.add_subplot()
    axes.bar(names, 100 * values, 0.6, color=["C0", "C1", "C7"], alpha=0.7)
    axes.set(ylabel="% of next purchases", ylim=(0, 100))
    axes.set_title(f"Next purchases among {RECOMMENDED} recommended")


def of_popular(bought: Any, following: Any) -> int:
    """Hits of what is bought most, whoever the customer is."""
    scores = np.broadcast_to((bought > 0).sum(axis=0), bought.shape)
    return hits(scores.astype(float), bought, following)
