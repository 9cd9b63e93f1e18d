"""k-means in the clear: customers that are made up, the same steps in numpy, and the
picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"market": "market.csv", "corner": "corner.csv"}
UNITS = np.array([30, 120])
STARTS = np.array([[0.1, 0.7], [0.4, 0.3], [0.8, 0.1]])
STEPS = 6
KINDS = {(4, 70): 26, (12, 25): 34, (24, 12): 20}
"""Visits a month and euros a visit of three kinds of customers, and how many each shop
has of them.
"""


def data() -> dict[str, dict[str, Any]]:
    """Customers around the three kinds."""
    random = np.random.RandomState(31)
    tables = {}
    for file in PARTIES.values():
        centres = np.repeat(list(KINDS), list(KINDS.values()), axis=0)
        visits, euros = (centres * np.exp(random.normal(0, 0.15, centres.shape))).T
        visits, euros = (
            np.clip(np.rint(visits), 1, UNITS[0]).astype(int),
            np.clip(euros.round(1), 1, UNITS[1]),
        )
        order = random.permutation(len(visits))
        tables[file] = {"visits": visits[order], "euros": euros[order]}
    return tables


def clear(*tables: Any) -> dict[str, Any]:
    """As many of the same steps, in float64."""
    x = (
        np.concatenate([np.asarray(table[["visits", "euros"]]) for table in tables])
        / UNITS
    )
    centres = STARTS.copy()
    for _ in range(STEPS):
        nearest = ((x[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
        sizes = np.bincount(nearest, minlength=len(centres))
        for place in np.flatnonzero(sizes):
            centres[place] = x[nearest == place].mean(axis=0)
    return {"centres": centres, "sizes": sizes}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The centres, as large as their clusters."""
    axes = figure.add_subplot()
    centres, sizes = np.asarray(result["centres"]) * UNITS, np.asarray(result["sizes"])
    axes.scatter(*centres.T, s=sizes * 12, color="C0", alpha=0.6)
    for (visits, euros), size in zip(centres, sizes, strict=True):
        axes.annotate(
            f"{int(size)}", (visits, euros), ha="center", va="center", weight="bold"
        )
    axes.set(
        xlim=(0, UNITS[0]),
        ylim=(0, UNITS[1]),
        xlabel="visits a month",
        ylabel="euros a visit",
    )
    axes.set_title("Three kinds of customers, and how many there are")
