"""What is public of a study, and what a hospital gives that is none of it, is the same everywhere or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from survival.trials import made_up, run

import mpc
from mpc.errors import LocalError, PeerError
from protocols.survival import (
    Patients,
    concordance,
    cox,
    cox_with_open_steps,
    kaplan_meier,
    life_tables,
    log_rank,
    noisy_curves,
)

STUDY = made_up(60, 2, months=6)
MONTHS = range(1, 7)
WIDE = [(-1, 1), (0, 1)]
EDGES = np.linspace(-3, 3, 5)


def own_end(me: int) -> Any:
    """A grid that each hospital takes from its own patients: of as many times, up to another end."""
    return np.linspace(1, 6 + me, 6)


ASKED: dict[str, Callable[[mpc.Context, Any], Any]] = {
    "curves": lambda ctx, mine: life_tables(ctx, mine, own_end(ctx.me), arms=2),
    "cox, grid": lambda ctx, mine: cox(ctx, mine, own_end(ctx.me), ranges=WIDE),
    "cox, ranges": lambda ctx, mine: cox(ctx, mine, MONTHS, ranges=[(-1, 1), (0, 1 + ctx.me)]),
    "open steps": lambda ctx, mine: cox_with_open_steps(ctx, mine, MONTHS, ranges=[(-1, 1), (0, 1 + ctx.me)]),
    "score": lambda ctx, mine: concordance(ctx, mine, MONTHS, [1, ctx.me], edges=EDGES),
    "edges": lambda ctx, mine: concordance(ctx, mine, MONTHS, [1, 1], edges=EDGES + ctx.me / 100),
}


@pytest.mark.parametrize("name", ASKED)
def test_hospitals_that_count_by_other_terms_are_noticed(name: str) -> None:
    """Their tables have the same shape, and added up they would be figures of nothing."""
    with pytest.raises(PeerError, match="public-values-differ"):
        run(STUDY, ASKED[name])


def test_a_covariate_of_one_patient_tells_when_it_died() -> None:
    """As the page warns: of the same study, but for the month in which the only one died who has it."""
    found = []
    for month in (2, 4, 6):
        times, events, covariates = STUDY.times.copy(), STUDY.events.copy(), STUDY.covariates.copy()
        times[0], events[0], covariates[:, 1] = month, 1, np.arange(60) == 0
        study = STUDY._replace(times=times, events=events, covariates=covariates)
        found.append(run(study, lambda ctx, mine: cox(ctx, mine, MONTHS, ranges=WIDE)).result.coefficients[1])
    assert (np.diff(found) < -0.1).all()


def test_one_time_otherwise_is_noticed_at_a_party_without_patients() -> None:
    async def main(ctx: mpc.Context, _: Any) -> Any:
        grid = [1, 2, 3 + ctx.me // 2]
        mine = STUDY.of_site(ctx.me) if ctx.me < 2 else None
        return await kaplan_meier(ctx, await life_tables(ctx, mine, grid, arms=2, sites=[0, 1]))

    with pytest.raises(PeerError, match="public-values-differ"):
        mpc.simulate(main, [None] * 3, suite="ideal")


DATES = np.array(["2020-01-01", "2021-06-01"], "datetime64[D]")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"times": DATES}, "not-a-number"),
        ({"times": DATES - DATES[0]}, "not-a-number"),
        ({"covariates": (DATES - DATES[0])[:, None]}, "not-a-number"),
        ({"times": np.ma.masked_array([1.0, 2.0], [False, True])}, "masked-array"),
        ({"events": np.ma.masked_array([1, 0], [False, True])}, "masked-array"),
        ({"arms": [1e300, 0]}, "wrong-number"),
        ({"arms": [64, 0]}, "wrong-number"),
    ],
)
def test_what_would_be_counted_as_something_else_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(LocalError, match=code):
        Patients(**({"times": [1, 2], "events": [1, 0]} | given))


PUBLIC: dict[str, tuple[str, Callable[[mpc.Context, Any], Any]]] = {
    "most, text": ("wrong-argument", lambda ctx, mine: life_tables(ctx, mine, MONTHS, arms=2, most="10")),
    "most, open": ("wrong-argument", lambda ctx, mine: cox_with_open_steps(ctx, mine, MONTHS, ranges=WIDE, most=None)),
    "ranges": ("wrong-number", lambda ctx, mine: cox(ctx, mine, MONTHS, ranges="wide")),
    "ranges, endless": ("wrong-number", lambda ctx, mine: cox(ctx, mine, MONTHS, ranges=[(-1e308, 1e308)] * 2)),
    "edges": ("wrong-number", lambda ctx, mine: concordance(ctx, mine, MONTHS, [1, 1], edges=[np.nan])),
    "score": ("wrong-number", lambda ctx, mine: concordance(ctx, mine, MONTHS, [1, np.nan], edges=EDGES)),
    "sites": ("wrong-number", lambda ctx, mine: life_tables(ctx, mine, MONTHS, arms=2, sites=0)),
    "curves of nothing": ("wrong-argument", lambda ctx, mine: kaplan_meier(ctx, mine)),
    "a test of nothing": ("wrong-argument", lambda ctx, mine: log_rank(ctx, mine)),
    "noise on nothing": ("wrong-argument", lambda ctx, mine: noisy_curves(ctx, mine, privacy=mpc.Laplace(epsilon=1))),
    "not awaited": ("not-awaited", lambda ctx, mine: kaplan_meier(ctx, life_tables(ctx, mine, MONTHS))),
    "no score": ("wrong-number", lambda ctx, mine: concordance(ctx, mine, MONTHS, "best", edges=EDGES)),
}


@pytest.mark.parametrize("name", PUBLIC)
def test_terms_that_are_none_are_refused(name: str) -> None:
    code, ask = PUBLIC[name]
    with pytest.raises(LocalError, match=code):
        run(STUDY, ask)


@pytest.mark.parametrize("at", [3, "soon", [3, 2], [2, 2], [1.5], [[1, 2]]])
def test_curves_are_asked_for_at_rising_times_of_the_grid(at: Any) -> None:
    """The median is the first of them at which half of an arm is gone, so the first listed has to be the first."""

    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await kaplan_meier(ctx, await life_tables(ctx, mine, MONTHS, arms=2), at=at)

    if at == 3:
        assert run(STUDY, ask).result.times.tolist() == [3]
        return
    with pytest.raises(LocalError, match="wrong-number"):
        run(STUDY, ask)
