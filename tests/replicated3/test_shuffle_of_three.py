"""Three orders, each known to two parties, bring records into one that is uniformly random to each party."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import mpc
from mpc.context import Context
from protocols.numeric import opened_order
from protocols.preprocessing.orders import order_of
from protocols.runs.simulating import simulate

ROWS = 12_000
X = np.arange(40, dtype=np.uint64).reshape(2, 4, 5) + np.uint64(2**63)


async def shuffled(ctx: Any, mine: None) -> Any:
    columns = [ctx.suite.constant(ctx, X), ctx.suite.constant(ctx, X * np.uint64(3))]
    return await ctx.suite.open(ctx, *await ctx.suite.shuffle(ctx, *columns))


def test_columns_move_together_in_three_rounds() -> None:
    run = simulate(shuffled, [None] * 3, suite="replicated3", check_costs=True)
    first, second = run.result
    np.testing.assert_array_equal(np.sort(first), X)
    np.testing.assert_array_equal(second, first * np.uint64(3))
    assert run.report.rounds == 4
    assert not run.report.material


@pytest.mark.parametrize("shape", [(0,), (1,), (3, 0), (0, 3), (2, 1)])
def test_there_may_be_little_to_shuffle(shape: tuple[int, ...]) -> None:
    async def main(ctx: Any, mine: None) -> Any:
        (x,) = await ctx.suite.shuffle(ctx, ctx.suite.constant(ctx, np.ones(shape, np.uint64)))
        return (await ctx.suite.open(ctx, x))[0]

    np.testing.assert_array_equal(simulate(main, [None] * 3, suite="replicated3").result, np.ones(shape))


def orders(count: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, dict[int, Any]]:
    """The orders of many shuffled rows, as numbers; and those that each party knows of the three they are made of."""
    known: dict[int, list[Any]] = defaultdict(list)
    drawn = Context.pairwise_prg

    def noting(ctx: Context, other: int, use: str) -> Any:
        stream = drawn(ctx, other, use)
        if use != "order":
            return stream

        def words(shape: Any) -> Any:
            keys = stream.words(shape)
            known[ctx.me].append(order_of(keys))
            return keys

        return SimpleNamespace(words=words)

    async def main(ctx: Any, mine: None) -> Any:
        records = np.broadcast_to(np.arange(count, dtype=np.uint64), (ROWS, count))
        (x,) = await ctx.suite.shuffle(ctx, ctx.suite.constant(ctx, records))
        return (await ctx.suite.open(ctx, x))[0].astype(np.int64)

    monkeypatch.setattr(Context, "pairwise_prg", noting)
    found = simulate(main, [None] * 3, suite="replicated3").result
    weights = count ** np.arange(count)
    return found @ weights, {party: [order @ weights for order in each] for party, each in known.items()}


def statistic(values: Any, cells: int) -> float:
    """Chi-square of how often each value comes, of so many that are as likely."""
    counts = np.unique(values, return_counts=True)[1]
    assert len(counts) == cells
    expected = len(values) / cells
    return float(((counts - expected) ** 2 / expected).sum())


@pytest.mark.parametrize(("count", "cells"), [(2, 2), (3, 6), (4, 24), (5, 120)])
def test_every_order_is_as_likely_as_any_other(count: int, cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _ = orders(count, monkeypatch)
    assert statistic(found, cells) < cells + 8 * np.sqrt(2 * cells) + 40  # beyond by chance below 2^-44


def test_given_the_two_orders_that_a_party_knows_the_whole_one_is_uniform(monkeypatch: pytest.MonkeyPatch) -> None:
    found, known = orders(3, monkeypatch)
    assert sorted(known) == [0, 1, 2]
    for first, second in known.values():
        joint = found * 27**2 + first * 27 + second
        assert statistic(joint, 6**3) < 430  # beyond by chance below 2^-44
    for one, other, place in [(0, 1, (0, 0)), (1, 2, (1, 0)), (0, 2, (1, 1))]:
        np.testing.assert_array_equal(known[one][place[0]], known[other][place[1]])


def test_what_sorting_opens_is_uniform_whatever_is_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons of shuffled records are opened: of three elements, equal, ascending and descending ones."""
    seen: list[Any] = []
    original = opened_order.sorted_places

    async def noting(ctx: Any, keys: Any) -> Any:
        found = await original(ctx, keys)
        if ctx.me == 0:
            seen.append(found)
        return found

    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.reveal(ctx, np.sort(await mpc.secret(ctx, 0, mine)))

    monkeypatch.setattr("protocols.array.shuffled.sorted_places", noting)
    for row in ([5, 5, 5], [1, 2, 3], [3, 2, 1]):
        simulate(main, [np.tile(np.array(row), (3000, 1)), None, None], suite="replicated3")
        assert statistic(seen.pop() @ np.array([9, 3, 1]), 6) < 80  # beyond by chance below 2^-44
