"""A run of all parties in one process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import trio

from mpc.accounts.display import Section, as_html, as_text
from mpc.accounts.learnt import Learnt
from mpc.accounts.plain import plain
from mpc.accounts.report import Report
from mpc.accounts.results import rows_of
from mpc.algebra.interface import Algebra
from mpc.errors import LocalError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.simulation import Main, PartyRun, Setting, run_in_memory
from mpc.supply import Supply
from mpc.ways import Ways
from protocols.preprocessing import dealer
from protocols.preprocessing.checking import Check
from protocols.preprocessing.workshop import workshops
from protocols.runs.by_reveal import ByReveal
from protocols.runs.event_loop import run_trio
from protocols.runs.frames import as_input
from protocols.runs.reports import simulated_report
from protocols.runs.sources import DEALER, MAKERS, check_preprocessing
from protocols.runs.suites import check_session, find_ring, find_suite
from protocols.runs.users_program import guarded, refuse_unfinished


@dataclass(frozen=True, slots=True, repr=False)
class Simulation:
    """What a simulation ended with: every party's result, by index, and the account of party 0. `learnt` knows what was
    revealed to each party again."""

    results: list[Any]
    report: Report
    learnt: Sequence[Learnt] = field(default=(), compare=False)

    @property
    def result(self) -> Any:
        """Party 0's result."""
        return self.results[0]

    @property
    def _title(self) -> str:
        return f"A simulation of {len(self.results)} parties in {self.report.rounds:,} rounds; .report has its account"

    @property
    def _sections(self) -> list[Section]:
        named = zip(self.report.parties, self.results, strict=True)
        shown = [("all", self.result)] if self._agree else list(named)
        rows = [(name, " ".join(repr(result).split())) for name, result in shown]
        return [Section("Results", ("party", "result"), rows)]

    @property
    def _agree(self) -> bool:
        first = plain(self.result)
        return all(plain(result) == first for result in self.results)

    def __repr__(self) -> str:
        return as_text(self._title, self._sections)

    def _repr_html_(self) -> str:
        """The parts of a result by name, with their bounds; of each party's where they differ."""
        if self._agree:
            rows = rows_of("all", self.result, self.learnt[0])
            return as_html(self._title, [Section("Results", ("", "result", "error"), rows)])
        each = zip(self.report.parties, self.results, self.learnt, strict=True)
        columns = ("", "result", "error")
        parts = [Section(f"Results of {name}", columns, rows_of(name, *of_party)) for name, *of_party in each]
        return as_html(self._title, parts)


def simulate(
    main: Main,
    inputs: Sequence[Any],
    *,
    suite: str = "beaver",
    fractional_bits: int = 16,
    ring: int | Algebra = 64,
    check_costs: bool = False,
    preprocessing: str = DEALER,
    tolerance: float | None = None,
    network: str = "",
    numeric: str = "auto",
    compare: str = "auto",
    garbling: str = "online",
    scheme: str = "half-gates",
) -> Simulation:
    """Run `main(ctx, mine)` for all parties in this process; `inputs[i]` is party i's own data, or None.

    Frames and series of pandas, polars and Arrow are taken as numpy arrays that know their columns' names
    (`protocols.runs.frames`).

    The same protocols and messages as between machines. For development, tests and notebooks: data of all parties
    meets in one process. Material comes from a dealer inside that process, which is quick and gives away nothing more
    there; `preprocessing` names another source, as "ot", which real runs use: then material is made as in these, by
    reveals. `ring`: the bits of the ring, 128 where 64 are too few for the values. `tolerance` refuses outputs whose
    error may be larger. `check_costs` holds counted costs against declared ones. `network`, `numeric`, `compare`,
    `garbling`, `scheme`: how what there are several ways for is computed (`mpc.ways.Ways`). The first error of any
    party is raised.
    """
    if len(inputs) < 2:
        raise LocalError(
            "too-few-parties", f"{len(inputs)} inputs make no computation between parties", "pass 2 or more"
        )
    check_preprocessing(preprocessing)
    inputs = [as_input(given) for given in inputs]
    ways = Ways(network, numeric, compare, garbling, scheme)
    factory = find_suite(suite, simulated=True)
    check_session(factory, len(inputs), ways)
    setting = Setting(
        factory, fractional_bits, find_ring(ring), audit=check_costs, tolerance=tolerance, ways=ways,
        foresight=ByReveal if factory.about.material and preprocessing != DEALER else None,
    )  # fmt: skip
    started = time.perf_counter()

    async def run() -> list[PartyRun]:
        transports, agreements = memory_network(len(inputs)), Agreement.simulate(len(inputs))
        supplies: Sequence[Supply] = (
            dealer.local_supplies(len(inputs))
            if preprocessing == DEALER
            else workshops(transports, agreements, MAKERS[preprocessing](Check.NOTHING))
        )
        return await run_in_memory(
            guarded(main), inputs, supplies, setting, transports=transports, agreements=agreements
        )

    runs = run_trio(run)
    for each in runs:
        refuse_unfinished(main, each.result)
    report = simulated_report(runs, setting, preprocessing, {"online": time.perf_counter() - started})
    return Simulation([run.result for run in runs], report, [run.session.ledger.learnt for run in runs])


async def simulate_async(main: Main, inputs: Sequence[Any], **options: Any) -> Simulation:
    """`simulate`, awaited: the event loop of a notebook, asyncio's or trio's, goes on meanwhile."""
    if trio.lowlevel.in_trio_run():
        return await trio.to_thread.run_sync(lambda: simulate(main, inputs, **options))
    return await asyncio.to_thread(simulate, main, inputs, **options)
