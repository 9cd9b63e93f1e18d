"""k-means with differential privacy: Lloyd's steps on noisy counts and sums.

Blum, Dwork, McSherry, Nissim, "Practical privacy: the SuLQ framework", PODS 2005, section 4; how counts and sums share
the noise, and how few steps to take, follows Su, Cao, Li, Bertino, Jin, "Differentially private k-means clustering",
CODASPY 2016 (DPLloyd), with Gaussian noise in the place of Laplace noise. Centres follow from noisy numbers alone, so
that they are public, and only records are secret, and to which cluster each belongs.

A record x is clipped to bounds of each column and brought to -1 to 1. It moves one count by 1 and one sum by x. With
counts weighted by w, the whole part of the root of the number of columns d, one record in the place of another moves
all of it by at most 2 sqrt(d): in one cluster |x - x'| <= 2 sqrt(d), in two w^2 + |x|^2 + w^2 + |x'|^2 <= 4 d. So
counts, which divide all columns, get noise w times smaller for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.contributions import rows_of_unit
from protocols.array.extremes import argmin
from protocols.array.lines import user_line
from protocols.array.logic import clip
from protocols.array.misuse import need_context
from protocols.array.scales import fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.learning.noisy_sums import noisy_sums, require_gaussian
from protocols.learning.private_rows import Parts, joined, parts_of, root_up
from protocols.privacy.amounts import count_of
from protocols.privacy.joint_noise import Gaussian
from protocols.privacy.ledger.charges import Price
from protocols.privacy.neighbours import Neighbours

Floats = npt.NDArray[np.float64]

STEPS = 5
"""Su et al. 2016, section 4.1: Lloyd's steps come near to their end within 5, and more have more noise each."""

_SURE = 2.0
"""A cluster moves if its noisy count is so many deviations of the noise above zero: it may be empty otherwise."""


