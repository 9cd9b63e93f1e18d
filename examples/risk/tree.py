"""A risk score by a decision tree of scikit-learn: the model is one party's, the
customers are another's.

The bureau has the tree, a row for each of its inner nodes and the risk at each leaf;
the shop has its customers. The shop learns each customer's risk, the bureau nothing.
The depth of the tree is public; what it asks, at which thresholds and what it concludes
is not, and neither is the way that a customer takes: all questions are asked of
everybody.

    parley run tree.py -n 2 --input 0:nodes=nodes.csv \
        --input 0:leaves=leaves.csv --input 1=customers.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

FEATURES = ["income", "debt", "orders", "returns"]
HIGHEST = 200


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The scores; `mine` holds the bureau's two tables at party 0 and is the shop's
    table at party 1.
    """
    asks = await mpc.secret(
        ctx, owner=0, value=mine.nodes[FEATURES] == 1 if ctx.me == 0 else None
    )
    thresholds = await mpc.secret(
        ctx,
        owner=0,
        value=mine.nodes["threshold"] if ctx.me == 0 else None,
        range=(0, HIGHEST),
    )
    risks = await mpc.secret(
        ctx, owner=0, value=mine.leaves["risk"] if ctx.me == 0 else None, range=(0, 1)
    )
    customers = await mpc.secret(
        ctx, owner=1, value=mine[FEATURES] if ctx.me == 1 else None, range=(0, HIGHEST)
    )
    reached = leaf_of(customers @ asks.T > thresholds)
    return {"risk": await mpc.reveal(ctx, reached @ risks, to=1)}


def leaf_of(right: Any) -> Any:
    """At which leaf each customer arrives, as bits (customers, leaves); `right` has the
    answer at each node.

    The nodes stand level by level, the root first, so that each level doubles the
    places where somebody may be.
    """
    here = np.ones((len(right), 1), dtype=bool)
    while here.shape[1] <= right.shape[1]:
        first = here.shape[1] - 1
        turns = right[:, first : first + here.shape[1]]
        here = np.stack([here & ~turns, here & turns], axis=2).reshape(len(right), -1)
    return here
