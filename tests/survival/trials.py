"""Studies over sites, and the same figures in the clear, written as the textbooks have them: a time after the other.

REMISSION is the trial of Freireich et al., Blood 21, 1963: weeks in remission of 42 children with leukaemia.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

import mpc
from protocols.survival import Patients

PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
REMISSION = {
    "times": np.array(PLACEBO + TREATED, float),
    "events": np.array([1] * 21 + [1] * 9 + [0] * 12),
    "arms": np.array([0] * 21 + [1] * 21),
}
WEEKS = range(1, 36)


class Study(NamedTuple):
    """Patients and where each is treated."""

    times: Any
    events: Any
    arms: Any
    covariates: Any
    sites: Any

    def of_site(self, site: int) -> Patients:
        there = self.sites == site
        covariates = None if self.covariates is None else self.covariates[there]
        return Patients(self.times[there], self.events[there], arms=self.arms[there], covariates=covariates)


def remission(n: int = 2) -> Study:
    """The trial, every n-th child at one of n sites, with the arm as the covariate."""
    arms = REMISSION["arms"]
    return Study(*REMISSION.values(), arms[:, None].astype(float), np.arange(42) % n)


def made_up(patients: int, sites: int, *, arms: int = 2, months: int = 6, seed: int = 1) -> Study:
    """Whole months, many ties, a third censored, some after the grid; two covariates that matter."""
    dice = np.random.default_rng(seed)
    arm = dice.integers(0, arms, patients)
    x = np.column_stack([dice.uniform(-1, 1, patients), dice.integers(0, 2, patients)])
    hazard = np.exp(0.8 * x[:, 0] - 0.6 * x[:, 1] + 0.3 * arm) / (1.5 * months)
    life, seen = np.ceil(dice.exponential(1 / hazard)), dice.integers(1, 2 * months, patients)
    return Study(np.minimum(life, seen), (life <= seen) * 1, arm, x, dice.integers(0, sites, patients))


def run(study: Study, ask: Any, n: int = 2, suite: str = "ideal", **how: Any) -> Any:
    """A simulation of n sites; `ask(ctx, mine)` is the program."""

    async def main(ctx: mpc.Context, _: Any) -> Any:
        return await ask(ctx, study.of_site(ctx.me))

    return mpc.simulate(main, [None] * n, suite=suite, **how)


def table(study: Study, grid: Any, arms: int) -> tuple[Any, Any]:
    """Deaths and patients at risk (arms, times)."""
    d, n = np.zeros((2, arms, len(grid)))
    for place, time in enumerate(grid):
        before = grid[place - 1] if place else -1
        for arm in range(arms):
            of_arm = study.arms == arm
            then = (study.times > before) & (study.times <= time)
            d[arm, place] = (of_arm & then & (study.events == 1)).sum()
            n[arm, place] = (of_arm & (study.times > before)).sum()
    return d, n


def curves(d: Any, n: Any) -> tuple[Any, Any]:
    """Kaplan and Meier's curve, and Greenwood's standard error."""
    s, v = np.ones(d.shape[0]), np.zeros(d.shape[0])
    spared, errors = [], []
    for at in range(d.shape[1]):
        s = s * (1 - d[:, at] / np.maximum(n[:, at], 1))
        v = v + d[:, at] / np.maximum(n[:, at] * (n[:, at] - d[:, at]), 1)
        spared.append(s)
        errors.append(s * np.sqrt(v))
    return np.array(spared).T, np.array(errors).T


def excess(d: Any, n: Any) -> tuple[Any, Any]:
    """U and V of all arms."""
    k = len(d)
    u, v = np.zeros(k), np.zeros((k, k))
    for at in range(d.shape[1]):
        deaths, people = d[:, at].sum(), n[:, at].sum()
        if people > 1:
            part = n[:, at] / people
            u += d[:, at] - deaths * part
            v += deaths * (people - deaths) / (people - 1) * (np.diag(part) - np.outer(part, part))
    return u, v


def likelihood(study: Study, grid: Any, b: Any, strata: Any) -> tuple[Any, Any]:
    """Gradient and information of Breslow's partial likelihood, a death time after the other."""
    x = study.covariates
    g, h = np.zeros(x.shape[1]), np.zeros((x.shape[1],) * 2)
    slots = np.searchsorted(np.asarray(grid, float), study.times)
    for stratum in np.unique(strata):
        for at in range(len(grid)):
            dead = (slots == at) & (study.events == 1) & (strata == stratum)
            risk = (slots >= at) & (strata == stratum)
            w = np.exp(x[risk] @ b)
            if dead.any():
                mean = w @ x[risk] / w.sum()
                g += x[dead].sum(axis=0) - dead.sum() * mean
                h += dead.sum() * ((x[risk].T * w) @ x[risk] / w.sum() - np.outer(mean, mean))
    return g, h


def regression(study: Study, grid: Any, *, stratified: bool = False) -> tuple[Any, Any]:
    """Cox's estimates and their standard errors."""
    strata = study.sites if stratified else np.zeros(len(study.times))
    b = np.zeros(study.covariates.shape[1])
    for _ in range(30):
        g, h = likelihood(study, grid, b, strata)
        b = b + np.linalg.solve(h, g)
    return b, np.sqrt(np.diag(np.linalg.inv(likelihood(study, grid, b, strata)[1])))


def agreement(study: Study, grid: Any, score: Any) -> tuple[int, int]:
    """Twice the pairs in the right order, equal scores once; and all pairs. One pair after the other."""
    slots, s = np.searchsorted(np.asarray(grid, float), study.times), study.covariates @ score
    twice = pairs = 0
    for i in range(len(s)):
        for j in range(len(s)):
            died = study.events[i] == 1 and slots[i] < len(grid)
            dies_too = study.events[j] == 1 and slots[j] < len(grid)
            if died and (slots[j] > slots[i] or (slots[j] == slots[i] and not dies_too)):
                pairs += 1
                twice += 2 * (s[i] > s[j]) + (s[i] == s[j])
    return int(twice), int(pairs)
