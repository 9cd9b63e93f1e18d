"""The same in the clear: what a network reaches that is trained on the customers of all
shops in one place, or on those of one shop alone, without noise.

The customers are those of the run: each at one shop, tested on those who served neither
for training nor for choosing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from examples.user_behaviour.customers import FEATURES, Customers
from examples.user_behaviour.network import (
    Floats,
    Weights,
    accuracy,
    area,
    first_weights,
    flat,
    gradients,
    log_odds,
    losses,
    shaped,
)
from examples.user_behaviour.training import HIDDEN, SEED

STEPS, RATE, DECAY = 150, 0.05, (0.9, 0.999)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A model on the customers who served for testing: how many it was trained on, for
    which part it foretold the likelier end, and the area under its ROC curve.
    """

    name: str
    trained_on: int
    accuracy: float
    area: float
    scores: Floats


def outcomes(shops: Sequence[str], own: Sequence[Customers], shared: Weights) -> list[Outcome]:
    """Of each shop alone, of all together with noise, `shared`, and of all in one place.

    `own`: each shop's customers who count there.
    """
    everyone = pooled(own)
    x, y = everyone.part("testing").examples
    trained = len(everyone.part("training"))
    models = [(f"{name} alone", best_of(c), len(c.part("training"))) for name, c in zip(shops, own, strict=True)]
    models.append(("five shops, private", shared, trained))
    models.append(("pooled, in the clear", best_of(everyone), trained))
    return [outcome(name, weights, rows, x, y) for name, weights, rows in models]


def outcome(name: str, weights: Weights, rows: int, x: Floats, y: Floats) -> Outcome:
    scores = np.asarray(log_odds(weights, x), float)
    return Outcome(name, rows, accuracy(scores, y), area(scores, y), scores)


def pooled(own: Sequence[Customers]) -> Customers:
    """The customers of all shops as those of one."""
    parts = [(each.ids, each.facts, each.again) for each in own]
    return Customers(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def each_at_one(shops: Sequence[Customers]) -> list[Customers]:
    """Each shop's customers whom no earlier shop has: what step 1 finds, in the clear."""
    seen = np.zeros(0, np.int64)
    found = []
    for shop in shops:
        found.append(shop.only(~np.isin(shop.ids, seen)))
        seen = np.union1d(seen, shop.ids)
    return found


def best_of(customers: Customers) -> Weights:
    """Of networks of each size the one with the least loss on who was held back."""
    x, y = customers.part("choosing").examples
    found = [fitted(customers, hidden) for hidden in HIDDEN]
    return found[int(np.argmin([losses(weights, x, y).sum() for weights in found]))]


def fitted(customers: Customers, hidden: int) -> Weights:
    """By Adam (Kingma, Ba 2015) on the mean loss of all rows."""
    x, y = customers.part("training").examples
    like = first_weights(len(FEATURES), hidden, SEED)
    at, first, second = flat(like), np.zeros(1), np.zeros(1)
    for step in range(1, STEPS + 1):
        slope = flat(gradients(shaped(at, like), x, y), len(x)).mean(axis=0)
        first = DECAY[0] * first + (1 - DECAY[0]) * slope
        second = DECAY[1] * second + (1 - DECAY[1]) * slope**2
        ahead = first / (1 - DECAY[0] ** step)
        at = at - RATE * ahead / (np.sqrt(second / (1 - DECAY[1] ** step)) + 1e-8)
    return shaped(at, like)
