"""A trial of four treatments of HIV over several hospitals: curves of survival, whether
they differ, what the risk depends on, who took part, and a model for diagnosis.

Each hospital's file has a patient a line: the months until the disease progressed (or
the patient was last seen), the treatment, age, CD4 and CD8 cells at the start, symptoms
or none, and CD4 cells after twenty weeks. Everybody learns, of all hospitals together:
the four curves, every six months, as far as five patients are at risk; how many more
or fewer patients of a treatment progressed than if all were alike; hazard ratios, and
how well they order patients; how many patients are of which kind, unless fewer than
five; and a model that says how likely a patient is to have a low CD4 count in twenty
weeks, trained with (epsilon 2, delta 1e-5) for one patient in the place of another.
Nothing else of a patient or of a hospital becomes known.

    parley run trial.py -n 3 \
        --input 0=north.csv --input 1=south.csv --input 2=west.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc

TREATMENTS = ("zidovudine", "and didanosine", "and zalcitabine", "didanosine")
LAST, TOLD = 42, range(6, 43, 6)
"""Months: of the study, and at which of them curves are told."""

COVARIATES = ("a newer treatment", "ten years", "100 CD4 cells", "symptoms")
RANGES = [(0, 1), (1, 9), (0, 13), (0, 1)]
SCORES = np.linspace(-8, 4, 241)
AGES = (30, 40, 50)
LOW = 300
PRIVACY = mpc.Gaussian(epsilon=2, delta="1e-5")
CENTRE, UNIT = np.array([35, 350, 950, 0.2]), np.array([9, 120, 450, 0.4])
"""Of what the diagnosis is made of; public, and not taken from these patients."""


async def main(ctx: Any, mine: Any, months: int = 3) -> dict[str, Any]:
    """The study; `mine` is this hospital's table. What happens counts at the end of so
    many months.
    """
    grid = range(months, LAST + 1, months)
    patients = None if mine is None else own_patients(mine)
    arms = len(TREATMENTS)
    tables = await mpc.survival.life_tables(ctx, patients, grid, arms=arms)
    curves: Any = await mpc.survival.kaplan_meier(ctx, tables, at=TOLD)
    test: Any = await mpc.survival.log_rank(ctx, tables, stratified=True)
    risk: Any = await mpc.survival.cox(ctx, patients, grid, ranges=RANGES)
    order: Any = await mpc.survival.concordance(
        ctx, patients, grid, risk.coefficients, edges=SCORES
    )
    kinds: Any = await mpc.survival.counts(
        ctx, None if mine is None else own_kinds(mine)
    )
    model = await diagnosis(ctx, mine)
    return {
        "curves": np.where(curves.told, curves.survival, 0),
        "told": curves.told,
        "compared": True,
        "excess": test.excess,
        "progressed": risk.events,
        "settled": True,
        "coefficients": risk.coefficients,
        "concordance": order.index,
        "pairs": order.pairs,
        "kinds": kinds.values,
        "shown": ~kinds.small,
        "statistic": test.statistic,
        "p_value": test.p_value,
        "hazard_ratios": risk.hazard_ratios,
        "intervals": risk.intervals(),
        "diagnosis": np.append(model.weights, model.intercept),
    }


def own_patients(mine: Any) -> Any:
    """A hospital's patients, at that hospital; covariates as COVARIATES says."""
    newer = np.asarray(mine["arm"]) > 0
    columns = [newer, mine["age"] / 10, mine["cd4"] / 100, mine["symptoms"]]
    return mpc.survival.Patients(
        mine["months"],
        mine["progressed"],
        arms=mine["arm"],
        covariates=np.column_stack(columns),
    )


def own_kinds(mine: Any) -> Any:
    """How many of each age group have which treatment, at that hospital."""
    ages = np.searchsorted(AGES, mine["age"], side="right")
    counts = np.zeros((len(AGES) + 1, len(TREATMENTS)), int)
    np.add.at(counts, (ages, np.asarray(mine["arm"]).astype(int)), 1)
    return counts


def own_features(mine: Any) -> tuple[Any, Any]:
    """Columns of about the same size, around 0; and what they should tell."""
    columns = [mine[name] for name in ("age", "cd4", "cd8", "symptoms")]
    low = np.asarray(mine["cd4_later"]) < LOW
    return (np.column_stack(columns) - CENTRE) / UNIT, low.astype(int)


async def diagnosis(ctx: Any, mine: Any) -> Any:
    """How likely a low count is."""
    features, labels = [], []
    for hospital in ctx.everyone:
        own, low = (None, None) if mine is None else own_features(mine)
        features.append(await mpc.secret(ctx, hospital, own, range=(-16, 16)))
        labels.append(await mpc.secret(ctx, hospital, low, range=(0, 1)))
    return await mpc.learning.private_logistic_regression(
        ctx, features, labels, row_bound=2.0, privacy=PRIVACY, steps=6
    )
