"""Logistic regression by noise in the objective: the optimum but for noise, told once, charged once."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learning.without_noise import without_noise
from privacy.houses import House
from sklearn.linear_model import LogisticRegression

import mpc
from mpc.errors import LocalError
from protocols.learning import logistic_regression_kst12
from protocols.privacy.ledger.charges import budget
from protocols.privacy.neighbours import substitute

R = 2.0
PRIVACY = mpc.Gaussian(epsilon=4, delta="1e-6")


def table(rows: int = 30, seed: int = 4) -> tuple[Any, Any]:
    dice = np.random.default_rng(seed)
    x = dice.normal(size=(rows, 2)).clip(-3, 3)
    return x, x @ [1, 2] + 0.3 + dice.logistic(size=rows) > 0


def by_objective(x: Any, y: Any, **how: Any) -> Any:
    how = {"row_bound": R, "privacy": PRIVACY, "ridge": 0.5} | how

    async def main(ctx: mpc.Context, _: Any) -> Any:
        places = np.array_split(np.arange(len(x)), ctx.n)
        xs = [await mpc.secret(ctx, j, x[places[j]], range=(-3, 3)) for j in ctx.everyone]
        ys = [await mpc.secret(ctx, j, y[places[j]].astype(int), range=(0, 1)) for j in ctx.everyone]
        return await mpc.learning.private_logistic_by_objective(ctx, xs, ys, **how)

    return main


def unit_rows(x: Any) -> Any:
    return np.column_stack([x / np.maximum(np.linalg.norm(x, axis=1), R)[:, None], np.ones(len(x))])


@pytest.mark.parametrize(
    ("n", "suite", "intercept", "ridge"), [(2, "ideal", True, 0.2), (3, "beaver", False, 1.0), (2, "ideal", False, 2.0)]
)
def test_without_noise_it_is_the_optimum(
    monkeypatch: pytest.MonkeyPatch, n: int, suite: str, intercept: bool, ridge: float
) -> None:
    opened = without_noise(monkeypatch)
    x, y = table()
    run = mpc.simulate(by_objective(x, y, ridge=ridge, intercept=intercept), [None] * n, suite=suite)
    model, unit = run.result, unit_rows(x)[:, : 3 if intercept else 2]
    clear = LogisticRegression(C=1 / (ridge * len(x)), fit_intercept=False, tol=1e-8).fit(unit, y)
    found = np.append(model.weights * R, model.intercept)[: unit.shape[1]]
    np.testing.assert_allclose(found, clear.coef_[0], atol=2.0**-17 * opened.moved + 4e-3)
    assert len(opened.vectors) == 1


def test_nothing_is_opened_but_the_model_and_its_noise_is_as_told() -> None:
    x, y = table(150)
    run = mpc.simulate(by_objective(x, y, ridge=0.2), [None, None], suite="ideal")
    assert [reveal.shape for reveal in run.report.reveals] == [(3,)]
    unit = unit_rows(x)
    clear = LogisticRegression(C=1 / (0.2 * 150), fit_intercept=False).fit(unit, y).coef_[0]

    def loss(w: Any) -> float:
        return float(np.log1p(np.exp(np.where(y, -1, 1) * (unit @ w))).mean())

    model = run.result
    found = np.append(model.weights * R, model.intercept)
    assert 0 < np.linalg.norm(found - clear) < 1
    assert loss(found) - loss(clear) < model.expected_loss < 1
    assert "epsilon 4 with delta 1e-6" in str(model)


def test_all_of_it_is_spent_at_once(tmp_path: Path) -> None:
    house = House(tmp_path, (budget(epsilon=5, delta="1e-5", neighbours=substitute()),) * 2)

    async def main(ctx: mpc.Context, mine: Any) -> None:
        await by_objective(*table(12), ridge=2.0)(ctx, mine)

    house.run(main)
    assert house.accounts() == [(4, 0)] * 2


def test_both_noises_together_keep_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = []
    planned = logistic_regression_kst12._planned

    def kept(*how: Any) -> Any:
        plans.append((planned(*how), how))
        return plans[-1][0]

    monkeypatch.setattr(logistic_regression_kst12, "_planned", kept)
    mpc.plan(by_objective(*table(), privacy=mpc.Gaussian(epsilon=1.1, delta=1e-6)), [None, None])
    plan, (ctx, down, moved, privacy) = plans[0]
    delta = privacy.given_delta
    left, beside = Fraction(11, 10) - Fraction(plan.output.epsilon), delta - Fraction(plan.output.delta)
    objective = logistic_regression_kst12.Perturbed(moved, down.squared, down.curvature)
    assert moved == 1
    assert objective.delta(left, plan.objective.variance) < beside < delta
    assert plan.away > down.off(ctx) + plan.objective.rounded / down.curvature


def test_a_record_in_two_rows_has_more_noise() -> None:
    x, y = table()

    async def main(ctx: mpc.Context, _: Any) -> Any:
        rows = await mpc.secret(ctx, 0, x, range=(-3, 3))
        labels = await mpc.secret(ctx, 0, y.astype(int), range=(0, 1))
        how: Any = {"row_bound": R, "privacy": PRIVACY, "ridge": 4.0}
        once = await mpc.learning.private_logistic_by_objective(ctx, [rows], [labels], **how)
        twice = await mpc.learning.private_logistic_by_objective(ctx, [rows, rows], [labels, labels], **how)
        losses[:] = [once.expected_loss, twice.expected_loss]

    losses: list[float] = []
    mpc.plan(main, [None, None])
    assert 0.95 < losses[1] / losses[0] < 1.3


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"row_bound": 0}, "wrong-number"),
        ({"ridge": 0}, "wrong-number"),
        ({"ridge": float("nan")}, "wrong-number"),
        ({"ridge": "1"}, "wrong-number"),
        ({"ridge": 1e-4}, "ridge-too-small"),
        ({"ridge": 0.01, "privacy": mpc.Gaussian(epsilon="0.1", delta="1e-6")}, "ridge-too-small"),
        ({"privacy": mpc.Gaussian(rho=1)}, "wrong-privacy"),
        ({"privacy": mpc.Gaussian(epsilon=1, delta="1e-6", sensitivity=1)}, "wrong-privacy"),
        ({"privacy": mpc.Laplace(epsilon=1)}, "wrong-privacy"),
        ({"privacy": mpc.Gaussian(epsilon=1, delta="2e-14")}, "delta-too-small"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(how: dict[str, Any], code: str) -> None:
    with pytest.raises(LocalError, match=code):
        mpc.plan(by_objective(*table(), **how), [None, None])
