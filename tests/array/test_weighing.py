"""What may be one circuit is weighed as a whole: the plan that is taken is as quick as the best of what was weighed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.planning import NETWORKS

WAN = NETWORKS["wan"]
STEPS = 4
BORDER = 650
"""Quotients for which one by itself is quicker by shares, and several in a chain by a circuit."""


def program(build: Any, count: int) -> Any:
    """A plan's program of two inputs of so many numbers from 0.5 to 2."""

    async def main(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(0.5, 2))
        y = await mpc.secret(ctx, owner=1, value=mine, range=(0.5, 2))
        return await mpc.reveal(ctx, build(x, y))

    return main, [np.linspace(0.5, 2, count), np.linspace(2, 0.75, count)]


def planned(build: Any, count: int, **options: Any) -> Any:
    return mpc.plan(*program(build, count), **{"network": "wan", **options})


def chain(steps: int) -> Any:
    def build(x: Any, y: Any) -> Any:
        for _ in range(steps):
            x = (y / x).within(0.2, 4)
        return x

    return build


def test_a_chain_is_garbled_where_no_step_would_be_by_itself() -> None:
    (alone,) = planned(chain(1), BORDER).report.ways
    assert alone.way == "arithmetic"
    whole = planned(chain(STEPS), BORDER)
    (told,) = whole.report.ways
    assert (told.way, told.values) == ("yao", STEPS * BORDER)
    assert whole.report.rounds == 4


@pytest.mark.parametrize("count", [BORDER, 2 * BORDER])
def test_what_is_told_of_a_chain_is_what_the_plan_of_either_way_says(count: int) -> None:
    """But for the input's and the opening's rounds and bytes."""
    (told,) = planned(chain(STEPS), count).report.ways
    assert told.way == ("yao" if told.yao < told.arithmetic else "arithmetic")
    for way, seconds in (("arithmetic", told.arithmetic), ("yao", told.yao)):
        report = planned(chain(STEPS), count, numeric=way).report
        whole = WAN.seconds(report.rounds, max(report.bytes_sent))
        beside = WAN.seconds(3, 2 * 8 * count + 200)
        assert whole - beside < seconds < whole


@pytest.mark.parametrize("count", [300, 900])
def test_what_was_weighed_as_a_whole_is_run_as_it_was_planned(count: int) -> None:
    main, values = program(lambda x, y: np.sqrt((y / x).within(0.2, 4)) + np.exp(-x / y), count)
    run = mpc.simulate(main, values, network="wan", check_costs=True)
    plan = mpc.plan(main, values, network="wan").report
    assert (run.report.ways, run.report.rounds, run.report.bytes_sent) == (plan.ways, plan.rounds, plan.bytes_sent)
    x, y = values
    assert np.abs(run.result - np.sqrt(y / x) - np.exp(-x / y)).max() <= run.report.reveals[0].error


SIDES = [
    lambda a, b: a / (b + 0.5),
    lambda a, b: np.sqrt(a + 0.25),
    lambda a, b: np.exp(-(a + b) * 0.5),
    lambda a, b: np.where(a < b, a, b * 0.75) + 0.25,
    lambda a, b: np.maximum(a, b) * 0.5,
    lambda a, b: a * b,
    lambda a, b: np.where(a > 1, b, a),
]
WAYS = [{"numeric": n, "compare": c} for n in ("arithmetic", "yao") for c in ("arithmetic", "yao")]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("garbling", ["online", "ahead"])
def test_no_way_for_all_is_quicker_than_what_is_taken(seed: int, garbling: str) -> None:
    rng = np.random.default_rng(seed)
    drawn = [(rng.integers(len(SIDES)), *rng.integers(0, 2 + i, 2)) for i in range(5)]
    count = int(rng.choice([30, 300, 2000]))

    def build(x: Any, y: Any) -> Any:
        values = [x, y]
        for step, a, b in drawn:
            values.append(SIDES[step](values[-1 - a], values[-1 - b]).within(0.05, 4))
        return values[-1]

    def seconds(**options: Any) -> float:
        report = planned(build, count, garbling=garbling, **options).report
        return WAN.seconds(report.rounds, max(report.bytes_sent))

    assert seconds() <= 1.01 * min(seconds(**ways) for ways in WAYS)
