"""Rates of fraud by kind of merchant, over the payments of three banks.

Each bank's file has a payment a line: the kind of merchant, whether it was fraud, and
the amount in whole euros. Everybody learns for each kind which part of the payments and
which part of the money was fraud, over all banks, where there are at least FEWEST
payments. No bank shows how many payments it has, of which kind, or how often it was
cheated.

    parley run fraud.py -n 3 \
        --category kind=grocery,fuel,travel,electronics,gambling,antiques \
        --input 0=bank1.csv --input 1=bank2.csv --input 2=bank3.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

KINDS = ("grocery", "fuel", "travel", "electronics", "gambling", "antiques")
HIGHEST = 5_000
FEWEST = 20


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The rates; `mine` is this bank's table, whose kinds are numbered as KINDS has
    them.
    """
    kind = await pooled(ctx, mine, "kind", len(KINDS) - 1)
    fraud = await pooled(ctx, mine, "fraud", 1)
    amount = await pooled(ctx, mine, "amount", HIGHEST)
    member = kind[:, None] == np.arange(len(KINDS))
    payments, money = member.sum(axis=0), amount @ member
    told = payments >= FEWEST
    of_payments = np.where(told, fraud @ member / np.maximum(payments, 1), 0)
    of_money = np.where(told, (fraud * amount) @ member / np.maximum(money, 1), 0)
    told, of_payments, of_money = await mpc.reveal(ctx, told, of_payments, of_money)
    return {"told": told, "of_payments": of_payments, "of_money": of_money}


async def pooled(ctx: Any, mine: Any, name: str, largest: int) -> Any:
    """A column of all banks' tables as one secret."""
    own = mine[name] if mine is not None else None
    return np.concatenate(
        [
            await mpc.secret(ctx, owner=bank, value=own, range=(0, largest))
            for bank in range(ctx.n)
        ]
    )
