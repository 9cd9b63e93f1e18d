"""`mpc.prove` in programs: what it accepts and refuses, what it says of itself, and that a plan knows what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.context import Context
from mpc.errors import ParleyError


@mpc.circuit(salary=mpc.UInt(20), low=mpc.UInt(20), high=mpc.UInt(20))
def in_range(salary: Any, low: Any, high: Any) -> Any:
    return (low <= salary) & (salary <= high)


@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))
def total(x: Any, y: Any) -> Any:
    return {"sum": x + y, "less": x < y}


async def of_salaries(ctx: Context, mine: Any) -> Any:
    return await mpc.prove(ctx, in_range, to=1, instances=3, salary=mpc.private(0, mine), low=20_000, high=60_000)


@pytest.mark.parametrize("parties", [2, 3])
def test_a_salary_lies_in_a_range(parties: int) -> None:
    inputs = [[20_000, 45_000, 60_000], *[None] * (parties - 1)]
    run = mpc.simulate(of_salaries, inputs=inputs, check_costs=True)
    assert run.result is None
    assert [reveal.to for reveal in run.report.reveals] == [(1,)]
    assert "proved" in run.report.security
    plan = mpc.plan(of_salaries, inputs=inputs)
    assert plan.report.rounds == run.report.rounds
    assert plan.report.bytes_sent == run.report.bytes_sent


def test_rounds_do_not_depend_on_the_circuit() -> None:
    async def twice(ctx: Context, mine: Any) -> None:
        for _ in range(2):
            await of_salaries(ctx, mine)

    inputs = [[20_000, 45_000, 60_000], None]
    assert [mpc.simulate(program, inputs=inputs).report.rounds for program in (of_salaries, twice)] == [7, 11]


def ends_with(program: Any, inputs: list[Any]) -> ParleyError:
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(program, inputs=inputs)
    return ended.value


def test_what_is_false_is_not_proved() -> None:
    assert ends_with(of_salaries, [[20_000, 45_000, 60_001], None]).code in ("wrong-witness", "peer-failed")


def test_outputs_are_shown_to_the_verifier() -> None:
    async def program(ctx: Context, mine: Any) -> Any:
        x = mpc.private(1, mine, shape=())
        return await mpc.prove(ctx, total, to=0, instances=2, show=True, x=x, y=np.array([1, 250]))

    shown, nothing = mpc.simulate(program, inputs=[None, 7]).results
    np.testing.assert_array_equal(shown.sum, [8, 1])
    np.testing.assert_array_equal(shown.less, [False, True])
    assert nothing == (None, None)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"x": 1, "y": 2}, "wrong-statement"),
        ({"x": mpc.private(0, 1), "y": mpc.private(1, 2)}, "two-owners"),
        ({"x": mpc.private(1, 1), "y": 2}, "wrong-statement"),
        ({"x": mpc.private(0, 1), "y": 2, "to": 7}, "no-such-party"),
        ({"x": mpc.private(0, 1)}, "bad-input"),
        ({"x": mpc.private(0, 1), "y": [1, 2]}, "shape-mismatch"),
    ],
)
def test_what_can_not_be_proved(options: dict[str, Any], code: str) -> None:
    async def program(ctx: Context, mine: Any) -> None:
        await mpc.prove(ctx, total, **({"to": 1} | options))

    error = ends_with(program, [None, None])
    assert error.code == code
    assert error.line


def test_a_secret_of_the_run_is_nobodys_to_prove_of() -> None:
    async def program(ctx: Context, mine: Any) -> None:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(0, 200))
        await mpc.prove(ctx, total, to=1, x=x, y=3)

    assert ends_with(program, [3, None]).code == "not-private"


def test_parties_that_say_other_public_numbers() -> None:
    async def program(ctx: Context, mine: Any) -> None:
        await mpc.prove(ctx, total, to=1, x=mpc.private(0, 1), y=3 + ctx.me, show=True)

    assert ends_with(program, [None, None]).code == "public-values-differ"
