"""The patients of all sites as secrets, as a regression of their times on their covariates takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.logic import maximum, where
from protocols.array.private_reveals import reveal
from protocols.array.secret import SecretArray
from protocols.array.shape import stack
from protocols.survival.patients import Floats, Patients, mark_of, public_numbers, told

MOST_COLUMNS, LARGEST = 64, 1e300
EVENTS_EACH = 5
"""Fewer deaths for each covariate bear no estimate (Vittinghoff and McCulloch, AJE 165, 2007)."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site's patients, secret: covariates on the common scale (patients, columns), whether each was at risk at
    each time (patients, times)."""

    covariates: SecretArray
    at_risk: SecretArray


@dataclass(frozen=True, slots=True)
class Totals:
    """Deaths and patients at risk (strata, times), secret: each site's own, or one stratum of all; and the sum of the
    covariates of all who died, on the common scale, (columns,)."""

    deaths: SecretArray
    living: SecretArray
    of_deaths: SecretArray
    sites: int

    def strata(self, parts: Sequence[SecretArray]) -> SecretArray:
        """A part of each site as (strata, ...): side by side, or added up."""
        each = stack(list(parts))
        return each if len(self.deaths) == self.sites else each.sum(axis=0, keepdims=True)

    def of_site(self, place: int, strata: SecretArray) -> SecretArray:
        """What a site's own stratum has."""
        return strata[place if len(strata) == self.sites else 0]

    def kept_apart(self) -> tuple[SecretArray, SecretArray]:
        """Patients at risk, at least 1; and a 1 where there are none."""
        some = maximum(self.living, 1)
        return some, some - self.living

    async def size(self, ctx: Context, smallest: int) -> tuple[int, int]:
        """How many died and how many patients there are, of all sites, which everybody learns if `smallest` died, and
        EVENTS_EACH a covariate. LocalError `too-few-events`."""
        columns = len(self.of_deaths)
        total, fewest = self.deaths.sum(), max(smallest, EVENTS_EACH * columns)
        both = stack([total, self.living[:, 0].sum()])
        events, patients = await reveal(ctx, where(total >= fewest, both, 0), planned=4 * fewest)
        if not events:
            raise LocalError(
                "too-few-events",
                f"over all sites fewer than {fewest} died within the grid, which bears no estimate of {columns} "
                "coefficients",
                "fewer covariates, more patients, or a longer observation", line=user_line(),
            )  # fmt: skip
        return int(events), int(patients)


@dataclass(frozen=True, slots=True)
class Cohort:
    """All sites' patients, and what is counted of them."""

    sites: list[Site]
    totals: Totals

    @property
    def patients(self) -> int:
        """How many there are, which is public."""
        return sum(len(site.covariates) for site in self.sites)

    @property
    def columns(self) -> int:
        """How many covariates each has."""
        return int(self.sites[0].covariates.shape[1])


@dataclass(frozen=True, slots=True)
class Scale:
    """Public bounds of covariates, (columns,): what is computed with lies between -1 and 1."""

    middle: Floats
    half: Floats

    def mark(self, grid: Floats) -> int:
        """What follows from it and the grid, which all parties must have alike."""
        return mark_of(grid, self.middle, self.half)

    def applied(self, covariates: Floats, *, planning: bool) -> Floats:
        """In the clear, at their owner. LocalError `out-of-range`, `wrong-shape`."""
        if covariates.shape[1] != len(self.half):
            raise LocalError(
                "wrong-shape", f"{covariates.shape[1]} covariates beside {len(self.half)} ranges",
                "a public range (lo, hi) for each column", line=user_line(),
            )  # fmt: skip
        scaled = np.asarray((covariates - self.middle) / self.half)
        beyond = (np.abs(scaled) > 1).any(axis=0)
        if beyond.any() and not planning:
            raise LocalError(
                "out-of-range",
                f"this party's covariates {np.flatnonzero(beyond).tolist()} have values beyond the declared ranges",
                "declare ranges that hold all of them, or clip the covariates, at all sites alike", line=user_line(),
            )  # fmt: skip
        return scaled.clip(-1, 1)


def scale_of(ranges: Any) -> Scale:
    """LocalError `wrong-number`."""
    bounds = public_numbers(ranges)
    fits = bounds.ndim == 2 and bounds.shape[1] == 2 and 0 < len(bounds) <= MOST_COLUMNS
    if not fits or not (np.abs(bounds) <= LARGEST).all() or not (bounds[:, 0] < bounds[:, 1]).all():
        raise LocalError(
            "wrong-number", "ranges= are no rising pairs of numbers, one for each covariate",
            "public bounds, not taken from the data: ranges=[(18, 90), (0, 1)]", line=user_line(),
        )  # fmt: skip
    return Scale(bounds.mean(axis=1), (bounds[:, 1] - bounds[:, 0]) / 2)


async def cohort(
    ctx: Context, own: Patients | None, grid: Floats, scale: Scale, owners: list[int], *, stratified: bool
) -> Cohort:
    """All sites' patients come in: for each site four messages and the elements of all. LocalError and PeerError as
    of `told`."""
    sites, mark = [], scale.mark(grid)
    for site in owners:
        mine = own if ctx.me == site else None
        x = None if mine is None else scale.applied(mine.covariates, planning=ctx.planning)
        z = await told(ctx, site, x, (None, len(scale.half)), range=(-1, 1), kind="fixed", mark=mark)
        at_risk = None if mine is None else mine.at_risk(grid)
        y = await told(ctx, site, at_risk, (len(z), len(grid)), range=(0, 1), kind="int", mark=mark)
        sites.append(Site(z, y))
    most = [len(site.covariates) for site in sites]
    return Cohort(sites, await totals(ctx, own, grid, scale, owners, most, stratified=stratified))


async def totals(
    ctx: Context, own: Patients | None, grid: Floats, scale: Scale, owners: list[int], most: Sequence[int], *,
    stratified: bool,
) -> Totals:  # fmt: skip
    """What sites, each of at most so many patients, count and add up of their own. Errors as of `told`."""
    tables, sums, mark = [], [], scale.mark(grid)
    for site, people in zip(owners, most, strict=True):
        mine = own if ctx.me == site else None
        table = of_deaths = None
        if mine is not None:
            deaths, x = mine.deaths(grid), scale.applied(mine.covariates, planning=ctx.planning)
            table = np.stack([deaths.sum(axis=0), mine.at_risk(grid).sum(axis=0)])
            of_deaths = deaths.sum(axis=1) @ x
        tables.append(await told(ctx, site, table, (2, len(grid)), range=(0, people), kind="int", mark=mark))
        bounds, columns = (-people, people), (len(scale.half),)
        sums.append(await told(ctx, site, of_deaths, columns, range=bounds, kind="fixed", mark=mark))
    counts = stack(tables)
    counts = counts if stratified else counts.sum(axis=0, keepdims=True)
    return Totals(counts[:, 0], counts[:, 1], stack(sums).sum(axis=0), len(owners))
