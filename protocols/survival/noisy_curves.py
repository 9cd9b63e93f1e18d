"""Curves with differential privacy: the counts of a life table are told with noise, the curve follows in the clear.

As Gondara and Wang, "Differentially private survival function estimation", MLHC 2020: a patient is in one cell of the
table, as one who died, or was last seen, at one time and in one arm. So one patient in the place of another moves two
cells by one each, and one more or less a single one. What is made of the noisy cells costs nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.misuse import need_context
from protocols.array.private_reveals import with_noise
from protocols.array.revealing import reveal_charged
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate, stack
from protocols.privacy.joint_noise import Gaussian, Laplace, Moves
from protocols.privacy.neighbours import Neighbours, Relation
from protocols.survival.life_tables import LifeTables, need_tables
from protocols.survival.patients import Floats


@dataclass(frozen=True, slots=True, eq=False)
class NoisyCurves:
    """Curves (arms, times) of noisy counts, and these: deaths, patients last seen, patients at risk, not below 0."""

    times: Floats
    survival: Floats
    deaths: Floats
    last_seen: Floats
    at_risk: Floats


async def noisy_curves(
    ctx: Context, tables: LifeTables, *, privacy: Laplace | Gaussian, to: Any = None
) -> NoisyCurves | None:
    """The curves of all arms, with noise that all parties draw and nobody knows.

    Receivers learn deaths and patients last seen, of all sites, for each arm and interval, with the noise that
    `privacy` says for one patient in the place of another, or one more or less; and what follows from these.
    `sensitivity=` is not the program's to say. Against whom, charge, cost and errors as of `mpc.reveal` with
    `privacy`; LocalError `wrong-privacy`. Take a coarse grid: every cell has noise, and the curve adds that of all
    times before.
    """
    need_context(ctx, "survival.noisy_curves")
    _refuse_other(privacy)
    tables = need_tables(tables)
    noisy, promise = with_noise(_cells(*tables.pooled()), privacy, "counts", moved_by_a_patient(privacy.neighbours))
    found = await reveal_charged(ctx, noisy, privacy=promise, to=to)
    if found is None:
        return None
    return _curves(tables.grid, np.asarray(found, np.float64))


def _cells(d: SecretArray, n: SecretArray) -> SecretArray:
    """Each patient once: (2, arms, times) who died and who was last seen, those after the grid at its end."""
    after = concatenate([n[:, 1:], np.zeros((n.shape[0], 1), np.int64)], axis=1)
    return stack([d, n - after - d])


def moved_by_a_patient(neighbours: Neighbours) -> Moves:
    """How far one unit moves the cells: each of its patients leaves a cell and, where another comes, enters one."""
    patients = neighbours.unit.most_records
    cells = 2 if neighbours.relation is Relation.SUBSTITUTE else 1
    return Moves.alike(cells, patients)


def _refuse_other(privacy: Any) -> None:
    """LocalError `wrong-privacy`."""
    if not isinstance(privacy, Laplace | Gaussian) or privacy.sensitivity is not None:
        raise LocalError(
            "wrong-privacy", "privacy= is no noise that parties draw, or declares a sensitivity",
            "mpc.Laplace(epsilon=...) or mpc.Gaussian(rho=...)", line=user_line(),
        )  # fmt: skip


def _curves(times: Floats, cells: Floats) -> NoisyCurves:
    d, gone = np.maximum(cells, 0)
    at_risk = np.cumsum((d + gone)[:, ::-1], axis=1)[:, ::-1]
    spared = np.cumprod(1 - d / np.maximum(np.maximum(at_risk, d), 1), axis=1)
    return NoisyCurves(times, spared, d, gone, at_risk)
