"""Logistic regression on columns of several owners gives the weights of the same steps in the clear."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import mpc
from mpc.errors import LocalError
from protocols.encrypted.session_keys import SessionKeys
from protocols.paillier.keys import PrivateKey

ROWS, WITHIN = 24, 2.0**-10
Floats = npt.NDArray[np.float64]


@pytest.fixture(autouse=True)
def small_session_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions whose keys are small and fast, without any security."""
    key = PrivateKey.insecure_of(1000003, 999983, s=8)

    async def make_keys(ctx: mpc.Context) -> SessionKeys:
        return SessionKeys(key, (key.public,) * ctx.n)

    monkeypatch.setattr("protocols.encrypted.session_keys.make_keys", make_keys)


def data(*columns: int) -> tuple[list[Floats], npt.NDArray[np.bool_]]:
    """Features of several owners, and labels that follow from all of them."""
    random = np.random.default_rng(5)
    features = [random.normal(0, 1, (ROWS, count)).clip(-4, 4) for count in columns]
    odds = sum(x.sum(axis=1) for x in features)
    return features, random.random(ROWS) < 1 / (1 + np.exp(-odds))


def in_the_clear(x: Floats, y: Any, *, batches: int, epochs: int, rate: float, ridge: float) -> tuple[Floats, float]:
    """The same steps."""
    weights, intercept = np.zeros(x.shape[1]), 0.0
    for step in range(batches * epochs):
        rows = slice(step % batches, None, batches)
        residuals = 1 / (1 + np.exp(-(x[rows] @ weights + intercept))) - y[rows]
        weights = (1 - rate * ridge) * weights - rate * x[rows].T @ residuals / len(residuals)
        intercept -= rate * residuals.mean()
    return weights, intercept


def trained(features: list[Floats], labels: Any, *, of_labels: int, n: int, **how: Any) -> Any:
    """The run of a program that trains a model and reveals it, with the log odds of all rows."""

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own = [await mpc.known(ctx, j, x if ctx.me == j else None, range=(-4, 4)) for j, x in enumerate(features)]
        y = await mpc.secret(ctx, of_labels, labels if ctx.me == of_labels else None)
        model = await mpc.learning.logistic_regression(ctx, own, y, **how)
        return await mpc.reveal(ctx, *model.weights, model.intercept, await model.scores(ctx, own))

    return mpc.simulate(main, [None] * n)


@pytest.mark.parametrize(
    ("columns", "of_labels", "n"), [((2, 3), 0, 2), ((2,), 1, 2), ((1, 1, 2), 2, 3), ((2, 1), 2, 3)], ids=str
)
def test_weights_are_those_of_the_same_steps_in_the_clear(columns: tuple[int, ...], of_labels: int, n: int) -> None:
    features, labels = data(*columns)
    how: Any = {"batches": 3, "epochs": 2, "rate": 1.0, "ridge": 0.05}
    *weights, intercept, scores = trained(features, labels, of_labels=of_labels, n=n, **how).result
    x = np.column_stack(features)
    right, level = in_the_clear(x, labels, **how)
    np.testing.assert_allclose(np.concatenate(weights), right, atol=WITHIN)
    np.testing.assert_allclose(intercept, level, atol=WITHIN)
    np.testing.assert_allclose(scores, x @ right + level, atol=8 * WITHIN)


def test_nothing_is_opened_but_what_the_program_reveals() -> None:
    features, labels = data(2, 1)
    report = trained(features, labels, of_labels=1, n=2, batches=2, epochs=1).report
    assert [reveal.shape for reveal in report.reveals] == [(2,), (1,), (), (ROWS,)]


def test_what_it_costs_stands_with_the_lines_of_the_program() -> None:
    """Of the program itself: what runs side by side has no frame of it, and would stand with whoever runs it."""
    features, labels = data(2, 1)
    report = trained(features, labels, of_labels=1, n=2, batches=2, epochs=1).report
    first = trained.__code__.co_firstlineno
    program = range(first + 4, first + 8)
    at = [cost.line.split(":") for cost in report.lines]
    assert {file for file, _ in at} == {"test_vertical_logistic.py"}
    assert all(int(line) in program for _, line in at)


