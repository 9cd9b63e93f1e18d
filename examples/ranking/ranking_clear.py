"""The ranking in the clear: marks that are made up, the five best, and the picture of
the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"bakery": "bakery.csv", "canteen": "canteen.csv", "hotel": "hotel.csv"}
COLUMNS = ("mark",)
SUPPLIERS = 30
BEST = 5


def data() -> dict[str, dict[str, Any]]:
    """Marks around how good a supplier is."""
    random = np.random.RandomState(30)
    good = random.randint(35, 90, SUPPLIERS)
    names = [f"supplier {place + 1}" for place in range(SUPPLIERS)]
    marks = [
        np.clip(good + random.randint(-12, 13, SUPPLIERS), 0, 100) for _ in PARTIES
    ]
    return {
        file: {"name": names, "mark": own}
        for file, own in zip(PARTIES.values(), marks, strict=True)
    }


def clear(*tables: Any) -> dict[str, Any]:
    """The places of the highest sums, of equal ones the first in the list first."""
    total = sum(np.asarray(table["mark"]) for table in tables)
    return {"best": np.argsort(-total, kind="stable")[:BEST]}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The five, as on a winners' rostrum."""
    axes = figure.add_subplot()
    best = np.asarray(result["best"])
    heights = np.arange(BEST, 0, -1)
    bars = axes.bar(
        range(BEST),
        heights,
        width=0.85,
        color=[("C0", alpha) for alpha in np.linspace(1, 0.4, BEST)],
    )
    axes.bar_label(bars, [f"supplier {int(place) + 1}" for place in best], padding=3)
    axes.set(
        xticks=range(BEST),
        xticklabels=["first", "second", "third", "fourth", "fifth"],
        yticks=[],
    )
    axes.set_title("The five best, by three buyers' marks together")
    axes.spines["left"].set_visible(False)
