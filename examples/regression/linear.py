"""Linear regression on columns of two owners: what does a home's use of electricity
depend on?

The town knows the floor area, the age and the residents of each home, the utility its
yearly use; line i of both files is the same home. Both learn the model and how far off
it is on average. Neither sees a value of the other. A small ridge keeps the equations
away from singular ones, whatever the data are.

    parley run linear.py -n 2 --input 0=town.csv --input 1=utility.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

FEATURES = ["area", "age", "residents"]
UNITS = np.array(
    [100, 50, 2]
)  # square metres, years, persons: about a standard deviation each
UNIT_OF_USE = 5  # MWh a year
LARGEST = 6  # units
RIDGE = 0.01


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The study; `mine` is the town's table at party 0, the utility's at party 1."""
    homes = mine[FEATURES] / UNITS if ctx.me == 0 else None
    use = mine["use"] / UNIT_OF_USE if ctx.me == 1 else None
    x = await mpc.secret(ctx, owner=0, value=homes, range=(0, LARGEST))
    y = await mpc.secret(ctx, owner=1, value=use, range=(0, LARGEST))
    weights = ridge_regression(x - x.mean(axis=0), y - y.mean())
    intercept = y.mean() - x.mean(axis=0) @ weights
    error = np.abs(y - (x @ weights + intercept)).mean()
    weights, intercept, error = await mpc.reveal(ctx, weights, intercept, error)
    intercept, error = intercept * UNIT_OF_USE, error * UNIT_OF_USE
    return {
        "weights": weights * UNIT_OF_USE / UNITS,
        "intercept": intercept,
        "error": error,
    }


def ridge_regression(x: Any, y: Any) -> Any:
    """The w for which |y - x w|^2 / n + RIDGE |w|^2 is least, for columns with a mean
    of zero.
    """
    return mpc.solve(
        x.T @ x / len(x) + RIDGE * np.eye(x.shape[1]), x.T @ y / len(x), least=RIDGE
    )
