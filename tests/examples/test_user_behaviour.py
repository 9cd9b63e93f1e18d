"""The five shops: each step gives what it gives in the clear, a person is a row at one shop, the whole of it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

import mpc
from examples.datasets import Unavailable, fetched
from examples.recipes import EXAMPLES
from examples.user_behaviour import aligning, asking, choosing, clear, demo, figures, network, report, split, training
from examples.user_behaviour.customers import DAYS, FACTS, Customers, customers_of, features, joined, part_of
from party_runner.failures import PEER

Purchases = dict[str, np.ndarray]


def made_up(customers: int, seed: int = 3) -> np.ndarray:
    """Purchases (purchases, 3) as of CDNOW: customer, day, cents."""
    g = np.random.default_rng(seed)
    who = np.repeat(np.arange(1, customers + 1), g.integers(1, 6, customers))
    return np.stack([who, g.integers(0, 78 * 7, len(who)), g.integers(100, 9000, len(who))], axis=1)


def table(purchases: np.ndarray) -> Purchases:
    return dict(zip(("customer", "day", "cents"), purchases.T, strict=True))


@pytest.fixture(scope="module")
def tables() -> list[Purchases]:
    """Purchases of 60 customers at five shops."""
    return [table(own) for own in split.divided(made_up(60))]


@pytest.fixture(scope="module")
def shops(tables: list[Purchases]) -> list[Customers]:
    return [customers_of(each) for each in tables]


def test_all_purchases_are_at_one_shop_and_shops_are_uneven():
    purchases = made_up(4000)
    parts = split.divided(purchases)
    assert sorted(map(tuple, np.concatenate(parts))) == sorted(map(tuple, purchases))
    sizes = [len(np.unique(own[:, 0])) for own in parts]
    assert sizes == sorted(sizes, reverse=True)
    at = sum(np.isin(np.arange(1, 4001), own[:, 0]) for own in parts)
    assert 0.05 < (at > 1).mean() < 0.4


def test_what_shops_know_together_is_what_one_would_know_that_has_all(shops):
    everything = customers_of(table(made_up(60)))
    for place, customer in enumerate(everything.ids):
        known = [shop.facts[shop.ids == customer] for shop in shops]
        facts = [rows if len(rows) else np.zeros((1, len(FACTS)), int) for rows in known]
        assert (joined(facts)[0] == everything.facts[place]).all()


def test_facts_are_those_of_the_first_weeks():
    own = customers_of(table(np.array([[7, 3, 250], [7, 9, 150], [7, DAYS + 1, 100], [8, DAYS, 900], [9, 0, 100]])))
    assert own.ids.tolist() == [7, 9]
    assert own.facts.tolist() == [[2, 400, DAYS - 3, 10], [1, 100, DAYS, 1]]
    assert own.again.tolist() == [True, False]
    assert (features(own.facts) >= 0).all()
    assert (features(own.facts) <= 1.01).all()


def test_a_customer_serves_for_the_same_everywhere(shops):
    parts = np.bincount(part_of(np.arange(1, 23_571)), minlength=3) / 23_570
    assert parts == pytest.approx([0.2, 0.2, 0.6], abs=0.01)
    assert sum(len(shops[0].part(name)) for name in ("choosing", "testing", "training")) == len(shops[0])


def test_a_person_is_a_row_at_one_shop(tables, shops):
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        shop = customers_of(mine)
        return shop.only(await aligning.alone(ctx, shop)).ids

    found = mpc.simulate(main, tables, suite="ideal").results
    right = clear.each_at_one(shops)
    assert [ids.tolist() for ids in found] == [each.ids.tolist() for each in right]
    every = np.concatenate(found)
    assert len(np.unique(every)) == len(every)
    assert set(every) == set(np.concatenate([shop.ids for shop in shops]))


def test_figures_are_near_the_exact_ones(shops, monkeypatch):
    monkeypatch.setattr(figures, "EPSILON", 20)
    own = clear.each_at_one(shops)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await figures.released(ctx, mine)

    run = mpc.simulate(main, own, suite="ideal")
    everyone = clear.pooled(own)
    for name, values, lower in (
        ("purchases", everyone.facts[:, 0], figures.PURCHASES),
        ("spent", everyone.facts[:, 1] / 100, figures.EUROS),
    ):
        exact = np.bincount(figures.places(values, lower), minlength=len(lower))
        assert np.abs(run.result[name] - exact).max() <= 3
    came_back = (everyone.facts[:, 0] > 1).mean()
    assert float(run.result["came_back"].values) == pytest.approx(came_back, abs=0.05)
    assert all("epsilon 20 with" in reveal.privacy for reveal in run.report.reveals)


def test_a_row_in_the_place_of_another_moves_two_counts_by_one():
    """Which is what the tables' sensitivity of 2 says."""
    for lower in (figures.PURCHASES, figures.EUROS):
        rows = np.eye(len(lower))[figures.places(np.arange(1, 400), lower)]
        assert np.abs(rows[:, None] - rows).sum(axis=2).max() == 2


