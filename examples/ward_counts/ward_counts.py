"""How many patients of which age have which diagnosis, over three hospitals:
differentially private counts, each with its interval.

Each hospital's file has a patient a line: the age group and the diagnosis. Everybody
learns the counts over all hospitals, with noise that the hospitals draw together and
nobody knows: (epsilon 1, delta 1e-6) for one patient in the place of another; and which
cells are surely not small, so that the others can be left out. How many patients of a
kind a hospital has stays secret.

    parley run ward_counts.py -n 3 --category age=0-17,18-39,40-64,65-79,80+ \
        --category diagnosis=asthma,diabetes,fracture,stroke \
        --input 0=north.csv --input 1=south.csv --input 2=west.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

AGES = ("0-17", "18-39", "40-64", "65-79", "80+")
DIAGNOSES = ("asthma", "diabetes", "fracture", "stroke")
CELLS = len(AGES) * len(DIAGNOSES)
NOISE = mpc.Gaussian(epsilon=1, delta="1e-6")
MOVED = 2**0.5
"""How far a patient who becomes another moves counts (L2): two cells by one each."""
FEWEST = 20


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The counts; `mine` is this hospital's table, ages and diagnoses as numbers."""
    wards = [await cells(ctx, ward, mine) for ward in range(ctx.n)]
    counts: Any = sum(np.bincount(cell, minlength=CELLS) for cell in wards)
    noisy = await mpc.reveal(ctx, counts, privacy=NOISE)
    noisy = noisy.reshape(len(AGES), len(DIAGNOSES))
    within = interval()
    return {
        "counts": noisy,
        "within": within,
        "told": noisy >= FEWEST + within,
        "by_age": noisy.sum(axis=1),
        "by_age_within": within * len(DIAGNOSES) ** 0.5,
        "patients": noisy.sum(),
    }


async def cells(ctx: Any, ward: int, mine: Any) -> Any:
    """The cell of each of a hospital's patients, as a secret."""
    own = None
    if ctx.me == ward and mine is not None:
        own = np.asarray(mine["age"] * len(DIAGNOSES) + mine["diagnosis"]).astype(int)
    return await mpc.secret(ctx, ward, own, range=(0, CELLS - 1), kind="int")


def interval() -> float:
    """What all counts are within at once, of 20 times in 19: of one cell the noise is
    further off than this once in 20 * CELLS times.
    """
    deviation = MOVED / (2 * float(NOISE.rho or 0)) ** 0.5
    each = 1 - 1 / (20 * CELLS)
    return mpc.privacy.gaussian_error(deviation, each).bound
