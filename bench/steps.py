"""How long each step of a loop waits for its material: made reveal by reveal, with a horizon, by guess.

python -m bench.steps [--steps N] [--repeat N] [--supplier NAME] [--network NAME]

Both parties are tasks of one process, on one core, and messages take the time that the named network takes for them.
The ways take turns; a figure is the best of the repetitions. Processor time is that of both parties, for all that they
do. The transfers are set up once, before the first step, and left out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import trio
from rich.console import Console
from rich.table import Table

import mpc
from bench.slow_network import slowed
from mpc.accounts.report import Report
from mpc.context import Context
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.planning import NETWORKS, Network
from mpc.side_by_side import run_all
from mpc.simulation import Main
from protocols.runs.party import run_party
from protocols.runs.sources import MAKERS, OT, Source

WORKLOADS = {"product": lambda x, y: x * y, "comparison": lambda x, y: x > y}
WAYS = ("reveal by reveal", "horizon", "prefetch")
VALUES = np.array([1.5, -2.0, 3.25, 7.0])


def loop(workload: str, steps: int, *, horizon: bool) -> Main:
    """A program that reveals a small result in each step."""

    async def main(ctx: Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(-8, 8))
        y = await mpc.secret(ctx, owner=1, value=mine, range=(-8, 8))
        await mpc.compute(ctx, x, y)
        if horizon:
            await mpc.horizon(ctx, steps)
        return [await mpc.reveal(ctx, WORKLOADS[workload](x, y)) for _ in range(steps)]

    return main


def run(workload: str, steps: int, way: str, supplier: str, network: Network) -> Report:
    """Party 0's account of the loop; the results of both have been compared with the clear one."""
    transports, agreements = memory_network(2), Agreement.simulate(2)
    program = loop(workload, steps, horizon=way == "horizon")
    source = Source(supplier, prefetch=way == "prefetch")
    reports: dict[int, Report] = {}

    async def party(me: int) -> None:
        async with slowed(transports[me], network, 2) as transport:
            outcome = await run_party(
                program, VALUES * (1 - 2 * me), transport=transport, agreement=agreements[me], program="",
                preprocessing=source,
            )  # fmt: skip
        np.testing.assert_allclose(outcome.result, [WORKLOADS[workload](VALUES, -VALUES)] * steps, atol=1e-3)
        reports[me] = outcome.report

    trio.run(run_all, [(party, me) for me in range(2)])
    return reports[0]


def measure(workload: str, steps: int, repeat: int, supplier: str, network: Network) -> dict[str, list[float]]:
    """By way, seconds a step, beyond what a loop of one step takes: waiting for material, the rest, processor time."""
    one, best = np.full(3, np.inf), {way: np.full(3, np.inf) for way in WAYS}
    for _ in range(repeat):
        one = np.minimum(one, _seconds(workload, 1, WAYS[0], supplier, network))
        for way in WAYS:
            best[way] = np.minimum(best[way], _seconds(workload, steps, way, supplier, network))
    return {way: ((seconds - one) / (steps - 1)).tolist() for way, seconds in best.items()}


def _seconds(workload: str, steps: int, way: str, supplier: str, network: Network) -> npt.NDArray[np.float64]:
    started = time.process_time()
    seconds = run(workload, steps, way, supplier, network).seconds
    return np.array([seconds["offline"], seconds["online"], time.process_time() - started])


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.steps", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--supplier", choices=list(MAKERS), default=OT)
    parser.add_argument("--network", choices=list(NETWORKS), default="loopback")
    chosen = parser.parse_args(arguments)
    columns = ("step", "material", "offline ms", "online ms", "processor ms")
    table = Table(*columns, title=f"Steps of four numbers, {chosen.supplier}, {chosen.network}")
    for workload in WORKLOADS:
        figures = measure(workload, chosen.steps, chosen.repeat, chosen.supplier, NETWORKS[chosen.network])
        for way, seconds in figures.items():
            table.add_row(workload, way, *(f"{1e3 * figure:.1f}" for figure in seconds))
    Console().print(table)


if __name__ == "__main__":
    main()
