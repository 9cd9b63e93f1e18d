"""How well a public score orders patients of several hospitals by how soon they die: Harrell's concordance.

Harrell, Califf, Pryor, Lee, Rosati, JAMA 247, 1982. Of all pairs of which one is known to have died first, the part in
which that one has the higher score; equal scores count half. With D and N the deaths and patients by score and time,

    agreeing = sum of D[s, t] (patients of lower scores that outlive t)
    pairs    = sum of D[s, t] (all patients that outlive t)

where who is last seen at t outlives it. So tables of counts, made by each hospital, are all that comes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.bridge import compute
from protocols.array.cumulative import cumsum
from protocols.array.lines import user_line
from protocols.array.misuse import need_context
from protocols.array.private_reveals import reveal
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate, stack
from protocols.survival.life_tables import MOST
from protocols.survival.patients import (
    Floats,
    Patients,
    Whole,
    grid_of,
    mark_of,
    most_of,
    need_patients,
    public_numbers,
    sites_of,
    told,
)
from protocols.survival.small_groups import SMALLEST, smallest_of, too_small

MOST_CLASSES = 1 << 12


@dataclass(frozen=True, slots=True)
class Concordance:
    """The part of the pairs that a score has in the right order; of how many pairs."""

    index: float
    pairs: int

    def __str__(self) -> str:
        return f"{self.index:.3f} of {self.pairs:,} pairs in the right order"


async def concordance(
    ctx: Context,
    mine: Patients | None,
    grid: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    edges: npt.ArrayLike,
    most: int = MOST,
    smallest: int = SMALLEST,
    sites: Sequence[int] | None = None,
    to: Any = None,
) -> Concordance | None:
    """Of `covariates @ score`, higher for who is expected to die sooner: the coefficients of `mpc.survival.cox` or any
    public ones (columns,). Patients of all sites are compared with one another.

    Scores between neighbouring ones of the public, rising `edges` are taken as equal, those beyond them with the
    outermost; times as of `life_tables`. Receivers learn two whole numbers, pairs and twice those in the right order;
    everybody whether `smallest` patients and as many deaths are there over all sites: if not, it is refused, and
    nothing else is learnt. Nobody learns a score, a time or a count of a site. Against whom: semi-honest parties, as of
    the suite. Cost: two counts for each time and class of scores come in of each site; two rounds of products of as
    many, two comparisons.
    LocalError `wrong-number`, `wrong-shape`, `wrong-patients`, `out-of-range`; `group-too-small`; `too-few-events`
    without a pair.
    """
    need_context(ctx, "survival.concordance")
    times, own, owners, borders = grid_of(grid), need_patients(mine), sites_of(ctx, sites), _edges(edges)
    weights = _score(score)
    most, fewest = most_of(own, most), smallest_of(smallest)
    tables, mark = [], mark_of(times, weights, borders)
    for site in owners:
        counted = _counted(own, times, weights, borders, ctx) if ctx.me == site and own is not None else None
        shape = (2, len(borders) + 1, len(times) + 1)
        tables.append(await told(ctx, site, counted, shape, range=(0, most), kind="int", mark=mark))
    d, n = stack(tables).sum(axis=0)
    people = most * len(owners)
    enough = ((d.sum() >= fewest) & (n.sum() >= fewest)).reshape(())
    found = _pairs(d, n, people)
    await compute(ctx, enough, *found)
    if not await reveal(ctx, enough, planned=True):
        raise too_small("patients or deaths among them are, over all sites,", fewest)
    doubled, pairs = await reveal(ctx, *found, to=to, planned=(people, people))
    if pairs is None:
        return None
    if not int(pairs):
        raise LocalError("too-few-events", "nobody is known to have died before anybody else",
                         "observe for longer, or take a finer grid", line=user_line())  # fmt: skip
    return Concordance(int(doubled) / (2 * int(pairs)), int(pairs))


def _pairs(d: SecretArray, n: SecretArray, people: int) -> tuple[SecretArray, SecretArray]:
    """Twice the pairs in the right order, those of equal scores once, and all pairs; of tables (classes, times)."""
    outlive = (_after(n) + n - d).within(0, people)
    below = (cumsum(outlive, axis=0) - outlive).within(0, people)
    agreeing = (d * (below + below + outlive)).sum()
    pairs = (d.sum(axis=0).within(0, people) * outlive.sum(axis=0).within(0, people)).sum()
    return agreeing.within(0, people**2), pairs.within(0, people**2)


def _after(n: SecretArray) -> SecretArray:
    """How many of each class are later than each time."""
    later = cumsum(n[:, ::-1], axis=1)[:, ::-1]
    return concatenate([later[:, 1:], np.zeros((n.shape[0], 1), np.int64)], axis=1)


def _counted(own: Patients, grid: Floats, score: Floats, edges: Floats, ctx: Context) -> Whole:
    """Deaths and patients by class of scores and time, the last for who is seen after the grid. In the clear."""
    if score.shape != own.covariates.shape[1:] and not ctx.planning:
        raise LocalError(
            "wrong-shape", f"coefficients of shape {score.shape} for {own.covariates.shape[1]} covariates",
            "one for each column", line=user_line(),
        )  # fmt: skip
    classes = np.searchsorted(edges, own.covariates @ score)
    slots = own.slots(grid)
    table = np.zeros((2, len(edges) + 1, len(grid) + 1), np.int64)
    died = (own.events == 1) & (slots < len(grid))
    np.add.at(table[0], (classes[died], slots[died]), 1)
    np.add.at(table[1], (classes, slots), 1)
    return table


def _score(score: Any) -> Floats:
    """LocalError `wrong-number`."""
    weights = public_numbers(score)
    if weights.ndim != 1 or not np.isfinite(weights).all():
        raise LocalError("wrong-number", "a score that is no list of finite numbers",
                         "give a public coefficient for each covariate, at all parties", line=user_line())  # fmt: skip
    return weights


def _edges(edges: Any) -> Floats:
    """LocalError `wrong-number`."""
    borders = public_numbers(edges)
    if (
        not np.isfinite(borders).all()
        or borders.ndim != 1
        or not 0 < borders.size <= MOST_CLASSES
        or not (np.diff(borders) > 0).all()
    ):
        raise LocalError("wrong-number", f"edges that are no list of 1 to {MOST_CLASSES} rising numbers",
                         "np.linspace(lo, hi, 101) for scores between", line=user_line())  # fmt: skip
    return borders
