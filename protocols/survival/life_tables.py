"""Life tables of several hospitals: how many died, and how many were still observed, at each public time, as secrets.

Both are counted by each hospital from its own patients. So what the parties compute does not depend on how many those
are, and no patient's line leaves a hospital, in whatever form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from protocols.arguments import instance_of
from protocols.array.lines import naming_line
from protocols.array.misuse import need_context, refuse_unawaited
from protocols.array.secret import SecretArray
from protocols.array.shape import stack
from protocols.survival.patients import (
    Floats,
    Patients,
    Whole,
    count_of_arms,
    grid_of,
    mark_of,
    most_of,
    need_patients,
    sites_of,
    told,
)

MOST = 10_000
"""Patients of one hospital, unless a program says otherwise."""


@dataclass(frozen=True, slots=True)
class LifeTables:
    """Secret counts (sites, arms, times) of whole numbers, and what is public of them."""

    deaths: SecretArray
    at_risk: SecretArray
    grid: Floats
    most: int

    @property
    def arms(self) -> int:
        """How many arms there are."""
        return int(self.deaths.shape[1])

    def pooled(self) -> tuple[SecretArray, SecretArray]:
        """Deaths and patients at risk of all sites together, (arms, times). Nothing is sent."""
        return self.deaths.sum(axis=0), self.at_risk.sum(axis=0)


async def life_tables(
    ctx: Context,
    mine: Patients | None,
    grid: npt.ArrayLike,
    *,
    arms: int = 1,
    most: int = MOST,
    sites: Sequence[int] | None = None,
) -> LifeTables:
    """The tables of all `sites` (parties, all of them by default); `mine` are this party's own patients.

    `grid` (times,): public times that rise. What happened after one and up to the next counts as at the next, those
    who were last seen then being still at risk; with all times on the grid, as months are on `range(1, 37)`, nothing
    is rounded. Who lived longer than the last is at risk all along. `arms` are numbered from 0; `most` is public: no
    site has more patients.
    Nobody learns a count. Two numbers for each time, arm and site come in, one message each; against whom as of
    `mpc.secret`. LocalError `wrong-number`, `wrong-patients`, `out-of-range` at a site with more patients, as
    `mpc.secret`; PeerError `unexpected-message` for a table of another shape.
    """
    need_context(ctx, "survival.life_tables")
    times, own, owners = grid_of(grid), need_patients(mine), sites_of(ctx, sites)
    count = count_of_arms(arms, own)
    most = most_of(own, most)
    tables, mark = [], mark_of(times)
    for site in owners:
        counted = _counted(own, times, count) if ctx.me == site and own is not None else None
        shape = (2, count, len(times))
        tables.append(await told(ctx, site, counted, shape, range=(0, most), kind="int", mark=mark))
    both = stack(tables)
    return LifeTables(both[:, 0], both[:, 1], times, most)


def need_tables(tables: Any) -> LifeTables:
    """LocalError `not-awaited`, `wrong-argument`."""
    refuse_unawaited(tables)
    with naming_line():
        return instance_of(tables, "tables", LifeTables, "what `await mpc.survival.life_tables(...)` gives")


def _counted(own: Patients, grid: Floats, arms: int) -> Whole:
    """Deaths, and patients at risk, (2, arms, times), of a hospital's own patients. In the clear."""
    of_arm = (own.arms == np.arange(arms)[:, None]).astype(np.int64)
    return np.stack([of_arm @ own.deaths(grid), of_arm @ own.at_risk(grid)])
