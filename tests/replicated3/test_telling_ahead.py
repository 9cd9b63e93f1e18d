"""The teller waits for nobody while it tells, and yet does not flood the pair: what it has told and they have not read
is bounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trio

from mpc.network.transport import memory_network
from mpc.network.wire import Limits
from mpc.simulation import Setting, run_in_memory
from protocols.preprocessing.dealer import local_supplies
from protocols.replicated3 import SUITE, reading

STEPS, SIZE = 60, 4000
TOLD = 16 * SIZE
"""Bytes of a truncation's entries for one of the pair."""


def chain(limit: int) -> list[int]:
    """Numbers that are halved over and over, with nothing opened before the end; what each party may leave unclaimed is
    bounded."""

    async def main(ctx: Any, mine: None) -> int:
        x = await ctx.suite.input(ctx, 0, np.full(SIZE, 1 << 50, np.uint64) if ctx.me == 0 else None, (SIZE,))
        for _ in range(STEPS):
            x = (await ctx.suite.truncate(ctx, x, 1)).scale(2)
        (opened,) = await ctx.suite.open(ctx, x)
        return int(np.abs(opened.astype(np.int64) - (1 << 50)).max())

    async def start() -> list[int]:
        setting, transports = Setting(SUITE), memory_network(3, limits=Limits(unclaimed_bytes=limit))
        runs = await run_in_memory(main, [None] * 3, local_supplies(3), setting, transports=transports)
        return [run.result for run in runs]

    return trio.run(start)


@pytest.mark.parametrize("at_once", [1 << 40, -1], ids=["at once", "in two rounds"])
def test_the_pair_holds_little_of_what_is_told(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", at_once)
    monkeypatch.setattr(reading, "TOLD_AHEAD", 4 * TOLD)
    monkeypatch.setattr("mpc.network.mailbox.PLENTY", 8 * TOLD)
    errors = chain(limit=20 * TOLD)
    assert errors[0] == errors[1] == errors[2] <= 2 * STEPS


def test_a_teller_that_never_waited_would_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TOLD_AHEAD", 1 << 40)
    with pytest.raises(Exception, match="nobody asked for yet"):
        chain(limit=20 * TOLD)
