"""Survival in the clear: patients that are made up, both curves and the statistic, and
the picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"north": "north.csv", "south": "south.csv", "west": "west.csv"}
MONTHS = 24
MEAN_MONTHS = np.array([14, 26])
"""How long patients live on average under each treatment."""
WITHIN = {"statistic": 2e-3}
"""How far off a result may be of which no useful bound is known."""


def data() -> dict[str, dict[str, Any]]:
    """Exponential lives, of which those longer than the observation are cut off."""
    random = np.random.RandomState(2)
    tables = {}
    for file in PARTIES.values():
        treatment = random.randint(0, 2, 40)
        lives = np.ceil(random.exponential(MEAN_MONTHS[treatment])).astype(int)
        observed = random.randint(6, MONTHS + 1, 40)
        tables[file] = {
            "months": np.minimum(lives, observed),
            "died": (lives <= observed).astype(int),
            "treatment": treatment,
        }
    return tables


def clear(*tables: Any) -> dict[str, Any]:
    """Curves at the ends of quarters and the log-rank statistic, month by month as a
    textbook has them.
    """
    months, died, treatment = (
        np.concatenate([np.asarray(table[name]) for table in tables])
        for name in ("months", "died", "treatment")
    )
    living, curves, excess, variance = np.ones(2), [], 0.0, 0.0
    for month in range(1, MONTHS + 1):
        at_risk = np.array(
            [np.sum((months >= month) & (treatment == group)) for group in (0, 1)]
        )
        deaths = np.array(
            [
                np.sum((months == month) & (died == 1) & (treatment == group))
                for group in (0, 1)
            ]
        )
        living = living * (1 - deaths / np.maximum(at_risk, 1))
        curves.append(living)
        n, d = at_risk.sum(), deaths.sum()
        if n > 1:
            excess += deaths[1] - d * at_risk[1] / n
            variance += d * (at_risk[0] / n) * (at_risk[1] / n) * (n - d) / (n - 1)
    return {
        "curves": np.array(curves).T[:, 2::3],
        "statistic": excess**2 / max(variance, 1.0),
    }


def draw(figure: Any, result: dict[str, Any]) -> None:
    """Both curves, a step a quarter."""
    axes = figure.add_subplot()
    curves, quarters = np.asarray(result["curves"]), np.arange(0, MONTHS + 1, 3)
    for treatment, curve in enumerate(curves):
        label = ("first treatment", "second treatment")[treatment]
        axes.step(
            quarters,
            np.concatenate([[1], curve]),
            where="post",
            color=f"C{treatment}",
            linewidth=2,
            label=label,
        )
    statistic = float(result["statistic"])
    title = f"Living after so many months; log-rank statistic {statistic:.2f}"
    axes.set(
        xticks=quarters,
        ylim=(0, 1.03),
        xlabel="months",
        ylabel="part of the patients",
        title=title,
    )
    axes.legend(frameon=False, loc="lower left")
