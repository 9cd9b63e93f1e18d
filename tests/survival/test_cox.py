"""Proportional hazards over sites beside Newton's steps in the clear: estimates alone become known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from survival.trials import WEEKS, Study, agreement, made_up, regression, remission, run

import mpc
from mpc.errors import LocalError

GRID = range(1, 7)
RANGES = [(-1, 1), (0, 1)]


def fitted(study: Study, n: int = 2, suite: str = "ideal", grid: Any = GRID, ranges: Any = RANGES, **how: Any) -> Any:
    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.cox(ctx, mine, grid, ranges=ranges, **how)

    return run(study, ask, n, suite)


def opened(study: Study, n: int, suite: str, **how: Any) -> Any:
    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.cox_with_open_steps(ctx, mine, GRID, ranges=RANGES, **how)

    return run(study, ask, n, suite)


@pytest.mark.parametrize(("n", "suite", "stratified"), [(3, "beaver", False), (3, "ideal", True), (2, "ideal", False)])
def test_estimates_are_those_of_the_pooled_patients(n: int, suite: str, stratified: bool) -> None:
    study = made_up(120, n)
    model = fitted(study, n, suite, stratified=stratified).result
    b, errors = regression(study, GRID, stratified=stratified)
    np.testing.assert_allclose(model.coefficients, b, atol=0.01 * errors.min())
    np.testing.assert_allclose(model.standard_errors, errors, rtol=0.005)
    assert model.patients == 120
    assert model.events == ((study.times <= 6) & (study.events == 1)).sum()


@pytest.mark.parametrize(("n", "suite", "stratified"), [(3, "beaver", True), (2, "ideal", False)])
def test_estimates_with_open_steps_are_the_same(n: int, suite: str, stratified: bool) -> None:
    study = made_up(120, n)
    done = opened(study, n, suite, stratified=stratified)
    b, errors = regression(study, GRID, stratified=stratified)
    np.testing.assert_allclose(done.result.coefficients, b, atol=0.01 * errors.min())
    np.testing.assert_allclose(done.result.standard_errors, errors, rtol=0.005)
    assert (done.result.patients, done.result.events) == (120, ((study.times <= 6) & (study.events == 1)).sum())
    assert {reveal.shape for reveal in done.report.reveals} == {(2,)}
    assert len(done.report.reveals) < 9


def test_the_work_with_open_steps_does_not_grow_with_patients() -> None:
    few, many = (opened(made_up(count, 2), 2, "beaver").report for count in (80, 600))
    assert len(few.reveals) == len(many.reveals)
    assert few.bytes_sent[0] == pytest.approx(many.bytes_sent[0], rel=0.01)  # a division by the deaths has their bits


@pytest.mark.parametrize("steps", [2, 10])
def test_open_steps_that_do_not_settle_say_so(steps: int) -> None:
    study = made_up(80, 2)
    tells = study._replace(covariates=np.column_stack([study.covariates[:, 0], study.events]))
    with pytest.raises(LocalError, match="not-settled"):
        opened(tells, 2, "ideal", steps=steps)


def test_the_remission_trial_has_the_published_estimate() -> None:
    """R's coxph(ties="breslow"): 1.5092 with a standard error of 0.4096, here of treatment, so below 0."""
    model = fitted(remission(), 2, "ideal", WEEKS, [(0, 1)]).result
    assert model.coefficients[0] == pytest.approx(-1.5092, abs=2e-3)
    assert model.standard_errors[0] == pytest.approx(0.4096, abs=2e-3)
    assert model.hazard_ratios[0] == pytest.approx(0.2211, abs=1e-3)
    np.testing.assert_allclose(model.intervals()[0], [0.0991, 0.4934], atol=3e-3)
    assert model.p_values[0] == pytest.approx(2.29e-4, rel=0.05)
    assert "hazard ratio 0.22" in str(model)


def test_units_of_a_covariate_are_those_that_it_comes_in() -> None:
    study = made_up(120, 2)
    in_tenths = study._replace(covariates=study.covariates * [10, 1])
    one, ten = fitted(study).result, fitted(in_tenths, ranges=[(-10, 10), (0, 1)]).result
    np.testing.assert_allclose(ten.coefficients * [10, 1], one.coefficients, atol=1e-3)
    np.testing.assert_allclose(ten.standard_errors * [10, 1], one.standard_errors, atol=1e-3)


def test_nothing_but_the_number_of_deaths_and_the_estimates_is_opened() -> None:
    report = fitted(made_up(120, 2), to=1).report
    assert [(reveal.shape, reveal.to) for reveal in report.reveals] == [((2,), (0, 1)), ((), (0, 1)), ((2, 2), (1,))]


