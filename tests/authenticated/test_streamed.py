"""A circuit that is computed some gates at a time gives what it gives at once, and a deviation is found out as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import trio

import mpc
from mpc.errors import Abort
from mpc.network.transport import memory_network
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport, recording_network
from protocols.authenticated import session
from protocols.authenticated.steps import Run, steps_of
from protocols.authenticated.streamed import Walk, ands_of, segments
from protocols.beaver import SUITE
from protocols.circuits.circuit import Circuit
from protocols.garbled import program
from protocols.preprocessing.dealer import local_supplies

MOST, OF_A_RUN = 100, 16


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch) -> Iterator[Circuit]:
    """A product of four segments, of several runs each."""
    monkeypatch.setattr(session, "AT_ONCE", MOST)
    monkeypatch.setattr(program, "PIECE_ANDS", OF_A_RUN)
    program.program_of.cache_clear()
    steps_of.cache_clear()

    @mpc.circuit(x=mpc.UInt(12), y=mpc.UInt(12), z=mpc.UInt(24))
    def made(x: Any, y: Any, z: Any) -> Any:
        total = x.to(mpc.UInt(24)) * y.to(mpc.UInt(24)) + z
        return {"total": total, "large": total > z, "low": ~total.to(mpc.Bits(3)), "x": x}

    assert made.ands > 3 * MOST
    yield made
    program.program_of.cache_clear()
    steps_of.cache_clear()


def of(circuit: Circuit, x: Any = None) -> Any:
    async def main(ctx: Any, mine: Any) -> Any:
        given = {"x": mpc.private(0, mine, shape=x), "y": mpc.private(1, mine)}
        return await mpc.authenticated(ctx, circuit, given, instances=2, z=np.array([1, 2]))

    return main


def test_segments_are_all_runs_in_order(product: Circuit) -> None:
    steps = steps_of(product)
    parts = list(segments(steps, MOST))
    assert [run for part in parts for run in part] == list(steps.runs)
    assert all(0 < ands_of(part) <= MOST or sum(run.ands > 0 for run in part) == 1 for part in parts)
    assert len(parts) >= product.ands // MOST
    assert max(len(part) for part in parts) > 2


@pytest.mark.parametrize("preprocessing", ["dealer", "ot"])
@pytest.mark.parametrize("shared", [False, True])
def test_results_and_bytes_are_those_of_a_plan(product: Circuit, preprocessing: str, shared: bool) -> None:
    inputs = [3000 if shared else np.array([3000, 4]), np.array([4000, 5])]
    main = of(product, () if shared else None)
    run = mpc.simulate(main, inputs, check_costs=True, preprocessing=preprocessing)
    for made in run.results:
        total = (np.asarray(inputs[0]) * inputs[1] + [1, 2]) % (1 << 24)
        assert made.total.tolist() == total.tolist()
        assert made.large.tolist() == [True, True]
        assert made.low.tolist() == [[not each >> i & 1 for i in range(3)] for each in total]
    planned = mpc.plan(main, inputs, preprocessing=preprocessing)
    assert planned.report.rounds_by_party == run.report.rounds_by_party
    assert planned.report.bytes_sent == run.report.bytes_sent
    assert planned.report.material == run.report.material


def test_as_many_bytes_as_at_once_but_for_rounds(product: Circuit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are of the same size; a message more is for each segment and run."""
    main, inputs = of(product), [np.array([3, 4]), np.array([4, 5])]
    some = mpc.plan(main, inputs, preprocessing="ot").report
    monkeypatch.setattr(session, "AT_ONCE", 1 << 19)
    once = mpc.plan(main, inputs, preprocessing="ot").report
    assert some.material == once.material
    assert once.bytes_sent[0] < some.bytes_sent[0] < once.bytes_sent[0] + 60 * product.ands
    assert some.rounds > once.rounds


def ends_of(circuit: Circuit, transports: Any = None) -> list[PartyRun]:
    setting, inputs = Setting(SUITE, collect_errors=True), [np.array([3, 4]), np.array([4, 5])]
    return trio.run(lambda: run_in_memory(of(circuit), inputs, local_supplies(2), setting, transports=transports))


@pytest.mark.parametrize("place", [0, 0.5, 0.9])
def test_tables_of_any_segment_may_be_wrong(product: Circuit, place: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What wrong rows do is found out in their own segment."""
    honest, runs = Walk.tables, steps_of(product).runs
    wrong = next(run.first for run in runs if run.ands and run.first >= place * product.ands)

    def tables(walk: Walk, run: Run, shares: Any) -> Any:
        message = honest(walk, run, shares)
        if run.first == wrong and run.ands:
            message[: 8 * run.ands] ^= np.uint64(1)
        return message

    monkeypatch.setattr(Walk, "tables", tables)
    error = ends_of(product)[1].error
    assert isinstance(error, Abort)
    assert (error.code, error.party) == ("authenticated-check-failed", "party0")


@pytest.mark.parametrize("number", [0, 2])
def test_masked_bits_of_any_segment_may_be_wrong(
    product: Circuit, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each segment has a check of its own: nothing of the next one is made."""
    honest, part, gone = Walk.evaluated, list(segments(steps_of(product), MOST // 2))[number], set()

    def evaluated(walk: Walk, run: Run, shares: Any, message: Any) -> Any:
        gone.add(run.first)
        return honest(walk, run, shares, message) ^ np.uint8(run in part)

    monkeypatch.setattr(Walk, "evaluated", evaluated)
    error = ends_of(product)[0].error
    assert isinstance(error, Abort)
    assert (error.code, error.party) == ("authenticated-check-failed", "party1")
    assert max(gone) == part[-1].first


@pytest.mark.slow
@pytest.mark.parametrize("cheat", [0, 1])
def test_a_changed_message_is_noticed_or_does_no_harm(product: Circuit, cheat: int) -> None:
    """Messages of all segments and phases; whoever ends without an error has the right outputs."""
    transports, record = recording_network(2)
    honest = ends_of(product, transports)
    assert [run.error for run in honest] == [None, None]
    count, noticed = sum(sent.sender == cheat for sent in record), 0
    for number in range(0, count, max(1, count // 10)):
        faulty: list[Any] = list(memory_network(2))
        faulty[cheat] = FaultyTransport(faulty[cheat], Fault("flip", number, byte=5 * number, bit=number % 8))
        for run in ends_of(product, faulty):
            assert run.error is not None or run.result.total.tolist() == [13, 22]
            noticed += run.error is not None
    assert noticed > 5
