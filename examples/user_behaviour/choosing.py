"""Step 4, the choice among the candidates: by losses on customers who were held back,
which stay secret; which candidate it is becomes known, and costs an epsilon.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import mpc
from examples.user_behaviour.customers import Customers
from examples.user_behaviour.network import WORST_LOSS, Weights, losses

EPSILON = "0.5"


async def chosen(ctx: Any, candidates: Sequence[Weights], own: Customers) -> Any:
    """The place of the candidate with about the least loss, which all learn."""
    x, y = own.part("choosing").examples
    table = np.stack([losses(weights, x, y) for weights in candidates], axis=1)
    rows = [await mpc.secret(ctx, shop, table, range=(0, WORST_LOSS)) for shop in ctx.everyone]
    columns = [[each[:, place] for each in rows] for place in range(len(candidates))]
    return await mpc.statistics.least(ctx, columns, privacy=mpc.Laplace(epsilon=EPSILON))