def test_gradients_are_those_of_the_loss():
    g = np.random.default_rng(1)
    weights, x, y = network.first_weights(4, 3, 1), g.random((6, 4)), g.integers(0, 2, 6).astype(float)
    at, step = network.flat(weights), 1e-6
    found = network.flat(network.gradients(weights, x, y), 6)
    for place in range(len(at)):
        moved = at.copy()
        moved[place] += step
        slope = (network.losses(network.shaped(moved, weights), x, y) - network.losses(weights, x, y)) / step
        assert found[:, place] == pytest.approx(slope, abs=1e-4)


def test_the_area_is_the_part_of_pairs_in_the_right_order():
    g = np.random.default_rng(2)
    scores, y = g.integers(0, 6, 40).astype(float), g.integers(0, 2, 40).astype(float)
    came, others = scores[y == 1], scores[y == 0]
    right = (came[:, None] > others).mean() + (came[:, None] == others).mean() / 2
    assert network.area(scores, y) == pytest.approx(right)
    false, true = network.curve(g.permutation(40).astype(float), y)
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)


def test_the_choice_is_that_of_the_losses(shops, monkeypatch):
    monkeypatch.setattr(choosing, "EPSILON", 25)
    own = clear.each_at_one(shops)
    good = clear.fitted(clear.pooled(own), 4)
    worse = {name: -array for name, array in good.items()} | {"b2": np.array(-30.0)}
    examples = [shop.part("choosing").examples for shop in own]
    lost = [sum(network.losses(each, *of).sum() for of in examples) for each in (worse, good)]
    assert lost[0] - lost[1] > 30 * 2 * network.WORST_LOSS / choosing.EPSILON, "30 scales of noise: 2^-42"

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await choosing.chosen(ctx, [worse, good, worse], mine)

    run = mpc.simulate(main, own, suite="ideal")
    assert run.result.place == 1
    assert [reveal.shape for reveal in run.report.reveals] == [()]


@pytest.mark.parametrize("suite", ["ideal", "beaver"])
def test_a_forecast_is_that_of_all_purchases_and_for_the_asking_shop_alone(shops, suite):
    weights = network.first_weights(4, 4, 1)
    alone = [shop.only(np.isin(shop.ids, own.ids)) for shop, own in zip(shops, clear.each_at_one(shops), strict=True)]
    known = shops[asking.ASKING].only(~np.isin(shops[asking.ASKING].ids, alone[asking.ASKING].ids))
    wanted = asking.most_frequent(known)
    assert wanted in shops[0].ids

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        return await asking.forecast(ctx, weights, mine, wanted if ctx.me == asking.ASKING else 0)

    few = [shop.only(slice(20)) if suite == "beaver" else shop for shop in shops]
    few[asking.ASKING] = shops[asking.ASKING]
    run = mpc.simulate(main, few, suite=suite)
    facts = joined([s.facts[s.ids == wanted] if (s.ids == wanted).any() else np.zeros((1, 4), int) for s in few])
    right = 1 / (1 + np.exp(-network.log_odds(weights, features(facts))))
    assert run.results[asking.ASKING] == pytest.approx(right[0], abs=2e-3)
    assert [result for place, result in enumerate(run.results) if place != asking.ASKING] == [None] * 4


