"""`mpc.prove` of relations in programs: what it accepts and refuses, and that a plan knows what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from vole.evaluations import TINY

import mpc
from mpc.context import Context
from mpc.errors import ParleyError
from protocols.proofs import standing_ends
from protocols.vole.lpn_parameters import STANDARD


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_ends, "LADDER", TINY)


@mpc.relation(spent=4, limit=())
def within(spent: Any, limit: Any) -> None:
    """Amounts of twenty bits whose sum is at most the limit."""
    spent.bits(20)
    (limit - spent.sum()).bits(24)


@mpc.relation(x=2, w=2)
def scores(x: Any, w: Any) -> Any:
    return x @ w, x - w


async def of_amounts(ctx: Context, mine: Any) -> Any:
    return await mpc.prove(ctx, within, to=1, spent=mpc.private(0, mine), limit=100_000)


@pytest.mark.parametrize("parties", [2, 3])
def test_amounts_stay_within_a_limit(parties: int) -> None:
    inputs = [[20_000, 45_000, 0, 35_000], *[None] * (parties - 1)]
    run = mpc.simulate(of_amounts, inputs=inputs, check_costs=True)
    assert run.result is None
    assert [reveal.to for reveal in run.report.reveals] == [(1,)]
    assert "proved" in run.report.security
    assert [(run.circuit, run.elements > 0) for run in run.report.circuits] == [("within", True)]
    plan = mpc.plan(of_amounts, inputs=inputs)
    assert plan.report.rounds == run.report.rounds
    assert plan.report.bytes_sent == run.report.bytes_sent


def test_a_plan_knows_the_real_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first proof has everything that is made ahead of it."""

    async def twice(ctx: Context, mine: Any) -> None:
        for _ in range(2):
            await of_amounts(ctx, mine)

    monkeypatch.setattr(standing_ends, "LADDER", STANDARD)
    once, both = (mpc.plan(program, inputs=[[1, 2, 3, 4], None]).report for program in (of_amounts, twice))
    assert [once.rounds, both.rounds] == [29, 31]
    assert 1_850_000 < sum(once.bytes_sent) < sum(both.bytes_sent) < 1_950_000


@pytest.mark.parametrize(("count", "rounds", "megabytes"), [(0, 18, 1.33), (10, 26, 1.87)])
def test_a_plan_knows_what_evaluations_take(
    count: int, rounds: int, megabytes: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def evaluated(ctx: Context, mine: Any) -> None:
        ends = standing_ends.standing_ends(ctx, 0, 1)
        setup = ends.to_prove_relations(ctx, 1) if ctx.me == 0 else ends.to_verify_relations(ctx, 0)
        await (await setup).extend(ctx, count)

    monkeypatch.setattr(standing_ends, "LADDER", STANDARD)
    report = mpc.plan(evaluated, inputs=[None, None]).report
    assert report.rounds == rounds
    assert sum(report.bytes_sent) == pytest.approx(megabytes * 1e6, abs=6_000)


def ends_with(program: Any, inputs: list[Any]) -> str:
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(program, inputs=inputs)
    return ended.value.code


@pytest.mark.parametrize(
    "amounts", [[20_000, 45_000, 0, 35_001], [-1, 0, 0, 0], [2**20, 0, 0, 0], [2**60, 0, 0, 2**60]]
)
def test_what_is_false_is_not_proved(amounts: list[int]) -> None:
    assert ends_with(of_amounts, [amounts, None]) in ("wrong-witness", "peer-failed", "bad-relation")


def test_elements_are_shown_to_the_verifier() -> None:
    """Data with instances, weights that these share, public ones too."""
    x = np.array([[[1, -2], [3, 4]], [[5, 6], [-7, 8]], [[0, 0], [2**59, 1]]])

    async def program(ctx: Context, mine: Any) -> Any:
        shown = []
        for w in (mpc.private(1, mine and [1, -1], shape=()), [1, -1]):
            data = mpc.private(1, None if mine is None else x)
            shown.append(await mpc.prove(ctx, scores, to=0, instances=(3, 2), show=True, x=data, w=w))
        return shown

    shown, nothing = mpc.simulate(program, inputs=[None, True], check_costs=True).results
    for products, differences in shown:
        np.testing.assert_array_equal(products, x @ [1, -1])
        np.testing.assert_array_equal(differences, x - [1, -1])
    assert nothing == [(None, None)] * 2


def test_a_plan_shows_zeros() -> None:
    seen: list[Any] = []

    async def program(ctx: Context, mine: Any) -> None:
        data = mpc.private(0, [[1, 2], [3, 4], [5, 6]])
        seen.append(await mpc.prove(ctx, scores, to=1, instances=3, show=True, x=data, w=[1, 2]))

    plan, run = (way(program, inputs=[None, None]).report for way in (mpc.plan, mpc.simulate))
    assert (plan.rounds, plan.bytes_sent) == (run.rounds, run.bytes_sent)
    (products, differences) = next(shown for shown in seen if shown[0] is not None)
    assert products.tolist() == [0, 0, 0]
    assert differences.tolist() == [[0, 0]] * 3


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"x": [1, 2], "w": [1, 2]}, "wrong-statement"),
        ({"x": mpc.private(0, [1, 2]), "w": mpc.private(1, [1, 2])}, "two-owners"),
        ({"x": mpc.private(1, [1, 2]), "w": [1, 2]}, "wrong-statement"),
        ({"x": mpc.private(0, [1, 2]), "w": [1, 2], "to": 7}, "no-such-party"),
        ({"x": mpc.private(0, [1, 2])}, "bad-input"),
        ({"x": mpc.private(0, [1, 2]), "w": [1, 2], "v": 3}, "bad-input"),
        ({"x": mpc.private(0, [1, 2]), "w": [1, 2, 3]}, "shape-mismatch"),
        ({"x": mpc.private(0, [1, 2], shape=3), "w": [1, 2]}, "shape-mismatch"),
        ({"x": mpc.private(0, [1, 2, 3]), "w": [1, 2]}, "shape-mismatch"),
        ({"x": mpc.private(0), "w": [1, 2]}, "no-value"),
        ({"x": mpc.private(0, [1, 2]), "w": None}, "no-value"),
        ({"x": mpc.private(0, [1, 2]), "w": [0.5, 2]}, "bad-relation"),
        ({"x": mpc.private(0, [1, 2**60]), "w": [1, 2]}, "bad-relation"),
        ({"x": mpc.private(0, [1, 2]), "w": [1, 2], "show": False}, "bad-relation"),
    ],
)
def test_what_is_refused(options: dict[str, Any], code: str) -> None:
    async def program(ctx: Context, mine: Any) -> None:
        await mpc.prove(ctx, scores, **({"to": 1, "show": True} | options))

    assert ends_with(program, [None, None]) in (code, "peer-failed")


def test_a_secret_of_the_run_is_nobody_s_data() -> None:
    async def program(ctx: Context, mine: Any) -> None:
        x = await mpc.secret(ctx, owner=0, value=mine)
        await mpc.prove(ctx, scores, to=1, show=True, x=x, w=[1, 2])

    assert ends_with(program, [[1, 2], None]) == "not-private"


def test_other_public_values_are_noticed() -> None:
    async def program(ctx: Context, mine: Any) -> None:
        data = mpc.private(0, [1, 2])
        await mpc.prove(ctx, scores, to=1, show=True, x=data, w=[1, 2 + ctx.me])

    assert ends_with(program, [None, None]) in ("public-values-differ", "peer-failed")
