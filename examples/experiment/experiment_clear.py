"""The A/B test in the clear: visitors that are made up, Welch's t as a textbook has it,
the picture of the result.
"""

from __future__ import annotations

from math import erfc, sqrt
from typing import Any

import numpy as np

PARTIES = {"shop": "shop.csv", "payments": "payments.csv"}
WITHIN = {"t": 1e-3}
"""How far off a result may be of which no useful bound is known."""


def data() -> dict[str, dict[str, Any]]:
    """Visitors of whom a third buys something, for more if they saw B."""
    random = np.random.RandomState(21)
    visitors = 400
    variant = random.randint(0, 2, visitors)
    spent = (random.rand(visitors) < 0.35 + 0.08 * variant) * np.clip(
        random.gamma(4, 8 + variant), 1, 200
    )
    return {
        "shop.csv": {"variant": variant},
        "payments.csv": {"spent": np.round(spent, 2)},
    }


def clear(shop: Any, payments: Any) -> dict[str, Any]:
    """The difference of the means, and Welch's t with its p."""
    variant, spent = np.asarray(shop["variant"]), np.asarray(payments["spent"])
    a, b = spent[variant == 0], spent[variant == 1]
    difference = b.mean() - a.mean()
    t = difference / np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return {"difference": difference, "t": t, "p": erfc(abs(t) / sqrt(2))}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The difference with the interval that holds the true one in 19 cases of 20."""
    axes = figure.add_subplot()
    difference, t = float(result["difference"]), float(result["t"])
    axes.errorbar(
        [difference],
        [0],
        xerr=1.96 * abs(difference / t),
        fmt="o",
        capsize=6,
        markersize=9,
        color="C0",
    )
    axes.axvline(0, linewidth=1, color="C7")
    axes.set(yticks=[], xlabel="euros a visitor, with the interval of 95 %")
    said = f"t = {t:.2f}, p = {float(result['p']):.3f}"
    axes.set_title(f"Visitors who saw B spend {difference:.2f} euros more: {said}")
    axes.spines["left"].set_visible(False)
    figure.set_size_inches(7, 2)
