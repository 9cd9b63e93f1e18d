"""Proportional hazards over hospitals whose coefficients become known after each step: for very many patients.

The likelihood and the letters of `cox_breslow74`. Where b is public, each site adds up its own patients in the clear,

    (1, z, z z^T) w   over who is at risk at each time,

and puts the sums in as secrets; the parties add, divide and invert them. So the work for the parties does not depend on
how many patients there are. A distributed regression in the clear shows these sums of each site (Lu et al., WebDISCO,
JAMIA 22, 2015); here they are shares, and b after each step is opened, of all sites together.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from protocols.array.misuse import need_context
from protocols.array.private_reveals import reveal
from protocols.array.secret import SecretArray
from protocols.privacy.amounts import count_of
from protocols.survival.cohort import Scale, Totals, scale_of, totals
from protocols.survival.hazard_model import BRESLOW, HazardModel, in_own_units, not_settled, ties_of
from protocols.survival.life_tables import MOST
from protocols.survival.newton_steps import LONGEST, SETTLED, step, undamped
from protocols.survival.patients import Floats, Patients, grid_of, most_of, need_patients, sites_of, told
from protocols.survival.small_groups import SMALLEST, smallest_of

FINE = 4096
SMALL = SETTLED / 16
"""Of a step after which there is no other."""

STEPS_PLANNED = 4
"""As many as most data take."""


async def cox_with_open_steps(
    ctx: Context,
    mine: Patients | None,
    grid: npt.ArrayLike,
    *,
    ranges: npt.ArrayLike,
    stratified: bool = False,
    ties: str = BRESLOW,
    steps: int = 10,
    most: int = MOST,
    smallest: int = SMALLEST,
    sites: Sequence[int] | None = None,
) -> HazardModel:
    """As `cox`, which shows less: everybody learns the coefficients after each of Newton's steps, until they settle.

    `most`: no site has more patients, which is public; how many each has nobody learns. Everybody learns how many died
    and how many patients there are, if at least `smallest` and 5 a covariate died; coefficients after each step, and
    standard errors. Nobody learns a sum of a site. Against whom, and errors, as of `cox`. Cost of a step: in of each
    site come (columns + 1)(columns + 2) / 2 numbers for each time, which are divided, beside an inverse; nothing
    depends on the number of patients.
    """
    need_context(ctx, "survival.cox_with_open_steps")
    times, own, owners, scale = grid_of(grid), need_patients(mine), sites_of(ctx, sites), scale_of(ranges)
    count_of(steps, "the steps")
    ties_of(ties)
    most = most_of(own, most)
    people = [most] * len(owners)
    of = await totals(ctx, own, times, scale, owners, people, stratified=stratified)
    events, patients = await of.size(ctx, smallest_of(smallest))
    sums = _SiteSums(of, scale, own, times, owners, most)
    b = np.zeros(len(scale.half))
    for number in range(steps):
        gradient, information = await sums.at(ctx, b, events)
        inverse, moved = step(information, gradient)
        last = await reveal(ctx, moved, planned=2 * SMALL if number < min(STEPS_PLANNED, steps) - 1 else 0)
        b = b + last
        if np.abs(b).sum() > LONGEST:
            break
        if np.abs(last).max() <= SMALL:
            variances = await reveal(ctx, np.diagonal(undamped(inverse, information)), planned=1)
            return in_own_units(np.stack([b, variances]), scale, events, patients)
    raise not_settled(steps)


class _SiteSums:
    """What comes in of each site at each step."""

    def __init__(
        self, of: Totals, scale: Scale, own: Patients | None, grid: Floats, owners: Sequence[int], most: int
    ) -> None:
        some, self.none = of.kept_apart()
        self.of, self.scale, self.own, self.grid, self.owners, self.most = of, scale, own, grid, owners, most
        self.part = (FINE / some).within(0, FINE)
        self.columns, self.mark = len(scale.half), scale.mark(grid)
        self.pairs = np.tril_indices(self.columns)

    async def at(self, ctx: Context, b: Floats, events: int) -> tuple[SecretArray, SecretArray]:
        """g and H at b, each divided by the number of deaths."""
        largest = exp(LONGEST)
        numbers = 1 + self.columns + len(self.pairs[0])
        parts = []
        for site in self.owners:
            own = self._own(b, planning=ctx.planning) if ctx.me == site and self.own is not None else None
            bounds = (-self.most * largest, self.most * largest)
            parts.append(
                await told(ctx, site, own, (len(self.grid), numbers), range=bounds, kind="fixed", mark=self.mark)
            )
        levels = self.of.strata(parts) * self.part.reshape(*self.part.shape, 1)
        levels = levels.within(-largest * FINE, largest * FINE) / FINE
        level = (levels[..., :1] + self.none.reshape(*self.none.shape, 1)).within(1 / largest, largest)
        means = (levels[..., 1:] / level).within(-1.01, 1.01).reshape(-1, numbers - 1)
        return self._sums(means, events)

    def _sums(self, means: SecretArray, events: int) -> tuple[SecretArray, SecretArray]:
        """Of means of z and of z z^T, (strata and times, numbers)."""
        first, second = means[:, : self.columns], means[:, self.columns :]
        deaths = self.of.deaths.reshape(1, -1)
        gradient = self.of.of_deaths - (deaths @ first)[0]
        between = first.T @ (deaths.reshape(-1, 1) * first)
        places = np.zeros((self.columns, self.columns), np.int64)
        places[self.pairs] = places.T[self.pairs] = np.arange(len(self.pairs[0]))
        whole = (deaths @ second)[0][places.reshape(-1)].reshape(self.columns, self.columns)
        return (gradient / events).within(-2.1, 2.1), ((whole - between) / events).within(-1.1, 1.1)

    def _own(self, b: Floats, *, planning: bool) -> Floats:
        """This site's sums, (times, numbers), in the clear."""
        assert self.own is not None
        z = self.scale.applied(self.own.covariates, planning=planning)
        first, second = self.pairs
        rows = np.concatenate([np.ones((len(z), 1)), z, z[:, first] * z[:, second]], axis=1)
        return np.asarray(self.own.at_risk(self.grid).T @ (rows * np.exp(z @ b)[:, None]))
