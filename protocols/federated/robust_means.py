"""Means that a few poisoned sites move only so far: computed on secret updates, of which nobody sees one.

Yin, Chen, Ramchandran, Bartlett, ICML 2018 (coordinate-wise trimmed mean, median); Blanchard, El Mhamdi, Guerraoui,
Stainer, NeurIPS 2017 (Krum). A *poisoned* site follows the protocol, and has whatever data it likes, and so whatever
update of at most the clip. Sites count alike, since a weight would be a way to weigh more.

| | sites | against f poisoned sites it bounds | it does not help against |
|---|---|---|---|
| `TrimmedMean(f)` | 2f + 1 | each coordinate of the mean, by values of honest sites | biases within their spread |
| `Median()` | 2f + 1 for any f | the same, for as many as there can be | the same; it loses more of uneven data |
| `Krum(f)` | 2f + 3 | the update as a whole, that is near most others | honest minorities, who are left out |

None of them helps against a majority, or against what training on honest but wrong data does.

*What is opened* is more than a sum would tell, and each says what (`opens`). Of 2f + 1 sites a trimmed mean, and so the
median of an odd number, is in each coordinate one site's own number, and `Krum` with kept=1 one site's own update,
though not whose; who poisons learns by that what lies next to its own numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Protocol

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.extremes import argmin
from protocols.array.inputs import secret
from protocols.array.order_statistics import topk
from protocols.array.revealing import reveal
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import stack
from protocols.array.sorting import sort
from protocols.federated.grids import Grid
from protocols.federated.rounding_kls21 import Whole, most_squared
from protocols.privacy.amounts import count_of

_ONE_NUMBER = "for each weight one site's own number"

MOST_DISTANCE = 1 << 55
"""Of squared lengths in steps: sixteen of their fourfold stay below 2^62."""


class Robust(Protocol):
    """How sites' updates become one."""

    @property
    def most_radius(self) -> float:
        """The longest update, in steps, that it can compute with."""

    @property
    def by_coordinate(self) -> bool:
        """Whether coordinates are taken one by one, so that they must be the model's own: not rotated."""

    def require(self, sites: int) -> None:
        """LocalError `too-few-sites`."""

    def opens(self, sites: int) -> str:
        """What of so many sites' updates everybody sees in a round."""

    def combined(self, rows: Sequence[SecretArray], grid: Grid) -> tuple[SecretArray, int]:
        """Of the updates (k,) of all sites the sum (k,) of what is left, and of how many sites that is."""


@dataclass(frozen=True, slots=True)
class TrimmedMean:
    """For each coordinate the mean without the f largest and the f smallest values."""

    poisoned: int

    def __post_init__(self) -> None:
        count_of(self.poisoned, "the poisoned sites", least=0)

    @property
    def most_radius(self) -> float:
        """As of `Robust`."""
        return float(MOST_DISTANCE)

    @property
    def by_coordinate(self) -> bool:
        """As of `Robust`."""
        return True

    def require(self, sites: int) -> None:
        """As of `Robust`."""
        _require(sites, 2 * self.poisoned + 1, self)

    def opens(self, sites: int) -> str:
        """As of `Robust`."""
        left = sites - 2 * self.poisoned
        return _ONE_NUMBER if left == 1 else f"for each weight the mean of {left} of {sites} sites' numbers"

    def combined(self, rows: Sequence[SecretArray], grid: Grid) -> tuple[SecretArray, int]:
        """As of `Robust`."""
        f, n = self.poisoned, len(rows)
        ordered = sort(stack(list(rows), 0), axis=0)
        return ordered[f : n - f].sum(axis=0), n - 2 * f


@dataclass(frozen=True, slots=True)
class Median:
    """For each coordinate the middle value, or the mean of the two in the middle."""

    @property
    def most_radius(self) -> float:
        """As of `Robust`."""
        return float(MOST_DISTANCE)

    @property
    def by_coordinate(self) -> bool:
        """As of `Robust`."""
        return True

    def require(self, sites: int) -> None:
        """As of `Robust`."""
        _require(sites, 3, self)

    def opens(self, sites: int) -> str:
        """As of `Robust`."""
        return _trimming(sites).opens(sites)

    def combined(self, rows: Sequence[SecretArray], grid: Grid) -> tuple[SecretArray, int]:
        """As of `Robust`."""
        return _trimming(len(rows)).combined(rows, grid)


