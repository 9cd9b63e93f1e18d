"""The bureau's models, as scikit-learn trains them on customers of its own, and as
tables for the programs.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

FEATURES = ["income", "debt", "orders", "returns"]
UNITS = np.array([100, 100, 20, 20])
DEPTH = 3
NEURONS = 6
NOWHERE = 200.0
"""A threshold that no customer passes, where the tree has no question."""


def customers(count: int, seed: int) -> Any:
    """Made-up customers, shape (count, 4): income and debt in 1000 euros, orders and
    returns in a year.
    """
    random = np.random.RandomState(seed)
    income = np.clip(random.gamma(4, 12, count), 8, 200)
    debt = np.clip(income * random.beta(1.5, 4, count) * 1.5, 0, 200)
    orders = random.poisson(9, count)
    returns = np.minimum(random.binomial(orders, 0.2), 80)
    return np.column_stack([income.astype(int), debt.astype(int), orders, returns])


@cache
def trained() -> tuple[Any, Any]:
    """A tree and a network that tell who paid late, trained on 600 of the bureau's own
    customers.
    """
    x = customers(600, seed=1)
    log_odds = -1.2 - 0.02 * x[:, 0] + 0.06 * x[:, 1] - 0.06 * x[:, 2] + 0.4 * x[:, 3]
    late = np.random.RandomState(2).rand(len(x)) < 1 / (1 + np.exp(-log_odds))
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, min_samples_leaf=20, random_state=0
    ).fit(x, late)
    network = MLPClassifier(
        (NEURONS,), alpha=0.1, solver="lbfgs", max_iter=2000, random_state=0
    )
    return tree, network.fit(x / UNITS, late)


def tables_of_tree(model: Any) -> dict[str, Any]:
    """A tree as a full one of DEPTH levels: what each node asks (a 1 in a feature's
    column), and each leaf's risk.
    """
    tree = model.tree_
    asks, thresholds = (
        np.zeros((2**DEPTH - 1, len(FEATURES)), dtype=int),
        np.full(2**DEPTH - 1, NOWHERE),
    )
    places = [0]  # in scikit-learn's tree, of the places of a level of the full one
    for level in range(DEPTH):
        below = []
        for place, node in enumerate(places, start=2**level - 1):
            question = tree.children_left[node] >= 0
            if question:
                asks[place, tree.feature[node]], thresholds[place] = (
                    1,
                    tree.threshold[node],
                )
            below += (
                [tree.children_left[node], tree.children_right[node]]
                if question
                else [node, node]
            )
        places = below
    risks = [tree.value[node][0][1] / tree.value[node][0].sum() for node in places]
    nodes = {name: asks[:, place] for place, name in enumerate(FEATURES)} | {
        "threshold": thresholds
    }
    return {"nodes.csv": nodes, "leaves.csv": {"risk": risks}}


def tables_of_network(model: Any) -> dict[str, Any]:
    """A network's layers: a row for each neuron, its weights and, last, its bias."""
    tables = {}
    for file, weights, biases in zip(
        ("hidden.csv", "output.csv"), model.coefs_, model.intercepts_, strict=True
    ):
        names = (
            FEATURES
            if file == "hidden.csv"
            else [f"neuron{place}" for place in range(NEURONS)]
        )
        columns = {
            name: np.round(weights[place], 6) for place, name in enumerate(names)
        }
        tables[file] = columns | {"bias": np.round(biases, 6)}
    return tables
