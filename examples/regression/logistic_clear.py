"""The logistic regression in the clear: drivers that are made up, the same steps in
numpy, and the picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"insurer": "insurer.csv", "maker": "maker.csv"}
UNITS = np.array([10, 20, 4])
STEPS = 12
RIDGE = 0.01
WITHIN = {"intercept": 5e-3, "weights": 5e-4}
"""How far off a result may be of which no useful bound is known."""


def data() -> dict[str, dict[str, Any]]:
    """Drivers whose accidents follow what they drive."""
    random = np.random.RandomState(3)
    drivers = 300
    distance = np.clip(np.round(random.gamma(3, 5, drivers), 1), 0, 60)
    night, brakes = (
        random.randint(0, 80, drivers),
        np.clip(random.poisson(4, drivers), 0, 24),
    )
    log_odds = -3.2 + 0.06 * distance + 0.015 * night + 0.15 * brakes
    accident = (random.rand(drivers) < 1 / (1 + np.exp(-log_odds))).astype(int)
    return {
        "insurer.csv": {"distance": distance, "accident": accident},
        "maker.csv": {"night": night, "brakes": brakes},
    }


def clear(insurer: Any, maker: Any) -> dict[str, Any]:
    """As many of the same steps, in float64."""
    features = (
        np.column_stack([insurer["distance"], maker["night"], maker["brakes"]]) / UNITS
    )
    x, y = (
        np.column_stack([np.ones(len(features)), features]),
        np.asarray(insurer["accident"]),
    )
    inverse = np.linalg.inv(x.T @ x / (4 * len(x)) + RIDGE * np.eye(x.shape[1]))
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        weights = weights + inverse @ (
            x.T @ (y - 1 / (1 + np.exp(-x @ weights)))
        ) / len(x)
    return {"intercept": weights[0], "weights": weights[1:] / UNITS}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """By which factor each habit multiplies the odds of an accident."""
    axes = figure.add_subplot()
    labels = [
        "10,000 km a year more",
        "20 % more of it at night",
        "4 hard brakings a month more",
    ]
    factors = np.exp(np.asarray(result["weights"]) * UNITS)
    bars = axes.barh(labels, factors - 1, left=1, height=0.5, color="C0")
    axes.bar_label(bars, [f"x {factor:.2f}" for factor in factors], padding=3)
    axes.set(
        xlabel="the odds of an accident are multiplied by",
        title="What goes together with accidents",
    )
    axes.invert_yaxis()
