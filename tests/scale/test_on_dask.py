"""Two parties on clusters of Dask's, two processes of workers each: a result, and a worker killed in a part."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import pytest

pytest.importorskip("distributed", reason="the extra `dask` is not installed")

from dask import config
from distributed import Client, LocalCluster
from scaled import MEAN, club, outcomes

from party_runner.scale.cluster import Dask, Task, Worker, dask_cluster
from party_runner.scale.part import Order

pytestmark = pytest.mark.slow

PARTS = 3
X = [np.arange(4.0) + part for part in range(PARTS)]
Y = [np.array([0.5, -1, 2, 3]) * (part + 1) for part in range(PARTS)]
EXPECTED = sum(x @ y for x, y in zip(X, Y, strict=True)) / (4 * PARTS)


@pytest.fixture(scope="module")
def clusters() -> Iterator[list[str]]:
    """The addresses of two schedulers, each with two workers that are processes of one thread."""
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        config.set({"distributed.worker.multiprocessing-method": "forkserver"}),
        LocalCluster(**options) as north,
        LocalCluster(**options) as south,
    ):
        yield [north.scheduler_address, south.scheduler_address]


def test_parts_run_on_the_workers_of_each_party(tmp_path: Path, clusters: list[str]) -> None:
    """One of them takes its data from its cluster's memory, where Dask has put them."""
    pair = club(tmp_path, parts=PARTS)
    own, other = (dask_cluster(address) for address in clusters)
    north = pair.party("north", own.client.scatter(X), own)
    south = pair.party("south", Y, other)
    for end in outcomes(north, south):
        assert abs(end.result - EXPECTED) < 2**-10
        assert len(end.report.reveals) == 1
    assert north.failed == []
    for cluster in (own, other):
        assert len(cluster.workers()) == 2
        cluster.client.close()


class Killing(Dask):
    """Ends the process of the worker that has the first attempt at part 1, in the middle of its session."""

    def start(self, worker: Worker, order: Order, data: Any) -> Task:
        task = super().start(worker, order, data)
        if (order.part, order.attempt) == (1, 0):
            process = self.client.run(os.getpid, workers=[worker.name])[worker.name]
            Timer(1.0, os.kill, (process, signal.SIGKILL)).start()
        return task


SLOW = MEAN.replace("    return {", "    import trio\n    await trio.sleep(2)\n    return {", 1)


def test_a_worker_that_is_killed_in_a_part_costs_that_part_another_session(tmp_path: Path, clusters: list[str]) -> None:
    pair = club(tmp_path, SLOW, parts=2)
    own, other = (Client(address, set_as_default=False) for address in clusters)
    north = pair.party("north", X[:2], Dask(own))
    south = pair.party("south", Y[:2], Killing(other))
    for end in outcomes(north, south):
        assert abs(end.result - sum(x @ y for x, y in zip(X[:2], Y[:2], strict=True)) / 8) < 2**-10
    assert [(start.part, start.attempt, at) for start, at in north.failed] == [(1, 0, ("south",))]
    assert south.failed == north.failed
    for client in (own, other):
        client.close()
