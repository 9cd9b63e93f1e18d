"""Survival over three hospitals in one process, with a dealer's material made in it: 2,000 patients in all, five
covariates, 40 months.

Beside it the same steps in numpy, where all patients are in one place, with tables of who is at risk made before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

import mpc
from bench.harness import PARLEY, Options, Row, clocked, interleaved, middle
from mpc.context import Context
from native import keep_memory
from protocols import survival

PARTIES = 3
PATIENTS, MONTHS = 2_000, range(1, 41)
EFFECTS = np.array([0.8, -0.5, 0.3, 0.0, -0.2])
NUMPY = "numpy"
STEPS = 6

Floats = npt.NDArray[np.float64]
Program = Callable[[Context, Any], Any]


async def _cox(ctx: Context, mine: survival.Patients) -> Floats:
    model = await survival.cox(ctx, mine, MONTHS, ranges=[(-1, 1)] * len(EFFECTS), steps=STEPS)
    assert model is not None
    return model.coefficients


async def _open_steps(ctx: Context, mine: survival.Patients) -> Floats:
    model = await survival.cox_with_open_steps(ctx, mine, MONTHS, ranges=[(-1, 1)] * len(EFFECTS))
    return model.coefficients


async def _log_rank(ctx: Context, mine: survival.Patients) -> Floats:
    tables = await survival.life_tables(ctx, mine, MONTHS, arms=2)
    test = await survival.log_rank(ctx, tables)
    assert test is not None
    return np.array([test.statistic])


def patients(count: int) -> list[survival.Patients]:
    """Each hospital's, at random from a public seed."""
    dice = np.random.default_rng(2)
    found = []
    for site in range(PARTIES):
        size = len(range(site, count, PARTIES))
        z = dice.uniform(-1, 1, (size, len(EFFECTS)))
        life = np.ceil(dice.exponential(60 * np.exp(-z @ EFFECTS)))
        seen = dice.integers(6, 60, size)
        arms = (z[:, 0] > 0).astype(int)
        found.append(survival.Patients(np.minimum(life, seen), life <= seen, arms=arms, covariates=z))
    return found


def _cox_in_the_clear(sites: list[survival.Patients]) -> Floats:
    """Newton's steps of Breslow's likelihood."""
    grid = np.asarray(MONTHS, np.float64)
    z = np.concatenate([site.covariates for site in sites])
    at_risk, deaths = (np.concatenate([of(grid) for of in each]) for each in _tables(sites))
    d, of_deaths, b = deaths.sum(axis=0), deaths.sum(axis=1) @ z, np.zeros(z.shape[1])
    for _ in range(STEPS):
        w = np.exp(z @ b)
        level, first = at_risk.T @ w, at_risk.T @ (w[:, None] * z)
        mean = first / np.maximum(level, 1e-300)[:, None]
        gone = w * (at_risk @ (d / np.maximum(level, 1e-300)))
        information = z.T @ (gone[:, None] * z) - mean.T @ (d[:, None] * mean)
        b = b + np.linalg.solve(information, of_deaths - gone @ z)
    return b


def _tables(sites: list[survival.Patients]) -> tuple[list[Any], list[Any]]:
    return [site.at_risk for site in sites], [site.deaths for site in sites]


def _log_rank_in_the_clear(sites: list[survival.Patients]) -> Floats:
    grid = np.asarray(MONTHS, np.float64)
    arms = np.concatenate([site.arms for site in sites]) == np.arange(2)[:, None]
    n, d = (arms @ np.concatenate([of(grid) for of in each]) for each in _tables(sites))
    people, part = np.maximum(n.sum(axis=0), 1), n[0] / np.maximum(n.sum(axis=0), 1)
    excess = (d[0] - d.sum(axis=0) * part).sum()
    living = (people - d.sum(axis=0)) / np.maximum(people - 1, 1)
    return np.array([excess**2 / (d.sum(axis=0) * living * part * (1 - part)).sum()])


WORKS: dict[str, tuple[Program, Callable[[list[survival.Patients]], Floats], float]] = {
    "survival.cox_2000": (_cox, _cox_in_the_clear, 1e-3),
    "survival.cox_open_steps_2000": (_open_steps, _cox_in_the_clear, 1e-3),
    "survival.log_rank_2000": (_log_rank, _log_rank_in_the_clear, 0.1),
}
"""A program, the same in the clear, and how far they may be apart."""


def measure(table: str, options: Options) -> Iterator[list[Row]]:
    """Ours beside numpy, workload by workload. ArithmeticError for a wrong result."""
    keep_memory()
    for name in options.chosen(WORKS):
        program, clear, within = WORKS[name]
        count = max(150, round(PATIENTS * options.scale))
        sites = patients(count)
        run = mpc.simulate(program, inputs=sites)
        off = float(np.abs(run.result - clear(sites)).max())
        if not off <= within:
            raise ArithmeticError(f"{name} gave a wrong result, off by {off:.3g}")
        works: dict[str, Callable[[], object]] = {
            PARLEY: partial(mpc.simulate, program, inputs=sites),
            NUMPY: partial(clear, sites),
        }
        timed = interleaved({system: clocked(work) for system, work in works.items()}, options.repeat, 1)
        yield [_row(table, name, system, seconds, run.report, count, off) for system, seconds in timed.items()]


def _row(table: str, name: str, system: str, seconds: Any, report: Any, count: int, off: float) -> Row:
    assert isinstance(seconds, list)
    median, spread = middle(seconds)
    if system != PARLEY:
        return Row(table, name, system, 1, False, median, spread, 0, 0, "", count, note="in the clear")
    sent, rounds = sum(report.bytes_sent), report.rounds
    note = f"off by {off:.1e}; material included"
    return Row(table, name, system, PARTIES, False, median, spread, sent, rounds, "semi-honest", count, note=note)
