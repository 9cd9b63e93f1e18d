"""Extremes and orders of rows by one circuit each: what numpy finds, in two rounds, equal elements included."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mpc


def found(function: Any, x: Any, range_: tuple[float, float], *, kind: Any = None, **options: Any) -> Any:
    """The run of a function of x, which party 1 has."""

    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.reveal(ctx, *function(await mpc.secret(ctx, owner=1, value=mine, range=range_)))

    options = {"compare": "yao", **options}
    run = mpc.simulate(main, [None, np.asarray(x)], check_costs=True, **options)
    planned = mpc.plan(main, [None, np.asarray(x)], **options).report
    assert (planned.rounds, planned.bytes_sent) == (run.report.rounds, run.report.bytes_sent)
    assert (planned.material, planned.ways) == (run.report.material, run.report.ways)
    return run


def extremes(x: Any) -> list[Any]:
    return [np.max(x, -1), np.argmax(x, -1), np.min(x, -1), np.argmin(x, -1)]


def orders(x: Any) -> list[Any]:
    return [np.sort(x, -1), np.argsort(x, -1, kind="stable"), np.median(x, -1)]


def as_numpy(function: Any, x: Any, results: Any) -> None:
    for mine, theirs in zip(results, function(np.asarray(x)), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("suite", ["beaver", "yao"])
@pytest.mark.parametrize("ring", [64, 128])
@pytest.mark.parametrize("function", [extremes, orders], ids=["extremes", "orders"])
def test_rows_with_equal_elements(function: Any, ring: int, suite: str) -> None:
    x = np.random.default_rng(ring).integers(-4, 4, (7, 13)) / 2
    run = found(function, x, (-2, 2), suite=suite, ring=ring)
    as_numpy(function, x, run.result)
    assert run.report.rounds == 3
    assert {way.way for way in run.report.ways} == {"yao"}


def test_every_row_of_three_of_a_small_range() -> None:
    x = np.array(list(product(range(-2, 2), repeat=3)))
    for function in (extremes, lambda x: orders(x)[:2]):
        as_numpy(function, x, found(function, x, (-2, 1)).result)


@given(data=st.data(), count=st.integers(2, 9))
def test_any_row_of_whole_numbers(data: Any, count: int) -> None:
    hi = data.draw(st.sampled_from([0, 1, 5, 2**20, 2**40]))
    lo = data.draw(st.sampled_from([0, -1, -7, -(2**33)]))
    x = np.array(data.draw(st.lists(st.integers(lo, hi), min_size=count, max_size=count)))
    for function in (extremes, lambda x: orders(x)[:2]):
        as_numpy(function, x, found(function, x, (lo, hi)).result)


def test_a_network_decides_by_the_sizes() -> None:
    few, many = np.zeros((1, 20)), np.zeros((500, 20))
    ways = [found(extremes, x, (-2, 2), compare="auto", network="wan").report.ways for x in (few, many)]
    assert [{way.way for way in each} for each in ways] == [{"yao"}, {"arithmetic"}]
    assert {way.operation for way in ways[0]} == {"extreme"}


def test_rows_too_long_for_a_circuit_are_compared_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocols.numeric.garbled_rows.MOST_ANDS", 500)
    x = np.random.default_rng(3).integers(-50, 50, (2, 30))
    for function in (extremes, lambda x: orders(x)[:2]):
        run = found(function, x, (-50, 50))
        as_numpy(function, x, run.result)
        assert {way.operation for way in run.report.ways} <= {"<", "=="}


def test_an_extreme_of_what_is_not_exact_says_what_it_decides() -> None:
    def place(x: Any) -> list[Any]:
        return [np.argmax(np.exp(x), -1)]

    x = np.array([[0.1, 0.7, 0.3, 0.2, 0.5]])
    garbled, arithmetic = (found(place, x, (0, 1), compare=way).report for way in ("yao", "arithmetic"))
    assert garbled.decisions == arithmetic.decisions
    assert garbled.decisions
