"""Means that poisoned sites move only so far: as in the clear, and what they hold against."""

from __future__ import annotations

import numpy as np
import pytest
from federated.federations import FRESH, model, rows, trained

import mpc
from mpc import federated
from mpc.errors import LocalError
from protocols.federated import Krum, Median, TrimmedMean
from protocols.federated.grids import grid
from protocols.federated.robust_means import robust_mean

DICE = np.random.default_rng(4)


def found(robust, updates):
    """What parties make of whole updates (n, k)."""

    async def main(ctx, mine):
        fine = grid(32, 1.0, 1.0, ctx.n, step=2.0**-10)
        return await robust_mean(ctx, robust, fine, mine, updates.shape[1])

    run = mpc.simulate(main, list(updates))
    totals, sites = run.results[0]
    assert len(run.report.reveals) == 1, "nothing but the mean becomes known"
    return totals / sites


def trimmed(updates, f):
    return np.sort(updates, axis=0)[f : len(updates) - f].mean(axis=0)


def krum(updates, f, kept):
    apart = np.square(updates[:, None] - updates[None]).sum(axis=2)
    scores = np.sort(apart, axis=1)[:, : len(updates) - f - 1].sum(axis=1)
    return updates[np.argsort(scores, kind="stable")[: kept or len(updates) - f - 2]].mean(axis=0)


def whole(n, k=5):
    return DICE.integers(-400, 400, size=(n, k))


@pytest.mark.parametrize(("n", "f"), [(3, 0), (3, 1), (5, 1), (5, 2)])
def test_trimmed_means_are_those_in_the_clear(n, f):
    updates = whole(n)
    assert np.allclose(found(TrimmedMean(f), updates), trimmed(updates, f))


@pytest.mark.parametrize("n", [3, 4, 5])
def test_medians_are_numpys(n):
    updates = whole(n)
    assert np.allclose(found(Median(), updates), np.median(updates, axis=0))


@pytest.mark.parametrize(("n", "f", "kept"), [(3, 0, 1), (5, 1, 1), (5, 1, 3), (4, 0, None), (5, 1, None)])
def test_krum_is_that_in_the_clear(n, f, kept):
    updates = whole(n)
    updates[0] = 0
    updates[-1] = 1023
    assert np.allclose(found(Krum(f, kept), updates), krum(updates, f, kept))


@pytest.mark.parametrize("robust", [TrimmedMean(1), Median(), Krum(1), Krum(1, 1)])
def test_one_poisoned_site_of_five_does_not_reach_the_mean(robust):
    updates = whole(5) // 8
    honest = updates[1:]
    for poison in (1000, -1000):
        updates[0] = poison
        mean = found(robust, updates)
        assert (honest.min(axis=0) <= mean).all()
        assert (mean <= honest.max(axis=0)).all()


@pytest.mark.parametrize(
    ("robust", "sites"), [(TrimmedMean(1), 2), (Median(), 2), (Krum(0, 1), 2), (Krum(1), 4), (Krum(1, 5), 5)]
)
def test_too_few_sites_are_refused(robust, sites):
    with pytest.raises(LocalError, match="too-few-sites"):
        trained([rows(10, i) for i in range(sites)], robust=robust)


def test_one_sites_update_is_opened_only_where_the_program_says_so():
    sites = [rows(10, i) for i in range(3)]
    with pytest.raises(LocalError, match=r"(?s)too-few-sites.*one update, which everybody would see.*kept=1"):
        trained(sites, robust=Krum(0))
    assert trained(sites, robust=Krum(0, kept=1), rounds=1)[0].opened == "one site's own update"


@pytest.mark.parametrize(
    ("robust", "n", "opened"),
    [
        (Krum(1), 5, "the mean of 2 of 5 sites' updates"),
        (Krum(1, 1), 5, "one site's own update"),
        (TrimmedMean(1), 3, "for each weight one site's own number"),
        (TrimmedMean(1), 5, "for each weight the mean of 3 of 5 sites' numbers"),
        (Median(), 5, "for each weight one site's own number"),
        (Median(), 4, "for each weight the mean of 2 of 4 sites' numbers"),
    ],
)
def test_what_is_opened_is_that_many_updates(robust, n, opened):
    """Updates 1, 4, 16, ... in each coordinate: the sum that is opened shows how many are in it."""
    assert robust.opens(n) == opened
    updates = np.repeat(4 ** np.arange(n)[:, None], 2, axis=1)
    total = found(robust, updates)[0] * (kept := 1 if "one" in opened else int(opened.split(" of ")[1].split()[0]))
    digits = np.base_repr(round(total), 4)
    assert digits.count("1") == kept
    assert digits.strip("01") == ""


def test_the_account_says_what_is_opened():
    async def main(ctx, mine):
        return await federated.train(ctx, model(), mine, rounds=1, robust=Krum(1, kept=1))

    report = mpc.simulate(main, [rows(5, i) for i in range(5)]).report
    assert "everybody sees one site's own update, though not whose" in report.security


def test_what_is_trained_so_withstands_wrong_labels():
    sites = [rows(60, i) for i in range(5)]
    poisoned = [(sites[0][0] * 30, (sites[0][1] + 1) % 3), *sites[1:]]
    strategy = federated.FedAvg(local=federated.Local(epochs=3, rate=0.3), by_examples=False)
    hits = []
    for robust in (None, Median()):
        weights = trained(poisoned, rounds=3, strategy=strategy, robust=robust)[0].weights
        judge = model()
        judge.load(weights)
        hits.append(judge.evaluate(FRESH).correct)
    assert hits[1] > 160
    assert hits[1] > hits[0]


@pytest.mark.parametrize("robust", [TrimmedMean(1), Median()])
def test_coordinates_that_are_not_the_models_are_refused(robust):
    """Of rotated updates a median is not among honest sites' numbers: here all have 1, and what came was 0.55."""
    sites = [rows(10, i) for i in range(5)]
    with pytest.raises(LocalError, match="wrong-argument"):
        trained(sites, robust=robust, updates=federated.Updates(rotate=True))
    turned = trained(sites, rounds=1, robust=Krum(1), updates=federated.Updates(rotate=True, clip=1))[0]
    assert turned.rounds[0].moved > 0


def test_a_median_of_three_opens_one_sites_number_in_each_coordinate():
    updates = whole(3)
    opened = found(Median(), updates)
    assert ((opened == updates).sum(axis=0) >= 1).all()
    updates[0] = 1023
    assert (found(Median(), updates) == updates[1:].max(axis=0)).all(), "who poisons learns the larger of two others'"


@pytest.mark.parametrize("suite", ["beaver", "replicated3"])
def test_what_the_suite_sends_is_in_the_bytes_of_rounds(suite):
    """The run counts frames as well, and what is sent before and after the rounds."""

    async def main(ctx, mine):
        return await federated.train(ctx, federated.softmax_regression(40, 3), mine, rounds=2, robust=Median())

    run = mpc.simulate(main, [(np.eye(40), np.arange(40) % 3)] * 3, suite=suite)
    for found, counted in zip(run.results, run.report.bytes_sent, strict=True):
        told = sum(one.bytes_sent for one in found.rounds)
        assert 0.8 * counted < told < counted
