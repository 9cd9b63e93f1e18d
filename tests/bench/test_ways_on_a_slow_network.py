"""A chain of quotients on an imitated slow network, whose clock jumps ahead: by products, and by a circuit."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import numpy as np
import pytest
import trio
from trio.testing import MockClock

import mpc
from bench.slow_network import slowed
from mpc.network.transport import memory_network
from mpc.planning import NETWORKS
from mpc.simulation import Setting, run_in_memory
from mpc.ways import Ways
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies

STEPS = 20
WAN = NETWORKS["wan"]
X, Y = np.linspace(0.6, 1.4, 40), np.linspace(1.9, 0.7, 40)


async def chain(ctx: Any, mine: Any) -> Any:
    x = await mpc.secret(ctx, owner=0, value=mine, range=(0.5, 2))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(0.5, 2))
    for _ in range(STEPS):
        x = (y / x).within(0.2, 4)
    return await mpc.reveal(ctx, x)


def seconds(ways: Ways) -> float:
    """How long the parties take online, computation not counted."""

    async def run() -> float:
        async with AsyncExitStack() as stack:
            ends = [await stack.enter_async_context(slowed(end, WAN, 2, trio.sleep_until)) for end in memory_network(2)]
            began = trio.current_time()
            runs = await run_in_memory(
                chain, [X, Y], local_supplies(2), Setting(SUITE, ways=ways), transports=ends
            )  # fmt: skip
            for party in runs:
                np.testing.assert_allclose(party.result, X, atol=2e-3)
            return trio.current_time() - began

    return trio.run(run, clock=MockClock(autojump_threshold=0))


def test_a_circuit_takes_a_fifth_of_the_time_of_products_and_less() -> None:
    by_products = seconds(Ways())
    assert by_products > 400 * WAN.delay
    assert seconds(Ways(numeric="yao")) < by_products / 5
    assert seconds(Ways(numeric="yao", garbling="ahead")) < by_products / 50
    assert seconds(Ways(network="wan")) == pytest.approx(seconds(Ways(numeric="yao")), rel=0.2)
