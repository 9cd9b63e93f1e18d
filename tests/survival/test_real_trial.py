"""ACTG 175, 2,139 patients over five hospitals: what lifelines and statsmodels find of all of them together.

lifelines 0.30.0 (KaplanMeierFitter, multivariate_logrank_test) and statsmodels 0.15.0 (PHReg(ties="breslow")), on the
same times in whole months.
"""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

import mpc
from examples import datasets
from examples.clinical_trial import actg175
from examples.clinical_trial.trial import AGES, LAST, RANGES, own_kinds, own_patients

GRID = range(1, LAST + 1)
AT = (6, 12, 24, 36)
CURVES = [
    [0.964158, 0.894904, 0.732877, 0.624334],
    [0.996161, 0.959325, 0.865386, 0.781527],
    [0.98855, 0.961209, 0.875601, 0.762189],
    [0.991049, 0.951148, 0.83844, 0.749814],
]
INTERVALS = [[0.691669, 0.769519], [0.832102, 0.892501], [0.843256, 0.901662], [0.804262, 0.867147]]
"""After 24 months."""

STATISTIC = 48.9408
COEFFICIENTS = [-0.662329, 0.107457, -0.378769, 0.483186]
STANDARD_ERRORS = [0.092239, 0.050414, 0.042607, 0.100993]


@pytest.fixture(scope="module")
def hospitals() -> Any:
    try:
        return list(actg175.hospitals().values())
    except datasets.Unavailable as error:
        pytest.skip(str(error))


@pytest.mark.slow
def test_five_hospitals_find_what_is_found_of_all_patients_together(hospitals: Any) -> None:
    async def main(ctx: mpc.Context, _: Any) -> Any:
        mine = own_patients(hospitals[ctx.me])
        tables = await mpc.survival.life_tables(ctx, mine, GRID, arms=4)
        curves = await mpc.survival.kaplan_meier(ctx, tables, at=AT)
        test = await mpc.survival.log_rank(ctx, tables)
        model = await mpc.survival.cox(ctx, mine, GRID, ranges=RANGES)
        score, edges = model.coefficients, np.linspace(-8, 4, 2000)
        order = await mpc.survival.concordance(ctx, mine, GRID, score, edges=edges)
        return curves, test, model, order, await mpc.survival.counts(ctx, own_kinds(hospitals[ctx.me]))

    curves, test, model, order, kinds = mpc.simulate(main, [None] * 5, suite="ideal").result
    np.testing.assert_allclose(curves.survival, CURVES, atol=5e-4)
    np.testing.assert_allclose(np.column_stack([curves.low, curves.high])[:, [2, 6]], INTERVALS, atol=1e-3)
    assert test.statistic == pytest.approx(STATISTIC, abs=0.02)
    assert test.p_value == pytest.approx(1.3429e-10, rel=0.02)
    np.testing.assert_allclose(model.coefficients, COEFFICIENTS, atol=1e-3)
    np.testing.assert_allclose(model.standard_errors, STANDARD_ERRORS, atol=1e-4)
    assert (model.events, model.patients) == (521, 2139)
    assert order.index == pytest.approx(0.67246, abs=2e-3)
    ages = np.searchsorted(AGES, np.concatenate([each["age"] for each in hospitals]), side="right")
    assert kinds.values.sum(axis=1).tolist() == np.bincount(ages).tolist()
    assert not kinds.small.any()


@pytest.mark.slow
def test_on_a_grid_of_days_estimates_are_nearly_those_of_efron(hospitals: Any) -> None:
    """lifelines 0.30.0, CoxPHFitter, on days: few died on the same one."""
    rows = actg175.rows()
    x = own_patients(actg175.patients()).covariates

    async def main(ctx: mpc.Context, _: Any) -> Any:
        of = np.arange(len(x)) % 3 == ctx.me
        mine = mpc.survival.Patients(rows["days"][of], rows["cens"][of], covariates=x[of])
        return await mpc.survival.cox_with_open_steps(ctx, mine, range(1, 1240), ranges=RANGES)

    model = mpc.simulate(main, [None] * 3, suite="ideal").result
    np.testing.assert_allclose(model.coefficients, [-0.669548, 0.105924, -0.382094, 0.488615], atol=4e-4)
    np.testing.assert_allclose(model.standard_errors, [0.092249, 0.050459, 0.042656, 0.100984], atol=5e-5)


@pytest.mark.slow
def test_eighteen_institutions_each_with_a_hazard_of_its_own() -> None:
    """The lung cancers of Loprinzi et al. 1994, with their real institutions, the smallest of two patients: statsmodels
    0.15.0, PHReg(ties="breslow", strata=institution), on weeks.
    """
    try:
        file = datasets.fetched("lung")
    except datasets.Unavailable as error:
        pytest.skip(str(error))
    names = ("inst", "time", "status", "age", "sex", "ph.ecog")
    with file.open(newline="") as lines:
        cells = [[row[name] for name in names] for row in csv.DictReader(lines)]
    inst, days, died, *rest = np.array([row for row in cells if all(row)], float).T
    places = np.unique(inst)

    async def main(ctx: mpc.Context, _: Any) -> Any:
        here = inst == places[ctx.me]
        mine = mpc.survival.Patients(days[here], died[here], covariates=np.column_stack(rest)[here])
        ranges = [(35, 85), (1, 2), (0, 3)]
        return await mpc.survival.cox_with_open_steps(ctx, mine, range(7, 1030, 7), ranges=ranges, stratified=True)

    model = mpc.simulate(main, [None] * len(places), suite="ideal").result
    assert (len(places), model.patients) == (18, 226)
    np.testing.assert_allclose(model.coefficients, [0.009958, -0.531065, 0.571012], atol=1e-4)
    np.testing.assert_allclose(model.standard_errors, [0.010285, 0.181906, 0.135936], atol=1e-4)


def test_hospitals_have_each_patient_once(hospitals: Any) -> None:
    assert [len(each["age"]) for each in hospitals] == list(actg175.HOSPITALS.values())
    everyone = np.sort(np.concatenate([each["cd8"] * 10_000 + each["cd4_later"] for each in hospitals]))
    table = actg175.patients()
    assert (everyone == np.sort(table["cd8"] * 10_000 + table["cd4_later"])).all()
