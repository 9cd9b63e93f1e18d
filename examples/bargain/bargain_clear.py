"""The bargain in the clear: limits that are made up, where they meet, and the picture
of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"buyer": "buyer.csv", "seller": "seller.csv"}
COLUMNS = ("cents",)


def data() -> dict[str, dict[str, Any]]:
    """Four lots, of which two find a price, one of them with nothing to spare."""
    return {
        "buyer.csv": {"cents": [129900, 45000, 880000, 31050]},
        "seller.csv": {"cents": [118500, 52500, 880000, 34990]},
    }


def clear(buyer: Any, seller: Any) -> dict[str, Any]:
    """Deals, and means where there is one."""
    most, least = (
        np.asarray(table["cents"]).astype(np.int64) for table in (buyer, seller)
    )
    deal = most >= least
    return {"deal": deal, "price": np.where(deal, (most + least) // 2, 0)}


def draw(figure: Any, result: dict[str, Any]) -> None:
    """A bar for each lot that is sold, and a mark at each that is not."""
    axes = figure.add_subplot()
    deal, price = np.asarray(result["deal"]), np.asarray(result["price"]) / 100
    lots = np.arange(len(deal)) + 1
    axes.bar(lots[deal], price[deal], color="C0", label="sold")
    axes.plot(lots[~deal], np.zeros((~deal).sum()), "x", color="C1", label="no deal")
    axes.set(xlabel="lot", ylabel="price in euros", xticks=lots)
    axes.set_title("Sold halfway between two limits")
    axes.legend()
