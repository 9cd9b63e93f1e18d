"""What survival costs: as the page says and a plan foretells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from survival.trials import made_up

import mpc

MONTHS = range(1, 41)
STUDY = made_up(2_000, 3, months=40)
RANGES = [(-1, 1)] * 5


def of_site(site: int) -> mpc.survival.Patients:
    """Five covariates for two."""
    own = STUDY.of_site(site)
    covariates = np.tile(own.covariates, (1, 3))[:, :5]
    return mpc.survival.Patients(own.times, own.events, arms=own.arms, covariates=covariates)


async def tables(ctx: mpc.Context) -> Any:
    return await mpc.survival.life_tables(ctx, of_site(ctx.me), MONTHS, arms=2)


async def kaplan_meier(ctx: mpc.Context) -> Any:
    return await mpc.survival.kaplan_meier(ctx, await tables(ctx))


async def log_rank(ctx: mpc.Context) -> Any:
    return await mpc.survival.log_rank(ctx, await tables(ctx))


async def noisy_curves(ctx: mpc.Context) -> Any:
    return await mpc.survival.noisy_curves(ctx, await tables(ctx), privacy=mpc.Laplace(epsilon=1))


async def concordance(ctx: mpc.Context) -> Any:
    edges = np.linspace(-2, 2, 41)
    return await mpc.survival.concordance(ctx, of_site(ctx.me), MONTHS, np.ones(5), edges=edges)


async def cox(ctx: mpc.Context) -> Any:
    return await mpc.survival.cox(ctx, of_site(ctx.me), MONTHS, ranges=RANGES)


async def open_steps(ctx: mpc.Context) -> Any:
    return await mpc.survival.cox_with_open_steps(ctx, of_site(ctx.me), MONTHS, ranges=RANGES)


@pytest.mark.parametrize(
    ("ask", "rounds", "kilobytes"),
    [
        (kaplan_meier, 50, 62),
        (log_rank, 42, 30),
        (noisy_curves, 17, 42),
        (concordance, 12, 30),
        (open_steps, 474, 414),
        pytest.param(cox, 810, 14_805, marks=pytest.mark.slow),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_rounds_and_bytes_are_those_of_the_page(ask: Any, rounds: int, kilobytes: float) -> None:
    async def main(ctx: mpc.Context, _: Any) -> None:
        await ask(ctx)

    report = mpc.plan(main, [None] * 3).report
    assert report.rounds == rounds
    assert report.bytes_sent[0] / 2_000 == pytest.approx(kilobytes, rel=0.02)
