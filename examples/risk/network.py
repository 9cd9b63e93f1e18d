"""A risk score by a neural network of scikit-learn: the model is one party's, the
customers are another's.

The bureau has the weights of an MLPClassifier with one hidden layer, a row for each
neuron with its bias last; the shop has its customers. The shop learns each customer's
risk, the bureau nothing. How many neurons there are is public.

    parley run network.py -n 2 --input 0:hidden=hidden.csv \
        --input 0:output=output.csv --input 1=customers.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

FEATURES = ["income", "debt", "orders", "returns"]
UNITS = np.array([100, 100, 20, 20])  # in which the network was trained
HIGHEST = 4  # units
LARGEST_WEIGHT = 8


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The scores; `mine` holds the bureau's two tables at party 0 and is the shop's
    table at party 1.
    """
    weights = (-LARGEST_WEIGHT, LARGEST_WEIGHT)
    hidden = await mpc.secret(
        ctx, owner=0, value=mine.hidden if ctx.me == 0 else None, range=weights
    )
    output = await mpc.secret(
        ctx, owner=0, value=mine.output if ctx.me == 0 else None, range=weights
    )
    customers = mine[FEATURES] / UNITS if ctx.me == 1 else None
    x = await mpc.secret(ctx, owner=1, value=customers, range=(0, HIGHEST))
    neurons = mpc.relu(layer(x, hidden))
    return {
        "risk": await mpc.reveal(ctx, mpc.sigmoid(layer(neurons, output)[:, 0]), to=1)
    }


def layer(x: Any, weights: Any) -> Any:
    """x times the weights, plus the biases, which are the last column."""
    return x @ weights[:, :-1].T + weights[:, -1]
