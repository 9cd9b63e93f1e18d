"""A plan runs the program on shapes: no zeros, no arithmetic, and numbers that the program supposes."""

from __future__ import annotations

import threading
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from mpc.errors import LocalError


async def product(ctx: Any, mine: Any) -> Any:
    x = await mpc.secret(ctx, 0, mine, range=(-1, 1))
    y = await mpc.secret(ctx, 1, mine, range=(-1, 1))
    return await mpc.reveal(ctx, x @ y)


def test_a_plan_takes_no_memory_for_what_secrets_hold():
    shapes = [np.zeros((2048, 2048)), np.zeros((2048, 2048)), None]
    mpc.plan(product, [np.zeros((2, 2)), np.zeros((2, 2)), None])
    tracemalloc.start()
    planned = mpc.plan(product, shapes)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    revealed = 3 * 8 * 2048 * 2048  # what the reveal gives each party's program
    inputs = 2 * 8 * 2048 * 2048
    assert peak < revealed + inputs + 2_000_000
    assert planned.report.bytes_sent[0] > 3 * 8 * 2048 * 2048


def plan_of(main: Any, *inputs: Any) -> list[Any]:
    """What each party's program returned while it was planned."""
    results: list[Any] = []

    async def noted(ctx: Any, mine: Any) -> None:
        results.append((ctx.me, await main(ctx, mine)))

    mpc.plan(noted, list(inputs))
    return [result for _, result in sorted(results, key=lambda pair: pair[0])]


def test_a_program_knows_that_it_is_planned():
    async def main(ctx, mine):
        return ctx.planning

    assert plan_of(main, None, None) == [True, True]
    assert mpc.simulate(main, [None, None]).results == [False, False]


def test_a_reveal_gives_the_middle_of_its_range():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(2, 6))
        k = await mpc.secret(ctx, 1, mine, kind="int", range=(10, 21))
        return await mpc.reveal(ctx, x, k, x > 3)

    fixed, whole, bit = plan_of(main, np.zeros(3), np.zeros((2, 1), np.int64))[0]
    np.testing.assert_array_equal(fixed, np.full(3, 4 + 2.0**-16))
    np.testing.assert_array_equal(whole, np.full((2, 1), 15))
    np.testing.assert_array_equal(bit, [False] * 3)
    assert (fixed.dtype, whole.dtype, bit.dtype) == (np.float64, np.int64, np.bool_)


def test_a_range_of_one_value_leaves_nothing_to_suppose():
    async def main(ctx, mine):
        return await mpc.reveal(ctx, await mpc.secret(ctx, 0, mine, range=(2, 2)))

    np.testing.assert_array_equal(plan_of(main, np.full(3, 2.0), None)[0], np.full(3, 2.0))


def by_its_mean(planned: Any = None) -> Any:
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine, range=(-4, 4))
        mean = await mpc.reveal(ctx, x.mean(), planned=planned)
        return await mpc.reveal(ctx, (x * mean).sum() * mean * x)

    return main


@settings(max_examples=20, deadline=None)
@given(odd=st.integers(-(2**17), 2**17 - 1).map(lambda k: 2 * k + 1))
def test_a_revealed_factor_with_all_its_fractional_bits_costs_what_was_planned(odd):
    value = np.full(4, odd / 2**16)
    planned, run = mpc.plan(by_its_mean(), [value, None]), mpc.simulate(by_its_mean(), [value, None])
    assert planned.report.rounds == run.report.rounds
    assert planned.report.material == run.report.material


@pytest.mark.parametrize(("factor", "fewer"), [(0.0, 1), (1.0, 1), (3.0, 1), (3.7, 0)])
def test_a_whole_revealed_factor_costs_less_than_planned_unless_it_is_supposed(factor, fewer):
    value = np.full(4, factor)
    run = mpc.simulate(by_its_mean(), [value, None]).report
    assert run.rounds == mpc.plan(by_its_mean(), [value, None]).report.rounds - fewer
    assert run.rounds == mpc.plan(by_its_mean(planned=factor), [value, None]).report.rounds


def test_a_supposed_value_is_one_that_a_reveal_can_give():
    async def main(ctx, mine):
        return await mpc.reveal(ctx, await mpc.secret(ctx, 0, mine), planned=3.7)

    assert plan_of(main, np.zeros(()), None) == [round(3.7 * 2**16) / 2**16] * 2


def test_a_reveal_gives_what_the_program_supposes():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        a = await mpc.reveal(ctx, x.sum(), planned=7.5)
        b, c = await mpc.reveal(ctx, x, x > 0, planned=([1, 2, 3], True))
        return a, b.tolist(), c.tolist()

    assert plan_of(main, np.zeros(3), None)[1] == (7.5, [1, 2, 3], [True] * 3)


def test_supposed_values_do_not_touch_a_run():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, x.sum(), planned=7.5)

    assert mpc.simulate(main, [np.ones(3), None]).result == 3


def test_who_does_not_learn_a_value_gets_none_in_a_plan_as_well():
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return await mpc.reveal(ctx, x.sum(), to=1)

    assert plan_of(main, np.zeros(3), None) == [None, 2.0**-16]


@pytest.mark.parametrize("planned", [[1, 2], "seven", (1, 2, 3)])
def test_a_supposed_value_that_does_not_fit_is_refused(planned):
    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        return (
            await mpc.reveal(ctx, x, x * 2, planned=planned)
            if planned == (1, 2, 3)
            else await mpc.reveal(ctx, x, planned=planned)
        )

    with pytest.raises(LocalError, match="bad-planned-value"):
        mpc.plan(main, [np.zeros(3), None])


def test_a_loop_that_takes_no_material_is_bounded_too(monkeypatch):
    monkeypatch.setattr("protocols.array.supposing.MOST_REVEALS", 50)

    async def main(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        while await mpc.reveal(ctx, x.sum()) < 1:
            x = x + 0

    with pytest.raises(LocalError, match="dry-run-endless"):
        mpc.plan(main, [np.zeros(1), None])


def test_a_plan_leaves_standard_output_alone(capsys):
    async def main(ctx, mine):
        print("planning", ctx.me)

    threads = [threading.Thread(target=mpc.plan, args=(main, [None, None])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("after")
    said = capsys.readouterr().out
    assert said.count("planning") == 8
    assert said.endswith("after\n")
