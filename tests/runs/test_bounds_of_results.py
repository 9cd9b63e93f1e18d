"""The result of a run has the bounds of what was revealed and returned as it was, and of nothing else."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

import mpc
from mpc.accounts.learnt import Learnt


def bounds(main: Any) -> dict[str, float]:
    run = mpc.simulate(main, [np.array([0.1, 0.7, 0.9]), None])
    told = run.report.to_json(run.result)["bounds"]
    return {name: bound["error"] for name, bound in told.items()}


async def learn(ctx: Any, mine: Any) -> tuple[Any, Any, Any]:
    x = await mpc.secret(ctx, owner=0, value=mine, range=(0, 1))
    return await mpc.reveal(ctx, x.mean(), x * 3, (x > 0.5).sum())


def test_parts_by_key_or_by_place() -> None:
    async def by_key(ctx: Any, mine: Any) -> Any:
        mean, tripled, count = await learn(ctx, mine)
        return {"mean": mean, "x": tripled, "count": count, "public": 0.5, 3: mean}

    async def by_place(ctx: Any, mine: Any) -> Any:
        return await learn(ctx, mine)

    async def alone(ctx: Any, mine: Any) -> Any:
        return (await learn(ctx, mine))[0]

    assert set(bounds(by_key)) == {"mean", "x", "3"}
    assert set(bounds(by_place)) == {"[0]", "[1]"}
    assert bounds(alone) == {"result": bounds(by_key)["mean"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda mean, x: (1e6 * mean, x + 0),
        lambda mean, x: (float(mean), x.copy()),
        lambda mean, x: (np.float64(mean) - 0, x[:1]),
        lambda mean, x: (str(mean), x.tolist()),
        lambda mean, x: (mean / 3, x.__imul__(2)),
    ],
    ids=["computed", "copied", "taken apart", "other types", "changed in place"],
)
def test_what_a_program_makes_of_a_revealed_value_has_no_bound(change: Any) -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        mean, x, _ = await learn(ctx, mine)
        return change(mean, x)

    assert bounds(main) == {}


def test_arrays_are_not_kept_alive_nor_taken_for_others() -> None:
    learnt = Learnt()
    for _ in range(100):
        learnt.add(np.zeros(1000), 0.5, decided=False)
    gc.collect()
    assert not learnt._held
    assert learnt.bound_of(np.zeros(1000)) is None
    learnt.add(kept := np.zeros(0), 0.5, decided=True)
    assert learnt.bounds_in(kept)["result"].decided
    for exact in (np.float64(1), np.float64(2)):
        learnt.add(exact, 0.0 if exact == 1 else float("inf"), decided=False)
        assert learnt.bound_of(exact) is None
