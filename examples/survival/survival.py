"""Survival curves of two treatments over three hospitals, and whether they differ.

Each hospital's file has a patient a line: the months of observation, whether the
patient died then (or was last seen), and the treatment, 0 or 1. Everybody learns both
curves of Kaplan and Meier (JASA 53, 1958), at the end of each quarter, and the log-rank
statistic (Mantel, 1966), which is above 3.84 by chance once in 20 times. In which month
anybody died, and how many patients a hospital has in a treatment, stays secret.

    parley run survival.py -n 3 \
        --input 0=north.csv --input 1=south.csv --input 2=west.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

MONTHS = 24
LEAST_VARIANCE = 1.0  # of the number of deaths; what is less counts as this much


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The study; `mine` is this hospital's table."""
    months = await pooled(
        ctx, mine["months"] if mine is not None else None, (1, MONTHS)
    )
    died = await pooled(ctx, mine["died"] if mine is not None else None, (0, 1))
    second = await pooled(ctx, mine["treatment"] if mine is not None else None, (0, 1))
    deaths, at_risk = by_month(months, died, np.stack([1 - second, second]))
    curves, statistic = await mpc.reveal(
        ctx, kaplan_meier(deaths, at_risk)[:, 2::3], log_rank(deaths, at_risk)
    )
    return {"curves": curves, "statistic": statistic}


async def pooled(ctx: Any, own: Any, range: tuple[int, int]) -> Any:
    """A column of all hospitals' patients as one secret."""
    return np.concatenate(
        [await mpc.secret(ctx, owner=i, value=own, range=range) for i in ctx.everyone]
    )


def by_month(months: Any, died: Any, groups: Any) -> tuple[Any, Any]:
    """How many of each group died in each month, and how many were still observed in
    it; shape (2, MONTHS) each.
    """
    last_seen = (months[:, None] == np.arange(1, MONTHS + 1)) * 1
    deaths, ends = (groups * died) @ last_seen, groups @ last_seen
    return deaths, np.cumsum(ends[:, ::-1], axis=1)[:, ::-1]


def kaplan_meier(deaths: Any, at_risk: Any) -> Any:
    """The part of each group that lives after each month."""
    return np.cumprod(1 - np.clip(deaths / np.maximum(at_risk, 1), 0, 1), axis=1)


def log_rank(deaths: Any, at_risk: Any) -> Any:
    """(O - E)^2 / V of the second group's deaths, given those of both in each month."""
    all_deaths, all_at_risk = deaths.sum(axis=0), at_risk.sum(axis=0)
    part = np.clip(at_risk[1] / np.maximum(all_at_risk, 1), 0, 1)
    excess = (deaths[1] - all_deaths * part).sum()
    living = np.clip((all_at_risk - all_deaths) / np.maximum(all_at_risk - 1, 1), 0, 1)
    variance = (all_deaths * part * (1 - part) * living).sum()
    return excess**2 / np.maximum(variance, LEAST_VARIANCE)