@dataclass(frozen=True, slots=True)
class PrivateClusters:
    """`centres` (k, columns), in the data's own units, and noisy `counts` (k,) of the records next to those of the step
    before. All of it may be shown to anybody.

    `deviations` (k, columns): the standard deviations that the noise of the last step gives the centres, to first
    order; infinite for a cluster that was too small to move.
    """

    centres: Floats
    counts: Floats
    deviations: Floats
    price: Price
    neighbours: Neighbours

    def predict(self, records: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """The cluster of records in the clear, (records, columns), by distance in the data's own units."""
        apart = np.asarray(records, np.float64)[:, None] - self.centres
        return np.asarray(np.square(apart).sum(axis=2).argmin(axis=1))

    def __str__(self) -> str:
        shown = "; ".join(
            f"{', '.join(f'{x:.4g}' for x in centre)} ({count:.0f} records)"
            for centre, count in zip(self.centres, self.counts, strict=True)
        )
        return f"centres {shown}; {self.price}, {self.neighbours}"


async def private_kmeans(
    ctx: Context, records: Parts, clusters: int | npt.ArrayLike, *, bounds: Any, privacy: Gaussian, steps: int = STEPS
) -> PrivateClusters:
    """Centres of `clusters` among `records` (rows, columns), a secret or a list of parts of them, one below the other;
    columns of several owners side by side: `np.concatenate([a, b], axis=1)`.

    `bounds`: (lo, hi), each a number or one for each column: records are clipped to it, on secrets. It is public and
    must not be taken from the data. `clusters`: how many, from 2 on, which start where they are spread evenly over the
    bounds, or the centres to start from, (k, columns), also public.

    Everybody learns noisy counts and sums of each step, from which its centres follow, and how many rows there are. All
    steps together are what `privacy` says (`mpc.Gaussian`) for one row in the place of another, whole rows of all
    owners where these hold columns: against everybody who sees them and all other rows, the parties among them, as long
    as they follow the protocol and no more collude than the suite allows. The charge is spent once, before the first
    step. A step finds the least of k distances for each row, and draws the noise of k (columns + 1) numbers.

    LocalError `wrong-shape`, `wrong-number`, `wrong-privacy`, `sensitivity-unknown` (rows that an owner's records are
    not known to be in), `not-bounded`, `noise-out-of-range`, and as `mpc.reveal` with `privacy`.
    """
    need_context(ctx, "learning.private_kmeans")
    require_gaussian(privacy)
    parts, count = parts_of(ctx, records, 2, "records"), count_of(steps, "the steps")
    columns = parts[0].shape[1]
    box = _Box.of(bounds, columns)
    centres = box.inside(clusters)
    table = joined(parts)
    x = box.unit(table)
    weight = isqrt(columns)
    one = moved_by_a_row(columns, weight << x.scale, x.range.magnitude)
    moved = root_up(rows_of_unit([table.node], privacy.neighbours) ** 2 * one)
    like = _counts_and_sums(x, centres, weight)
    async with noisy_sums(ctx, privacy, count, len(centres) * (columns + 1), moved, like=like) as sums:
        for _ in range(count):
            noisy = await sums.reveal(ctx, _counts_and_sums(x, centres, weight))
            step = _Step.of(noisy.reshape(len(centres), columns + 1), weight, sums.deviation)
            centres = step.centres(centres)
    off = box.half * step.deviations(centres)
    return PrivateClusters(box.outside(centres), step.counts, off, sums.price, privacy.neighbours)


def moved_by_a_row(columns: int, weight: int, size: int) -> int:
    """How far one row in the place of another moves counts and sums, in squared L2: elements are at most so large, and
    `weight` is what a row adds to a count. A row that is left out, or zero, moves them by no more."""
    square = columns * size**2
    return max(4 * square, 2 * (weight**2 + square))


def _counts_and_sums(x: SecretArray, centres: Floats, weight: int) -> SecretArray:
    """For each cluster its weighted count and its sum, (k (columns + 1),), exactly: each row is in one cluster."""
    apart = np.square(centres).sum(axis=1) - 2 * (x @ centres.T)
    member = ring_form(argmin(apart, axis=1).reshape(-1, 1) == np.arange(len(centres)))
    counts = member.sum(axis=0).reshape(-1, 1) * weight
    return concatenate([counts, member.T @ x], axis=1).reshape(-1)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one step shows, in units of the bounds."""

    counts: Floats
    sums: Floats
    deviation: float
    weight: int

    @staticmethod
    def of(noisy: Floats, weight: int, deviation: float) -> _Step:
        return _Step(noisy[:, 0] / weight, noisy[:, 1:], deviation, weight)

    @property
    def _large(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.counts > max(_SURE * self.deviation / self.weight, 0.5))

    def centres(self, before: Floats) -> Floats:
        """The means, within the bounds; where too few are left to tell, the centre stays."""
        means = self.sums / np.where(self._large, self.counts, 1)[:, None]
        return np.where(self._large[:, None], means.clip(-1, 1), before)

    def deviations(self, centres: Floats) -> Floats:
        """Of s / c, by those of s and c: (sigma / c) sqrt(1 + (centre / weight)^2)."""
        of_one = self.deviation / np.where(self._large, self.counts, 1)
        first = of_one[:, None] * np.sqrt(1 + (centres / self.weight) ** 2)
        return np.where(self._large[:, None], first, np.inf)


@dataclass(frozen=True, slots=True)
class _Box:
    """What records are clipped to: the middle and half the width of each column."""

    middle: Floats
    half: Floats

    @staticmethod
    def of(bounds: Any, columns: int) -> _Box:
        """LocalError `wrong-number`."""
        try:
            lo, hi = (np.broadcast_to(np.asarray(end, np.float64), (columns,)) for end in bounds)
        except (TypeError, ValueError):
            lo = hi = np.zeros(columns)
        if not (np.isfinite(lo) & np.isfinite(hi) & (lo < hi)).all():
            raise LocalError(
                "wrong-number",
                f"bounds of {columns} columns that are no two finite ends, the lower below the upper",
                "give bounds=(lo, hi), each a number or one for each column",
                line=user_line(),
            )
        return _Box((lo + hi) / 2, (hi - lo) / 2)

    def unit(self, x: SecretArray) -> SecretArray:
        """Records from -1 to 1."""
        return fixed(clip(fixed((ring_form(x) - self.middle) * (1 / self.half)), -1, 1))

    def outside(self, centres: Floats) -> Floats:
        """From -1 to 1 to the data's own units."""
        return self.middle + self.half * centres

    def inside(self, clusters: Any) -> Floats:
        """Where to start, from -1 to 1. LocalError `wrong-number`, `wrong-shape`, `wrong-amount`."""
        if np.ndim(clusters) == 0:
            return spread(count_of(clusters, "the clusters", least=2), len(self.half))
        start = np.asarray(clusters, np.float64)
        if start.ndim != 2 or start.shape[1] != len(self.half) or len(start) < 2 or not np.isfinite(start).all():
            raise LocalError(
                "wrong-shape",
                f"centres of shape {start.shape} to start from, for records of {len(self.half)} columns",
                "give two or more centres, a row each, of finite numbers; or how many there shall be",
                line=user_line(),
            )
        return ((start - self.middle) / self.half).clip(-1, 1)


def spread(k: int, columns: int) -> Floats:
    """k points spread evenly over -1 to 1 in each of so many columns: multiples, modulo 1, of the powers of 1 / g,
    g^(columns + 1) = g + 1 (Roberts 2018, the sequence R_d)."""
    g = 2.0
    for _ in range(64):
        g = (1 + g) ** (1 / (columns + 1))
    steps = g ** -np.arange(1.0, columns + 1)
    return np.asarray(2 * ((0.5 + np.outer(np.arange(1, k + 1), steps)) % 1) - 1)
