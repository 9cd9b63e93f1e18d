"""Running a user's program: simulated, planned, or as one real party.

A real run has three parts. The parties tell each other the shapes of their inputs and run the program dry on zeros of
these shapes: this yields the exact material it will take (offline demand). The supplier provides it. Then the program
runs on the real data, and what it needs beyond the plan is made on demand.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import trio

from mpc.accelerator import Accelerator, using
from mpc.context import Context, Session
from mpc.costs import Report
from mpc.errors import LocalError, ParleyError, PeerError
from mpc.handshake import Agreement
from mpc.planning import NETWORKS, CountingSupply
from mpc.ring import Z64, Ring
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.supply import Entry, Supply
from mpc.transport import Transport, memory_network
from native import keep_memory
from protocols.beaver import SUITE as BEAVER
from protocols.ideal import SUITE as IDEAL
from protocols.input_shapes import describe, exchange_shapes
from protocols.preprocessing import dealer
from protocols.preprocessing.checking import Check
from protocols.preprocessing.from_ot import ot_supplies
from protocols.sources import DEALER, EXTENSIONS, OT, Provision, Source, check_preprocessing
from protocols.suite import Suite

R = TypeVar("R")
Main = Callable[[Context, Any], Awaitable[Any]]
Progress = Callable[[str, int, int | None], None]

SUITES: dict[str, Suite] = {BEAVER.name: BEAVER, IDEAL.name: IDEAL}
OWN_WORK = "the parties make the preprocessed material themselves"
FATAL_WHEN_DRY = ("range-exceeded", "range-too-wide", "domain", "too-many-fractional-bits")
_ONLINE, _SHAPES = 0, 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run's result and its account."""

    result: Any
    report: Report


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a simulation ended with: every party's result, by index, and the account of party 0."""

    results: list[Any]
    report: Report

    @property
    def result(self) -> Any:
        """Party 0's result."""
        return self.results[0]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a program will cost: an account without times, and the material it will take, in the order of paths."""

    report: Report
    demand: list[Entry] = field(repr=False)
    calls: int

    def seconds_on(self, network: str) -> float:
        """Time on the wire on a named network (`mpc.planning.NETWORKS`); computation comes on top."""
        return NETWORKS[network].seconds(self.report.rounds, max(self.report.bytes_sent))


def find_suite(name: str, *, simulated: bool = False) -> Suite:
    """The suite of this name. Raises LocalError for an unknown one, or one that only simulations may use."""
    if name not in SUITES:
        raise LocalError("unknown-suite", f"there is no suite {name}", f"choose one of {', '.join(SUITES)}")
    suite = SUITES[name]
    if suite.simulation_only and not simulated:
        raise LocalError(
            "insecure-suite", f"the suite {name} hides nothing", "use it with mpc.simulate only; for real runs: beaver"
        )
    return suite


def simulate(
    main: Main,
    inputs: Sequence[Any],
    *,
    suite: str = "beaver",
    fractional_bits: int = 16,
    ring: Ring = Z64,
    check_costs: bool = False,
    preprocessing: str = DEALER,
) -> Simulation:
    """Run `main(ctx, mine)` for all parties in this process; `inputs[i]` is party i's own data, or None.

    The same protocols and messages as between machines. For development, tests and notebooks: data of all parties
    meets in one process. Material comes from a dealer inside that process, which is quick and gives away nothing more
    there; `preprocessing` names another source, as "ot", which real runs use. `check_costs` holds counted costs
    against declared ones. The first error of any party is raised.
    """
    if len(inputs) < 2:
        raise LocalError(
            "too-few-parties", f"{len(inputs)} inputs make no computation between parties", "pass 2 or more"
        )
    check_preprocessing(preprocessing)
    setting = Setting(find_suite(suite, simulated=True), fractional_bits, ring, audit=check_costs)
    started = time.perf_counter()

    async def run() -> list[PartyRun]:
        transports, agreements = memory_network(len(inputs)), Agreement.simulate(len(inputs))
        supplies: Sequence[Supply] = (
            dealer.local_supplies(len(inputs))
            if preprocessing == DEALER
            else ot_supplies(transports, agreements, extension=EXTENSIONS[preprocessing])
        )
        return await run_in_memory(main, inputs, supplies, setting, transports=transports, agreements=agreements)

    runs = _run_trio(run)
    report = _simulated_report(runs, setting, preprocessing, {"online": time.perf_counter() - started})
    return Simulation([run.result for run in runs], report)


def plan(
    main: Main,
    inputs: Sequence[npt.NDArray[Any] | None],
    *,
    suite: str = "beaver",
    fractional_bits: int = 16,
    program: str = "",
    preprocessing: str = DEALER,
) -> Plan:
    """What `main` will cost on inputs of these shapes and dtypes; their values do not matter.

    It depends on where material comes from: protocols take what is cheap there. Like `simulate`, it has a dealer in
    mind unless told otherwise.
    """
    check_preprocessing(preprocessing)
    shapes = [describe(a) for a in inputs]
    return _run_trio(lambda: _plan(main, shapes, suite, fractional_bits, preprocessing, program))


async def run_party(
    main: Main,
    mine: npt.NDArray[Any] | None,
    *,
    transport: Transport,
    agreement: Agreement,
    program: str,
    suite: str = "beaver",
    fractional_bits: int = 16,
    connect_seconds: float = 0.0,
    on_progress: Progress | None = None,
    device: Accelerator | None = None,
    preprocessing: str | Source = OT,
) -> Outcome:
    """Run `main(ctx, mine)` as one real party, connected by `transport`.

    `preprocessing`: a supplier's name, or a `Source`. The last endpoint is the dealer if material comes from one; else
    all are parties.

    `device` is offered the large local operations of the online part.
    Tells the peers and raises if anything fails, here or there. The process keeps its memory (`native.keep_memory`).
    """
    keep_memory()
    progress = on_progress or (lambda stage, done, total: None)
    try:
        source = Source(preprocessing) if isinstance(preprocessing, str) else preprocessing
        party = await _Party.prepare(
            main, mine, transport, agreement, find_suite(suite), fractional_bits, progress, source
        )
        party.device = device
        return await party.run(program, connect_seconds)
    except Exception as error:
        tell_peers(transport, error, "program-failed")
        raise


async def run_dealer(*, transport: Transport, on_progress: Progress | None = None) -> None:
    """The dealer's whole life on a transport whose last endpoint it is: serve every party until all are done."""
    keep_memory()
    dealt = 0

    def count(size: int) -> None:
        nonlocal dealt
        dealt += size
        if on_progress:
            on_progress("dealing", dealt, None)

    try:
        await dealer.serve(transport, transport.n - 1, count)
        await transport.finish({})
    except Exception as error:
        tell_peers(transport, error, "dealer-failed")
        raise


