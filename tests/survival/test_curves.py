"""Curves, tests, counts and noise over sites beside the textbook's in the clear, and who learns what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from survival.trials import REMISSION, WEEKS, Study, curves, excess, made_up, remission, run, table

import mpc
from mpc.errors import LocalError, PeerError
from protocols.survival import Patients
from protocols.survival.noisy_curves import moved_by_a_patient
from protocols.survival.tails import chi_squared_tail, two_sided

GRID = range(1, 7)


async def tables(ctx: mpc.Context, mine: Any, grid: Any = GRID, arms: int = 2, **how: Any) -> Any:
    return await mpc.survival.life_tables(ctx, mine, grid, arms=arms, **how)


def curve(study: Study, n: int, suite: str, grid: Any = GRID, arms: int = 2, **how: Any) -> Any:
    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.kaplan_meier(ctx, await tables(ctx, mine, grid, arms), **how)

    return run(study, ask, n, suite)


def log_rank(study: Study, n: int, suite: str, grid: Any = GRID, arms: int = 2, **how: Any) -> Any:
    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.log_rank(ctx, await tables(ctx, mine, grid, arms), **how)

    return run(study, ask, n, suite)


@pytest.mark.parametrize(("n", "suite"), [(2, "beaver"), (3, "beaver"), (5, "ideal")])
def test_curves_are_those_of_the_pooled_patients(n: int, suite: str) -> None:
    study = made_up(90, n)
    found = curve(study, n, suite, smallest=1).result
    d, at_risk = table(study, GRID, 2)
    spared, errors = curves(d, at_risk)
    told = at_risk >= 1
    assert (found.told == told).all()
    np.testing.assert_allclose(found.survival[told], spared[told], atol=2e-4)
    inner = told & (at_risk > d)
    np.testing.assert_allclose(found.standard_error[inner], errors[inner], atol=5e-4)
    assert ((found.low <= found.survival) & (found.survival <= found.high))[inner].all()


def test_the_remission_trial_has_the_published_curve_and_test() -> None:
    """lifelines 0.30.0: KaplanMeierFitter, its interval by log(-log), logrank_test."""
    study = remission()
    found = curve(study, 2, "beaver", WEEKS, smallest=1).result
    weeks = np.array([6, 7, 10, 13, 16, 22, 23]) - 1
    np.testing.assert_allclose(
        found.survival[1, weeks], [0.857143, 0.806723, 0.752941, 0.690196, 0.627451, 0.537815, 0.448179], atol=3e-4
    )
    assert found.medians().tolist() == [8, 23]
    test = log_rank(study, 2, "beaver", WEEKS).result
    assert test.statistic == pytest.approx(16.7929, abs=0.01)
    assert test.degrees == 1


@pytest.mark.parametrize(("n", "suite", "arms", "stratified"), [(3, "beaver", 3, False), (2, "beaver", 2, True)])
def test_the_log_rank_test_is_that_of_the_pooled_patients(n: int, suite: str, arms: int, stratified: bool) -> None:
    study = made_up(120, n, arms=arms)
    found = log_rank(study, n, suite, arms=arms, stratified=stratified).result
    parts = [study.sites == s for s in range(n)] if stratified else [study.sites >= 0]
    of_parts = [Study(*(None if x is None else x[part] for x in study)) for part in parts]
    u, v = (sum(x) for x in zip(*(excess(*table(s, GRID, arms)) for s in of_parts), strict=True))
    k = arms - 1
    np.testing.assert_allclose(found.excess, u[:k], atol=2e-3)
    np.testing.assert_allclose(found.covariance, v[:k, :k], atol=5e-3)
    statistic = u[:k] @ np.linalg.solve(v[:k, :k], u[:k])
    assert found.statistic == pytest.approx(statistic, abs=5e-3)
    assert found.p_value == pytest.approx(chi_squared_tail(statistic, k), abs=2e-3)


def test_where_too_few_are_at_risk_nothing_is_told() -> None:
    study = made_up(40, 2)
    told = table(study, GRID, 2)[1] >= 8
    found = curve(study, 2, "ideal", smallest=8)
    assert (found.result.told == told).all()
    assert 0 < told.sum() < told.size
    assert (np.isnan(found.result.survival) == ~told).all()
    assert [reveal.shape for reveal in found.report.reveals] == [(2, 2, 6), (2, 6)]


def test_a_curve_is_told_at_the_times_that_are_asked_for_alone() -> None:
    study = made_up(60, 2)
    every, two = curve(study, 2, "ideal").result, curve(study, 2, "ideal", at=[2, 5]).result
    np.testing.assert_allclose(two.survival, every.survival[:, [1, 4]])
    assert two.times.tolist() == [2, 5]


def test_small_arms_are_refused_at_all_parties_and_nothing_else_is_told() -> None:
    study = made_up(30, 2)
    first = np.flatnonzero(study.arms == 0)[:3]
    few = study._replace(arms=np.where(np.isin(np.arange(30), first), 0, 1))

    async def ask(ctx: mpc.Context, mine: Any) -> list[Any]:
        with pytest.raises(LocalError, match="group-too-small"):
            await mpc.survival.log_rank(ctx, await tables(ctx, mine))
        return []

    reveals = run(few, ask).report.reveals
    assert [reveal.shape for reveal in reveals] == [()]


def test_without_deaths_there_is_no_test() -> None:
    study = made_up(40, 2)
    alive = study._replace(events=study.events * 0)
    with pytest.raises(LocalError, match="too-few-events"):
        log_rank(alive, 2, "ideal")
    np.testing.assert_allclose(curve(alive, 2, "ideal", smallest=1).result.survival, 1, atol=1e-4)


def test_all_who_die_at_once_leave_nobody() -> None:
    study = Study(np.full(12, 3.0), np.ones(12, int), np.arange(12) % 2, None, np.arange(12) // 6)
    found = curve(study, 2, "beaver").result
    np.testing.assert_allclose(found.survival[:, :3], [[1, 1, 0]] * 2, atol=1e-4)
    assert not found.told[:, 3:].any()


def test_a_half_is_the_median() -> None:
    study = Study(np.arange(1.0, 7), np.ones(6, int), np.zeros(6, int), None, np.arange(6) % 2)
    assert curve(study, 2, "beaver", arms=1, smallest=1).result.medians() == [3]


def test_pooled_counts_leave_small_ones_out() -> None:
    own = [[3, 0, 9], [1, 0, 2]]

    async def main(ctx: mpc.Context, _: Any) -> Any:
        return await mpc.survival.counts(ctx, own[ctx.me], smallest=5)

    run = mpc.simulate(main, [None, None])
    assert run.result.values.tolist() == [0, 0, 11]
    assert run.result.small.tolist() == [True, True, False]
    assert str(run.result) == "<5 <5 11"


def test_a_party_without_patients_helps_to_compute() -> None:
    study = made_up(50, 2)

    async def main(ctx: mpc.Context, _: Any) -> Any:
        mine = study.of_site(ctx.me) if ctx.me < 2 else None
        pooled = await tables(ctx, mine, sites=[0, 1])
        return await mpc.survival.kaplan_meier(ctx, pooled, to=2)

    results = mpc.simulate(main, [None] * 3, suite="ideal").results
    assert results[:2] == [None, None]
    np.testing.assert_allclose(results[2].survival, curve(study, 2, "ideal").result.survival, atol=1e-4)


def test_noisy_curves_come_of_noisy_counts_of_each_patient_once() -> None:
    study = made_up(300, 2)

    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.survival.noisy_curves(ctx, await tables(ctx, mine), privacy=mpc.Laplace(epsilon=4))

    done = run(study, ask, 2, "beaver")
    found, (d, n) = done.result, table(study, GRID, 2)
    assert np.abs(found.deaths - d).max() < 16  # 32 scales of the noise
    assert np.abs(found.at_risk - n).max() < 60
    np.testing.assert_allclose(found.survival, curves(d, n)[0], atol=0.2)  # 34 scales of a death, where 52 are left
    assert [reveal.shape for reveal in done.report.reveals] == [(2, 2, 6)]
    assert done.report.reveals[0].privacy.startswith("epsilon 4")


@pytest.mark.parametrize("neighbours", [mpc.privacy.substitute(), mpc.privacy.add_or_remove()])
def test_no_patient_moves_the_cells_further_than_is_said(neighbours: Any) -> None:
    """Every patient in the place of every other, or of none, in tables of two arms and two times."""
    every = [(t, e, a) for t in (1, 2, 3) for e in (0, 1) for a in (0, 1)]
    cells = [_cells(*one) for one in every]
    others = cells if neighbours.relation is mpc.privacy.substitute().relation else [np.zeros((2, 2, 2))]
    furthest = max(np.abs(x - y).sum() for x in cells for y in others)
    moves = moved_by_a_patient(neighbours)
    assert furthest == moves.l1
    assert max(np.square(x - y).sum() for x in cells for y in others) == moves.l2_squared


def _cells(time: int, event: int, arm: int) -> Any:
    """What one patient adds to the cells, as `noisy_curves` counts them."""
    d, n = table(Study(np.array([time]), np.array([event]), np.array([arm]), None, None), [1, 2], 2)
    after = np.concatenate([n[:, 1:], np.zeros((2, 1))], axis=1)
    return np.stack([d, n - after - d])


@pytest.mark.parametrize(
    ("x", "degrees", "p"),
    [(3.841459, 1, 0.05), (16.7929, 1, 4.1688e-5), (5.991465, 2, 0.05), (7.814728, 3, 0.05), (100, 4, 1.0146e-20)],
)
def test_p_values_are_those_of_tables(x: float, degrees: int, p: float) -> None:
    assert chi_squared_tail(x, degrees) == pytest.approx(p, rel=1e-4)
    assert chi_squared_tail(0, degrees) == 1
    assert two_sided(1.959964) == pytest.approx(0.05, rel=1e-5)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"times": [1, np.nan], "events": [0, 1]}, "not-a-number"),
        ({"times": [1, -2], "events": [0, 1]}, "wrong-number"),
        ({"times": [1, 2], "events": [0, 2]}, "wrong-number"),
        ({"times": [1, 2], "events": [0, 1, 1]}, "wrong-shape"),
        ({"times": [[1, 2]], "events": [0, 1]}, "wrong-shape"),
        ({"times": [1, 2], "events": [0, 1], "arms": [0, 0.5]}, "wrong-number"),
        ({"times": [1, 2], "events": [0, 1], "covariates": [[1]]}, "wrong-shape"),
    ],
    ids=str,
)
def test_what_are_no_patients_is_refused(given: Any, code: str) -> None:
    with pytest.raises(LocalError, match=code):
        Patients(**given)


def test_patients_do_not_show_themselves() -> None:
    assert repr(Patients([1.5, 77], [0, 1])) == "Patients(2 of them)"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"grid": []}, "wrong-number"),
        ({"grid": [2, 1]}, "wrong-number"),
        ({"grid": [0, 1]}, "wrong-number"),
        ({"grid": "months"}, "wrong-number"),
        ({"arms": 1}, "wrong-number"),
        ({"arms": 0}, "wrong-number"),
        ({"most": 3}, "most= says that no site"),
        ({"sites": [0, 0]}, "wrong-number"),
        ({"sites": [7]}, "no-such-party"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(how: dict[str, Any], code: str) -> None:
    study = made_up(40, 2)
    with pytest.raises(LocalError, match=code):
        run(study, lambda ctx, mine: tables(ctx, mine, **how))


def test_a_site_with_another_grid_is_named() -> None:
    study = made_up(40, 2)
    with pytest.raises(PeerError, match=r"public-values-differ\] party[01] computes"):
        run(study, lambda ctx, mine: tables(ctx, mine, GRID if ctx.me == 0 else range(1, 5)))


def test_who_gives_no_patients_is_told_how() -> None:
    with pytest.raises(LocalError, match="wrong-patients"):
        run(made_up(40, 2), lambda ctx, mine: tables(ctx, [1, 2]))


def test_a_plan_foretells_a_run() -> None:
    study = remission()

    async def main(ctx: mpc.Context, _: Any) -> Any:
        made = await tables(ctx, study.of_site(ctx.me), WEEKS)
        return await mpc.survival.kaplan_meier(ctx, made), await mpc.survival.log_rank(ctx, made)

    plan, done = mpc.plan(main, [None, None]).report, mpc.simulate(main, [None, None]).report
    assert (plan.rounds, plan.bytes_sent) == (done.rounds, done.bytes_sent)


def test_what_is_sent_does_not_depend_on_the_data() -> None:
    """Of as many patients, other times, events and arms: as many rounds, and messages as long."""

    async def ask(ctx: mpc.Context, mine: Any) -> Any:
        made = await tables(ctx, mine)
        await mpc.survival.kaplan_meier(ctx, made)
        await mpc.survival.log_rank(ctx, made)
        return await mpc.survival.counts(ctx, made_up(9, 1, seed=ctx.me).arms[:3])

    one, other = (run(made_up(60, 2, seed=seed), ask, 2, "beaver").report for seed in (1, 2))
    assert (one.rounds, one.bytes_sent) == (other.rounds, other.bytes_sent)


def test_the_remission_trial_is_whole() -> None:
    assert REMISSION["events"].sum() == 30
