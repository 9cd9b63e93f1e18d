"""The surveys with noise: intervals hold as often as is said, a budget ends the second one, a policy what is exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from privacy.ledgers import identity, signer

import mpc
from examples.recipes import EXAMPLES, Recipe, recipes
from examples.salary_survey import salary_survey, salary_survey_clear
from examples.ward_counts import ward_counts, ward_counts_clear
from mpc import privacy
from mpc.errors import ParleyError
from mpc.prg import Seed
from protocols.privacy.guard import Guard
from protocols.privacy.ledger.charges import budget
from protocols.privacy.ledger.ledger import Asker, Ledger
from protocols.privacy.policy import Policy, load_policy

FIRMS = tuple(salary_survey_clear.PARTIES)
RUNS = 1000


def recipe_of(name: str) -> Recipe:
    return next(recipe for recipe in recipes() if recipe.name == name)


def test_intervals_of_a_grade_and_of_the_median_hold_in_19_of_20_cases() -> None:
    """Of noise that one party draws, which is the same: nothing is computed on shares."""
    inputs = recipe_of("salary_survey").inputs()
    right = salary_survey_clear.clear(*inputs)
    grade, salary = (np.concatenate([np.asarray(each[name]) for each in inputs]) for name in ("grade", "salary"))
    within = np.clip(salary, salary_survey.LOWEST[grade], salary_survey.HIGHEST[grade])
    deviation, median = [within[grade == place].std() for place in range(3)], np.median(salary)
    stream = Seed(bytes(32)).prg("test")
    held, widths = [], []
    for _ in range(RUNS):
        noisy = {
            name: right[name].astype(int) + privacy.discrete_laplace(scale).draw(len(right[name]), stream)
            for name, scale in salary_survey_clear.SCALES.items()
        }
        found = salary_survey.figures(noisy)
        (low, high), (first, last) = found["deviation_between"], found["median_between"]
        means = np.abs(found["mean"] - right["mean"]) <= found["mean_within"]
        held.append([*(means & (low <= deviation) & (deviation <= high)), first <= median <= last])
        widths.append(high - low)
    assert (np.mean(held, axis=0) >= 0.95).all()
    assert (np.mean(widths, axis=0) < deviation).all()


@pytest.mark.parametrize("count", [0, -100])
def test_figures_of_nobody_are_bounds_without_promise(count: int) -> None:
    found = salary_survey.figures(
        {name: np.full(10 if name == "brackets" else 3, count) for name in salary_survey.NOISE}
    )
    assert list(found["median_between"]) == [20, 120]
    assert all(np.isfinite(figure).all() for figure in found.values())


def test_one_line_in_the_place_of_another_moves_the_sums_by_what_is_said() -> None:
    grade, salary = (each.ravel() for each in np.meshgrid(np.arange(3), np.arange(140)))
    grade, away, _ = salary_survey.own_columns({"grade": grade, "salary": salary})
    member = grade[:, None] == np.arange(3)
    terms = {"pay": member * away[:, None], "spread": member * (away[:, None] ** 2 - salary_survey.HALF_SQUARE)}
    moved = {name: np.abs(term[:, None] - term).sum(axis=2).max() for name, term in terms.items()}
    assert moved == {name: salary_survey.MOVED[name] for name in moved}


def test_intervals_of_counts_hold_for_all_cells_at_once() -> None:
    variance = 1 / privacy.amount(ward_counts.NOISE.rho)
    drawn = privacy.discrete_gaussian(variance).draw(RUNS * ward_counts.CELLS, Seed(bytes(32)).prg("test"))
    within = np.abs(drawn.reshape(RUNS, -1)).max(axis=1) <= ward_counts.interval()
    assert within.mean() > 0.94


def test_intervals_of_counts_follow_from_how_far_a_patient_moves_them() -> None:
    row = np.eye(ward_counts.CELLS)
    assert np.linalg.norm(row[:, None] - row, axis=2).max() == ward_counts.MOVED
    assert ward_counts.interval() == 19


def test_cells_are_told_by_their_noisy_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell that is small is not told: with this noise it is twenty deviations below what is."""
    monkeypatch.setattr(ward_counts, "NOISE", mpc.Gaussian(epsilon=8, delta="1e-6"))
    result = mpc.simulate(ward_counts.main, recipe_of("ward_counts").inputs(), suite="ideal").result
    right = ward_counts_clear.clear(*recipe_of("ward_counts").inputs())["counts"]
    assert (result["told"] == (result["counts"] >= ward_counts.FEWEST + result["within"])).all()
    assert not result["told"][right < 5].any()


def surveyed(policy: Policy, ledger: Ledger | None, main: Any = salary_survey.main) -> Any:
    """A survey on few people, whose first firm has this ledger, and all this policy."""
    certificates = [identity(name).certificate for name in FIRMS]

    async def guarded(ctx: Any, mine: Any) -> Any:
        asker = Asker(ctx.session.agreement.session.hex(), "cd" * 32, FIRMS)
        own = ledger if ctx.me == 0 else None
        ctx.session.keeper = Guard(ctx.me, signer(FIRMS[ctx.me]), certificates, asker, policy, own, "people")
        return await main(ctx, mine)

    few = {"grade": np.array([0, 1, 2, 2]), "salary": np.array([30, 45, 80, 200])}
    return mpc.simulate(guarded, [few] * 3, suite="ideal").result


def test_the_second_survey_is_refused_at_the_figure_that_the_budget_has_no_room_for(tmp_path: Path) -> None:
    policy = load_policy(EXAMPLES / "salary_survey" / "policy.toml")
    ledger = Ledger.begin(tmp_path / "atlas.ledger", signer("atlas"))
    ledger.set_budget("people", budget(epsilon=3, delta="1e-12", neighbours=privacy.substitute()))
    surveyed(policy, ledger)
    assert ledger.balance.account("people").spent.within("epsilon") == 2
    with pytest.raises(ParleyError, match=r"budget-exceeded|its budget has no room"):
        surveyed(policy, ledger)
    assert ledger.balance.account("people").spent.within("epsilon") == privacy.amount("2.9")


def test_the_policy_refuses_what_has_no_noise_or_is_finer() -> None:
    policy = load_policy(EXAMPLES / "salary_survey" / "policy.toml")

    async def exact(ctx: Any, mine: Any) -> Any:
        return await mpc.reveal(ctx, (await mpc.secret(ctx, 0, 7)) + 1)

    with pytest.raises(ParleyError, match="policy-noise"):
        surveyed(policy, None, exact)

    async def finer(ctx: Any, mine: Any) -> Any:
        people = await salary_survey.employees(ctx, 0, mine)
        return await mpc.reveal(ctx, people["people"], privacy=mpc.Laplace(epsilon=1))

    with pytest.raises(ParleyError, match="policy-amount"):
        surveyed(policy, None, finer)