def _trimming(sites: int) -> TrimmedMean:
    """The trimmed mean that the median of so many is."""
    return TrimmedMean((sites - 1) // 2)


@dataclass(frozen=True, slots=True)
class Krum:
    """The mean of the `kept` updates whose n - f - 2 nearest others are nearest, by squared L2 distances.

    `kept`: n - f - 2 if not given (multi-Krum), which must be two or more. With kept=1, the paper's first form, one
    site's own update becomes known to everybody, though not whose: that is said, never taken for granted.
    """

    poisoned: int
    kept: int | None = None

    def __post_init__(self) -> None:
        count_of(self.poisoned, "the poisoned sites", least=0)
        if self.kept is not None:
            count_of(self.kept, "the kept sites")

    def kept_of(self, sites: int) -> int:
        """How many updates are in the mean."""
        return sites - self.poisoned - 2 if self.kept is None else self.kept

    @property
    def most_radius(self) -> float:
        """As of `Robust`."""
        return sqrt(MOST_DISTANCE)

    @property
    def by_coordinate(self) -> bool:
        """As of `Robust`: distances stay as they are when all are turned."""
        return False

    def require(self, sites: int) -> None:
        """As of `Robust`."""
        _require(sites, 2 * self.poisoned + 3, self)
        _require(sites, self.poisoned + self.kept_of(sites), self)
        if self.kept is None and self.kept_of(sites) < 2:
            raise LocalError(
                "too-few-sites",
                f"{self} of {sites} sites would take one update, which everybody would see",
                "one site more; or kept=1 or 2, if that is what you mean",
            )

    def opens(self, sites: int) -> str:
        """As of `Robust`."""
        kept = self.kept_of(sites)
        return "one site's own update" if kept == 1 else f"the mean of {kept} of {sites} sites' updates"

    def combined(self, rows: Sequence[SecretArray], grid: Grid) -> tuple[SecretArray, int]:
        """As of `Robust`: distances by one product of the updates with themselves, n sorts of n numbers."""
        updates, n = stack(list(rows), 0), len(rows)
        bound = most_squared(grid.radius, rows[0].size)
        products = (updates @ updates.T).within(-bound, bound)
        squares = products[np.arange(n), np.arange(n)].within(0, bound)
        distances = (squares.reshape(n, 1) + squares.reshape(1, n) - 2 * products).within(0, 4 * bound)
        scores = sort(distances, axis=1)[:, : n - self.poisoned - 1].sum(axis=1)
        kept = self.kept_of(n)
        if kept == 1:
            chosen = ring_form(argmin(scores) == np.arange(n)).reshape(1, n)
            return (chosen @ updates).reshape(-1), 1
        places = topk(-scores, kept)[1]
        chosen = ring_form(places.reshape(-1, 1) == np.arange(n))
        return (chosen @ updates).sum(axis=0), kept


async def robust_mean(ctx: Context, robust: Robust, grid: Grid, own: Whole | None, size: int) -> tuple[Any, int]:
    """The combination of all parties' whole numbers (size,), revealed to everybody, and of how many sites it is.

    Nothing else becomes known. Semi-honest as the suite; costs of a sort of n numbers, or of n^2 distances, for
    `mpc.plan` to say.
    """
    bounds = (-grid.most, grid.most)
    values = np.zeros(size, np.int64) if own is None else own
    rows = [await secret(ctx, owner, values, range=bounds, kind="int") for owner in ctx.everyone]
    combined, sites = robust.combined(rows, grid)
    found = await reveal(ctx, combined, planned=np.zeros(size, np.int64))
    return np.asarray(found, np.float64), sites


def _require(sites: int, least: int, robust: object) -> None:
    if sites < least:
        raise LocalError(
            "too-few-sites",
            f"{robust} takes {least} sites, and there are {sites}",
            "fewer poisoned sites, or more sites: a majority of them must be honest, and known to be",
        )
