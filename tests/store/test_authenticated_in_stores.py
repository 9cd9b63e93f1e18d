"""Authenticated garblings from stores: the online phase alone, once, and nothing under offsets that another run had."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

import mpc
from mpc.context import Context, Root
from mpc.errors import Abort, LocalError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.store import StoreSupply, preprocess
from mpc.testing import Fault, FaultyTransport
from mpc.ways import Ways
from protocols.beaver import SUITE
from protocols.preprocessing.from_ot import ot_supplies
from protocols.runs.planning import plan

INPUTS = [np.array([7, 200, 3]), np.array([8, 20, 3])]
GARBLINGS, RUNS = ["online", "ahead"], 3
KINDS = {"online": "authenticated_and", "ahead": "authenticated_garbling"}
PRODUCTS = [[56, 4000, 9], [15, 220, 6]]


@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))
def product(x: Any, y: Any) -> Any:
    return x.to(mpc.UInt(16)) * y.to(mpc.UInt(16))


@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))
def total(x: Any, y: Any) -> Any:
    return x.to(mpc.UInt(16)) + y.to(mpc.UInt(16))


async def main(ctx: Context, mine: Any) -> Any:
    """Two circuits, one after the other."""
    own = {"x": mpc.private(0, mine), "y": mpc.private(1, mine)}
    return [await mpc.authenticated(ctx, circuit, own, instances=3) for circuit in (product, total)]


def demand(garbling: str) -> Any:
    return plan(main, INPUTS, garbling=garbling, preprocessing="ot").demand


def run_all(program: Any, garbling: str, supplies: Any, **options: Any) -> list[PartyRun]:
    setting = Setting(SUITE, collect_errors=True, ways=Ways(garbling=garbling))
    return trio.run(lambda: run_in_memory(program, INPUTS, supplies, setting, **options))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores for three runs, of tables and of what is made before a circuit is known."""
    folder = tmp_path_factory.mktemp("authenticated")
    for garbling in GARBLINGS:
        transports, agreements = memory_network(2), Agreement.simulate(2)
        wanted = demand(garbling)
        (folder / garbling).mkdir()

        async def make(ctx: Context, mine: Any, wanted: Any = wanted, place: Path = folder / garbling) -> None:
            await preprocess(ctx, place / str(ctx.me), ctx.session.supply, wanted, runs=RUNS)

        supplies = ot_supplies(transports, agreements)
        runs = run_all(make, garbling, supplies, transports=transports, agreements=agreements)
        assert [run.error for run in runs] == [None, None]
    return folder


@pytest.fixture
def stores(made: Path, tmp_path: Path) -> Path:
    """A copy of them."""
    return copied(made, tmp_path / "stores")


def copied(made: Path, place: Path) -> Path:
    shutil.copytree(made, place)
    return place


def compute(
    folder: Path, garbling: str, program: Any = main, *, prepared: bool = True, fault: Fault | None = None
) -> list[PartyRun]:
    """A run from stores; without preparation each piece is reserved when it is taken."""

    async def from_store(ctx: Context, mine: Any) -> Any:
        await ctx.session.supply.agree(ctx.session.root(Root.STORES))
        if prepared:
            await ctx.session.supply.prepare(demand(garbling))
        return await program(ctx, mine)

    supplies = [StoreSupply(folder / garbling / str(i), ahead=1) for i in range(2)]
    transports: list[Any] = list(memory_network(2))
    if fault is not None:
        transports[1] = FaultyTransport(transports[1], fault)
    try:
        return run_all(from_store, garbling, supplies, transports=transports)
    finally:
        for supply in supplies:
            supply.close()


def right(runs: list[PartyRun]) -> None:
    for run in runs:
        assert run.error is None
        assert [values.tolist() for values in run.result] == PRODUCTS


@pytest.mark.parametrize("garbling", GARBLINGS)
def test_each_run_of_a_store_is_computed_once(stores: Path, garbling: str) -> None:
    for _ in range(RUNS):
        runs = compute(stores, garbling)
        right(runs)
        assert runs[0].session.ledger.material[KINDS[garbling]] == 3 * (product.ands + total.ands)
    assert {run.error.code for run in compute(stores, garbling)} & {"store-exhausted"}


