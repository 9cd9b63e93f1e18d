"""Noise for a training: what a unit moves, how much noise comes out, what is charged and when."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
from federated.federations import FRESH, SITES, model, rows, trained
from privacy.houses import House

import mpc
from mpc import federated
from mpc.errors import LocalError, PeerError
from mpc.prg import Seed
from protocols.federated import FedAvg, Local, PersonNoise, SiteNoise, Updates
from protocols.federated.figures import Figures
from protocols.federated.noise import rounds_of
from protocols.federated.noisy_means import noisy_people, noisy_sites
from protocols.federated.rounding_kls21 import squared
from protocols.federated.sites import _blocks
from protocols.federated.updates import Update, on_grid, signed
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.ledger.charges import budget
from protocols.privacy.neighbours import add_or_remove, group, substitute, user
from protocols.privacy.sensitivity import Sensitivity
from protocols.privacy.skellam_akl21 import Skellam

pytestmark = pytest.mark.filterwarnings("ignore::protocols.federated.NoiseWarning")
"""Few sites, and so noise in which updates drown."""

SEED = Seed(bytes(32))
DICE = np.random.default_rng(8)
IN_ALL = PersonNoise(epsilon=3, delta="1e-6", clip=1.0, people=75, honest=2)


def test_units_move_sums_by_as_many_bounds_as_they_may():
    def of_site(neighbours):
        return SiteNoise(rho=1, clip=1.0, neighbours=neighbours).moves

    def of_person(neighbours):
        return replace(IN_ALL, neighbours=neighbours).moves

    one, user_, two = add_or_remove(), add_or_remove(user(9)), add_or_remove(group(2))
    assert [of_site(n) for n in (one, substitute(), user_, substitute(user(9)), two)] == [2, 2, 1, 2, 4]
    assert [of_person(n) for n in (one, substitute(), user_, substitute(group(3)), two)] == [1, 2, 1, 6, 2]


@pytest.mark.parametrize("neighbours", [add_or_remove(), add_or_remove(user(50))])
def test_any_change_of_a_sites_data_moves_the_sum_within_the_distance(neighbours):
    noise = SiteNoise(rho=1, clip=1.0, neighbours=neighbours)
    coder = noisy_sites(Updates(), noise, rounds_of(noise, 1, 3), 20, 3)
    u = np.full(20, 20**-0.5)
    before, after = (on_grid(v * (1 - 1e-9), coder.grid, SEED.prg("x"))[0] for v in (u, -u))
    change = before - after if noise.moves == 2 else before
    assert 0.99 * coder.squared_distance < squared(change) <= coder.squared_distance


@pytest.mark.parametrize("neighbours", [add_or_remove(), substitute()])
@pytest.mark.parametrize("rotate", [False, True])
def test_no_site_moves_a_sum_by_more_than_noise_was_made_for(neighbours, rotate):
    noise = SiteNoise(rho=1, clip=2.0, neighbours=neighbours)
    coder = noisy_sites(Updates(rotate=rotate, bits=24), noise, rounds_of(noise, 3, 4), 33, 4)
    assert coder.squared_distance % noise.moves**2 == 0
    for scale in (0.01, 1.0, 1e6):
        for i in range(20):
            taken = coder.coordinates.taken(shortened_to(DICE.normal(size=33) * scale, 2.0), SEED.derive("r", i))
            values, _ = on_grid(taken, coder.grid, SEED.prg("rounding", i))
            assert noise.moves**2 * squared(values) <= coder.squared_distance


def shortened_to(v, c):
    length = np.linalg.norm(v)
    return v if length <= c else v * (c * (1 - 1e-9) / length)


@pytest.mark.parametrize("neighbours", [add_or_remove(), substitute()])
def test_no_person_moves_a_sum_by_more_than_noise_was_made_for(neighbours):
    noise = replace(IN_ALL, neighbours=neighbours)
    coder = noisy_people(Updates(), noise, rounds_of(noise, 3, 3), 15, 3, 1.0)
    for scale in (1e-6, 1.0, 1e9, np.inf, np.nan):
        gradients = DICE.normal(size=(30, 15)) * scale
        users = DICE.integers(0, 7, 30)
        for whose in (None, users):
            units = np.arange(30) if whose is None else users
            everybody = coder.summed(gradients, whose)
            for unit in range(units.max() + 1):
                without = coder.summed(gradients[units != unit], None if whose is None else whose[units != unit])
                moved = everybody - without
                assert noise.moves**2 * squared(moved) <= coder.squared_distance
    assert noisy_people(Updates(bits=64), noise, rounds_of(noise, 3, 3), 15, 3, 1.0).squared_distance > (
        coder.squared_distance
    )


def test_noise_of_all_parties_has_the_variance_that_honest_ones_need():
    """The honest parties' parts alone make each round's part of rho."""
    for honest, parties in ((1, 3), (2, 3), (9, 10)):
        noise = SiteNoise(rho="0.5", clip=1.0, honest=honest)
        rounds = rounds_of(noise, 5, parties)
        coder = noisy_sites(Updates(), noise, rounds, 400, parties)
        needed = coder.squared_distance / (2 * 0.5 / 5)
        assert float(coder.sampler.parts.spread) * honest == pytest.approx(needed, rel=0.02)
        assert float(coder.sampler.parts.spread) * honest >= needed
        total = sum(coder.sampler.part(SEED.prg("part", i)) for i in range(parties))
        assert np.std(total) == pytest.approx(np.sqrt(needed * parties / honest), rel=0.2)
        assert np.abs(total).max() <= coder.grid.noise


def test_what_is_summed_is_the_mean_with_noise_alone():
    noise = SiteNoise(rho=4000, clip=1.0, honest=2)
    coder = noisy_sites(Updates(), noise, rounds_of(noise, 1, 3), 40, 3)
    assert coder.widths == ((40, 32),)
    moved = [DICE.normal(size=40) / 50 for _ in range(3)]
    parts = [coder.words(Update(u, Figures(examples=9)), SEED.prg("x", i), SEED) for i, u in enumerate(moved)]
    total = sum((words[0] for words in parts[1:]), parts[0][0]) & np.uint64(2**32 - 1)
    mean = coder.mean([total], 3, SEED)
    assert mean.figures == Figures()
    assert np.abs(mean.moved - np.mean(moved, axis=0)).max() < 2 * 6 / np.sqrt(2 * 4000) * np.sqrt(1.5) / 3
    again = coder.words(Update(moved[0], Figures()), SEED.prg("y"), SEED)[0]
    assert (signed(again, 32) != signed(parts[0][0], 32)).any()


def test_all_rounds_cost_what_was_asked_for_whatever_their_number():
    for rounds in (1, 7, 100):
        price = rounds_of(IN_ALL, rounds, 3).schedule.price
        in_epsilon, in_rho = price.ways
        assert 2.99 < in_epsilon.epsilon <= 3
        assert in_epsilon.delta == Fraction("1e-6")
        assert Concentrated(in_rho.rho).epsilon(Fraction("1e-6")) <= 3
    in_rho = rounds_of(SiteNoise(rho="0.3", clip=1.0), 9, 2).schedule.price.booked("rho")
    assert in_rho.rho == Fraction("0.3")


@pytest.mark.parametrize("bits", [18, 32])
def test_skellam_noise_of_honest_parties_is_enough_for_all_rounds(bits):
    noise = SiteNoise(epsilon=2, delta="1e-6", clip=1.0, honest=2, skellam=True)
    rounds = rounds_of(noise, 6, 3)
    coder = noisy_sites(Updates(bits=bits, rotate=True), noise, rounds, 100, 3)
    l2, variance = coder.squared_distance, 2 * coder.sampler.parts.spread
    root = isqrt(l2 - 1) + 1
    moved = Sensitivity(root * 12, l2, add_or_remove())
    assert root * 12 >= root * coder.coordinates.sent**0.5, "L1 is at most the root of the coordinates times L2"
    assert 1.99 < Skellam(variance / l2, Fraction("1e-6"), 6).event(moved).epsilon <= 2
    assert Skellam(variance / l2, Fraction("1e-6")).event(moved).epsilon < 1, "one round costs less than all"
    total = sum(coder.sampler.part(SEED.prg("part", i)) for i in range(3))
    assert np.abs(total).max() <= coder.grid.noise
    assert np.std(total) == pytest.approx(float(variance * 3 / 2) ** 0.5, rel=0.3)
    assert rounds.schedule.price.ways[0].epsilon == 2


def test_skellam_and_gaussian_noise_train_alike():
    for skellam in (False, True):
        noise = PersonNoise(epsilon=8, delta="1e-5", clip=4.0, people=1200, honest=2, skellam=skellam)
        found = trained(
            [rows(400, i) for i in range(3)], rounds=6, privacy=noise, strategy=FedAvg(local=Local(rate=1.0))
        )
        judge = model()
        judge.load(found[0].weights)
        assert judge.evaluate(FRESH).correct > 140
        assert found[0].price.ways[0].epsilon <= 8


def test_central_noise_is_drawn_once():
    noise = SiteNoise(rho=1, clip=1.0, central=True)
    coder = noisy_sites(Updates(), noise, rounds_of(noise, 1, 50), 200, 50)
    assert float(coder.sampler.parts.spread) == pytest.approx(coder.squared_distance / 2)
    quiet = coder.words(Update(np.zeros(200), Figures()), SEED.prg("x"), SEED)
    assert not quiet[0].any()
    still = FedAvg(local=Local(batch=None, rate=1e-9))
    found = federated.simulate(model(), SITES, rounds=1, privacy=noise, strategy=still)
    step = np.concatenate([array.ravel() for array in found.weights.values()])
    assert 0.05 < np.std(step) * 3 < 2, "noise of deviation 0.7 over three sites"
    with pytest.raises(LocalError, match="wrong-argument"):
        trained(privacy=noise)
    for wrong in ({"rho": 1}, {"epsilon": 1, "delta": "1e-5", "central": True}):
        with pytest.raises(LocalError, match="wrong-privacy"):
            SiteNoise(clip=1.0, skellam=True, **wrong)


def test_gradients_with_noise_train():
    sites = [rows(400, i) for i in range(3)]
    plain = federated.simulate(
        model(), sites, rounds=10, strategy=FedAvg(local=Local(batch=None, rate=1.0)), held_out=[FRESH] * 3
    )
    noise = PersonNoise(rho=2, delta="1e-5", clip=4.0, people=1200, honest=2)
    found = trained(sites, rounds=10, strategy=FedAvg(local=Local(rate=1.0)), privacy=noise)
    judge = model()
    judge.load(found[0].weights)
    assert judge.evaluate(FRESH).loss == pytest.approx(plain.held_out.loss, rel=0.1)
    assert [r.train_loss for r in found[0].rounds] == [None] * 10
    assert found[0].held_out is None
    assert "rho 2" in str(found[0])


def test_users_are_one_unit_each_at_a_site():
    users = [np.arange(len(x)) // 4 for x, _ in SITES]
    noise = replace(IN_ALL, neighbours=add_or_remove(user(4)), people=19)
    found = trained(rounds=2, privacy=noise, users=users)
    assert found[0].price.ways[0].neighbours.unit.records == 4
    with pytest.raises(LocalError, match=r"wrong-shape.*users of shape \(3,\)"):
        trained(privacy=noise, users=[np.arange(3)] * 3)
    for options in ({"privacy": noise}, {"privacy": IN_ALL, "users": users}):
        with pytest.raises(LocalError, match="contributions-unbounded"):
            trained(**options)


def test_blocks_hold_every_row_once_and_no_user_twice():
    users = np.array([3, 0, 1, 1, 0, 2, 2, 2, 3])
    for most in range(1, 11):
        blocks = list(_blocks(9, users, most))
        assert sorted(np.concatenate([rows_ for rows_, _ in blocks]).tolist()) == list(range(9))
        whose = [set(users[rows_]) for rows_, _ in blocks]
        assert sum(map(len, whose)) == 4
        assert all((users[rows_] - users[rows_].min() == local).all() for rows_, local in blocks)
        assert sum(len(rows_) for rows_, _ in _blocks(9, None, most)) == 9


def test_one_charge_is_in_every_ledger_before_the_first_round(tmp_path):
    house = House(tmp_path, (budget(rho=1, delta="1e-9", neighbours=add_or_remove()), None, None))
    noise, used = replace(IN_ALL, epsilon=None, delta=None, rho="0.25"), {}

    async def main(ctx, _):
        def on_round(found):
            if ctx.me == 0:
                used[found.number] = ctx.session.keeper.ledger.balance.account("salaries").used

        return await federated.train(ctx, model(), SITES[ctx.me], rounds=3, privacy=noise, on_round=on_round)

    house.run(main)
    assert set(used) == {1, 2, 3}
    assert {amounts[0] for amounts in used.values()} == {Fraction("0.25")}


def test_who_has_no_room_for_it_ends_the_training_before_it_begins(tmp_path):
    limits = [budget(epsilon=e, delta="1e-5", neighbours=add_or_remove()) for e in (9, 2)]
    house = House(tmp_path, tuple(limits))
    seen = []

    async def main(ctx, _):
        noise = PersonNoise(epsilon=3, delta="1e-6", clip=1.0, people=50)
        await federated.train(ctx, model(), SITES[ctx.me], rounds=3, privacy=noise, on_round=seen.append)

    with pytest.raises((LocalError, PeerError), match=r"budget-|reveal-refused"):
        house.run(main)
    assert seen == []


def test_a_plan_with_noise_says_its_price():
    async def main(ctx, mine):
        return await mpc.federated.train(ctx, model(), (mine[:, :4], mine[:, 4].astype(int)), rounds=2, privacy=IN_ALL)

    planned = mpc.plan(main, [np.c_[x, y] for x, y in SITES])
    assert [str(price.ways[0].delta) for price in planned.prices] == ["1/1000000"]


def test_what_is_refused():
    class Bare:
        statistics = ()

        def weights(self):
            return {"w": np.zeros(2)}

        def load(self, weights):
            pass

        def fit(self, data, local, stream):
            raise AssertionError("noise asks for gradients")

        def evaluate(self, data):
            raise AssertionError("noise asks for gradients")

    with pytest.raises(LocalError, match=r"no-gradients.*party.*Bare"):
        trained(models=[Bare] * 3, privacy=IN_ALL)
    partial = federated.ArrayModel({**model().arrays, "frozen": np.ones(2)}, model().gradient, each=model().each)
    with pytest.raises(LocalError, match=r"no-gradients.*'frozen', which noise alone would move"):
        trained(models=[lambda: partial] * 3, privacy=IN_ALL)
    with pytest.raises(LocalError, match=r"too-many-examples.*party. has .* people.*5 at a site"):
        trained(privacy=IN_ALL, updates=Updates(most_examples=5))
    with pytest.raises(LocalError, match="too-few-honest"):
        trained(privacy=replace(IN_ALL, honest=3))
    with pytest.raises(LocalError, match="ring-too-small"):
        trained(privacy=IN_ALL, updates=Updates(bits=10))
    with pytest.raises(LocalError, match="wrong-argument"):
        trained(privacy=IN_ALL, updates=Updates(rotate=True))
    with pytest.raises(LocalError, match="wrong-privacy"):
        trained(privacy=mpc.Gaussian(rho=1))
    with pytest.raises(LocalError, match="wrong-amount"):
        SiteNoise(clip=1.0)
    assert rows(3, 1)[0].shape == (3, 4)


def test_bounds_of_clipping_are_numbers_of_any_type():
    for made in (lambda clip: SiteNoise(rho=1, clip=clip), lambda clip: replace(IN_ALL, clip=clip)):
        for clip in ("0.5", Fraction(1, 2), np.float32(0.5)):
            assert str(made(clip)) == str(made(0.5)), "parties that mean the same say the same"
            federated.simulate(model(), SITES, rounds=1, privacy=made(clip))


def test_sums_of_a_site_are_exact_however_many_people_it_may_have():
    """2^32 people of 2^24 steps each would be rounded by up to 8 steps in a coordinate."""
    for most in (10_000, (1 << 32) - 1):
        coder = noisy_people(Updates(bits=64, most_examples=most), IN_ALL, rounds_of(IN_ALL, 3, 3), 15, 3, 1.0)
        assert most * coder.clipping.radius < 2**53
        assert coder.clipping.radius >= min(2**24, 2**53 // most // 2)
