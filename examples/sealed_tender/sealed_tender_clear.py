"""The tender in the clear: bids that are made up, who should win, and the picture of
the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"brick": "brick.csv", "stone": "stone.csv", "timber": "timber.csv"}
COLUMNS = ("bid",)
LOTS = ("road", "roof", "windows", "heating", "garden")


def data() -> dict[str, dict[str, Any]]:
    """Bids in hundreds around what a lot costs; two are alike for the windows."""
    random = np.random.RandomState(1991)
    costs = random.randint(200, 900, len(LOTS))
    bids = 100 * (costs + random.randint(-40, 60, (3, len(LOTS))))
    bids[:2, 2] = bids[:2, 2].min()
    return {
        file: {"lot": LOTS, "bid": own}
        for file, own in zip(PARTIES.values(), bids, strict=True)
    }


def clear(*tables: Any) -> dict[str, Any]:
    """Winners and prices; of those who bid alike the first wins."""
    bids = np.stack([np.asarray(table["bid"]) for table in tables])
    return {"winner": bids.argmin(axis=0), "price": bids.min(axis=0)}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The price of each lot, with the winner's name."""
    axes = figure.add_subplot()
    for party, name in enumerate(PARTIES):
        own = np.flatnonzero(np.asarray(result["winner"]) == party)
        if own.size:
            prices = np.asarray(result["price"])[own]
            bars = axes.bar(own, prices, width=0.6, color=f"C{party}", label=name)
            axes.bar_label(bars, padding=2)
    axes.set(
        xticks=range(len(LOTS)),
        xticklabels=LOTS,
        ylabel="price, euros",
        title="Who builds what, at which price",
    )
    axes.margins(y=0.12)
    axes.legend(frameon=False)
