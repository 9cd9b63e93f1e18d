"""Noise that cancels in the sum of rounds: how much there is, who takes part when, what is charged, what is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from federated.federations import FRESH, SITES, model, rows, trained

from mpc import federated
from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.federated import Correlated, FedAvg, Local, LocalNoise, PersonNoise, SiteNoise, Updates
from protocols.federated.correlated_kmsttx21 import draws_of
from protocols.federated.figures import Figures
from protocols.federated.layout import layout_of
from protocols.federated.noise import rounds_of
from protocols.federated.noisy_means import noisy_sites
from protocols.federated.sites import Site
from protocols.federated.terms import terms_of
from protocols.federated.updates import Update, signed
from protocols.privacy.binary_tree_dnpr10 import binary_tree
from protocols.privacy.correlated_noise import CorrelatedNoise
from protocols.privacy.neighbours import add_or_remove, user

pytestmark = pytest.mark.filterwarnings("ignore::protocols.federated.NoiseWarning")
"""Few sites, and so noise in which updates drown."""

SEED = Seed(bytes(32))
TREE, BANDS = Correlated(every=3), Correlated(every=3, bands=3)
PEOPLE = PersonNoise(rho=1, clip=1.0, people=75, correlated=TREE)
PAID = replace(PEOPLE, rho=5, delta="1e-3")
WHOLE = SiteNoise(rho=1, clip=1.0, correlated=TREE, neighbours=add_or_remove(user(50)))
STEP = FedAvg(local=Local(batch=None, rate=0.5))


def site_terms(noise, clients=6, rounds=7, updates=None):
    layout = layout_of(model().weights())
    return terms_of(layout, clients=clients, rounds=rounds, strategy=STEP, updates=updates, privacy=noise, steady=True)


@pytest.mark.parametrize("correlated", [TREE, BANDS, Correlated(), Correlated(every=20), Correlated(bands=1)])
def test_draws_are_those_that_the_matrix_mechanism_needs_for_the_same_rho(correlated):
    noise = replace(WHOLE, correlated=correlated)
    rounds = rounds_of(noise, 7, 4)
    coder = noisy_sites(Updates(), noise, rounds, 15, 4)
    radius = int(coder.squared_distance**0.5) + 1
    mechanism = CorrelatedNoise(correlated.over(7), Fraction(1, 2) ** Fraction(1, 2), radius, 15)
    assert coder.sampler.parts.spread == pytest.approx(mechanism.deviation**2, rel=1e-6)
    assert float(rounds.schedule.event.event.rho) == pytest.approx(1)


def test_a_tree_is_paid_by_levels_and_not_by_rounds():
    def spread(correlated, rounds):
        noise = SiteNoise(rho=1, clip=1.0, correlated=correlated)
        return rounds_of(noise, rounds, 4).sampler(10**12, 5).parts.spread

    once = Correlated(every=1000)
    assert float(spread(once, 512) / spread(once, 1)) == pytest.approx(binary_tree(512, separation=512).levels)
    assert spread(Correlated(every=8), 512) > spread(Correlated(every=64), 512) > spread(once, 512)


@pytest.mark.parametrize("correlated", [TREE, BANDS])
def test_noise_of_all_rounds_together_is_less_than_of_independent_rounds(correlated):
    """What zeros become: sums of prefixes have the variances that the strategy says."""
    rounds, size = 16, 4000
    noise = replace(WHOLE, correlated=replace(correlated, every=16))
    each = rounds_of(noise, rounds, 2).correlated
    sampler = rounds_of(noise, rounds, 2).sampler(10**8, size)
    stream = each.stream(sampler, SEED.prg("draws"))
    released = np.array([stream() for _ in range(rounds)], np.float64)
    sums, strategy = np.cumsum(released, axis=0), each.strategy
    variances = float(sampler.parts.spread) * strategy.squared_errors() / float(strategy.squared_sensitivity)
    assert sums.var(axis=1) / variances == pytest.approx(1, abs=0.12)
    assert released.var(axis=1).max() <= float(sampler.parts.spread) * each.growth() * 1.12
    independent = rounds * 10**8 / 2
    assert variances[-1] < independent


def test_clients_take_turns_and_a_round_is_divided_by_who_is_in_it():
    terms = site_terms(WHOLE, clients=7)
    assert [terms.chosen(number, SEED) for number in (1, 2, 3, 4)] == [(0, 3, 6), (1, 4), (2, 5), (0, 3, 6)]
    coder = terms.coder
    total = np.zeros(coder.widths[0][0], np.uint64)
    for client in range(6):
        words = coder.words(Update(np.full(15, 0.1 * (client % 3 == 0)), Figures()), SEED.prg("r", client), SEED)
        total += words[0]
    assert coder.mean([total], 7, SEED).moved == pytest.approx(np.full(15, 0.1 * 2 / (7 / 3)), abs=1e-3)


def test_people_are_in_one_round_of_every_and_in_no_other():
    terms = site_terms(PEOPLE)
    data = rows(60, 4)
    site = Site("s", terms, model(), data, SEED)
    taken = [site._taken(number) for number in range(1, 7)]
    assert sorted(np.concatenate(taken[:3]).tolist()) == list(range(60))
    assert all(np.array_equal(a, b) for a, b in zip(taken[:3], taken[3:], strict=True))
    names = np.arange(60) // 4
    of_users = replace(PEOPLE, neighbours=add_or_remove(user(9)))
    grouped = Site("s", site_terms(of_users), model(), data, SEED, users=names)
    for number in (1, 2, 3):
        inside = names[grouped._taken(number)]
        assert all((inside == who).sum() in (0, 4) for who in range(15))
    sizes = np.bincount(TREE.groups(30_000, SEED.prg("x")))
    assert abs(sizes - 10_000).max() < 500


def test_who_is_there_moves_nobody_elses_group():
    assert np.array_equal(TREE.groups(50, SEED.prg("g"))[:49], TREE.groups(49, SEED.prg("g")))


def test_a_site_adds_its_own_stream_round_after_round():
    terms = site_terms(WHOLE)
    stream = terms.coder.correlated.stream(terms.coder.sampler, SEED.prg("correlated noise"))
    site, weights = Site("s", terms, model(), (np.zeros((0, 4)), np.zeros(0, int)), SEED), np.zeros(15)
    for number in range(1, 8):
        (words,) = site.contribute(weights, number, SEED)
        assert np.array_equal(signed(words, terms.coder.grid.bits), stream())


@pytest.mark.parametrize("noise", [PAID, replace(PAID, correlated=BANDS)])
def test_a_mesh_trains_with_it_and_pays_once(noise):
    before = model().evaluate(FRESH).loss
    found = trained(SITES, rounds=6, strategy=FedAvg(local=Local(rate=0.5)), privacy=noise)
    assert all(np.array_equal(found[0].weights[name], found[2].weights[name]) for name in found[0].weights)
    trained_model = model()
    trained_model.load(found[0].weights)
    assert trained_model.evaluate(FRESH).loss < before
    assert [way.rho for way in found[0].price.ways if way.rho is not None] == [pytest.approx(5)]


def test_in_one_place_it_errs_less_than_with_independent_rounds():
    clients = [rows(3, i) for i in range(24)]

    def off(correlated, seed):
        """Of weights that no data move, at the end."""
        noise = SiteNoise(rho=1, delta="1e-6", clip=1.0, central=True, correlated=correlated)
        empty = [(x[:0], y[:0]) for x, y in clients]
        done = federated.simulate(model(), empty, rounds=24, privacy=noise, strategy=STEP, seed=bytes([seed] * 32))
        return sum(float(np.square(array).sum()) for array in done.weights.values())

    tree, bands, alone = (
        sum(off(Correlated(every=24, bands=count), seed) for seed in range(3)) for count in (None, 24, 1)
    )
    assert max(bands, tree) < alone / 2


def test_charged_is_no_more_than_was_asked_for():
    noise = PersonNoise(epsilon=3, delta="1e-6", clip=1.0, people=75, correlated=TREE)
    schedule = rounds_of(noise, 50, 3).schedule
    assert len(schedule) == 50
    assert draws_of(50) == 100
    assert all(way.epsilon <= 3 for way in schedule.price.ways if way.epsilon is not None)


def test_what_does_not_go_together_is_refused():
    with pytest.raises(LocalError, match="Skellam"):
        PersonNoise(epsilon=1, delta="1e-6", clip=1.0, people=9, skellam=True, correlated=TREE)
    with pytest.raises(LocalError, match="parts of several"):
        replace(PEOPLE, honest=2)
    with pytest.raises(LocalError, match="vanish"):
        terms_of(layout_of(model().weights()), clients=4, rounds=3, strategy=STEP, updates=None, privacy=WHOLE)
    with pytest.raises(LocalError, match="empty"):
        site_terms(WHOLE, clients=2)
    with pytest.raises(LocalError, match="cancel"):
        site_terms(WHOLE, updates=Updates(rotate=True))
    with pytest.raises(LocalError, match="sample"):
        federated.simulate(model(), [rows(3, i) for i in range(6)], rounds=2, privacy=WHOLE, sample=3)
    with pytest.raises(LocalError, match="draws"):
        rounds_of(SiteNoise(rho="1e-6", clip=1.0, correlated=TREE), 9, 2).sampler(2**60, 9)
    for wrong in ({"every": 0}, {"bands": 0}):
        with pytest.raises(LocalError):
            Correlated(**wrong)


def test_local_noise_is_all_of_it_at_each_client():
    local = LocalNoise(rho=1, clip=1.0)
    alone = rounds_of(replace_central(local), 2, 9).sampler(10**8, 5).parts.spread
    each = rounds_of(local, 2, 9).sampler(10**8, 5)
    assert each.parts.spread == pytest.approx(float(alone))
    assert each.parties == 9
    for wrong in ({"honest": 2}, {"central": True}):
        with pytest.raises(LocalError, match="SiteNoise"):
            LocalNoise(rho=1, clip=1.0, **wrong)
    done = federated.simulate(model(), SITES, rounds=2, privacy=LocalNoise(rho=1, clip=1.0), seed=bytes(32))
    assert done.price is not None


def replace_central(noise):
    return SiteNoise(rho=noise.rho, clip=noise.clip, central=True)
