"""An A/B test on columns of two owners: do visitors who saw variant B spend more?

The shop knows which variant each visitor saw, the payment service what each spent; line
i of both files is the same visitor. Both learn the difference of the means and Welch's
t statistic (Biometrika 34, 1947), which is beyond 1.96 by chance once in 20 times. Who
spent what, who saw what, and the means themselves stay secret.

    parley run experiment.py -n 2 --input 0=shop.csv --input 1=payments.csv
"""

from __future__ import annotations

from math import erfc, sqrt
from typing import Any

import numpy as np

import mpc

HIGHEST = 200  # euros
LEAST_VARIANCE = 0.01  # of a mean, in square euros; what is less counts as this much


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The test; `mine` is the shop's table at party 0, the payment service's at party
    1.
    """
    saw_b = await mpc.secret(
        ctx, owner=0, value=mine["variant"] == 1 if ctx.me == 0 else None
    )
    spent = await mpc.secret(
        ctx, owner=1, value=mine["spent"] if ctx.me == 1 else None, range=(0, HIGHEST)
    )
    mean_a, variance_a = mean_with_variance(spent, ~saw_b)
    mean_b, variance_b = mean_with_variance(spent, saw_b)
    difference = mean_b - mean_a
    t = difference / np.sqrt(
        np.clip(variance_a + variance_b, LEAST_VARIANCE, HIGHEST**2)
    )
    difference, t = await mpc.reveal(ctx, difference, t)
    return {
        "difference": difference,
        "t": t,
        "p": erfc(abs(t) / sqrt(2)),
    }  # of a normal distribution: n is large


def mean_with_variance(x: Any, member: Any) -> tuple[Any, Any]:
    """The mean of the members' x, and the variance of that mean as it follows from
    theirs.
    """
    n = np.maximum(member.sum(), 2)
    mean = np.clip(
        (x * member).sum() / n, 0, HIGHEST
    )  # it lies there anyway; now its range says so
    variance = ((x - mean) ** 2 * member).sum() / (n - 1)
    return mean, variance / n
