"""The network's scores in the clear: what scikit-learn says of the same customers, and
the picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from examples.risk import tree_clear
from examples.risk.models import FEATURES, UNITS, tables_of_network, trained

PARTIES = {
    "bureau": {"hidden": "hidden.csv", "output": "output.csv"},
    "shop": "customers.csv",
}


def data() -> dict[str, dict[str, Any]]:
    """The bureau's network; the customers are those of the tree."""
    return tables_of_network(trained()[1])


def clear(bureau: Any, shop: Any) -> dict[str, Any]:
    """The network in float64."""
    hidden, output = np.asarray(bureau.hidden), np.asarray(bureau.output)
    neurons = np.maximum(
        np.asarray(shop[FEATURES]) / UNITS @ hidden[:, :-1].T + hidden[:, -1], 0
    )
    return {
        "risk": 1 / (1 + np.exp(-(neurons @ output[:, :-1].T + output[:, -1])[:, 0]))
    }


def draw(figure: Any, result: dict[str, Any]) -> None:
    """How many customers have which risk."""
    tree_clear.draw(figure, result, "What the network says of the shop's customers")