def test_what_is_sent_depends_on_sizes_and_the_number_of_deaths_alone() -> None:
    study = made_up(80, 2)
    order = np.random.default_rng(3).permutation(80)
    other = study._replace(times=study.times[order], events=study.events[order], covariates=study.covariates[::-1])
    reports = [fitted(each, 2, "beaver", steps=5).report for each in (study, other)]
    assert len({(report.rounds, report.bytes_sent) for report in reports}) == 1


def test_what_a_covariate_separates_does_not_settle_and_no_number_is_told() -> None:
    study = made_up(80, 2)
    tells = study._replace(covariates=study.events[:, None] * 1.0)

    async def ask(ctx: mpc.Context, mine: Any) -> None:
        with pytest.raises(LocalError, match="not-settled"):
            await mpc.survival.cox(ctx, mine, GRID, ranges=[(0, 1)], to=1)

    assert [reveal.shape for reveal in run(tells, ask).report.reveals] == [(2,), ()]


def test_a_hospital_without_patients_adds_none() -> None:
    study = made_up(120, 2)

    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return [await f(ctx, mine, GRID, ranges=RANGES) for f in (mpc.survival.cox, mpc.survival.cox_with_open_steps)]

    for model in run(study, ask, 3).result:
        np.testing.assert_allclose(model.coefficients, fitted(study).result.coefficients, atol=1e-3)


@pytest.mark.parametrize("how", [{"ring": 128, "fractional_bits": 32}, {"fractional_bits": 20}], ids=str)
def test_other_rings_and_fractional_bits_give_the_same(how: dict[str, Any]) -> None:
    study = made_up(120, 2)

    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.cox(ctx, mine, GRID, ranges=RANGES)

    b, _ = regression(study, GRID)
    np.testing.assert_allclose(run(study, ask, **how).result.coefficients, b, atol=1e-4)


def test_deaths_that_bear_no_estimate_are_refused() -> None:
    study = made_up(40, 2)
    few = study._replace(events=np.where(np.arange(40) < 12, study.events, 0))
    with pytest.raises(LocalError, match="too-few-events"):
        fitted(few)


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"ranges": [(0, 1)]}, "wrong-shape"),
        ({"ranges": [(0, 0), (0, 1)]}, "wrong-number"),
        ({"ranges": [(-0.1, 0.1), (0, 1)]}, "out-of-range"),
        ({"steps": 0}, "amount-out-of-range"),
        ({"smallest": 0}, "wrong-number"),
        ({"ties": "efron"}, "wrong-word"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(how: dict[str, Any], code: str) -> None:
    with pytest.raises(LocalError, match=code):
        fitted(made_up(40, 2), **how)


@pytest.mark.parametrize(("n", "suite"), [(2, "beaver"), (3, "ideal")])
def test_concordance_is_that_of_all_pairs(n: int, suite: str) -> None:
    study, score = made_up(60, n), np.array([4.0, -3.0])
    rounded = study._replace(covariates=np.round(study.covariates * 4) / 4)

    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        edges = np.arange(-7.5, 8)
        return await mpc.survival.concordance(ctx, mine, GRID, score, edges=edges)

    found = run(rounded, ask, n, suite).result
    twice, pairs = agreement(rounded, GRID, score)
    assert found.pairs == pairs
    assert found.index == pytest.approx(twice / (2 * pairs), abs=1e-12)
    assert 0.5 < found.index < 1


def test_concordance_without_deaths_is_none() -> None:
    study = made_up(30, 2)

    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.concordance(ctx, mine, GRID, [1.0, 0.0], edges=[0.0])

    with pytest.raises(LocalError, match="group-too-small"):
        run(study._replace(events=study.events * 0), ask)
    with pytest.raises(LocalError, match="too-few-events"):
        run(study._replace(times=study.times * 0 + GRID[0], events=study.events * 0 + 1), ask)


@pytest.mark.parametrize("few", ["patients", "deaths"])
@pytest.mark.parametrize("smallest", [5, 3])
def test_a_concordance_of_few_is_not_told_over_all_sites(few: str, smallest: int) -> None:
    """Each site alone has fewer; together they have one fewer than the bound, or as many."""

    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.concordance(ctx, mine, GRID, [1.0, 0.0], edges=[0.0], smallest=smallest)

    def some(count: int) -> Any:
        study = made_up(count if few == "patients" else 30, 2)
        times = np.linspace(GRID[0], GRID[-1], len(study.times))
        return study._replace(times=times, events=(np.arange(len(times)) < count).astype(int))

    with pytest.raises(LocalError, match=f"group-too-small.*fewer than {smallest}"):
        run(some(smallest - 1), ask)
    assert run(some(smallest), ask).result.pairs > 0


def test_efrons_ties_are_refused_with_a_way_out() -> None:
    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.cox_with_open_steps(ctx, mine, GRID, ranges=[(-5, 5)] * 2, ties="efron")

    with pytest.raises(LocalError, match=r"(?s)wrong-word.*Breslow.*finer grid"):
        run(made_up(30, 2), ask)
