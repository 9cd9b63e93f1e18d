"""Credit scoring on columns of two owners: which applicants will not pay back?

The bank knows the accounts and credits of each applicant, and of earlier ones how it
ended; a telecom how they live. Line i of both files is the same person. Both learn what
each column counts for, the bank the log odds of those whose end it does not know yet.
Neither sees a column of the other, and no feature leaves its owner in any form:
`mpc.known` shares nothing.

    parley run scoring.py -n 2 --input 0=bank.csv --input 1=telecom.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

BANK, TELECOM = 0, 1
ENDED = 600  # the first rows, whose end is known
LARGEST = 4  # deviations from the mean


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The study; `mine` is the bank's table at party 0, the telecom's at party 1."""
    features = [
        await mpc.known(
            ctx,
            party,
            standardised(columns(mine)) if ctx.me == party else None,
            range=(-LARGEST, LARGEST),
        )
        for party, columns in ((BANK, of_bank), (TELECOM, of_telecom))
    ]
    default = mine["default"][:ENDED] == 1 if ctx.me == BANK else None
    default = await mpc.secret(ctx, owner=BANK, value=default)
    model = await mpc.learning.logistic_regression(
        ctx, [x[:ENDED] for x in features], default, batches=4, epochs=1, rate=2
    )
    log_odds = await model.scores(ctx, [x[ENDED:] for x in features])
    *weights, intercept = await mpc.reveal(ctx, *model.weights, model.intercept)
    return {
        "weights": np.concatenate(weights),
        "intercept": intercept,
        "log_odds": await mpc.reveal(ctx, log_odds, to=BANK),
    }


def of_bank(table: Any) -> Any:
    """An account is overdrawn, nearly empty or well filled, each a column, or none."""
    states = [table["account"] == state for state in (1, 2, 3)]
    numbers = ("months", "amount", "history", "savings", "installment")
    return np.column_stack(states + [table[name] for name in numbers])


def of_telecom(table: Any) -> Any:
    """All of its columns."""
    return np.asarray(table, float)


def standardised(x: Any) -> Any:
    """Deviations from the mean, in units of the deviation, which the owner computes."""
    x = np.asarray(x, float)
    return ((x - x.mean(axis=0)) / x.std(axis=0)).clip(-LARGEST, LARGEST)
