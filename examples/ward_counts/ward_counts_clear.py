"""The counts in the clear: patients that are made up, the same table without noise, and
the picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"north": "north.csv", "south": "south.csv", "west": "west.csv"}
AGES = ("0-17", "18-39", "40-64", "65-79", "80+")
DIAGNOSES = ("asthma", "diabetes", "fracture", "stroke")
CATEGORIES = {"age": AGES, "diagnosis": DIAGNOSES}
SIZES = (420, 310, 270)
OF_AGES = np.array([0.16, 0.2, 0.28, 0.22, 0.14])
OF_DIAGNOSES = np.array(
    [
        [0.62, 0.05, 0.32, 0.01],
        [0.4, 0.17, 0.4, 0.03],
        [0.2, 0.46, 0.22, 0.12],
        [0.1, 0.46, 0.2, 0.24],
        [0.05, 0.3, 0.35, 0.3],
    ]
)
"""Of each age; invented, but for the order of size."""

DEVIATION = 6.5
NOISE = {"counts": 8 * DEVIATION}
"""Beyond eight deviations is one number in 10^14."""


def data() -> dict[str, dict[str, Any]]:
    """Patients by age, and by age their diagnoses."""
    random = np.random.RandomState(19)
    tables = {}
    for file, size in zip(PARTIES.values(), SIZES, strict=True):
        age = random.choice(len(AGES), size, p=OF_AGES)
        below = np.cumsum(OF_DIAGNOSES, axis=1)[age]
        diagnosis = (random.rand(size, 1) > below).sum(axis=1)
        tables[file] = {
            "age": [AGES[place] for place in age],
            "diagnosis": [DIAGNOSES[place] for place in diagnosis],
        }
    return tables


def clear(*tables: Any) -> dict[str, Any]:
    """The table without noise."""
    counts = np.zeros((len(AGES), len(DIAGNOSES)), int)
    for table in tables:
        np.add.at(
            counts, tuple(np.asarray(table[name]).astype(int) for name in CATEGORIES), 1
        )
    return {"counts": counts}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """Noisy counts as bars with their intervals, the true ones as lines across."""
    counts, told = np.asarray(result["counts"], float), np.asarray(result["told"])
    axes, right = figure.add_subplot(), clear(*tables())["counts"]
    place, width = np.arange(len(AGES)), 0.8 / len(DIAGNOSES)
    for number, name in enumerate(DIAGNOSES):
        at = place + (number - 1.5) * width
        shown = np.where(told[:, number], counts[:, number], np.nan)
        axes.bar(at, shown, 0.9 * width, label=name, alpha=0.6)
        axes.errorbar(
            at, shown, yerr=float(result["within"]), fmt="none", color="0.5", capsize=2
        )
        axes.hlines(
            right[:, number], at - width / 2, at + width / 2, color=f"C{number}"
        )
    axes.set(xticks=place, xticklabels=AGES, ylabel="patients", ylim=(0, None))
    axes.set_title("Noisy counts and their intervals; lines are the true counts")
    axes.legend(frameon=False, ncols=2)


def tables() -> list[dict[str, Any]]:
    """The made-up tables, as numbers."""
    return [
        {
            name: np.array([CATEGORIES[name].index(each) for each in column])
            for name, column in table.items()
        }
        for table in data().values()
    ]
