"""Step 5, a forecast about one customer of the asking shop: of all that the shops know of
the customer together, with the network on secrets. No other shop learns who was asked
about, whether it knows the customer itself, or what came out.

Every shop's customers come in as secrets, and the number that is asked about is compared
with all of them. Of a shop that does not know it nothing is added.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc
from examples.user_behaviour.customers import (
    DAYS,
    MOST_CENTS,
    MOST_ID,
    MOST_PURCHASES,
    Customers,
    features,
    joined,
)
from examples.user_behaviour.network import Weights, log_odds

ASKING = 1
LARGEST = (MOST_PURCHASES, MOST_CENTS, DAYS, DAYS)


def most_frequent(known: Customers) -> int:
    """Whom the asking shop asks about: of its customers whom an earlier shop has too, the
    one who bought most often; 0 if there is none.
    """
    return int(known.ids[np.argmax(known.facts[:, 0])]) if len(known) else 0


async def forecast(ctx: Any, weights: Weights, shop: Customers, wanted: int) -> Any:
    """How likely the asking shop's customer `wanted` buys again, for that shop alone."""
    who = await mpc.secret(ctx, ASKING, wanted, range=(0, MOST_ID))
    known = joined([await looked_up(ctx, owner, shop, who) for owner in ctx.everyone])
    score = mpc.sigmoid(log_odds(weights, features(known)))
    return await mpc.reveal(ctx, score[0], to=ASKING)


async def looked_up(ctx: Any, owner: int, shop: Customers, who: Any) -> Any:
    """What a shop knows of a customer, (1, 4); zeros if it does not know the customer."""
    ids = await mpc.secret(ctx, owner, shop.ids, range=(0, MOST_ID))
    facts = await mpc.secret(ctx, owner, shop.facts, range=(0, max(LARGEST)))
    here = (ids == who).astype(int).reshape(1, -1)
    found = here @ facts
    columns = [found[:, place : place + 1].within(0, most) for place, most in enumerate(LARGEST)]
    return np.concatenate(columns, axis=1)
