"""What a star's server holds: rows at a small size, and rounds in which clients die, in one process."""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections.abc import Callable
from functools import partial

import pytest
import trio
import trio.testing

import mpc
import protocols
from bench import federated, federated_star_memory
from bench.federated_star_memory import come_and_go, sums_of_rounds
from bench.harness import Options
from mpc.network.star.limits import StarLimits
from mpc.network.star.memory import MemoryStar
from mpc.network.star.server import StarServer
from protocols import aggregation

CLIENTS, ROUNDS = 6, 60
LOOKS = (18, 58)
A_ROUND = 384
"""Bytes that a round may leave behind on average: less than one message that is kept. About 150 are the names of the
last that were lost, of which a server keeps so many; what is on its way as we look differs by a kilobyte or two."""


def soak(after: Callable[[], None]) -> int:
    """How many rounds gave a sum, of those in which a client dies in every fourth: who it is hangs on what comes first,
    how many they are follows from the seed."""
    plan, dice = aggregation.plan(CLIENTS, 50, dropouts=0.2, corrupted=0.1), random.Random(3)
    summed: list[int] = []

    async def one(place: MemoryStar, name: str) -> None:
        async with place.dial(name) as client:
            await come_and_go(client, plan, ROUNDS, lambda: dice.random() < 1 / 4 / CLIENTS and dice.randrange(4))

    async def settled(star: StarServer, number: int) -> None:
        """All are here again, and lines that have ended have said their last words."""
        if number in LOOKS:
            while len(star.clients) < CLIENTS:
                await trio.sleep(0.01)
            await trio.testing.wait_all_tasks_blocked(0.1)
            after()

    async def main() -> None:
        place = MemoryStar(limits=StarLimits(joins_per_minute=6000))
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery, place.serve() as star:
                for i in range(CLIENTS):
                    nursery.start_soon(one, place, f"c{i}")
                summed.append(await sums_of_rounds(star, plan, ROUNDS, partial(settled, star)))
                assert star.counts.joined > CLIENTS + ROUNDS / 8
                assert (star.waiting_bytes, star.spooled_bytes) == (0, 0)

    trio.run(main)
    return summed[0]


def test_rounds_leave_nothing_behind() -> None:
    """Bytes that our own lines have allocated and that are alive: as many after sixty rounds as after twenty."""
    own = [tracemalloc.Filter(True, f"{folder}/*") for folder in (*mpc.__path__, *protocols.__path__)]
    held: list[int] = []

    def look() -> None:
        gc.collect()
        held.append(sum(found.size for found in tracemalloc.take_snapshot().filter_traces(own).traces))

    tracemalloc.start()
    try:
        assert soak(look) > ROUNDS / 2
    finally:
        tracemalloc.stop()
    assert held[0] > 10_000, "nothing of ours was seen"
    assert held[1] - held[0] < A_ROUND * (LOOKS[1] - LOOKS[0])


@pytest.mark.slow
def test_rows_of_sums_and_of_rounds() -> None:
    options = Options(workloads=("star.sum_2mb_50", "star.rounds_1000"), repeat=1, scale=0.05)
    (of_sum,), (of_rounds,) = federated_star_memory.measure("federated", options)
    assert (of_sum.workload, of_rounds.workload) == options.workloads
    assert of_sum.memory is not None
    assert 0 < of_sum.memory < 50_000_000
    assert "round 50" in of_rounds.note
    assert set(federated_star_memory.NAMES) <= set(federated.names())
