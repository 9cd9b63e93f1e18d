"""A bargain: buyer and seller learn at which lots they meet, and the price halfway, and
nothing of each other's limits at the others, even if one of them cheats.

Each has a file with its limit for each of four lots, in cents, below 2^40: the most
that the buyer pays, the least that the seller takes. Where the buyer's is no less, both
learn the mean; elsewhere that there is no deal.

    parley run bargain.py -n 2 --columns cents \
        --input 0=buyer.csv --input 1=seller.csv
"""

from __future__ import annotations

from typing import Any

import mpc

LOTS = 4


@mpc.circuit(most=mpc.UInt(40), least=mpc.UInt(40))
def meet(most: Any, least: Any) -> Any:
    """Whether there is a deal, and the price; 0 without one."""
    deal = most >= least
    total = most.to(mpc.UInt(41)) + least.to(mpc.UInt(41))
    return {"deal": deal, "price": mpc.mux(deal, (total >> 1).to(mpc.UInt(40)), 0)}


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """Deals and prices; `mine` is a table with this one's limits."""
    own = mine["cents"] if mine is not None else None
    most, least = mpc.private(0, own), mpc.private(1, own)
    deal, price = await mpc.authenticated(
        ctx, meet, instances=LOTS, most=most, least=least
    )
    return {"deal": deal, "price": price}