@dataclass(slots=True)
class _Party:
    """One real party between connecting and its report."""

    main: Main
    mine: Any
    transport: Transport
    agreement: Agreement
    suite: Suite
    fractional_bits: int
    progress: Progress
    source: Source
    provision: Provision
    plan: Plan | None = None
    warnings: list[str] = field(default_factory=list)
    offline_seconds: float = 0.0
    device: Accelerator | None = None

    @staticmethod
    async def prepare(
        main: Main,
        mine: Any,
        transport: Transport,
        agreement: Agreement,
        suite: Suite,
        fractional_bits: int,
        progress: Progress,
        source: Source,
    ) -> _Party:
        """Everything before the program runs: shapes, dry run, material."""
        started = time.perf_counter()
        provision = await Provision.open(source, transport, agreement, lambda *made: progress("offline", *made))
        party = _Party(main, mine, transport, agreement, suite, fractional_bits, progress, source, provision)
        session = party._session()
        shapes = await exchange_shapes(session.root(_SHAPES), mine)
        await provision.agree(session)
        progress("planning", 0, None)
        await party._make_plan(shapes)
        progress("offline", 0, None)
        if party.plan is not None:
            await provision.supply.prepare(party.plan.demand)
        party.offline_seconds = time.perf_counter() - started
        return party

    async def run(self, program: str, connect_seconds: float) -> Outcome:
        """The online phase, the goodbyes, the account."""
        session = self._session()
        session.on_call = self._counter()
        started = time.perf_counter()
        ctx = session.root(_ONLINE)
        result: list[Any] = []

        async def compute() -> None:
            with using(self.device):
                result.append(await self.main(ctx, self.mine))

        await self.provision.beside(compute)
        online = time.perf_counter() - started
        self.provision.done()
        counters = await self.transport.finish({"rounds": ctx.depth, "bytes": session.ledger.bytes_sent})
        seconds = {"connect": connect_seconds, "offline": self.offline_seconds, "online": online}
        known = [c or {} for c in counters[: session.n]]
        report = _report(
            session, program, self.source.name, seconds, [c.get("rounds", 0) for c in known],
            [c.get("bytes", 0) for c in known], (*self.warnings, *(self.device.notes if self.device else ())),
            self.device.account() if self.device else None, self.source.check.value,
        )  # fmt: skip
        return Outcome(result[0], report)

    def _session(self) -> Session:
        return Session(
            self.transport, self.provision.supply, self.agreement, self.suite, self.source.parties(self.transport),
            self.fractional_bits,
        )  # fmt: skip

    def _counter(self) -> Callable[[], None]:
        done = 0
        total = self.plan.calls if self.plan else None

        def count() -> None:
            nonlocal done
            done += 1
            self.progress("online", done, total)

        return count

    async def _make_plan(self, shapes: Sequence[npt.NDArray[Any] | None]) -> None:
        try:
            self.plan = await _plan(
                self.main, shapes, self.suite.name, self.fractional_bits, self.source.name,
                dealt=self.provision.supply.dealt,
            )  # fmt: skip
        except ParleyError as error:
            if error.code in FATAL_WHEN_DRY:
                raise
            self._unplanned(error)
        except Exception as error:
            self._unplanned(error)

    def _unplanned(self, error: Exception) -> None:
        self.warnings.append(
            f"the program did not run through on zeros ({type(error).__name__}), so its material is made on demand"
        )


