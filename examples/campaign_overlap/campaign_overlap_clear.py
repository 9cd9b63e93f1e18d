"""The campaign in the clear: people who are made up, the figures of both files laid
together, and the picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"publisher": "publisher.csv", "shop": "shop.csv"}
POLICY = "policy.toml"
SHOWN, CUSTOMERS, BOTH = 380, 240, 110
MOST_SPENT = 200
NOISE = {"buyers": 32, "spending": 32 * MOST_SPENT}
"""Beyond 32 scales is one number in 10^13."""


def data() -> dict[str, dict[str, Any]]:
    """Who saw the advertisement, and who bought: 110 did both."""
    random = np.random.RandomState(7)
    people = random.permutation(10**5)[: SHOWN + CUSTOMERS - BOTH] + 10**9
    shown, customers = people[:SHOWN], people[SHOWN - BOTH :]
    spent = np.minimum(random.gamma(2, 32, CUSTOMERS).astype(int) + 1, 400)
    order = random.permutation(CUSTOMERS)
    return {
        "publisher.csv": {"person": random.permutation(shown)},
        "shop.csv": {"person": customers[order], "spent": spent[order]},
    }


def clear(publisher: Any, shop: Any) -> dict[str, Any]:
    """Both files laid together."""
    both = np.isin(shop["person"], publisher["person"])
    spent = np.minimum(np.asarray(shop["spent"]), MOST_SPENT)
    return {
        "buyers": int(both.sum()),
        "spending": int(spent[both].sum()),
    }


def draw(figure: Any, result: dict[str, Any]) -> None:
    """Both figures with their intervals beside the true ones."""
    right = clear(*data().values())
    for place, (name, unit) in enumerate((("buyers", "people"), ("spending", "euros"))):
        axes = figure.add_subplot(1, 2, place + 1)
        value, interval = float(result[name]), float(result[f"{name}_within"])
        axes.bar([0, 1], [right[name], value], 0.6, color=["C7", "C0"], alpha=0.6)
        axes.errorbar([1], [value], yerr=interval, fmt="none", color="0.5", capsize=4)
        axes.set(xticks=[0, 1], xticklabels=["in the clear", "with noise"], ylabel=unit)
        axes.set_title("Buyers who saw it" if name == "buyers" else "What they spent")
