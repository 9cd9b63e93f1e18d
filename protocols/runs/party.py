"""Running a program as one real party.

A real run runs the program once. What a reveal takes is known before its first message, and made just then. Where the
program is to be planned first, as for a store, the parties tell each other the shapes of their inputs, run the program
on these, and have the whole of its material made before it starts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy.typing as npt

from mpc.accounts.report import Report
from mpc.algebra.accelerator import Accelerator, using
from mpc.context import Root, Session
from mpc.errors import ParleyError
from mpc.intake import MAX_ELEMENTS, Intake
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.simulation import Main
from mpc.ways import Ways
from native import keep_memory
from protocols.consent.keeper import Keeper
from protocols.runs.by_reveal import ByReveal
from protocols.runs.failures import let_messages_leave, tell_peers
from protocols.runs.input_shapes import exchange_shapes
from protocols.runs.planning import Plan, plan_shapes
from protocols.runs.reports import report_of
from protocols.runs.sources import OT, Provision, Source
from protocols.runs.suites import check_session, find_ring, find_suite
from protocols.runs.users_program import guarded, refuse_unfinished
from protocols.suite import Factory

Progress = Callable[[str, int, int | None], None]
FATAL_WHEN_PLANNED = ("range-exceeded", "range-too-wide", "domain", "too-many-fractional-bits")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's result and its account."""

    result: Any
    report: Report


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a run holds numbers: with how many fractional bits, and in a ring of how many bits, 64 or 128."""

    fractional_bits: int = 16
    ring: int = 64


async def run_party(
    main: Main,
    mine: npt.NDArray[Any] | None,
    *,
    transport: Transport,
    agreement: Agreement,
    program: str,
    suite: str = "beaver",
    numbers: Numbers = Numbers(),
    ways: Ways | None = None,
    connect_seconds: float = 0.0,
    on_progress: Progress | None = None,
    device: Accelerator | None = None,
    preprocessing: str | Source = OT,
    tolerance: float | None = None,
    max_elements: int | None = MAX_ELEMENTS,
    keeper: Keeper | None = None,
    on_result: Callable[[Any], None] | None = None,
) -> Outcome:
    """Run `main(ctx, mine)` as one real party, connected by `transport`.

    `preprocessing`: a supplier's name, or a `Source`. The last endpoint is the dealer if material comes from one; else
    all are parties.
    `ways`: how what there are several ways for is computed, as all parties have chosen.
    `tolerance` refuses outputs whose error may be larger. `device` is offered the large local operations of the online
    part. `max_elements`: how many elements of the others' secrets this party is willing to hold at a time;
    `too-many-elements` where they announce more.
    `keeper` holds this party's policy and ledger against what would be revealed, and votes for it.
    `on_result` is called with the result once the program has returned it and all that it opened is settled: what
    fails from then on, here or there, takes nothing of it back.
    Tells the peers and raises if anything fails, here or there. The process keeps its memory (`native.keep_memory`).
    """
    keep_memory()
    progress = on_progress or (lambda stage, done, total: None)
    try:
        source = Source(preprocessing) if isinstance(preprocessing, str) else preprocessing
        party = await _Party.prepare(
            main, mine, transport, agreement, find_suite(suite), numbers, ways or Ways(), progress, source, max_elements
        )
        party.device, party.tolerance, party.keeper, party.on_result = device, tolerance, keeper, on_result
        return await party.run(program, connect_seconds)
    except Exception as error:
        await let_messages_leave(transport, error)
        tell_peers(transport, error, "program-failed")
        raise


@dataclass(slots=True)
class _Party:
    """One real party between connecting and its report."""

    main: Main
    mine: Any
    transport: Transport
    agreement: Agreement
    suite: Factory
    numbers: Numbers
    ways: Ways
    progress: Progress
    source: Source
    provision: Provision
    max_elements: int | None
    plan: Plan | None = None
    warnings: list[str] = field(default_factory=list)
    offline_seconds: float = 0.0
    device: Accelerator | None = None
    tolerance: float | None = None
    keeper: Keeper | None = None
    on_result: Callable[[Any], None] | None = None

    @staticmethod
    async def prepare(
        main: Main,
        mine: Any,
        transport: Transport,
        agreement: Agreement,
        suite: Factory,
        numbers: Numbers,
        ways: Ways,
        progress: Progress,
        source: Source,
        max_elements: int | None,
    ) -> _Party:
        """Everything before the program runs; where it is planned, the shapes, the plan, and the material."""
        started = time.perf_counter()
        check_session(suite, source.parties(transport), ways)
        provision = await Provision.open(source, transport, agreement, lambda *made: progress("offline", *made))
        party = _Party(
            main, mine, transport, agreement, suite, numbers, ways, progress, source, provision, max_elements
        )
        if source.plans:
            await party._prepare_all()
        party.offline_seconds = time.perf_counter() - started
        return party

    async def run(self, program: str, connect_seconds: float) -> Outcome:
        """The online phase, the goodbyes, the account."""
        session = self._session()
        session.on_call = self._counter()
        by_reveal = ByReveal(session, lambda: self.progress("offline", 0, None), guessing=self.source.guesses)
        foresees = not self.source.plans and bool(self.suite.about.material)  # else there is nothing to foresee
        session.foresight = by_reveal if foresees else None
        await session.start()
        started = time.perf_counter()
        ctx = session.root(Root.PROGRAM)
        result: list[Any] = []

        async def compute() -> None:
            with using(self.device):
                result.append(await guarded(self.main)(ctx, self.mine))
                await session.settle(ctx)
            if self.on_result is not None:
                self.on_result(result[0])

        guesses = self.source.guesses and foresees
        await self.provision.beside(partial(by_reveal.beside, compute) if guesses else compute)
        online = time.perf_counter() - started - by_reveal.seconds
        self.provision.done()
        counters = await self.transport.finish({"rounds": ctx.depth, "bytes": session.ledger.bytes_sent})
        offline = self.offline_seconds + by_reveal.seconds
        seconds = {"connect": connect_seconds, "offline": offline, "online": online}
        refuse_unfinished(self.main, result[0])
        known = [c or {} for c in counters[: session.n]]
        report = report_of(
            session, program, self.source.name, seconds, [c.get("rounds", 0) for c in known],
            [c.get("bytes", 0) for c in known], (*self.warnings, *(self.device.notes if self.device else ())),
            self.device.account() if self.device else None, self.source.check.value,
        )  # fmt: skip
        return Outcome(result[0], report)

    def _session(self) -> Session:
        return Session(
            self.transport, self.provision.supply, self.agreement, self.suite, self.source.parties(self.transport),
            self.numbers.fractional_bits, find_ring(self.numbers.ring), tolerance=self.tolerance,
            intake=Intake(self.max_elements), ways=self.ways, keeper=self.keeper, progress=self.progress,
        )  # fmt: skip

    def _counter(self) -> Callable[[], None]:
        done = 0
        total = self.plan.calls if self.plan else None
        self.progress("online", 0, total)

        def count() -> None:
            nonlocal done
            done += 1
            self.progress("online", done, total)

        return count

    async def _prepare_all(self) -> None:
        """Plan the whole program, and have its material made or, from a store, found."""
        session = self._session()
        shapes = await exchange_shapes(session.root(Root.SHAPES), self.mine)
        await self.provision.agree(session)
        self.progress("planning", 0, None)
        await self._make_plan(shapes)
        self.progress("offline", 0, None)
        if self.plan is not None:
            await self.provision.supply.prepare(self.plan.demand)

    async def _make_plan(self, shapes: Sequence[npt.NDArray[Any] | None]) -> None:
        try:
            self.plan = await plan_shapes(
                self.main, shapes, self.suite.name, self.numbers.fractional_bits, self.source.name,
                ring=self.numbers.ring, dealt=self.provision.supply.dealt,
                deals_standing=self.provision.supply.deals_standing, ways=self.ways,
            )  # fmt: skip
        except ParleyError as error:
            if error.code in FATAL_WHEN_PLANNED:
                raise
            self._unplanned(error)
        except Exception as error:
            self._unplanned(error)

    def _unplanned(self, error: Exception) -> None:
        self.warnings.append(
            f"the program could not be planned ({type(error).__name__}), so its material is made on demand"
        )
