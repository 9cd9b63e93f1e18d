"""A joint ranking: the five best of thirty suppliers, by the marks of three buyers who
keep their marks to themselves.

Each buyer's file has a mark from 0 to 100 for each supplier, in the same order.
Everybody learns which five have the highest sums of marks, in order, and nothing else:
no mark, no sum, and of the others not even who comes sixth. Of equal ones the first in
the list goes first.

    parley run ranking.py -n 3 --columns mark \
        --input 0=bakery.csv --input 1=canteen.csv --input 2=hotel.csv
"""

from __future__ import annotations

from typing import Any

import mpc

BEST = 5
FULL_MARKS = 100


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The ranking; `mine` is this buyer's table, a supplier a row."""
    own = mine["mark"] if mine is not None else None
    marks = [
        await mpc.secret(ctx, owner=buyer, value=own, range=(0, FULL_MARKS))
        for buyer in range(ctx.n)
    ]
    _, places = mpc.topk(sum(marks[1:], marks[0]), BEST)
    return {"best": await mpc.reveal(ctx, places)}