async def _plan(
    main: Main,
    inputs: Sequence[npt.NDArray[Any] | None],
    suite: str,
    fractional_bits: int,
    preprocessing: str,
    program: str = "",
    *,
    dealt: bool | None = None,
) -> Plan:
    setting = Setting(find_suite(suite, simulated=True), fractional_bits, dry_run=True)
    dealt = preprocessing == DEALER if dealt is None else dealt
    supplies = [CountingSupply(dealt=dealt) for _ in inputs]
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        runs = await run_in_memory(main, inputs, supplies, setting, on_call=count)
    demand = sorted(supplies[0].demand, key=lambda entry: entry[0])  # the order of the program, not of the event loop
    return Plan(_simulated_report(runs, setting, preprocessing, {}, program), demand, calls)


def tell_peers(transport: Transport, error: Exception, otherwise: str) -> None:
    """End the session for all with an error's code, or `otherwise`, in public words."""
    code = error.code if isinstance(error, ParleyError) else otherwise
    transport.fail(code, _public_cause(error), error.party if isinstance(error, PeerError) else None)


def _public_cause(error: Exception) -> str:
    """What peers are told of a failure here: never the text of a local error, which may quote private data."""
    if isinstance(error, PeerError):
        return error.cause
    return "its program failed" if not isinstance(error, ParleyError) else f"it stopped with {error.code}"


def _simulated_report(
    runs: Sequence[PartyRun], setting: Setting, preprocessing: str, seconds: dict[str, float], program: str = ""
) -> Report:
    rounds = [run.rounds for run in runs]
    sent = [run.session.ledger.bytes_sent for run in runs]
    return _report(runs[0].session, program, preprocessing, seconds, rounds, sent, ())


def _report(
    session: Session,
    program: str,
    preprocessing: str,
    seconds: dict[str, float],
    rounds: Sequence[int],
    sent: Sequence[int],
    warnings: tuple[str, ...],
    device: dict[str, Any] | None = None,
    check_material: str = Check.NOTHING.value,
) -> Report:
    ledger = session.ledger
    return Report(
        program, session.transport.me, session.transport.names[: session.n], session.suite.name, preprocessing,
        security_sentence(session.suite, session.n, session.supply), seconds, tuple(rounds), tuple(sent),
        session.supply.received_bytes, dict(ledger.material), tuple(ledger.reveals), ledger.lines(), warnings,
        device, check_material,
    )  # fmt: skip


def security_sentence(suite: Suite, n: int, supply: Supply) -> str:
    """What a result is secure against, and who must not collude."""
    sentence, trust = suite.security(n), getattr(supply, "trust", "")
    if suite.simulation_only:
        return sentence
    return f"{sentence}, and {trust}" if trust else f"{sentence}; nobody else is trusted: {OWN_WORK}"


def _run_trio(start: Callable[[], Awaitable[R]]) -> R:
    """trio.run, in a thread of its own where an event loop is running already (a notebook, an async test)."""
    if not _inside_event_loop():
        return trio.run(start)
    box: list[R] = []
    thread_error: list[BaseException] = []

    def work() -> None:
        try:
            box.append(trio.run(start))
        except BaseException as error:
            thread_error.append(error)

    thread = threading.Thread(target=work, name="parley-simulation")
    thread.start()
    thread.join()
    if thread_error:
        raise thread_error[0]
    return box[0]


def _inside_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return trio.lowlevel.in_trio_run()
    return True
