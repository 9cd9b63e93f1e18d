"""The auction in the clear: bids that are made up, who should win, and the picture of
the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"anna": "anna.csv", "bela": "bela.csv", "cleo": "cleo.csv"}
COLUMNS = ("bid",)
LOTS = ("clock", "lamp", "mirror", "desk", "vase", "chest")


def data() -> dict[str, dict[str, Any]]:
    """Bids in steps of fifty around what a lot is worth, so that some are alike."""
    random = np.random.RandomState(1961)
    worth = random.randint(6, 30, len(LOTS))
    bids = 50 * (worth + random.randint(-3, 4, (3, len(LOTS))))
    bids[:, 1] = 600, 450, 600  # two who bid alike
    bids[1:, 4] = 0  # one who bids alone
    return {
        file: {"lot": LOTS, "bid": own}
        for file, own in zip(PARTIES.values(), bids, strict=True)
    }


def clear(*tables: Any) -> dict[str, Any]:
    """Winners and prices; of those who bid alike any may win, here the first."""
    bids = np.stack([np.asarray(table["bid"]) for table in tables])
    return {"winner": bids.argmax(axis=0), "price": np.sort(bids, axis=0)[-2]}


def settled(result: dict[str, Any], *tables: Any) -> dict[str, Any]:
    """The result, with the first of those who bid alike in the place of another of
    them.
    """
    bids = np.stack([np.asarray(table["bid"]) for table in tables])
    winner = np.asarray(result["winner"])
    alike = bids[winner, np.arange(bids.shape[1])] == bids.max(axis=0)
    return result | {"winner": np.where(alike, bids.argmax(axis=0), winner)}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The price of each lot, with the winner's name."""
    axes = figure.add_subplot()
    names = list(PARTIES)
    for party, name in enumerate(names):
        own = np.flatnonzero(np.asarray(result["winner"]) == party)
        if own.size:
            prices = np.asarray(result["price"])[own]
            bars = axes.bar(own, prices, width=0.6, color=f"C{party}", label=name)
            axes.bar_label(bars, padding=2)
    axes.set(
        xticks=range(len(LOTS)),
        xticklabels=LOTS,
        ylabel="price, euros",
        title="Who gets what, at which price",
    )
    axes.margins(y=0.12)
    axes.legend(frameon=False)