def test_what_a_plan_counts_does_not_depend_on_data() -> None:
    features, labels = data(2, 1)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own = [await mpc.known(ctx, j, mine if ctx.me == j else None, range=(-4, 4)) for j in ctx.everyone]
        y = await mpc.secret(ctx, 0, labels if ctx.me == 0 else None)
        model = await mpc.learning.logistic_regression(ctx, own, y, batches=2, epochs=1)
        return await mpc.reveal(ctx, model.weights[1], to=1)

    plan, run = mpc.plan(main, features).report, mpc.simulate(main, features).report
    assert (plan.rounds, plan.bytes_sent) == (run.rounds, run.bytes_sent)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"batches": 0}, "wrong-number"),
        ({"batches": ROWS + 1}, "wrong-number"),
        ({"batches": 2.0}, "wrong-number"),
        ({"epochs": 0}, "wrong-number"),
        ({"epochs": 1.5}, "wrong-number"),
        ({"rate": 0}, "wrong-number"),
        ({"rate": "1"}, "wrong-number"),
        ({"rate": float("nan")}, "wrong-number"),
        ({"ridge": -0.1}, "wrong-number"),
        ({"ridge": float("inf")}, "wrong-number"),
    ],
    ids=str,
)
def test_steps_that_cannot_be_are_refused(how: dict[str, Any], code: str) -> None:
    features, labels = data(2, 1)
    with pytest.raises(LocalError, match=code) as refused:
        trained(features, labels, of_labels=0, n=2, **how)
    assert refused.value.line.startswith("test_vertical_logistic.py:")


def test_features_that_are_no_rows_of_the_labels_are_refused() -> None:
    features, labels = data(2, 1)
    with pytest.raises(LocalError, match="wrong-shape"):
        trained(features, labels[:-1], of_labels=0, n=2)
    with pytest.raises(LocalError, match="wrong-shape"):
        trained([], labels, of_labels=0, n=2)


@pytest.mark.parametrize("values", [np.where(np.arange(ROWS) % 2, 1, -1), np.arange(ROWS) / ROWS], ids=["-1", "reals"])
def test_labels_that_may_be_other_than_0_and_1_are_refused(values: Any) -> None:
    features, _ = data(2, 1)
    with pytest.raises(LocalError, match="wrong-number"):
        trained(features, values, of_labels=0, n=2)


def test_what_is_no_secret_or_nobody_announced_is_refused() -> None:
    features, _ = data(2)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own: list[Any] = [await mpc.known(ctx, 0, mine, range=(-4, 4))]
        y: Any = await mpc.secret(ctx, 0, mine[:, 0] > 0 if ctx.me == 0 else None)
        for given, target in ((own, None), (own, [0, 1]), ([y], y), ([np.ones((ROWS, 2))], y)):
            with pytest.raises(LocalError, match=r"not-secret|not-known"):
                await mpc.learning.logistic_regression(ctx, given, target)
        model = await mpc.learning.logistic_regression(ctx, own, y, batches=1, epochs=1)
        with pytest.raises(LocalError, match="wrong-shape"):
            await model.scores(ctx, own * 2)

    mpc.simulate(main, [features[0], None])


def test_columns_of_one_value_and_labels_of_one_class_take_the_same_steps() -> None:
    features = [np.full((ROWS, 1), 4.0), np.zeros((ROWS, 1))]
    how: Any = {"batches": 2, "epochs": 2, "rate": 1.0, "ridge": 0.01}
    *weights, intercept, _ = trained(features, np.ones(ROWS, bool), of_labels=1, n=2, **how).result
    right, level = in_the_clear(np.column_stack(features), np.ones(ROWS), **how)
    np.testing.assert_allclose(np.concatenate(weights), right, atol=WITHIN)
    np.testing.assert_allclose(intercept, level, atol=WITHIN)
