"""What training with noise costs, as the page says and a plan foretells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from learning.without_noise import PRIVACY

import mpc
from protocols.beaver import by_points

X = np.random.default_rng(0).normal(size=(100, 4)).clip(-3, 3)


async def linear(ctx: mpc.Context, row_bound: float = 2) -> Any:
    x, y = [await mpc.secret(ctx, 0, part, range=(-3, 3)) for part in (X, X[:, 0])]
    bounds: Any = {"row_bound": row_bound, "target_bound": 2}
    return await mpc.learning.private_linear_regression(ctx, x, y, privacy=PRIVACY, **bounds)


async def logistic(ctx: mpc.Context, steps: int) -> Any:
    x = await mpc.secret(ctx, 0, X, range=(-3, 3))
    y = await mpc.secret(ctx, 0, (X[:, 0] > 0).astype(int), range=(0, 1))
    return await mpc.learning.private_logistic_regression(ctx, x, y, row_bound=2, privacy=PRIVACY, steps=steps)


async def objective(ctx: mpc.Context, ridge: float) -> Any:
    x = await mpc.secret(ctx, 0, X, range=(-3, 3))
    y = await mpc.secret(ctx, 0, (X[:, 0] > 0).astype(int), range=(0, 1))
    noise = mpc.Gaussian(epsilon=4, delta="1e-6")
    return await mpc.learning.private_logistic_by_objective(ctx, x, y, row_bound=2, privacy=noise, ridge=ridge)


async def clusters(ctx: mpc.Context, k: int, steps: int) -> Any:
    x = await mpc.secret(ctx, 0, X, range=(-3, 3))
    return await mpc.learning.private_kmeans(ctx, x, k, bounds=(-2, 2), privacy=PRIVACY, steps=steps)


def of(run: Any, *how: Any) -> Any:
    async def main(ctx: mpc.Context, mine: Any) -> None:
        await run(ctx, *how)

    return main


@pytest.mark.parametrize("n", [2, 3])
def test_rounds_and_bytes_are_those_of_the_page(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of comparisons by edaBits; two parties with a dealer take fewer where they compare few numbers by keys."""
    monkeypatch.setattr(by_points, "MOST_LABELS", 0)
    rounds = {
        of(linear): (38, 302),
        of(linear, 8): (31, 269),
        of(logistic, 1): (12 + 26, 1 + 159),
        of(logistic, 3): (12 + 3 * 26, 1 + 3 * 159),
        of(objective, 0.5): (25 + 10 * 14, 199 + 10 * 38),
        of(objective, 0.2): (25 + 19 * 14, 199 + 19 * 38),
        of(clusters, 2, 2): (5 + 2 * 26, 30 + 2 * 134),
        of(clusters, 4, 2): (8 + 2 * 26, 30 + 2 * 272),
    }
    for main, (wanted, kilobytes) in rounds.items():
        report = mpc.plan(main, [None] * n).report
        assert report.rounds == wanted
        assert report.bytes_sent[0] / (n - 1) / 1000 == pytest.approx(kilobytes, rel=0.02)


@pytest.mark.parametrize(
    "main",
    [of(linear), of(logistic, 2), of(objective, 1.0), of(clusters, 3, 1)],
    ids=["linear", "logistic", "objective", "k-means"],
)
def test_a_plan_foretells_a_run(main: Any) -> None:
    plan, run = mpc.plan(main, [None, None]).report, mpc.simulate(main, [None, None]).report
    assert (plan.rounds, plan.bytes_sent) == (run.rounds, run.bytes_sent)
