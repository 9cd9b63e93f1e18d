"""The patients of all sites as secrets, as a regression of their times on their covariates takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.logic import maximum
from protocols.array.secret import SecretArray
from protocols.array.shape import stack
from protocols.survival.patients import Floats, Patients, told

MOST_COLUMNS = 64


@dataclass(frozen=True, slots=True)
class Site:
    """One site's patients, secret: covariates on the common scale (patients, columns), whether each was at risk at
    each time (patients, times); and of all of them the sum of the covariates of who died (columns,)."""

    covariates: SecretArray
    at_risk: SecretArray
    of_deaths: SecretArray


@dataclass(frozen=True, slots=True)
class Cohort:
    """All sites, and deaths and patients at risk (strata, times): each site's own, or one stratum of all."""

    sites: list[Site]
    deaths: SecretArray
    living: SecretArray

    @property
    def patients(self) -> int:
        """How many there are, which is public."""
        return sum(len(site.covariates) for site in self.sites)

    @property
    def columns(self) -> int:
        """How many covariates each has."""
        return int(self.sites[0].covariates.shape[1])

    def strata(self, parts: Sequence[SecretArray]) -> SecretArray:
        """A part of each site as (strata, ...): side by side, or added up."""
        each = stack(list(parts))
        return each if len(self.deaths) == len(self.sites) else each.sum(axis=0, keepdims=True)

    def of_site(self, place: int, strata: SecretArray) -> SecretArray:
        """What a site's own stratum has."""
        return strata[place if len(strata) == len(self.sites) else 0]

    def kept_apart(self) -> tuple[SecretArray, SecretArray]:
        """Patients at risk, at least 1; and a 1 where there are none."""
        some = maximum(self.living, 1)
        return some, some - self.living


@dataclass(frozen=True, slots=True)
class Scale:
    """Public bounds of covariates, (columns,): what is computed with lies between -1 and 1."""

    middle: Floats
    half: Floats

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
    bounds = np.asarray(ranges, np.float64)
    fits = bounds.ndim == 2 and bounds.shape[1] == 2 and 0 < len(bounds) <= MOST_COLUMNS
    if not fits or not np.isfinite(bounds).all() or not (bounds[:, 0] < bounds[:, 1]).all():
        raise LocalError(
            "wrong-number", "ranges= are no rising pairs of numbers, one for each covariate",
            "public bounds, not taken from the data: ranges=[(18, 90), (0, 1)]", line=user_line(),
        )  # fmt: skip
    return Scale(bounds.mean(axis=1), (bounds[:, 1] - bounds[:, 0]) / 2)


async def cohort(
    ctx: Context, own: Patients | None, grid: Floats, scale: Scale, owners: list[int], *, stratified: bool
) -> Cohort:
    """All sites' patients come in: for each site three messages and the elements of all. LocalError and PeerError as
    of `told`."""
    sites, tables = [], []
    for site in owners:
        mine = own if ctx.me == site else None
        x, at_risk, table, of_deaths = _prepared(mine, grid, scale, planning=ctx.planning)
        columns, times = len(scale.half), len(grid)
        z = await told(ctx, site, x, (None, columns), range=(-1, 1), kind="fixed")
        rows = len(z)
        y = await told(ctx, site, at_risk, (rows, times), range=(0, 1), kind="int")
        tables.append(await told(ctx, site, table, (2, times), range=(0, rows), kind="int"))
        sites.append(Site(z, y, await told(ctx, site, of_deaths, (columns,), range=(-rows, rows), kind="fixed")))
    counts = stack(tables)
    counts = counts if stratified else counts.sum(axis=0, keepdims=True)
    return Cohort(sites, counts[:, 0], counts[:, 1])


def _prepared(own: Patients | None, grid: Floats, scale: Scale, *, planning: bool) -> tuple[Any, Any, Any, Any]:
    """What a site counts and adds up of its own patients, in the clear."""
    if own is None:
        return None, None, None, None
    x, at_risk, deaths = scale.applied(own.covariates, planning=planning), own.at_risk(grid), own.deaths(grid)
    table = np.stack([deaths.sum(axis=0), at_risk.sum(axis=0)])
    return x, at_risk, table, deaths.sum(axis=1) @ x
