"""Linear regression with noise: the right model without it, no further moved than is said, nothing else shown."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from learning.without_noise import PRIVACY, distances, without_noise
from sklearn.linear_model import LinearRegression, Ridge

import mpc
from mpc.errors import LocalError
from protocols.learning.linear_regression_wang18 import _Layout, _Solution, moved_by_a_row
from protocols.privacy.neighbours import group, substitute

R, Y = 2.0, 3.0


def table(rows: int = 30, columns: int = 3, seed: int = 4) -> tuple[Any, Any]:
    dice = np.random.default_rng(seed)
    x = dice.normal(size=(rows, columns)).clip(-3, 3)
    return x, (x @ np.arange(1, columns + 1) / 3 + 0.4 + dice.normal(0, 0.2, rows)).clip(-4, 4)


def fitted(x: Any, y: Any, n: int = 2, suite: str = "ideal", **how: Any) -> Any:
    """Rows of n parties, in parts."""
    how = {"row_bound": R, "target_bound": Y, "privacy": PRIVACY} | how
    places = np.array_split(np.arange(len(x)), n)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        xs = [await mpc.secret(ctx, j, x[places[j]], range=(-3, 3)) for j in ctx.everyone]
        ys = [await mpc.secret(ctx, j, y[places[j]], range=(-4, 4)) for j in ctx.everyone]
        return await mpc.learning.private_linear_regression(ctx, xs, ys, **how)

    return mpc.simulate(main, [None] * n, suite=suite)


def clipped(x: Any, y: Any) -> tuple[Any, Any]:
    return x / np.maximum(np.linalg.norm(x, axis=1) / R, 1)[:, None], y.clip(-Y, Y)


@pytest.mark.parametrize(("n", "suite", "intercept"), [(2, "beaver", True), (3, "beaver", False), (2, "ideal", True)])
def test_without_noise_it_is_ridge_regression_of_clipped_rows(
    monkeypatch: pytest.MonkeyPatch, n: int, suite: str, intercept: bool
) -> None:
    without_noise(monkeypatch)
    x, y = table()
    model = fitted(x, y, n, suite, intercept=intercept).result
    rows, targets = clipped(x, y)
    unit = np.column_stack([rows / R, np.ones(len(x))])[:, : 4 if intercept else 3]
    right = Ridge(alpha=model.ridge, fit_intercept=False).fit(unit, targets).coef_
    np.testing.assert_allclose(model.coefficients, right[:3] / R, atol=1e-3)
    np.testing.assert_allclose(model.intercept, right[3] if intercept else 0, atol=1e-3)
    np.testing.assert_allclose(model.predict(rows), unit @ right, atol=3e-3)


def test_with_little_noise_it_is_within_what_is_said_of_least_squares() -> None:
    x, y = table(600)
    rows, targets = clipped(x, y)
    model = fitted(x, y, 3, "beaver", privacy=mpc.Gaussian(epsilon=15, delta="1e-6")).result
    exact = LinearRegression().fit(rows, targets)
    assert model.ridge == 0
    assert (np.abs(model.coefficients - exact.coef_) < 8 * model.deviations).all()
    assert model.deviations.max() < 0.1
    assert "noise" in str(model)


def test_the_deviations_are_those_of_the_noise() -> None:
    dice, sigma, layout = np.random.default_rng(2), 0.3, _Layout(3, True)
    x, y = clipped(*table(400))
    unit = np.column_stack([x / R, np.ones(400), y / Y])
    sums = (unit[:, :4].T @ unit).reshape(-1)[layout.places]
    drawn = [_Solution.of(layout, sums + sigma * dice.normal(size=sums.size), 400, sigma) for _ in range(500)]
    spread = np.std([one.theta for one in drawn], axis=0)
    assert (np.abs(spread / _Solution.of(layout, sums, 400, sigma).deviations - 1) < 0.2).all()


def test_nothing_but_the_noisy_sums_is_opened() -> None:
    report = fitted(*table()).report
    assert [reveal.shape for reveal in report.reveals] == [(3 * 4 // 2 + 3 + 3 + 1,)]
    assert all("step 1 of 1" in reveal.privacy for reveal in report.reveals)


@pytest.mark.parametrize("one", [0, 2, 3])
def test_no_row_moves_the_sums_further_than_is_said(one: int) -> None:
    """Of all rows of whole numbers no longer than 3 and targets of up to 2, by all of these."""
    rows = np.array(
        [(*x, t) for *x, t in product(range(-3, 4), range(-3, 4), range(-2, 3)) if x[0] ** 2 + x[1] ** 2 <= 9]
    )
    a, b, t = rows.T
    sums = np.column_stack([a * a, a * b, b * b, one * a, one * b, t * a, t * b, one * t])
    furthest = int(np.square(sums[:, None] - sums).sum(axis=2).max())
    bound = moved_by_a_row(3, one, 2)
    assert furthest <= bound <= 1.5 * furthest
    assert np.square(sums).sum(axis=1).max() <= bound


@pytest.mark.parametrize("suite", ["ideal", "beaver"])
def test_what_is_computed_moves_no_further_rounding_and_all(monkeypatch: pytest.MonkeyPatch, suite: str) -> None:
    """By rows as far apart as they may be, and some longer than the bound."""
    opened = without_noise(monkeypatch)
    x, y = table(8)
    for row, target in [([3, 3, 3], 4), ([-3, -3, -3], 4), ([2, 0, 0], 3), ([0, -2, 0], -4), ([1e-4, 0, 0], 0)]:
        other, targets = x.copy(), y.copy()
        other[0], targets[0] = row, target
        fitted(other, targets, suite=suite)
    apart = [max(distances([one], [two])) for one in opened.vectors for two in opened.vectors]
    assert opened.moved**2 / 8 < max(apart) <= opened.moved**2


def test_a_record_that_may_be_in_two_rows_and_a_group_have_more_noise() -> None:
    x, y = table()

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        a, b = [await mpc.secret(ctx, 0, x, range=(-3, 3)), await mpc.secret(ctx, 0, y, range=(-4, 4))]
        found = []
        for xs, ys, privacy in [
            (a, b, PRIVACY),
            ([a, a], [b, b], PRIVACY),
            (a, b, mpc.Gaussian(rho="1/2", delta="1e-6", neighbours=substitute(group(2)))),
        ]:
            model = await mpc.learning.private_linear_regression(
                ctx, xs, ys, row_bound=R, target_bound=Y, privacy=privacy
            )
            found.append(model.ridge)
        return found

    once, twice, grouped = mpc.simulate(main, [None, None], suite="ideal").result
    assert twice > 1.5 * once
    assert grouped > 1.5 * once


def test_columns_of_several_owners_are_rows_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    without_noise(monkeypatch)
    x, y = table()

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        columns = [await mpc.secret(ctx, j, part, range=(-3, 3)) for j, part in enumerate((x[:, :1], x[:, 1:]))]
        target = await mpc.secret(ctx, 1, y, range=(-4, 4))
        return await mpc.learning.private_linear_regression(
            ctx, np.concatenate(columns, axis=1), target, row_bound=R, target_bound=Y, privacy=PRIVACY
        )

    across = mpc.simulate(main, [None, None]).result
    np.testing.assert_allclose(across.coefficients, fitted(x, y).result.coefficients, atol=1e-3)
    assert across.price == fitted(x, y).result.price


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"row_bound": 0}, "wrong-number"),
        ({"row_bound": float("nan")}, "wrong-number"),
        ({"row_bound": 1e-3}, "loses-too-much"),
        ({"target_bound": "3"}, "wrong-number"),
        ({"target_bound": float("inf")}, "wrong-number"),
        ({"privacy": mpc.Laplace(epsilon=1)}, "wrong-privacy"),
        ({"privacy": mpc.Gaussian(rho=1, sensitivity=1)}, "wrong-privacy"),
    ],
    ids=str,
)
def test_bounds_and_noise_that_cannot_be_are_refused(how: dict[str, Any], code: str) -> None:
    with pytest.raises(LocalError, match=code) as refused:
        fitted(*table(), **how)
    assert refused.value.line.startswith("test_private_linear_regression.py:")


def test_data_that_are_no_rows_or_not_bounded_are_refused() -> None:
    x, y = table()

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        a, b = [await mpc.secret(ctx, 0, x, range=(-3, 3)), await mpc.secret(ctx, 0, y, range=(-4, 4))]
        free = await mpc.secret(ctx, 0, x)
        for xs, ys, code in [
            (a, b[1:].within(0, 1), "wrong-shape"),
            (a[:, 0], b, "wrong-shape"),
            ([], [], "wrong-shape"),
            ([a, a[:, :2]], [b, b], "wrong-shape"),
            (x, b, "not-secret"),
            (free, b, "not-bounded"),
            (a.within(-1, 1), b, "not-bounded"),
            (a - a.sum(axis=0), b, "sensitivity-unknown"),
            (a.sum(axis=0).reshape(1, 3), b[:1], "sensitivity-unknown"),
        ]:
            with pytest.raises(LocalError, match=code):
                await mpc.learning.private_linear_regression(ctx, xs, ys, row_bound=R, target_bound=Y, privacy=PRIVACY)
        return len(ctx.session.ledger.reveals)

    assert mpc.simulate(main, [None, None]).results == [0, 0]