def test_somebody_whom_nobody_is_asked_about_is_no_secret_lost():
    assert asking.most_frequent(Customers(np.zeros(0, int), np.zeros((0, 4), int), np.zeros(0, bool))) == 0


def test_nothing_but_an_earlier_run_is_cleared_away(tmp_path: Path):
    for name in ("alder.key", "parties.toml", "report.html"):
        (tmp_path / name).write_text("")
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(click.UsageError, match=r"thesis\.tex"):
        demo.clear_away(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
    (tmp_path / "thesis.tex").unlink()
    demo.clear_away(tmp_path)
    assert not tmp_path.exists()


def test_who_says_that_another_failed_is_not_to_blame():
    assert demo.to_blame({"alder": PEER, "birch": 1, "cedar": PEER}) == "birch"
    assert demo.to_blame({"alder": PEER, "birch": None, "cedar": -9}) == "cedar"
    assert demo.to_blame({"alder": PEER, "birch": None}) == "alder"
    assert demo.to_blame({"alder": 0, "birch": 0}) is None


@pytest.mark.slow
def test_real_customers_are_foretold_as_well_with_noise_as_without():
    """The smallest network, as the page has the figures: a shop alone, all with noise, all in one place."""
    try:
        parts = split.divided(split.cdnow())
    except Unavailable as error:
        pytest.skip(str(error))
    own = clear.each_at_one([customers_of(table(each)) for each in parts])
    assert [len(each.part("training")) for each in own] == [6670, 3929, 2044, 1080, 395]
    training_sets = [each.part("training").examples for each in own]
    model = training.network(4)
    mpc.federated.simulate(model, training_sets, seed=bytes(32), **training.terms_of(14_142))
    x, y = clear.pooled(own).part("testing").examples
    weights = [model.weights(), clear.fitted(clear.pooled(own), 4), clear.fitted(own[-1], 4)]
    private, together, smallest = (network.area(network.log_odds(each, x), y) for each in weights)
    assert len(y) == 4716
    assert private > 0.765
    assert together == pytest.approx(0.778, abs=0.004)
    assert together - 0.01 < smallest < together + 0.004


@pytest.mark.slow
def test_five_processes_and_a_report(tmp_path: Path):
    """As `make example-user-behaviour`, of the first 200 customers, in two rounds."""
    try:
        fetched("cdnow")
    except Unavailable as error:
        pytest.skip(str(error))
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "examples.user_behaviour.demo", str(folder), "--customers", "200", "--rounds", "2"]
    done = subprocess.run(command, cwd=EXAMPLES.parent, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 5
    assert all(name in text for name in split.SHOPS)
    accounts = [json.loads((folder / f"{name}.json").read_text()) for name in split.SHOPS]
    results = [account["result"] for account in accounts]
    assert len({json.dumps(result["weights"]) for result in results}) == 1
    assert [result["forecast"] is None for result in results] == [True, False, True, True, True]
    shops = [
        customers_of(np.rec.fromarrays(_columns(folder / f"{name}.csv"), names="customer,day,cents"))
        for name in split.SHOPS
    ]
    own = clear.each_at_one(shops)
    assert [result["alone"] for result in results] == [len(each) for each in own]
    assert report.step_of("aligning.py:3") == "aligning"


def _columns(file: Path) -> Any:
    return np.loadtxt(file, delimiter=",", skiprows=1, dtype=int).T