def test_from_a_store_of_tables_only_the_online_phase_is_left(stores: Path) -> None:
    """No table, and no word of a check of masks: per AND a bit, per bit of input a label."""
    inputs, ands = 2 * 16 * 3, 3 * (product.ands + total.ands)
    garbler, evaluator = (run.session.ledger.bytes_sent for run in compute(stores, "ahead"))
    framing = 2000
    assert inputs * 16 < garbler < inputs * 16 + framing
    assert ands / 8 < evaluator < ands / 8 + framing


def named(path: tuple[int, ...]) -> Callable[[int, Message], bool]:
    """The evaluator's masked bits of ANDs in the call of this path."""

    def chosen(receiver: int, message: Message) -> bool:
        return message.tag[: len(path)] == path and message.array.shape == (-(-3 * product.ands // 64),)

    return chosen


WRONG_BITS = Fault("flip", chosen=named((0, 1)), byte=3, bit=5)


def offsets(folder: Path, garbling: str, party: int, position: int = 0) -> set[bytes]:
    """Those of the next run's material, of a store that is used up to this position or further."""
    entries = demand(garbling)
    with StoreSupply(folder / garbling / str(party), ahead=1) as supply:
        supply.begin(max(position, supply.position))
        pieces = [(kind, supply.ready(path, kind)) for path, kind in entries]
    return {kind.taken(party, material)[0].delta.tobytes() for kind, material in pieces}


@pytest.mark.parametrize("garbling", GARBLINGS)
def test_no_two_runs_have_an_offset_in_common(stores: Path, garbling: str) -> None:
    for party in range(2):
        each = [offsets(stores, garbling, party, run * len(demand(garbling))) for run in range(RUNS)]
        assert [len(of_run) for of_run in each] == [1] * RUNS
        assert len(set.union(*each)) == RUNS


@pytest.mark.parametrize("prepared", [True, False])
@pytest.mark.parametrize("garbling", GARBLINGS)
def test_after_a_failed_check_nothing_under_its_offsets_is_used(
    stores: Path, made: Path, tmp_path: Path, garbling: str, prepared: bool
) -> None:
    """Neither in that session nor in a later one: whose first piece, too, is under other offsets."""
    before = [offsets(copied(made, tmp_path / f"before {i}"), garbling, i) for i in range(2)]

    async def goes_on(ctx: Context, mine: Any) -> Any:
        if ctx.me:
            return await main(ctx, mine)
        with pytest.raises(Abort, match="authenticated-check-failed"):
            await main(ctx, mine)
        return await mpc.authenticated(ctx, total, instances=3, x=mpc.private(0, mine), y=mpc.private(1, None))

    refused = compute(stores, garbling, goes_on, prepared=prepared, fault=WRONG_BITS)[0].error
    assert isinstance(refused, LocalError)
    assert refused.code == "transfers-discarded"
    later = copied(stores, tmp_path / "later")
    right(compute(stores, garbling, prepared=prepared))
    assert all(not before[party] & offsets(later, garbling, party) for party in range(2))


@pytest.mark.parametrize("garbling", GARBLINGS)
def test_a_run_that_broke_off_leaves_nothing_to_the_next(stores: Path, garbling: str) -> None:
    """It may have broken off because of what it was sent: that is as a failed check."""

    async def ends(ctx: Context, mine: Any) -> Any:
        await mpc.authenticated(ctx, product, instances=3, x=mpc.private(0, mine), y=mpc.private(1, mine))
        raise KeyError("the power went")

    compute(stores, garbling, ends, prepared=False)
    with StoreSupply(stores / garbling / "0") as supply:
        assert supply.position == 1
        supply.begin(1)
        assert supply.position == len(demand(garbling))
    right(compute(stores, garbling, prepared=False))


@pytest.mark.parametrize("garbling", GARBLINGS)
def test_the_last_runs_failure_leaves_nothing(stores: Path, garbling: str) -> None:
    for _ in range(RUNS - 1):
        right(compute(stores, garbling))
    assert isinstance(compute(stores, garbling, prepared=False, fault=WRONG_BITS)[0].error, Abort)
    errors = [run.error for run in compute(stores, garbling, prepared=False)]
    assert any(isinstance(error, SupplyError) and error.code == "store-exhausted" for error in errors)
