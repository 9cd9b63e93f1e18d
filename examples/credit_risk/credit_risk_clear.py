"""The risk of credits in the clear: the same steps without noise, of all banks together
and of each alone, and the picture.

The applicants are those of examples/credit_scoring/applicants.csv: twelve columns of
Hofmann, "Statlog (German Credit Data)", UCI Machine Learning Repository 1994,
doi.org/10.24432/C5NC77, CC BY 4.0. Which bank they came to is made up: those who want
more go to the harbour rather than to the town, and the valley has few.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from examples.credit_risk import credit_risk as program
from examples.credit_scoring.scoring_clear import applicants

PARTIES = {"town": "town.csv", "valley": "valley.csv", "harbour": "harbour.csv"}
ENDS = (560, 640, 1000)
"""Of the applicants in the order of what they want, where each bank's end."""

NOISE = {"weights": 2.5, "intercept": 2.5, "accuracy": 0.13}
"""A step of the descent with a rate below 2 / L, here 4.5, brings no two weights
further apart, so that noise of twelve steps adds up to a deviation of 0.24 at most; of
the accuracy, noise is beyond 32 of 250 applicants in one run of 10^13.
"""


def data() -> dict[str, dict[str, Any]]:
    """The applicants of three banks."""
    table = applicants()
    chance = np.exp(np.random.RandomState(5).normal(size=len(table["amount"])))
    order = np.argsort(table["amount"] * chance)
    columns = ("account", *program.NUMBERS, "default")
    return {
        file: {name: table[name][rows] for name in columns}
        for file, rows in zip(PARTIES.values(), np.split(order, ENDS[:-1]), strict=True)
    }


def clear(*banks: Any) -> dict[str, Any]:
    """The same steps, in one place and without noise."""
    (x, y), (held, right) = (pooled(banks, kept=kept) for kept in (False, True))
    weights = descended(x, y, program.PEOPLE)
    hits = (program.log_odds(weights, held) > 0) == (right == 1)
    return {
        "weights": weights["w"],
        "intercept": weights["b"],
        "accuracy": hits.mean(),
    }


def settled(result: dict[str, Any], *banks: Any) -> dict[str, Any]:
    """The accuracy as if the weights were those without noise: which they would be but
    for chance, and what is told of their own is to be right.
    """
    held, right = pooled(banks, kept=True)
    weights = {"w": np.array(result["weights"]), "b": result["intercept"]}
    own = ((program.log_odds(weights, held) > 0) == (right == 1)).mean()
    return {**result, "accuracy": result["accuracy"] - own + clear(*banks)["accuracy"]}


def pooled(banks: Any, *, kept: bool) -> tuple[Any, Any]:
    """The examples of all banks that were kept back, or the others."""
    parts = []
    for bank in banks:
        x, y = program.examples(bank)
        chosen = (np.arange(len(y)) % program.EVERY == 0) == kept
        parts.append((x[chosen], y[chosen]))
    return np.concatenate([x for x, _ in parts]), np.concatenate([y for _, y in parts])


def descended(x: Any, y: Any, people: int) -> dict[str, Any]:
    """The weights after the program's rounds, without clipping or noise."""
    weights = program.first()
    for _ in range(program.ROUNDS):
        slopes = program.each(weights, x, y)
        for name, slope in slopes.items():
            weights[name] = weights[name] - program.RATE * slope.sum(axis=0) / people
    return weights


def in_order(weights: Any, banks: Any) -> float:
    """Of all pairs of one who did not pay back and one who did, of those kept back, how
    many the weights put in the right order.
    """
    x, y = pooled(banks, kept=True)
    scores = program.log_odds(weights, x)
    return float((scores[y == 1][:, None] > scores[y == 0]).mean())


def draw(figure: Any, result: dict[str, Any]) -> None:
    """How well each bank could tell alone, all with noise, and all in one place."""
    banks = list(data().values())
    alone = []
    for bank in banks:
        x, y = pooled([bank], kept=False)
        alone.append(in_order(descended(x, y, len(y)), banks))
    x, y = pooled(banks, kept=False)
    together = {"w": np.array(result["weights"]), "b": result["intercept"]}
    every = [*alone, in_order(together, banks)]
    every.append(in_order(descended(x, y, len(y)), banks))
    names = [f"{name} alone" for name in PARTIES] + [
        "all, private",
        "all, in the clear",
    ]
    axes = figure.subplots()
    colours = ["C7"] * len(PARTIES) + ["C0", "C1"]
    bars = axes.barh(names, [100 * share for share in every], color=colours)
    axes.bar_label(bars, fmt="%.1f", padding=3)
    axes.set(xlim=(50, 100), xlabel="pairs in the right order, %")
    axes.invert_yaxis()
