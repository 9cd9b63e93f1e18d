"""Of how many records a figure is computed, as the rule of a policy about the smallest group sees it."""

from __future__ import annotations

import numpy as np
import pytest

import mpc
from protocols.array.group_sizes import group_of
from protocols.privacy.forecast import Forecast
from protocols.privacy.policy import Policy
from protocols.runs.planning import plan

ROWS = 6
MASK = np.arange(ROWS) < 2

GROUPS = {
    "a row": (lambda a, b: a, 1),
    "one record": (lambda a, b: a[3], 1),
    "all": (lambda a, b: a.sum(), 6),
    "mean": (lambda a, b: a.mean(), 6),
    "of both": (lambda a, b: np.concatenate([a, b]).sum(), 12),
    "twice the same": (lambda a, b: np.concatenate([a, a]).sum(), 6),
    "some": (lambda a, b: a[:4].sum(), 4),
    "by public places": (lambda a, b: a[[0, 0, 5]].sum(), 2),
    "the smaller one": (lambda a, b: a.sum() - b[1:4].sum(), 3),
    "put together": (lambda a, b: np.stack([a.sum(), b[:2].sum()]), 2),
    "put together and added": (lambda a, b: np.stack([a.sum(), b[:2].sum()]).sum(), 2),
    "the larger one is taken": (lambda a, b: np.stack([a.sum(), b[:2].sum()])[0], 6),
    "a record beside rows of zeros": (lambda a, b: (a * 0 + b[2]).sum(), 1),
    "a total beside rows of zeros": (lambda a, b: (a * 0 + b[:4].sum()).sum(), 4),
    "weights of zero": (lambda a, b: (a * MASK.astype(int)).sum(), 2),
    "a public condition": (lambda a, b: ((a > 1) & MASK).sum(), 2),
    "chosen publicly": (lambda a, b: np.where(MASK, a, 0).sum(), 2),
    "a row of weights": (lambda a, b: MASK.astype(int) @ a, 2),
    "a table of weights": (lambda a, b: np.stack([MASK, ~MASK]).astype(int) @ a.reshape(ROWS, 1), 2),
    "weights of weights": (lambda a, b: np.ones(ROWS, int) @ (a * MASK.astype(int)), 2),
    "a secret condition": (lambda a, b: np.where(a == 7, b, 0).sum(), 6),
    "histogram": (lambda a, b: np.bincount(a.clip(0, 3), minlength=4), 6),
    "rows of several records": (lambda a, b: a.reshape(2, 3).sum(1), 1),
    "products": (lambda a, b: a @ b, 6),
    "moments of few": (lambda a, b: np.stack([a, b])[:, :3] @ np.stack([a, b])[:, :3].T, 3),
    "columns by weights": (lambda a, b: (np.stack([a, b], 1) @ np.array([1, -1])).sum(), 6),
    "variance": (lambda a, b: np.var(a * 0.5), 6),
    "deviation": (lambda a, b: np.std(a), 6),
    "covariance": (lambda a, b: np.cov(a, b), 6),
    "distinct": (lambda a, b: mpc.unique_count(a), 6),
    "centred": (lambda a, b: ((a - a.mean()) ** 2).sum(), 6),
    "centred about few": (lambda a, b: ((a - b[:2].mean()) ** 2).sum(), 2),
    "functions of rows": (lambda a, b: mpc.sigmoid(a).sum(), 6),
    "predicted": (lambda a, b: (np.stack([a, b], 1) @ np.stack([a.sum(), b.sum()])).sum(), 6),
    "cumulative": (lambda a, b: np.cumsum(a), 1),
    "largest": (lambda a, b: a.max(), 1),
    "median": (lambda a, b: np.median(a), 1),
    "sorted": (lambda a, b: np.sort(a)[:2].sum(), 1),
    "public": (lambda a, b: a.sum() * 0, 0),
}


def of_both(expression):
    """The size of the group of what an expression makes of two secrets."""
    found = {}

    async def main(ctx, mine):
        a, b = [await mpc.secret(ctx, owner, mine, range=(0, 9)) for owner in (0, 1)]
        found[ctx.me] = group_of(expression(a, b).node)

    mpc.simulate(main, [np.zeros(ROWS, np.int64)] * 2)
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("name", GROUPS)
def test_the_smallest_group_is_that_of_what_is_public(name):
    expression, size = GROUPS[name]
    assert of_both(expression) == size


async def program(ctx, mine):
    a, b = [await mpc.secret(ctx, owner, mine, range=(0, 9)) for owner in (0, 1)]
    few = a[:4].sum()
    await mpc.compute(ctx, few)
    both = np.concatenate([a, b]).sum()
    await mpc.reveal(ctx, both)
    await mpc.reveal(ctx, few)
    await mpc.reveal(ctx, both + few, privacy=mpc.Laplace(epsilon=1, sensitivity=99))


def test_a_plan_says_what_would_be_refused_also_of_what_was_computed_before():
    forecast = Forecast(Policy(smallest_group=5), ["north", "south"], "digest")
    plan(program, [np.zeros(ROWS, np.int64)] * 2, keeper=forecast)
    refused = forecast.plain()
    assert {entry["code"] for entry in refused} == {"policy-group"}
    assert [entry["cause"] for entry in refused] == [
        "a figure that is computed of 4 records would be revealed, and this party's policy says smallest_group = 5"
    ] * 2


def test_what_is_not_known_to_be_of_many_is_refused():
    policy = Policy(smallest_group=2)
    forecast = Forecast(policy, ["north", "south"], "digest")

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        await mpc.reveal(ctx, mpc.secret_from(ctx, await mpc.share_of(ctx, x)).sum())

    plan(main, [np.zeros(ROWS, np.int64), None], keeper=forecast)
    assert "1 record would" in forecast.plain()[0]["cause"]
