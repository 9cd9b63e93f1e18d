"""Step 1, alignment: whoever buys at several shops counts at one of them alone.

Each two shops compare their customers by private set intersection. The later one in the
list learns which of its own the earlier one has too, and leaves them to it; the earlier
one learns nothing. So a person is a row at one shop, which is what noise is made for.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

import mpc
from examples.user_behaviour.customers import Customers, Whole


async def alone(ctx: Any, shop: Customers) -> Any:
    """Which of this shop's customers no earlier shop has, (customers,)."""
    pairs = list(combinations(ctx.everyone, 2))
    found = await mpc.together(ctx, *((common, shop.ids, *pair) for pair in pairs))
    earlier = np.zeros(len(shop), bool)
    for (_, later), which in zip(pairs, found, strict=True):
        if which is not None and ctx.me == later:
            earlier |= which
    return ~earlier


async def common(ctx: Any, ids: Whole, earlier: int, later: int) -> Any:
    """Which of the later shop's customers the earlier one has too; None elsewhere."""
    own = ids if ctx.me in (earlier, later) else None
    found = await mpc.matching.common(ctx, own, among=(earlier, later), to=later)
    return None if found is None else found.mask
