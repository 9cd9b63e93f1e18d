"""Proportional hazards over hospitals, of which only the final estimates become known.

Cox, JRSS B 34, 1972; for deaths at one time as Breslow, Biometrics 30, 1974. Of patients with covariates z_i, with
w_i = exp(z_i b), and over the times t with d_t deaths and the patients R_t at risk,

    S_t = sum of w_i over R_t,   m_t = sum of w_i z_i over R_t / S_t,   r_i = w_i (sum of d_t / S_t over i's times)
    g = sum of z_i over who died - sum of r_i z_i                      the gradient of the log likelihood
    H = sum of r_i z_i z_i^T - sum of d_t m_t m_t^T                    minus its second derivatives

as the sums over R_t of w_i z_i z_i^T, each by d_t / S_t, are one sum over patients, of whom r_i is the hazard that each
has gone through. Newton's step is b + H^-1 g. All of it is computed on secrets: no b on the way becomes known, and no
sum of a site, which are what a distributed regression in the clear shows (Lu et al., WebDISCO, JAMIA 22, 2015).

In fixed point S_t / n_t stands for S_t, n_t being at risk: whatever n_t, it lies between e^-LONGEST and e^LONGEST. What
is small is computed WIDE times as large.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from protocols.array.bridge import compute
from protocols.array.functions import exp as exponential
from protocols.array.logic import absolute, all_
from protocols.array.misuse import need_context
from protocols.array.private_reveals import reveal
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate, stack
from protocols.privacy.amounts import count_of
from protocols.survival.cohort import Cohort, cohort, scale_of
from protocols.survival.hazard_model import BRESLOW, HazardModel, in_own_units, not_settled, ties_of
from protocols.survival.newton_steps import LONGEST, SETTLED, step, undamped
from protocols.survival.patients import Patients, grid_of, need_patients, sites_of
from protocols.survival.small_groups import SMALLEST, smallest_of

WIDE, FINE = 256, 4096


async def cox(
    ctx: Context,
    mine: Patients | None,
    grid: npt.ArrayLike,
    *,
    ranges: npt.ArrayLike,
    stratified: bool = False,
    ties: str = BRESLOW,
    steps: int = 6,
    smallest: int = SMALLEST,
    sites: Sequence[int] | None = None,
    to: Any = None,
) -> HazardModel | None:
    """The regression over all `sites`; `mine` are this party's own patients, with their covariates.

    `ranges`: public bounds (lo, hi) of each covariate, wide enough for all sites' and not much wider; `grid` as of
    `life_tables`: times are rounded up to it, and deaths at one of its times count as at once, so that a finer one
    comes nearer to the exact times. `ties`: how deaths at one time count, "breslow" and nothing else: each as if all of
    them were still at risk, which brings coefficients nearer to 0 the more there are. `stratified`: each site has a
    baseline hazard of its own. `steps` of Newton's are taken from 0, all of them, whatever the data.

    Everybody learns how many patients each site has, and, if they are at least `smallest` and 5 a covariate, how many
    died in all; and whether the estimates settled. If they did, receivers `to` learn them and their standard errors.
    Nobody learns a gradient, an iterate, a risk set, or anything of one site. Against whom: semi-honest parties, as of
    the suite. Estimates are those of the same data in the clear to about 1e-3 of a standard error in most cases; no
    bound is proven. Cost of a step: exp of each patient, two products with the patients' times at risk (patients x
    times), a division for each time and covariate, an inverse. Weigh the grid against it.
    LocalError `wrong-number`, `wrong-word`, `wrong-shape`, `wrong-patients`, `out-of-range`; `too-few-events`;
    `not-settled` for data that a covariate separates, that are collinear, or too far apart; as `mpc.reveal`.
    """
    need_context(ctx, "survival.cox")
    times, own, owners, scale = grid_of(grid), need_patients(mine), sites_of(ctx, sites), scale_of(ranges)
    count_of(steps, "the steps")
    ties_of(ties)
    patients = await cohort(ctx, own, times, scale, owners, stratified=stratified)
    events, count = await patients.totals.size(ctx, smallest_of(smallest))
    b, inverse, settled = _newton(patients, events, steps)
    found = stack([b, np.diagonal(inverse)])
    await compute(ctx, settled, found)
    if not await reveal(ctx, settled, planned=True):
        raise not_settled(steps)
    figures = await reveal(ctx, found, to=to, planned=1)
    return None if figures is None else in_own_units(np.asarray(figures), scale, events, count)


def _newton(of: Cohort, events: int, steps: int) -> tuple[SecretArray, SecretArray, SecretArray]:
    """b, the inverse of H / events, and a bit that says whether b has settled. Nothing is sent."""
    hazards = _Hazards(of)
    b: SecretArray | None = None
    near = []
    for _ in range(steps):
        gradient, information = hazards.sums(b, events)
        inverse, moved = step(information, gradient)
        b = moved if b is None else b + moved
        near.append(absolute(b).sum() <= LONGEST)
    assert b is not None
    return b, undamped(inverse, information), all_(concatenate([stack(near), absolute(moved) <= SETTLED]))


class _Hazards:
    """The sums of every step, and what they have in common."""

    def __init__(self, of: Cohort) -> None:
        some, self.none = of.totals.kept_apart()
        self.of = of
        self.part = (FINE / some).within(0, FINE)
        self.died = (of.totals.deaths * WIDE / some).within(0, WIDE)

    def sums(self, b: SecretArray | None, events: int) -> tuple[SecretArray, SecretArray]:
        """g and H at b, each divided by the number of deaths; at 0 for None."""
        sites, most = self.of.sites, WIDE * self.of.patients
        weights = [_weights(site.covariates, b) for site in sites]
        mean, rate = self._risk_sets(weights)
        rates = [site.at_risk @ self.of.totals.of_site(place, rate) for place, site in enumerate(sites)]
        hazards = [(a * w).within(0, most).reshape(-1, 1) for a, w in zip(rates, weights, strict=True)]
        each = [r * site.covariates for r, site in zip(hazards, sites, strict=True)]
        gone = sum(e.sum(axis=0) for e in each).within(-most, most)
        squares = sum(site.covariates.T @ e for e, site in zip(each, sites, strict=True)).within(-most, most)
        spread = mean.reshape(-1, self.of.columns)
        between = spread.T @ (self.of.totals.deaths.reshape(-1, 1) * spread)
        g = (self.of.totals.of_deaths - gone / WIDE) / events
        h = (squares / WIDE - between) / events
        return g.within(-2.1, 2.1), h.within(-1.1, 1.1)

    def _risk_sets(self, weights: Sequence[Any]) -> tuple[SecretArray, SecretArray]:
        """m (strata, times, columns), and WIDE d / S (strata, times)."""
        sums = [
            site.at_risk.T @ concatenate([w.reshape(-1, 1), w.reshape(-1, 1) * site.covariates], axis=1)
            for site, w in zip(self.of.sites, weights, strict=True)
        ]
        most = exp(LONGEST)
        levels = self.of.totals.strata(sums) * self.part.reshape(*self.part.shape, 1)
        levels = levels.within(-most * FINE, most * FINE) / FINE
        level = (levels[..., 0] + self.none).within(1 / most, most)
        mean = (levels[..., 1:] / level.reshape(*level.shape, 1)).within(-1.01, 1.01)
        return mean, self.died / level


def _weights(z: SecretArray, b: SecretArray | None) -> Any:
    """exp(z b), (patients,)."""
    return np.ones(len(z), np.int64) if b is None else exponential((z @ b).within(-LONGEST, LONGEST))
