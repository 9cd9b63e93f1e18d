"""Whole runs in one process: each party has its own device, or none, and a lost one is in the report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyopencl as cl
import pytest
import trio

import mpc
from mpc.device import Device, DeviceWarning
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from protocols.runs.dealing import run_dealer
from protocols.runs.party import Outcome, run_party
from protocols.runs.sources import DEALER

DATA = [np.arange(60 * 9).reshape(60, 9) % 7, np.arange(9 * 50).reshape(9, 50) % 5 - 2]


async def program(ctx: Any, mine: Any) -> Any:
    x = await mpc.secret(ctx, owner=0, value=mine, range=(-9, 9))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(-9, 9))
    return await mpc.reveal(ctx, x @ y)


def run(devices: list[Device | None]) -> list[Outcome]:
    """Two parties and a dealer."""
    outcomes: list[Any] = [None] * 2

    async def party(i: int, transport: Any, agreement: Agreement) -> None:
        outcomes[i] = await run_party(
            program,
            DATA[i],
            transport=transport,
            agreement=agreement,
            program="",
            device=devices[i],
            preprocessing=DEALER,
        )

    async def everybody() -> None:
        transports = memory_network(3)
        async with trio.open_nursery() as nursery:
            for i, agreement in enumerate(Agreement.simulate(3)[:2]):
                nursery.start_soon(party, i, transports[i], agreement)
            nursery.start_soon(lambda: run_dealer(transport=transports[2]))

    trio.run(everybody)
    return outcomes


def test_one_party_has_a_device_and_the_other_has_none(opened: Device) -> None:
    outcomes = run([opened, None])
    for outcome in outcomes:
        assert (outcome.result == DATA[0] @ DATA[1]).all()
    there, here = (outcome.report for outcome in outcomes)
    assert there.device == opened.account()
    assert opened.operations["matmul"] == 2
    assert here.device is None
    assert there.warnings == here.warnings == ()


def test_a_device_lost_in_the_middle_of_a_run_is_in_the_report(opened: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened.engine is not None
    launch, left = opened.engine.run, [1]

    def breaking(*arguments: Any) -> None:
        if not left[0]:
            raise cl.RuntimeError("the card fell off the bus")
        left[0] -= 1
        launch(*arguments)

    monkeypatch.setattr(opened.engine, "run", breaking)
    with pytest.warns(DeviceWarning, match="the card fell off the bus"):
        outcomes = run([opened, None])
    for outcome in outcomes:
        assert (outcome.result == DATA[0] @ DATA[1]).all()
    report = outcomes[0].report
    assert [warning for warning in report.warnings if "the card fell off the bus" in warning] == list(report.warnings)
    assert report.device is not None
    assert "the card fell off the bus" in report.device["lost"]
    assert outcomes[1].report.warnings == ()
