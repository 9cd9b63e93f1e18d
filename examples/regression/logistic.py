"""Logistic regression on columns of two owners: how do the ways people drive go
together with accidents?

The insurer knows who had an accident and how far each drives, a maker of cars how much
of it at night and how often the brakes were hit; line i of both files is the same
driver. Both learn the log odds, and nothing of any driver.

Each step is Newton's with the upper bound x'x / 4 in the place of the Hessian (Boehning
and Lindsay, Ann. Inst. Statist. Math. 40, 1988), so that one matrix is inverted instead
of one a step, and no step makes the likelihood smaller.

    parley run logistic.py -n 2 --input 0=insurer.csv --input 1=maker.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

DISTANCE, NIGHT, BRAKES = (
    10,
    20,
    4,
)  # 1000 km a year, per cent, a month: about a standard deviation each
UNITS = np.array([DISTANCE, NIGHT, BRAKES])
LARGEST = 6  # units
STEPS = 12
RIDGE = (
    0.01  # below any eigenvalue of the matrix that is inverted, since it is added to it
)


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The study; `mine` is the insurer's table at party 0, the maker's at party 1."""
    distance = mine["distance"] / DISTANCE if ctx.me == 0 else None
    accident = mine["accident"] == 1 if ctx.me == 0 else None
    driving = mine[["night", "brakes"]] / UNITS[1:] if ctx.me == 1 else None
    distance = await mpc.secret(ctx, owner=0, value=distance, range=(0, LARGEST))
    accident = await mpc.secret(ctx, owner=0, value=accident)
    driving = await mpc.secret(ctx, owner=1, value=driving, range=(0, LARGEST))
    log_odds = logistic_regression(
        np.column_stack([np.ones(len(distance)), distance, driving]), accident
    )
    intercept, *weights = await mpc.reveal(ctx, *log_odds)
    return {"intercept": intercept, "weights": np.array(weights) / UNITS}


def logistic_regression(x: Any, y: Any) -> Any:
    """The log odds of y for a unit of each column of x."""
    inverse = mpc.solve(
        x.T @ x / (4 * len(x)) + RIDGE * np.eye(x.shape[1]),
        np.eye(x.shape[1]),
        least=RIDGE,
    )
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        gradient = x.T @ (y - mpc.sigmoid(x @ weights)) / len(x)
        weights = weights + inverse @ gradient
    return weights
