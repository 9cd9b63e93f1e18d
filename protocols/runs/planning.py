"""What a program will cost, before a byte of it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mpc.accounts.display import Section, as_html, as_text
from mpc.accounts.report import Report
from mpc.algebra.shapes_only import ShapesOfRing
from mpc.planning import NETWORKS, CountingSupply
from mpc.simulation import Main, Setting, run_in_memory
from mpc.supply import Entry
from mpc.ways import Ways
from protocols.consent.keeper import Keeper
from protocols.runs.event_loop import run_trio
from protocols.runs.frames import as_input
from protocols.runs.input_shapes import describe
from protocols.runs.lockstep import Lockstep
from protocols.runs.reports import simulated_report
from protocols.runs.sources import DEALER, check_preprocessing, means_of
from protocols.runs.suites import check_session, find_ring, find_suite
from protocols.runs.users_program import guarded, refuse_unfinished

if TYPE_CHECKING:
    from protocols.privacy.choosing import PlannedFigure
    from protocols.privacy.ledger.charges import Price


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """What a program will cost: an account without times, and the material it will take, in the order of paths.

    `promises` are what noise promises of values that are revealed, by line."""

    report: Report
    demand: list[Entry]
    calls: int
    promises: tuple[tuple[str, Any], ...] = ()

    def seconds_on(self, network: str) -> float:
        """Time on the wire on a named network (`mpc.planning.NETWORKS`); computation comes on top."""
        return NETWORKS[network].seconds(self.report.rounds, max(self.report.bytes_sent))

    @property
    def figures(self) -> list[PlannedFigure]:
        """What noise does to each figure that is revealed with it, and what a wanted error of it would take."""
        from protocols.privacy.choosing import figures_of

        return figures_of(self.promises)

    @property
    def prices(self) -> list[Price]:
        """What each release with noise costs; what was paid beforehand for many counts once."""
        from protocols.privacy.choosing import prices_of

        return prices_of(self.promises)

    @property
    def prices_beside(self) -> list[Price]:
        """Of these, those of what is not among the figures."""
        from protocols.privacy.choosing import prices_beside

        return prices_beside(self.promises)

    @property
    def _title(self) -> str:
        return f"A run will take {self.report.rounds:,} rounds, and {len(self.demand):,} pieces of material"

    @property
    def _sections(self) -> list[Section]:
        times = [(network, f"{self.seconds_on(network):,.2f}") for network in NETWORKS]
        return [*self.report.sections, Section("Time on the wire", ("network", "seconds"), times)]

    def __repr__(self) -> str:
        return as_text(self._title, self._sections, self.report.security)

    def _repr_html_(self) -> str:
        return as_html(self._title, self._sections, self.report.security)


def plan(
    main: Main,
    inputs: Sequence[Any],
    *,
    suite: str = "beaver",
    fractional_bits: int = 16,
    ring: int = 64,
    program: str = "",
    preprocessing: str = DEALER,
    tolerance: float | None = None,
    keeper: Keeper | None = None,
    network: str = "",
    numeric: str = "auto",
    compare: str = "auto",
    garbling: str = "online",
    scheme: str = "half-gates",
    stored: bool = False,
) -> Plan:
    """What `main` will cost on inputs of these shapes and dtypes; their values do not matter.

    It depends on where material comes from: protocols take what is cheap there. Like `simulate`, it has a dealer in
    mind unless told otherwise. `ring`: its bits, 64 or 128. `tolerance` refuses outputs whose error may be larger;
    `keeper` is asked of each output, as a policy is in a run.
    `stored`: the material is for a store that is used without a dealer, so that none of it stands on what only a
    dealer in the session makes: weights are then shared.
    `network`, `numeric`, `compare`, `garbling`, `scheme`: how what there are several ways for is computed
    (`mpc.ways.Ways`).
    """
    check_preprocessing(preprocessing)
    shapes = [describe(as_input(given)) for given in inputs]
    return run_trio(
        lambda: plan_shapes(
            main,
            shapes,
            suite,
            fractional_bits,
            preprocessing,
            program,
            ring=ring,
            deals_standing=False if stored else None,
            tolerance=tolerance,
            keeper=keeper,
            ways=Ways(network, numeric, compare, garbling, scheme),
        )
    )


async def plan_shapes(
    main: Main,
    inputs: Sequence[npt.NDArray[Any] | None],
    suite: str,
    fractional_bits: int,
    preprocessing: str,
    program: str = "",
    *,
    ring: int = 64,
    dealt: bool | None = None,
    deals_standing: bool | None = None,
    tolerance: float | None = None,
    keeper: Keeper | None = None,
    ways: Ways | None = None,
) -> Plan:
    """The plan of `main` on inputs of these shapes, with nothing computed but what is public.

    `dealt`: whether material is dealt, where it does not follow from the supplier's name; `deals_standing`: whether
    what stands is as well, where that is another answer.
    """
    dealt = preprocessing == DEALER if dealt is None else dealt
    means = means_of(preprocessing)
    supplies = [CountingSupply(dealt=dealt, means=means, deals_standing=deals_standing) for _ in inputs]
    factory, lockstep = find_suite(suite, simulated=True), Lockstep(supplies)
    foresight = None if factory.remembers else lambda session: lockstep
    of_shapes, ways = ShapesOfRing(find_ring(ring)), ways or Ways()
    check_session(factory, len(inputs), ways)
    setting = Setting(
        factory, fractional_bits, of_shapes, foresight=foresight, tolerance=tolerance, keeper=keeper, ways=ways
    )
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    with np.errstate(all="ignore"):  # inputs are zeros
        runs = await run_in_memory(guarded(main), inputs, supplies, setting, on_call=count)
    for run in runs:
        refuse_unfinished(main, run.result)
    demand = sorted(supplies[0].demand, key=lambda entry: entry[0])  # the order of the program, not of the event loop
    promises = tuple(runs[0].session.ledger.promises)
    return Plan(simulated_report(runs, setting, preprocessing, {}, program), demand, calls, promises)
