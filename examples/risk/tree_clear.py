"""The tree's scores in the clear: what scikit-learn says of customers that are made up,
and the picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from examples.risk.models import FEATURES, customers, tables_of_tree, trained

PARTIES = {
    "bureau": {"nodes": "nodes.csv", "leaves": "leaves.csv"},
    "shop": "customers.csv",
}
COUNT = 60


def data() -> dict[str, dict[str, Any]]:
    """The bureau's tree, and customers of the shop."""
    table = customers(COUNT, seed=4)
    shop = {name: table[:, place] for place, name in enumerate(FEATURES)}
    return tables_of_tree(trained()[0]) | {"customers.csv": shop}


def clear(bureau: Any, shop: Any) -> dict[str, Any]:
    """The risk at the leaf that each customer reaches, one question after the other."""
    asks, thresholds = (
        np.asarray(bureau.nodes[FEATURES]),
        np.asarray(bureau.nodes["threshold"]),
    )
    place = np.zeros(len(shop), dtype=int)
    while place.min() < len(asks):
        answers = (
            np.sum(np.asarray(shop[FEATURES]) * asks[place], axis=1) > thresholds[place]
        )
        place = 2 * place + 1 + answers
    return {"risk": np.asarray(bureau.leaves["risk"])[place - len(asks)]}


def draw(
    figure: Any,
    result: dict[str, Any],
    title: str = "What the tree says of the shop's customers",
) -> None:
    """How many customers have which risk."""
    axes = figure.add_subplot()
    axes.hist(
        np.asarray(result["risk"]),
        bins=np.linspace(0, 1, 21).tolist(),
        color="C0",
        rwidth=0.9,
    )
    axes.set(xlabel="risk of being paid late", ylabel="customers", title=title)
