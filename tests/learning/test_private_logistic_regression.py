"""Logistic regression with noise: steps as in the clear, no further moved than is said, charged once."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from learning.without_noise import PRIVACY, distances, without_noise
from sklearn.linear_model import LogisticRegression

import mpc
from mpc.errors import LocalError
from protocols.learning.logistic_regression_bst14 import moved_by_a_row, residuals

R = 2.0


def table(rows: int = 30, columns: int = 2, seed: int = 4) -> tuple[Any, Any]:
    dice = np.random.default_rng(seed)
    x = dice.normal(size=(rows, columns)).clip(-3, 3)
    return x, x @ np.arange(1, columns + 1) + 0.3 + dice.logistic(size=rows) > 0


def trained(x: Any, y: Any, n: int = 2, suite: str = "ideal", **how: Any) -> Any:
    """Rows of n parties, in parts."""
    how = {"row_bound": R, "privacy": PRIVACY, "steps": 2} | how
    places = np.array_split(np.arange(len(x)), n)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        xs = [await mpc.secret(ctx, j, x[places[j]], range=(-3, 3)) for j in ctx.everyone]
        ys = [await mpc.secret(ctx, j, y[places[j]], range=(0, 1)) for j in ctx.everyone]
        return await mpc.learning.private_logistic_regression(ctx, xs, ys, **how)

    return mpc.simulate(main, [None] * n, suite=suite)


def unit_rows(x: Any) -> Any:
    return np.column_stack([x / np.maximum(np.linalg.norm(x, axis=1), R)[:, None], np.ones(len(x))])


def in_the_clear(x: Any, y: Any, steps: int, rate: float, ridge: float) -> Any:
    """The same steps, in units of the bound."""
    w = np.zeros(x.shape[1])
    for _ in range(steps):
        w = w - rate * (x.T @ (1 / (1 + np.exp(-x @ w)) - y) / len(y) + ridge * w)
    return w


@pytest.mark.parametrize(("n", "suite", "intercept"), [(2, "beaver", True), (3, "beaver", False)])
def test_without_noise_it_takes_the_steps_of_the_clear(
    monkeypatch: pytest.MonkeyPatch, n: int, suite: str, intercept: bool
) -> None:
    without_noise(monkeypatch)
    x, y = table()
    model = trained(x, y, n, suite, steps=3, rate=3.0, ridge=0.1, intercept=intercept).result
    unit = unit_rows(x)[:, : 3 if intercept else 2]
    right = in_the_clear(unit, y, 3, 3.0, 0.1)
    np.testing.assert_allclose(model.weights, right[:2] / R, atol=2e-3)
    np.testing.assert_allclose(model.intercept, right[2] if intercept else 0, atol=2e-3)
    assert (model.predict(x) == (x @ model.weights + model.intercept > 0)).all()


def test_without_noise_it_comes_to_the_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    without_noise(monkeypatch)
    x, y = table(60)
    model = trained(x, y, steps=24, ridge=0.1).result
    right = LogisticRegression(C=1 / (0.1 * 60), fit_intercept=False).fit(unit_rows(x), y).coef_[0]
    np.testing.assert_allclose(np.append(model.weights * R, model.intercept), right, atol=0.01)


def test_noise_makes_the_loss_larger_by_less_than_is_expected() -> None:
    x, y = table(400)
    unit = unit_rows(x)
    model = trained(x, y, 3, "beaver", steps=3, privacy=mpc.Gaussian(epsilon=8, delta="1e-6")).result
    clear = in_the_clear(unit, y, 3, 4.0, 0.0)

    def loss(w: Any) -> float:
        return float(np.log1p(np.exp(np.where(y, -1, 1) * (unit @ w))).mean())

    assert loss(np.append(model.weights * R, model.intercept)) - loss(clear) < 4 * model.expected_loss < 2
    assert model.predict(x).mean() == pytest.approx(y.mean(), abs=0.3)
    assert "or epsilon 7.9999" in str(model)


def test_nothing_but_the_noisy_gradients_is_opened() -> None:
    report = trained(*table(), steps=3).report
    assert [reveal.shape for reveal in report.reveals] == [(3,)] * 3
    assert all("of 3, paid for beforehand" in reveal.privacy for reveal in report.reveals)


@pytest.mark.parametrize("one", [0, 3])
def test_no_row_moves_a_gradient_further_than_is_said(one: int) -> None:
    """Of all rows of whole numbers no longer than 3 and residuals of up to 2, by all of these."""
    rows = [
        (r * a, r * b, r * one) for a, b, r in product(range(-3, 4), range(-3, 4), range(-2, 3)) if a * a + b * b <= 9
    ]
    found = np.array(rows)
    furthest = int(np.square(found[:, None] - found).sum(axis=2).max())
    assert furthest == moved_by_a_row(3, one, 2)


@pytest.mark.parametrize("suite", ["ideal", "beaver"])
def test_what_is_computed_moves_no_further_rounding_and_all(monkeypatch: pytest.MonkeyPatch, suite: str) -> None:
    """At the same weights, which the first step gives: rows of the other label, of the other sign, and small ones."""
    opened = without_noise(monkeypatch)
    x, y = table(8)
    for row, label in [([3, 3], True), ([3, 3], False), ([-3, -3], True), ([2, 0], False), ([1e-4, 0], True)]:
        other, labels = x.copy(), y.copy()
        other[0], labels[0] = row, label
        trained(other, labels, suite=suite, steps=1)
    apart = [max(distances([a], [b])) for a in opened.vectors for b in opened.vectors]
    assert opened.moved**2 / 9 < max(apart) <= opened.moved**2


@pytest.mark.parametrize("size", [0.0, 1.0, 1e4])
def test_residuals_are_at_most_1_at_any_weights(size: float) -> None:
    x, y = table(40)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        rows = await mpc.secret(ctx, 0, x, range=(-3, 3))
        labels = await mpc.secret(ctx, 0, y.astype(int), range=(0, 1))
        apart = residuals(rows, labels, np.array([size, -size]))
        return apart.range.magnitude, 1 << apart.scale, np.abs(await mpc.reveal(ctx, apart)).max()

    magnitude, one, most = mpc.simulate(main, [None, None]).result
    assert magnitude <= one
    assert most <= 1


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"row_bound": -1}, "wrong-number"),
        ({"steps": 0}, "amount-out-of-range"),
        ({"steps": 2.0}, "wrong-amount"),
        ({"rate": 0}, "wrong-number"),
        ({"rate": 4.01}, "wrong-number"),
        ({"rate": 4.0, "ridge": 0.1}, "wrong-number"),
        ({"rate": float("nan")}, "wrong-number"),
        ({"ridge": -0.1}, "wrong-number"),
        ({"ridge": float("inf")}, "wrong-number"),
        ({"ridge": None}, "wrong-number"),
        ({"rate": "1"}, "wrong-number"),
        ({"privacy": mpc.Laplace(epsilon=1)}, "wrong-privacy"),
    ],
    ids=str,
)
def test_steps_that_cannot_be_are_refused(how: dict[str, Any], code: str) -> None:
    with pytest.raises(LocalError, match=code):
        trained(*table(), **how)


def test_labels_that_may_be_other_than_0_and_1_are_refused() -> None:
    x, y = table()

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        rows = await mpc.secret(ctx, 0, x, range=(-3, 3))
        for labels, code in [(2 * y, "wrong-number"), (y / 1.0, "wrong-number"), (y[1:].astype(int), "wrong-shape")]:
            secret = await mpc.secret(ctx, 0, labels, range=(0, max(labels)))
            with pytest.raises(LocalError, match=code):
                await mpc.learning.private_logistic_regression(ctx, rows, secret, row_bound=R, privacy=PRIVACY)

    mpc.simulate(main, [None, None], suite="ideal")
