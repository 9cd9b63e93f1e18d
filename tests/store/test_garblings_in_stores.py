"""Circuits that are garbled, stored, and evaluated once: from stores of their plan alone, whatever interrupts a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

import mpc
from mpc.context import Context, Root
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.store import StoreSupply, preprocess
from mpc.ways import Ways
from protocols.beaver import SUITE
from protocols.circuits.circuit import Circuit
from protocols.preprocessing.from_ot import ot_supplies
from protocols.runs.planning import plan

INPUTS = [np.array([70, 90, 3]), np.array([80, 20, 3])]


@mpc.circuit(x=mpc.UInt(16), y=mpc.UInt(16))
def product(x: Any, y: Any) -> Any:
    return x * y


@mpc.circuit(x=mpc.UInt(16), y=mpc.UInt(16))
def another(x: Any, y: Any) -> Any:
    return y * x + 1


def program(circuit: Circuit = product, scheme: str = "half-gates", ends: bool = False) -> Any:
    async def main(ctx: Context, mine: Any) -> Any:
        x, y = (mpc.private(owner, mine) for owner in range(2))
        made = await mpc.garbled(ctx, circuit, x=x, y=y, scheme=scheme)
        if ends:
            await mpc.compute(ctx, made)
            raise KeyError("the power went")
        return await mpc.reveal(ctx, made)

    return main


def demand(main: Any) -> Any:
    return plan(main, INPUTS, garbling="ahead", preprocessing="ot").demand


def run_all(main: Any, supplies: Any, **options: Any) -> list[PartyRun]:
    setting = Setting(SUITE, collect_errors=True, ways=Ways(garbling="ahead"))
    return trio.run(lambda: run_in_memory(main, INPUTS, supplies, setting, **options))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores for two runs of the product."""
    folder = tmp_path_factory.mktemp("garblings")
    transports, agreements = memory_network(2), Agreement.simulate(2)
    wanted = demand(program())

    async def main(ctx: Context, mine: Any) -> None:
        await preprocess(ctx, folder / str(ctx.me), ctx.session.supply, wanted, runs=2)

    runs = run_all(main, ot_supplies(transports, agreements), transports=transports, agreements=agreements)
    assert [run.error for run in runs] == [None, None]
    return folder


@pytest.fixture
def stores(made: Path, tmp_path: Path) -> Path:
    """A copy of them."""
    for party in made.iterdir():
        (tmp_path / party.name).mkdir(0o700)
        for file in party.iterdir():
            (tmp_path / party.name / file.name).write_bytes(file.read_bytes())
            (tmp_path / party.name / file.name).chmod(0o600)
    return tmp_path


def compute(folder: Path, main: Any, planned: Any = None) -> list[PartyRun]:
    async def from_store(ctx: Context, mine: Any) -> Any:
        await ctx.session.supply.agree(ctx.session.root(Root.STORES))
        await ctx.session.supply.prepare(demand(planned or main))
        return await main(ctx, mine)

    supplies = [StoreSupply(folder / str(i)) for i in range(2)]
    try:
        return run_all(from_store, supplies)
    finally:
        for supply in supplies:
            supply.close()


def test_stored_garblings_are_evaluated_once_each(stores: Path) -> None:
    for _ in range(2):
        for run in compute(stores, program()):
            assert run.error is None
            assert run.result.tolist() == [5600, 1800, 9]
            assert run.session.ledger.material["garbling"] == 3 * product.ands
    assert {run.error.code for run in compute(stores, program())} & {"store-exhausted"}


def test_what_an_interrupted_run_took_is_never_handed_out_again(stores: Path) -> None:
    """Two executions of one garbling on different inputs would give its offset away."""
    ended = compute(stores, program(ends=True), planned=program())
    assert any(isinstance(run.error, KeyError) for run in ended)
    assert all(run.error is None for run in compute(stores, program()))
    assert {run.error.code for run in compute(stores, program())} & {"store-exhausted"}


@pytest.mark.parametrize("main", [program(another), program(scheme="three-halves")], ids=["circuit", "scheme"])
def test_another_circuit_finds_nothing(stores: Path, main: Any) -> None:
    assert {run.error.code for run in compute(stores, main)} & {"store-other-plan"}
    assert all(run.error is None for run in compute(stores, program()))


def test_tables_stand_at_the_evaluator_alone(stores: Path) -> None:
    sizes = [(stores / str(party) / "material").stat().st_size for party in range(2)]
    assert sizes[1] - sizes[0] > 2 * 32 * 3 * product.ands - 1000
    with StoreSupply(stores / "1") as supply:
        assert dict(supply.header.kinds)["garbling"] == 2 * 3 * product.ands
