"""The curve of Kaplan and Meier over hospitals, from secret life tables.

Kaplan and Meier, JASA 53, 1958; the variance is Greenwood's (1926):

    S(t) = product over u <= t of 1 - d_u / n_u,      Var S(t) = S(t)^2 V(t),
    V(t) = sum over u <= t of d_u / (n_u (n_u - d_u)).

Quotients are taken of WIDE times their dividend, so that parts of large groups keep their digits in fixed point.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.cumulative import cumprod, cumsum
from protocols.array.lines import user_line
from protocols.array.logic import maximum, where
from protocols.array.misuse import need_context
from protocols.array.private_reveals import reveal
from protocols.array.secret import SecretArray
from protocols.array.shape import stack
from protocols.privacy.amounts import AnyNumber
from protocols.statistics.estimate import confidence_of
from protocols.survival.life_tables import LifeTables, need_tables
from protocols.survival.patients import Floats, public_numbers
from protocols.survival.small_groups import SMALLEST, smallest_of

WIDE = 256
ROUNDED = 2.0**-13


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The part of each arm that the event has spared up to each time, (arms, times), with intervals and standard
    errors; NaN where too few were at risk (`told` is False)."""

    times: Floats
    survival: Floats
    low: Floats
    high: Floats
    standard_error: Floats
    told: npt.NDArray[np.bool_]
    confidence: float

    def medians(self) -> Floats:
        """The first of the times by which half of an arm is no longer spared; infinite where that is not seen. A half
        is one that rounding may have made a little more."""
        below = np.where(self.told, self.survival, 1) <= 0.5 + ROUNDED
        return np.where(below.any(axis=1), self.times[below.argmax(axis=1)], np.inf)

    def __str__(self) -> str:
        rows = (
            f"arm {arm}: " + ", ".join(f"{s:.3f}" for s in curve if s == s) for arm, curve in enumerate(self.survival)
        )
        return "; ".join(rows)


async def kaplan_meier(
    ctx: Context,
    tables: LifeTables,
    *,
    at: npt.ArrayLike | None = None,
    smallest: int = SMALLEST,
    confidence: AnyNumber = "0.95",
    to: Any = None,
) -> Curves | None:
    """The curves of all arms at the times `at`, which are of the grid, all of it by default.

    Receivers `to`, everybody if not given, learn the curves and their standard errors at these times as far as at least
    `smallest` patients of an arm, of all sites together, were at risk, and up to which time that is. Two times of
    `at` that follow one another in the grid tell, between them, about how many were at risk and died: give few
    times where that is too much. Nobody learns anything of a site. Against whom: semi-honest parties, as of the suite.
    Errors: about 2^-15 a time of the grid. Cost: two divisions for each time and arm, a product of all times.
    Intervals are those of log(-log S), as lifelines and R's survival have them by that name.
    LocalError `wrong-number`, `amount-out-of-range`, and as `mpc.reveal`.
    """
    need_context(ctx, "survival.kaplan_meier")
    tables = need_tables(tables)
    places, fewest = _places(tables.grid, at), smallest_of(smallest)
    sure = float(confidence_of(confidence))
    deaths, at_risk = tables.pooled()
    spared, variance = _curves(deaths, at_risk)
    told = at_risk[:, places] >= fewest
    found = where(told, stack([spared[:, places], variance[:, places]]), 0)
    figures, seen = await reveal(ctx, found, told, to=to)
    if figures is None or seen is None:
        return None
    return _shown(tables.grid[places], figures[0], figures[1], np.asarray(seen), sure)


def _curves(d: SecretArray, n: SecretArray) -> tuple[SecretArray, SecretArray]:
    """S, and WIDE^2 V."""
    parts = (d * WIDE / maximum(n, 1)).within(0, WIDE)
    others = WIDE / maximum(n - d, 1)
    return cumprod(1 - parts / WIDE, axis=1), cumsum(parts * others, axis=1)


def _shown(times: Floats, s: Floats, v: Floats, told: npt.NDArray[np.bool_], sure: float) -> Curves:
    """In the clear: nothing but what was revealed."""
    s, v = np.where(told, np.clip(s, 0, 1), np.nan), np.where(told, np.maximum(v, 0), np.nan)
    error = np.sqrt(v) / WIDE
    z = NormalDist().inv_cdf((1 + sure) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.exp(z * error / np.abs(np.log(s)))
        inner = (s > 0) & (s < 1)
        low, high = np.where(inner, s**away, s), np.where(inner, s ** (1 / away), s)
    return Curves(times, s, low, high, s * error, told, sure)


def _places(grid: Floats, at: Any) -> npt.NDArray[np.int64]:
    """Where the times are in the grid. LocalError `wrong-number`."""
    if at is None:
        return np.arange(len(grid))
    wanted = np.atleast_1d(public_numbers(at))
    places = np.searchsorted(grid, wanted)
    of_grid = grid[np.minimum(places, len(grid) - 1)] == wanted
    if wanted.ndim != 1 or not of_grid.all() or not (np.diff(wanted) > 0).all():
        raise LocalError("wrong-number", "curves at times that are not of the grid, or do not rise",
                         "give at= times of the grid of the life tables, in order", line=user_line())  # fmt: skip
    return places
