"""The linear regression in the clear: homes that are made up, numpy's solution, and the
picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"town": "town.csv", "utility": "utility.csv"}
FEATURES = ["area", "age", "residents"]
UNITS = np.array([100, 50, 2])
RIDGE = 0.01
WITHIN = {"weights": 1e-3, "intercept": 2e-3, "error": 5e-4}
"""How far off a result may be of which no useful bound is known."""


def data() -> dict[str, dict[str, Any]]:
    """Homes whose use follows their features, and a chance of about 1 MWh."""
    random = np.random.RandomState(11)
    homes = 120
    area, age, residents = (
        random.randint(30, 250, homes),
        random.randint(0, 110, homes),
        random.randint(1, 7, homes),
    )
    use = 0.02 * area + 0.015 * age + 0.9 * residents + random.normal(0, 1, homes)
    return {
        "town.csv": {"area": area, "age": age, "residents": residents},
        "utility.csv": {"use": np.round(np.clip(use, 0.1, 30), 2)},
    }


def clear(town: Any, utility: Any) -> dict[str, Any]:
    """The same ridge regression by numpy, in float64."""
    x, y = np.asarray(town[FEATURES]) / UNITS, np.asarray(utility["use"])
    centred = x - x.mean(axis=0)
    moments = centred.T @ centred / len(x) + RIDGE * np.eye(len(FEATURES))
    weights = np.linalg.solve(moments, centred.T @ (y - y.mean()) / len(x))
    intercept = y.mean() - x.mean(axis=0) @ weights
    return {
        "weights": weights / UNITS,
        "intercept": intercept,
        "error": np.abs(y - x @ weights - intercept).mean(),
    }


def draw(figure: Any, result: dict[str, Any]) -> None:
    """What each feature adds to the use of a home, beside the next one."""
    axes = figure.add_subplot()
    labels = ["100 square metres", "50 years", "2 residents"]
    bars = axes.barh(
        labels, np.asarray(result["weights"]) * UNITS, height=0.5, color="C0"
    )
    axes.bar_label(bars, fmt="%.2f", padding=3)
    intercept, error = float(result["intercept"]), float(result["error"])
    title = (
        f"What more of it adds, beside {intercept:.2f}; off by {error:.2f} on average"
    )
    axes.set(xlabel="MWh a year", title=title)
    axes.invert_yaxis()
