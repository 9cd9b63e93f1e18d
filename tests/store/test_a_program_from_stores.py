"""Plan, preprocess, run: a program computes from stores what it computes with its supplier."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

import mpc
from mpc.context import Context, Root
from mpc.errors import ParleyError
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.store import StoreSupply, plan_digest, preprocess
from mpc.supply import Entry
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies
from protocols.runs.planning import plan

INPUTS = [np.array([1.5, -2.0, 3.25]), np.array([0.5, 4.0, -1.0]), None]
N = len(INPUTS)


async def main(ctx: Context, mine: Any) -> Any:
    a = await mpc.secret(ctx, owner=0, value=mine, range=(-10, 10))
    b = await mpc.secret(ctx, owner=1, value=mine, range=(-10, 10))
    return await mpc.reveal(ctx, a > b, (a * b).mean(), np.sort(a))


def simulate(program: Any, supplies: Sequence[Any]) -> list[PartyRun]:
    setting = Setting(SUITE, collect_errors=True)
    return trio.run(run_in_memory, program, INPUTS, supplies, setting)


def make(folder: Path, demands: Sequence[Sequence[Entry]]) -> list[PartyRun]:
    async def program(ctx: Context, mine: Any) -> None:
        await preprocess(ctx, folder / str(ctx.me), ctx.session.supply, demands[ctx.me])

    return simulate(program, local_supplies(N))


async def from_store(ctx: Context, mine: Any) -> Any:
    supply = ctx.session.supply
    await supply.agree(ctx.session.root(Root.STORES))
    await supply.prepare(plan(main, INPUTS).demand)
    return await main(ctx, mine)


def compute(folder: Path) -> list[PartyRun]:
    supplies = [StoreSupply(folder / str(i)) for i in range(N)]
    runs = simulate(from_store, supplies)
    for supply in supplies:
        supply.close()
    return runs


def test_a_program_computes_from_stores_and_once_only(tmp_path):
    demand = plan(main, INPUTS).demand
    assert [run.error for run in make(tmp_path, [demand] * N)] == [None] * N
    with StoreSupply(tmp_path / "1") as supply:
        assert supply.header.plan == plan_digest(demand)
    expected = mpc.simulate(main, INPUTS)
    for run in compute(tmp_path):
        assert run.error is None
        assert (run.result[0] == expected.result[0]).all()
        assert run.result[1] == pytest.approx(expected.result[1], abs=2**-14)
        assert run.result[2].tolist() == sorted(INPUTS[0])
        assert run.session.supply.trust == local_supplies(N)[0].trust
    assert any(run.error.code == "store-exhausted" for run in compute(tmp_path) if isinstance(run.error, ParleyError))


def test_stores_of_different_demands_are_not_made(tmp_path):
    demand = plan(main, INPUTS).demand
    runs = make(tmp_path, [demand, demand, demand[:-1]])
    found = [run.error for run in runs if isinstance(run.error, ParleyError)]
    assert len(found) == N
    assert any(error.code == "different-store" for error in found)
    assert list(tmp_path.iterdir()) == []


def test_stores_of_two_makings_do_not_meet(tmp_path):
    demand = plan(main, INPUTS).demand
    for making in ("one", "two"):
        (tmp_path / making).mkdir()
        make(tmp_path / making, [demand] * N)
    (tmp_path / "one" / "2").rename(tmp_path / "one" / "kept")
    (tmp_path / "two" / "2").rename(tmp_path / "one" / "2")
    assert any(run.error.code == "different-store" for run in compute(tmp_path / "one") if run.error)
