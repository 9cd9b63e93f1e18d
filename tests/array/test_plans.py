"""A plan says what a run will cost: rounds, bytes, material, reveals and lines, equal to what is then counted."""

import json

import numpy as np
import pytest

import mpc
from mpc.accounts.report import Report
from mpc.errors import LocalError
from mpc.planning import NETWORKS
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate


async def products(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    y = await mpc.secret(ctx, 1, mine)
    return await mpc.reveal(ctx, x * y, (x + y).mean(), x @ y)


async def comparisons(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    y = await mpc.secret(ctx, 1, mine)
    larger = x > y
    return await mpc.reveal(ctx, np.where(larger, x, y), larger.sum(), np.maximum(x, 0).max(), np.abs(x - y).min())


async def several_reveals(ctx, mine):
    x = await mpc.secret(ctx, 1, mine)
    total = await mpc.reveal(ctx, x.sum(), to=0)
    first = await mpc.reveal(ctx, x[0] * x[1])
    return total, first, await mpc.reveal(ctx, x.var(), x == 2, to=[0, 1])


async def regression_step(ctx, mine):
    x = await mpc.secret(ctx, 0, np.outer(mine, [1, 2]) if ctx.me == 0 else None, range=(-20, 20))
    y = await mpc.secret(ctx, 1, mine, range=(-20, 20))
    weights = np.zeros(2)
    for _ in range(2):
        gradient = x.T @ (x @ weights - y) / len(y)
        weights = weights - 0.01 * gradient.within(-200, 200)
    return await mpc.reveal(ctx, weights)


async def orders(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    y = await mpc.secret(ctx, 1, mine)
    order = np.argsort(x, kind="stable")
    return await mpc.reveal(ctx, np.sort(y), order, y[order], np.median(x), np.argmax(y), mpc.softmax(x), y.max())


async def whole_parts_and_counts(ctx, mine):
    x = await mpc.secret(ctx, 0, mine)
    y = await mpc.secret(ctx, 1, mine)
    x, y = x.within(-4, 4), y.within(-4, 4)
    counts, _ = np.histogram(y, [-2, 0, 2])
    return await mpc.reveal(ctx, np.rint(x), x // 0.75, x % 3, counts, np.isin(y, x), np.cumprod(y), np.cov(x, y))


PROGRAMS = [products, comparisons, several_reveals, regression_step, orders, whole_parts_and_counts]
COUNTED = ("suite", "parties", "rounds_by_party", "bytes_sent", "material", "reveals", "lines", "security")


def counted(report: Report):
    return {name: getattr(report, name) for name in COUNTED} | {"lines": sorted(report.lines, key=lambda l: l.line)}


@pytest.mark.parametrize(("n", "suite"), [(2, "beaver"), (3, "beaver"), (4, "beaver"), (3, "replicated3")])
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_a_run_counts_what_the_plan_said(program, n, suite):
    values = np.array([1.5, -2.0, 2.0, 0.25])
    inputs = [values, values[::-1].copy()] + [None] * (n - 2)
    planned = plan(program, [np.zeros(4), np.zeros(4)] + [None] * (n - 2), suite=suite)
    run = simulate(program, inputs, suite=suite, check_costs=True)
    expected = counted(run.report)
    found = counted(planned.report)
    found["security"] = expected["security"]
    assert found == expected
    assert planned.report.rounds > 0
    assert sum(kind.elements for _, kind in planned.demand) == sum(run.report.material.values())
    assert planned.calls > 0


def test_the_account_by_line_adds_up():
    report = simulate(products, [np.ones(4), np.ones(4)]).report
    assert sum(line.bytes for line in report.lines) == sum(report.bytes_sent)
    assert sum(sum(line.material.values()) for line in report.lines) == sum(report.material.values())
    assert all(line.line.startswith("test_plans.py:") for line in report.lines)
    assert report.reveals[0].line.startswith("test_plans.py:")
    assert [r.shape for r in report.reveals] == [(4,), (), ()]


def test_the_values_of_inputs_do_not_matter_to_a_plan():
    first = plan(comparisons, [np.full(4, np.nan), np.ones(4)])
    second = plan(comparisons, [np.zeros(4), np.full(4, 1e9)])
    assert counted(first.report) == counted(second.report)
    assert first.demand == second.demand


def test_every_party_makes_the_same_plan_whatever_its_scheduler_does():
    """The parties compare their plans at the dealer, so the order of material must not depend on timing."""
    demands = [plan(comparisons, [np.zeros(4), np.zeros(4)]).demand for _ in range(12)]
    assert all(demand == demands[0] for demand in demands)


def test_a_report_is_plain_data_for_machines():
    simulation = simulate(products, [np.ones(4), np.ones(4)])
    told = json.loads(json.dumps(simulation.report.to_json(simulation.result)))
    assert told["rounds"] == simulation.report.rounds
    assert told["reveals"][0]["to"] == [0, 1]
    assert told["result"][0] == [1.0] * 4


def test_seconds_on_a_network_follow_from_rounds_and_bytes():
    planned = plan(products, [np.zeros(4), np.zeros(4)])
    wan, lan = planned.seconds_on("wan"), planned.seconds_on("lan")
    assert wan > lan > 0
    assert wan >= planned.report.rounds * NETWORKS["wan"].delay


def test_a_loop_that_never_ends_on_zeros_is_stopped(monkeypatch):
    monkeypatch.setattr("mpc.planning.MAX_CALLS", 50)

    async def endless(ctx, mine):
        x = await mpc.secret(ctx, 0, mine)
        while not await mpc.reveal(ctx, x * x > 0):
            x = x + 0
        return 1

    with pytest.raises(LocalError, match="dry-run-endless"):
        plan(endless, [np.zeros(1), None])


def test_one_party_is_no_computation():
    with pytest.raises(LocalError, match="too-few-parties"):
        simulate(products, [np.zeros(1)])


def test_the_ideal_suite_agrees_with_the_real_one_and_says_that_it_hides_nothing():
    values = [np.array([1.5, -2.0, 2.0, 0.25]), np.array([0.5, 3.0, -1.0, 1.0])]
    for program in PROGRAMS[:2]:
        real, ideal = simulate(program, values), simulate(program, values, suite="ideal")
        for a, b in zip(real.result, ideal.result, strict=True):
            np.testing.assert_allclose(a, b, atol=2.0**-14)
        assert "NO SECURITY" in ideal.report.security
        assert "Semi-honest" in real.report.security
        assert "dealer" in real.report.security
