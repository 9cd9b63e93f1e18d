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
    """A bar for each lot, as long as its price, in the colour of who wins it."""
    axes = figure.add_subplot()
    winners, names = np.asarray(result["winner"]), list(PARTIES)
    lengths = np.asarray(result["price"]) / 1000
    bars = axes.barh(LOTS, lengths, color=[f"C{party}" for party in winners])
    axes.bar_label(bars, labels=[names[party] for party in winners], padding=4)
    axes.set(xlabel="price, thousand euros", title="Who builds what, at which price")
    axes.invert_yaxis()
    axes.margins(x=0.15)
